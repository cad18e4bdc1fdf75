#include "sentry/socket/outside/gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "netstack/link/pair.h"
#include "platform/base/log.h"
#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

constexpr uint32_t kMtu = 1500;
constexpr int64_t kHandshakeTime = 75'000'000'000;
constexpr netstack::MacAddress kGuestMac{{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
constexpr netstack::MacAddress kGatewayMac{{0x52, 0x55, 0x0a, 0x00, 0x02, 0x02}};
const char* const kDevice = "eth0";

netstack::IpAddress V4(uint32_t host_order) {
  const uint32_t wire = htonl(host_order);
  return netstack::IpAddress::V4Bytes(&wire);
}

netstack::IpAddress V6(const char* text) {
  in6_addr bytes{};
  ::inet_pton(AF_INET6, text, &bytes);
  return netstack::IpAddress::V6Bytes(&bytes);
}

IpAddress Configured(const netstack::IpAddress& address) {
  return FromStack(address);
}

}  // namespace

Gateway::Gateway(Kernel& kernel, Network& network, base::Fd channel)
    : kernel_(kernel),
      environment_(kernel, [this] { stack().RunTimers(); }),
      net_(std::make_unique<netstack::NetStack>(environment_)),
      expiry_(kernel.timers(), [this] { ExpireAccepting(); }),
      broker_(kernel, std::move(channel), *this) {
  auto [guest, own] = netstack::PairLink::Create(kGuestMac, kGatewayMac, kMtu);
  SetUpStack(std::move(own));
  AddDevice(network, std::move(guest));
}

Gateway::~Gateway() {
  netstack::Stack::Scope scope(stack());
  for (const auto& [id, flow] : std::map(flows_)) flow->End(0);
  if (metadata_ != nullptr) metadata_->Stop();
  if (followed_ != nullptr) followed_->on_listening = nullptr;
  net_->tcp().SetForwarder(nullptr, nullptr);
  net_->udp().SetForwarder(nullptr);
  listener_->SetObserver(nullptr);
  listener_->Close();
}

void Gateway::SetUpStack(std::unique_ptr<netstack::Link> link) {
  net_->AddLoopback();
  netstack::Stack::Scope scope(stack());
  netstack::Interface& device = *stack().AddInterface(kDevice, std::move(link)).value();
  stack().TakeAll();
  // Every refusal is told: the guest has asked for it.
  netstack::Sysctl& sysctl = stack().sysctl();
  sysctl.icmp_ratemask = sysctl.icmp_ratelimit = 0;
  sysctl.icmp_msgs_per_sec = sysctl.icmp_msgs_burst = 1'000'000;
  (void)stack().SetFlags(device, abi::kIffUp, abi::kIffUp);
  auto add = [&](const netstack::IpAddress& address, int prefix) {
    netstack::InterfaceAddress own;
    own.addr = address;
    own.prefix = prefix;
    own.flags |= netstack::kAddrNodad;
    (void)stack().AddAddress(device, own);
  };
  add(V4(gofer::kGatewayV4), gofer::kPrefixV4);
  add(V4(gofer::kResolverV4), gofer::kPrefixV4);
  add(V6(gofer::kGatewayV6), gofer::kPrefixV6);
  add(V6(gofer::kResolverV6), gofer::kPrefixV6);
  // Bound where no packet of the guest can reach it: it only lends what it is to those that the
  // forwarder accepts.
  listener_ = net_->CreateTcp(abi::kAfInet6, 0);
  const bool listens = listener_->Bind({netstack::IpAddress::LoopbackV6(), 0, 0}).ok() &&
                       listener_->Listen(4096).ok();
  if (!listens) LOG_ERROR("gateway: no listener");
  listener_->SetObserver(this);
  net_->tcp().SetForwarder(this, listener_);
  net_->udp().SetForwarder(this);
}

void Gateway::FollowListeners(Network& network) {
  followed_ = &InetStack::Of(kernel_, network);
  followed_->on_listening = [this](const netstack::SocketAddr& at, bool listens) {
    // What only the guest itself can reach stays so.
    if (at.addr.IsLoopback()) return;
    int& count = listening_[at.port];
    const bool changed = listens ? count++ == 0 : --count == 0;
    if (count == 0) listening_.erase(at.port);
    if (!changed) return;
    gofer::BrokerMessage message;
    message.op = listens ? gofer::BrokerOp::kListen : gofer::BrokerOp::kUnlisten;
    message.protocol = IPPROTO_TCP;
    message.port = at.port;
    broker_.Send(message);
  };
}

void Gateway::ServeMetadata(MetadataOptions options) {
  metadata_ = MakeRef<MetadataServer>(*net_, kDevice, std::move(options));
}

void Gateway::AddDevice(Network& network, std::unique_ptr<netstack::Link> link) {
  InetStack::Of(kernel_, network).PrepareLink(kDevice, std::move(link));
  NetDevice device;
  device.name = kDevice;
  device.flags = abi::kIffBroadcast | abi::kIffMulticast | abi::kIffUp;
  device.mtu = kMtu;
  device.address = kGuestMac.bytes;
  device.broadcast.fill(0xff);
  Result<NetDevice*> added = network.Add(std::move(device));
  if (!added.ok()) return;
  const int32_t index = (*added)->index;
  auto add = [&](const netstack::IpAddress& local, int prefix) {
    InterfaceAddress address;
    address.device = index;
    address.local = address.peer = Configured(local);
    address.prefix_length = static_cast<uint8_t>(prefix);
    address.flags = abi::kIfaFPermanent;
    if (local.IsV4()) {
      address.broadcast = Configured(V4(gofer::kGuestV4 | 0xff));
      address.label = kDevice;
    }
    (void)network.Add(address, false);
  };
  add(V4(gofer::kGuestV4), gofer::kPrefixV4);
  add(V6(gofer::kGuestV6), gofer::kPrefixV6);
  for (const netstack::IpAddress& via : {V4(gofer::kGatewayV4), V6(gofer::kGatewayV6)}) {
    Route route;
    route.destination = IpAddress::Any(via.IsV4() ? abi::kAfInet : abi::kAfInet6);
    route.gateway = Configured(via);
    route.device = index;
    route.table = abi::kRtTableMain;
    route.type = abi::kRtnUnicast;
    route.protocol = abi::kRtprotBoot;
    if (!via.IsV4()) route.metric = 1024;
    if (!network.Add(route, {}).ok()) LOG_ERROR("gateway: no default route");
  }
}

void Gateway::Tell(gofer::BrokerOp op, uint64_t id, int error) {
  gofer::BrokerMessage message;
  message.op = op;
  message.id = id;
  message.error = error;
  broker_.Send(message);
}

void Gateway::AskFor(uint64_t id, uint8_t protocol, const netstack::IpAddress& address,
                     uint16_t port) {
  gofer::BrokerMessage message;
  message.op = gofer::BrokerOp::kConnect;
  message.id = id;
  message.protocol = protocol;
  message.ipv4 = address.IsV4() ? 1 : 0;
  message.port = port;
  const auto wire = address.wire();
  std::memcpy(message.address.data(), wire.data(), wire.size());
  broker_.Send(message);
}

void Gateway::OnConnectionRequest(const netstack::TcpTuple& tuple) {
  if (broker_.lost() || flows_.size() >= kMostFlows) {
    // Not from within the stack's own handling of the request.
    stack().Defer([this, tuple] { net_->tcp().RefuseHeld(tuple, ENETUNREACH); });
    return;
  }
  const uint64_t id = next_id_++;
  flows_[id] = MakeRef<TcpOutsideFlow>(*this, id, tuple);
  AskFor(id, IPPROTO_TCP, tuple.local.addr, tuple.local.port);
}

netstack::UdpEndpoint* Gateway::OnFlow(const netstack::IpReceived& ip, uint16_t port,
                                       uint16_t source_port) {
  if (broker_.lost() || flows_.size() >= kMostFlows || port == 0 || source_port == 0) {
    return nullptr;
  }
  const int family = ip.source.IsV4() ? abi::kAfInet : abi::kAfInet6;
  netstack::Ref<netstack::UdpEndpoint> endpoint = net_->CreateUdp(family, 0);
  endpoint->options.reuse_address = true;  // The same far side for several ports of the guest.
  if (!endpoint->Bind({ip.destination, port, 0}).ok() ||
      !endpoint->Connect({ip.source, source_port, 0}).ok()) {
    endpoint->Close();
    return nullptr;
  }
  const uint64_t id = next_id_++;
  netstack::UdpEndpoint* borrowed = endpoint.get();
  flows_[id] = MakeRef<UdpOutsideFlow>(*this, id, std::move(endpoint));
  AskFor(id, IPPROTO_UDP, ip.destination, port);
  return borrowed;
}

void Gateway::OnBroker(const gofer::BrokerMessage& message, base::Fd descriptor) {
  netstack::Stack::Scope scope(stack());
  switch (message.op) {
    case gofer::BrokerOp::kConnected:
      return OnConnected(message.id, std::move(descriptor));
    case gofer::BrokerOp::kFailed:
      return OnFailed(message.id, message.error);
    case gofer::BrokerOp::kIncoming:
      return OnIncoming(message, std::move(descriptor));
    default:
      return;
  }
}

void Gateway::OnConnected(uint64_t id, base::Fd descriptor) {
  auto found = flows_.find(id);
  if (found == flows_.end() || !descriptor.valid()) return;
  const Ref<OutsideFlow> flow = found->second;
  flow->Open(std::move(descriptor));
  auto* tcp = dynamic_cast<TcpOutsideFlow*>(flow.get());
  if (tcp == nullptr) return flow->OnReady(0);
  accepting_.push_back({MonotonicNow(), Ref<TcpOutsideFlow>(tcp)});
  if (!expiry_.armed()) expiry_.Arm(MonotonicNow() + kHandshakeTime);
  net_->tcp().AcceptHeld(tcp->tuple());
}

void Gateway::OnFailed(uint64_t id, int error) {
  auto found = flows_.find(id);
  if (found == flows_.end()) return;
  const Ref<OutsideFlow> flow = found->second;
  if (auto* tcp = dynamic_cast<TcpOutsideFlow*>(flow.get())) {
    if (tcp->attached()) return tcp->Break();
    net_->tcp().RefuseHeld(tcp->tuple(), error);
    flows_.erase(id);
    return;
  }
  static_cast<UdpOutsideFlow&>(*flow).Refuse(error != 0 ? error : EHOSTUNREACH);
}

void Gateway::OnIncoming(const gofer::BrokerMessage& message, base::Fd descriptor) {
  if (!descriptor.valid() || flows_.contains(message.id) || flows_.size() >= kMostFlows) {
    return Tell(gofer::BrokerOp::kClose, message.id, ECONNREFUSED);
  }
  const netstack::SocketAddr guest{V4(gofer::kGuestV4), message.guest_port, 0};
  if (message.protocol == IPPROTO_TCP) {
    auto flow = MakeRef<TcpOutsideFlow>(*this, message.id, netstack::TcpTuple{});
    flows_[message.id] = flow;
    flow->Open(std::move(descriptor));
    flow->Dial(net_->CreateTcp(abi::kAfInet, 0), guest);
    return;
  }
  netstack::Ref<netstack::UdpEndpoint> endpoint = net_->CreateUdp(abi::kAfInet, 0);
  if (!endpoint->Connect(guest).ok()) {
    endpoint->Close();
    return Tell(gofer::BrokerOp::kClose, message.id, ECONNREFUSED);
  }
  auto flow = MakeRef<UdpOutsideFlow>(*this, message.id, std::move(endpoint));
  flows_[message.id] = flow;
  Tell(gofer::BrokerOp::kTaken, message.id);
  flow->Open(std::move(descriptor));
}

void Gateway::OnBrokerLost() {
  netstack::Stack::Scope scope(stack());
  // It may have been noticed in the midst of a packet.
  stack().Defer([this] { RefuseAll(); });
}

// What is connected stays so; what waits for an answer gets one.
void Gateway::RefuseAll() {
  for (const auto& [id, flow] : std::map(flows_)) {
    auto* tcp = dynamic_cast<TcpOutsideFlow*>(flow.get());
    if (tcp == nullptr || tcp->attached()) continue;
    net_->tcp().RefuseHeld(tcp->tuple(), ENETUNREACH);
    flows_.erase(id);
  }
}

void Gateway::Finish(MonoTime deadline) {
  for (MonoTime now = MonotonicNow(); now < deadline; now = MonotonicNow()) {
    std::vector<pollfd> waiting;
    std::vector<Ref<OutsideFlow>> flows;
    for (const auto& [id, flow] : flows_) {
      auto* tcp = dynamic_cast<TcpOutsideFlow*>(flow.get());
      if (tcp == nullptr || !tcp->unsent()) continue;
      waiting.push_back({tcp->host(), POLLOUT, 0});
      flows.push_back(flow);
    }
    if (flows.empty()) return;
    const int64_t left = deadline.ns - now.ns;
    const timespec time{left / kNanosPerSecond, left % kNanosPerSecond};
    if (::ppoll(waiting.data(), waiting.size(), &time, nullptr) <= 0) return;
    netstack::Stack::Scope scope(stack());
    for (const Ref<OutsideFlow>& flow : flows) flow->OnReady(0);
  }
}

void Gateway::OnReady(uint32_t) {
  stack().Defer([this] { AcceptAll(); });
}

void Gateway::AcceptAll() {
  for (;;) {
    Result<netstack::Ref<netstack::TcpEndpoint>> child = listener_->Accept();
    if (!child.ok()) return;
    const netstack::TcpTuple tuple{{(*child)->local().addr, (*child)->local().port, 0},
                                   {(*child)->peer().addr, (*child)->peer().port, 0}};
    auto waits = std::find_if(accepting_.begin(), accepting_.end(),
                              [&](const Accepting& a) { return a.flow->tuple() == tuple; });
    if (waits == accepting_.end()) {
      (*child)->Abort();
      (*child)->Close();
      continue;
    }
    const Ref<TcpOutsideFlow> flow = std::move(waits->flow);
    accepting_.erase(waits);
    flow->Attach(std::move(*child));
  }
}

// A guest that asked and then went away.
void Gateway::ExpireAccepting() {
  netstack::Stack::Scope scope(stack());
  const MonoTime now = MonotonicNow();
  while (!accepting_.empty() && accepting_.front().since + kHandshakeTime <= now) {
    const Ref<TcpOutsideFlow> flow = std::move(accepting_.front().flow);
    accepting_.erase(accepting_.begin());
    flow->End(ETIMEDOUT);
  }
  if (!accepting_.empty()) expiry_.Arm(accepting_.front().since + kHandshakeTime);
}

}  // namespace sentry
