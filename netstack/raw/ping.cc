// ICMP datagram sockets (icmp(7)).
#include <algorithm>

#include "netstack/raw/raw.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

Ref<PingEndpoint> Ping::CreateEndpoint(int family, uint32_t uid) {
  return base::MakeRef<PingEndpoint>(*this, family, uid);
}

std::vector<Ref<PingEndpoint>> Ping::List() const {
  std::vector<Ref<PingEndpoint>> all;
  for (const auto& [key, endpoint] : ids_) all.push_back(endpoint);
  return all;
}

Result<void> Ping::Register(PingEndpoint& endpoint, uint16_t id) {
  const bool v4 = endpoint.IsV4();
  if (id == 0) {
    const auto first = static_cast<uint16_t>(stack_.Random32());
    for (uint32_t i = 0; i < 65536 && id == 0; i++) {
      const auto candidate = static_cast<uint16_t>(first + i);
      if (candidate != 0 && !ids_.contains({v4, candidate})) id = candidate;
    }
    if (id == 0) return Errno(EADDRINUSE);
  } else if (ids_.contains({v4, id})) {
    return Errno(EADDRINUSE);
  }
  endpoint.local_.port = id;
  ids_[{v4, id}] = Ref<PingEndpoint>(&endpoint);
  return {};
}

void Ping::Unregister(PingEndpoint& endpoint) {
  Ref<PingEndpoint> keep(&endpoint);
  auto found = ids_.find({endpoint.IsV4(), endpoint.local_.port});
  if (found != ids_.end() && found->second.get() == &endpoint) ids_.erase(found);
}

void Ping::OnEchoReply(PacketPtr packet, const IpReceived& ip, uint16_t id) {
  auto found = ids_.find({ip.source.IsV4(), id});
  if (found == ids_.end()) return;
  const Ref<PingEndpoint> e = found->second;
  if (!e->local_.addr.IsAny() && e->local_.addr != ip.destination) return;
  if (e->connected_ && e->peer_.addr != ip.source) return;
  if (e->options.bound_ifindex != 0 && e->options.bound_ifindex != ip.in->index()) return;
  PacketPtr copy = packet->Clone();
  if (e->PassesFilter(*copy)) e->Enqueue(std::move(copy), e->InfoOf(*packet, ip, 0));
}

void Ping::OnEchoError(const IpError& error, uint16_t id) {
  auto found = ids_.find({error.destination.IsV4(), id});
  if (found == ids_.end()) return;
  const Ref<PingEndpoint> e = found->second;
  e->HandleError(error, {error.destination, 0, 0}, error.transport);
}

PingEndpoint::PingEndpoint(Ping& ping, int family, uint32_t uid)
    : DatagramEndpoint(ping.stack(), family, family == 2 ? kProtoIcmp : kProtoIcmp6, uid),
      ping_(ping) {
  local_.addr = IpAddress::AnyFor(IsV4());
}

PingEndpoint::~PingEndpoint() = default;

Result<void> PingEndpoint::Bind(const SocketAddr& local) {
  Stack::Scope scope(stack_);
  if (local_.port != 0) return Errno(EINVAL);
  if (local.addr.IsMulticast() || stack_.IsBroadcast(local.addr)) return Errno(EADDRNOTAVAIL);
  if (!stack_.CanBind(local.addr, options.bound_ifindex)) return Errno(EADDRNOTAVAIL);
  TRY(ping_.Register(*this, local.port));
  local_.addr = local.addr;
  bound_address_ = !local.addr.IsAny();
  bound_port_ = local.port != 0;
  return {};
}

Result<void> PingEndpoint::AutoBind() {
  if (local_.port != 0) return {};
  return ping_.Register(*this, 0);
}

void PingEndpoint::Unbind() {
  if (local_.port != 0) ping_.Unregister(*this);
}

Result<size_t> PingEndpoint::Send(ByteSource& data, const DatagramSend& send) {
  Stack::Scope scope(stack_);
  const size_t size = data.remaining();
  if (size > 65535 - IcmpHeader::kSize) return Errno(EMSGSIZE);
  if (size < IcmpHeader::kSize) return Errno(EINVAL);
  if (error_ != 0) return Errno(TakeError());
  if (send_shut_) return Errno(EPIPE);
  Target target = TRY(Resolve(send));
  const bool v4 = target.ip.destination.IsV4();
  if (v4 != IsV4()) return Errno(EAFNOSUPPORT);
  TRY(AutoBind());
  PacketPtr packet = TRY(TakeMessage(data, size));
  std::byte* at = packet->views().front().data();
  IcmpHeader header = IcmpHeader::Parse(at);
  if (header.type != (v4 ? kIcmpEcho : kIcmp6Echo) || header.code != 0) return Errno(EINVAL);
  header.checksum = 0;
  header.rest = (header.rest & 0xffff) | static_cast<uint32_t>(local_.port) << 16;
  header.Write(at);
  Checksum sum;
  if (!v4) sum.AddPseudoHeader(target.ip.source, target.ip.destination, kProtoIcmp6, size);
  sum.Add({at, size});
  Store16(at + 2, sum.Finish());
  packet->checksum = ChecksumState::kVerified;
  packet->mark = options.mark;
  IcmpStats& stats = v4 ? stack_.stats().icmp4 : stack_.stats().icmp6;
  stats.out_msgs++;
  stats.out_type[header.type]++;
  TRY(stack_.network(v4).Send(std::move(packet), target.route, target.ip));
  return size;
}

}  // namespace netstack
