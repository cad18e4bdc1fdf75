// Forwarders: what a gateway's stack asks when something comes for an address and port that nobody
// here has.  With Stack::TakeAll() a stack stands for the whole world behind a link: every unicast
// address is its own, and forwarders decide what is there.
#pragma once

#include "netstack/stack/protocol.h"

namespace netstack {

struct TcpTuple;
class UdpEndpoint;

class TcpForwarder {
 public:
  // A connection is asked for.  The request is held (and not reported again) until
  // Tcp::AcceptHeld() or Tcp::RefuseHeld() answers it, at once or later.
  virtual void OnConnectionRequest(const TcpTuple& tuple) = 0;

 protected:
  ~TcpForwarder() = default;
};

class UdpForwarder {
 public:
  // The first datagram of a flow.  Gives the endpoint that it and those to follow are for, which it
  // has bound and connected; null: nobody.
  virtual UdpEndpoint* OnFlow(const IpReceived& ip, uint16_t port, uint16_t source_port) = 0;

 protected:
  ~UdpForwarder() = default;
};

}  // namespace netstack
