// NetStack: all protocols on one stack.
#include "netstack/netstack.h"

#include "netstack/autoconf/autoconf.h"
#include "netstack/group/reporter.h"
#include "netstack/icmp/icmp.h"
#include "netstack/ipv4/ipv4.h"
#include "netstack/ipv6/ipv6.h"
#include "netstack/link/loopback.h"
#include "netstack/raw/raw.h"

namespace netstack {

struct NetStack::Parts {
  explicit Parts(Environment& environment)
      : stack(environment),
        ip4(stack),
        ip6(stack),
        icmp(stack),
        groups(stack),
        autoconf(stack),
        raw(stack),
        ping(stack, icmp),
        udp(stack, kProtoUdp),
        udplite(stack, kProtoUdpLite),
        tcp(stack) {}

  Stack stack;
  Ipv4 ip4;
  Ipv6 ip6;
  Icmp icmp;
  GroupReporter groups;
  Autoconf autoconf;
  Raw raw;
  Ping ping;
  Udp udp, udplite;
  Tcp tcp;
};

NetStack::NetStack(Environment& environment) : parts_(std::make_unique<Parts>(environment)) {}
NetStack::~NetStack() = default;

Stack& NetStack::stack() {
  return parts_->stack;
}

Tcp& NetStack::tcp() {
  return parts_->tcp;
}
Udp& NetStack::udp() {
  return parts_->udp;
}
Autoconf& NetStack::autoconf() {
  return parts_->autoconf;
}
const GroupReporter& NetStack::groups() {
  return parts_->groups;
}

Interface& NetStack::AddLoopback(bool up) {
  Stack& stack = parts_->stack;
  Interface* lo = stack.AddInterface("lo", std::make_unique<LoopbackLink>()).value();
  InterfaceAddress v4;
  v4.addr = IpAddress::LoopbackV4();
  v4.prefix = 8;
  v4.scope = kScopeHost;
  (void)stack.AddAddress(*lo, v4).ok();
  InterfaceAddress v6;
  v6.addr = IpAddress::LoopbackV6();
  v6.prefix = 128;
  v6.scope = kScopeHost;
  (void)stack.AddAddress(*lo, v6).ok();
  if (up) (void)stack.SetFlags(*lo, abi::kIffUp, abi::kIffUp).ok();
  return *lo;
}

Ref<TcpEndpoint> NetStack::CreateTcp(int family, uint32_t uid) {
  return parts_->tcp.CreateEndpoint(family, uid);
}
Ref<UdpEndpoint> NetStack::CreateUdp(int family, uint32_t uid) {
  return parts_->udp.CreateEndpoint(family, uid);
}
Ref<UdpEndpoint> NetStack::CreateUdpLite(int family, uint32_t uid) {
  return parts_->udplite.CreateEndpoint(family, uid);
}
Ref<RawEndpoint> NetStack::CreateRaw(int family, uint8_t protocol, uint32_t uid) {
  return parts_->raw.CreateEndpoint(family, protocol, uid);
}
Ref<PingEndpoint> NetStack::CreatePing(int family, uint32_t uid) {
  return parts_->ping.CreateEndpoint(family, uid);
}
Ref<PacketEndpoint> NetStack::CreatePacket(bool raw, uint16_t ethertype, uint32_t uid) {
  return base::MakeRef<PacketEndpoint>(parts_->stack, raw, ethertype, uid);
}

std::vector<NetStack::TcpListing> NetStack::ListTcp() const {
  std::vector<TcpListing> all;
  for (const Ref<TcpEndpoint>& endpoint : parts_->tcp.Endpoints()) {
    TcpListing item{endpoint->Row(), endpoint->local(), endpoint->peer(), endpoint};
    all.push_back(std::move(item));
  }
  const Time now = parts_->stack.now();
  auto millis = [&](Time at) {
    return at > now ? static_cast<uint32_t>((at - now) / kMillisecond) : 0;
  };
  parts_->tcp.ForEachTimeWait([&](const TcpTimeWait& tw) {
    TcpRow row;
    row.family = tw.family;
    row.state = static_cast<uint8_t>(TcpState::kTimeWait);
    row.timer = 3;
    row.timer_ms = millis(tw.expires);
    all.push_back({row, tw.tuple.local, tw.tuple.peer, nullptr});
  });
  parts_->tcp.ForEachRequest([&](const TcpRequest& request) {
    TcpRow row;
    row.family = request.listener->family();
    row.state = static_cast<uint8_t>(TcpState::kSynRecv);
    row.uid = request.listener->uid();
    row.timer = 1;
    row.timer_ms = millis(request.timer.deadline());
    row.retransmits = request.retransmits;
    all.push_back({row, request.tuple.local, request.tuple.peer, nullptr});
  });
  return all;
}

std::vector<Ref<UdpEndpoint>> NetStack::ListUdp() const {
  return parts_->udp.List();
}
std::vector<Ref<RawEndpoint>> NetStack::ListRaw() const {
  return parts_->raw.List();
}
std::vector<Ref<PingEndpoint>> NetStack::ListPing() const {
  return parts_->ping.List();
}

}  // namespace netstack
