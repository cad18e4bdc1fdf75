// NetStack: a Stack with all protocols on it.  One per network namespace.
#pragma once

#include <memory>

#include "netstack/endpoint/packet_endpoint.h"
#include "netstack/raw/raw_endpoint.h"
#include "netstack/stack/stack.h"
#include "netstack/tcp/tcp.h"
#include "netstack/tcp/tcp_endpoint.h"
#include "netstack/udp/udp.h"
#include "netstack/udp/udp_endpoint.h"

namespace netstack {

class Autoconf;
class GroupReporter;

// Destroyed after every endpoint has been closed; Refs to closed endpoints may outlive it but must
// not be called.
class NetStack {
 public:
  explicit NetStack(Environment& environment);
  ~NetStack();

  // `lo` with 127.0.0.1/8 and ::1/128, down as a new network namespace has it when `up` is false.
  Interface& AddLoopback(bool up = true);

  Stack& stack();
  // For gateways (netstack/stack/forwarder.h).
  Tcp& tcp();
  Udp& udp();
  // For listings.
  const GroupReporter& groups();
  // For who keeps addresses and routes himself.
  Autoconf& autoconf();
  // `family`: AF_INET or AF_INET6.  `uid`: of the caller, for SO_REUSEPORT.
  Ref<TcpEndpoint> CreateTcp(int family, uint32_t uid);
  Ref<UdpEndpoint> CreateUdp(int family, uint32_t uid);
  Ref<UdpEndpoint> CreateUdpLite(int family, uint32_t uid);
  Ref<RawEndpoint> CreateRaw(int family, uint8_t protocol, uint32_t uid);
  Ref<PingEndpoint> CreatePing(int family, uint32_t uid);
  Ref<PacketEndpoint> CreatePacket(bool raw, uint16_t ethertype, uint32_t uid);

  // Everything there is, for /proc/net and sock_diag: connections in TIME_WAIT and SYN_RECV too.
  struct TcpListing {
    TcpRow row;
    SocketAddr local, peer;
    Ref<TcpEndpoint> endpoint;  // Null for TIME_WAIT and SYN_RECV.
  };
  std::vector<TcpListing> ListTcp() const;
  std::vector<Ref<UdpEndpoint>> ListUdp() const;
  std::vector<Ref<RawEndpoint>> ListRaw() const;
  std::vector<Ref<PingEndpoint>> ListPing() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace netstack
