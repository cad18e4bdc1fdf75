// Raw sockets: raw(7), RFC 3542 section 3.
#include "netstack/raw/raw.h"

#include <algorithm>

#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

Ref<RawEndpoint> Raw::CreateEndpoint(int family, uint8_t protocol, uint32_t uid) {
  auto endpoint = base::MakeRef<RawEndpoint>(*this, family, protocol, uid);
  endpoints_.push_back(endpoint);
  return endpoint;
}

bool Raw::Deliver(Packet& packet, const IpReceived& ip) {
  if (endpoints_.empty()) return false;
  bool any = false;
  const std::vector<Ref<RawEndpoint>> all = endpoints_;
  for (const Ref<RawEndpoint>& endpoint : all) {
    if (!endpoint->Wants(packet, ip)) continue;
    any = true;
    endpoint->Deliver(packet, ip);
  }
  return any;
}

void Raw::OnError(const IpError& error, uint8_t protocol) {
  const std::vector<Ref<RawEndpoint>> all = endpoints_;
  for (const Ref<RawEndpoint>& endpoint : all) {
    if (endpoint->protocol() == protocol && endpoint->IsV4() == error.source.IsV4()) {
      endpoint->OnError(error);
    }
  }
}

RawEndpoint::RawEndpoint(Raw& raw, int family, uint8_t protocol, uint32_t uid)
    : DatagramEndpoint(raw.stack(), family, protocol, uid), raw_(raw) {
  local_.addr = IpAddress::AnyFor(IsV4());
  ip4.header_included = protocol == kProtoRaw && IsV4();
  local_.port = protocol;
}

RawEndpoint::~RawEndpoint() = default;

void RawEndpoint::Unbind() {
  Ref<RawEndpoint> keep(this);
  std::erase_if(raw_.endpoints_, [&](const auto& other) { return other.get() == this; });
}

Result<void> RawEndpoint::Bind(const SocketAddr& local) {
  Stack::Scope scope(stack_);
  if (local.addr.NeedsScope()) {
    if (local.scope != 0) TRY(SetBoundInterface(local.scope));
    if (options.bound_ifindex == 0) return Errno(EINVAL);
  }
  const bool free = IsV4() ? ip4.freebind : ip6.freebind;
  if (!free && !stack_.CanBind(local.addr, options.bound_ifindex)) return Errno(EADDRNOTAVAIL);
  local_.addr = local.addr;
  local_.scope = local.scope;
  bound_address_ = !local.addr.IsAny();
  return {};
}

bool RawEndpoint::Wants(const Packet& packet, const IpReceived& ip) const {
  if (protocol_ != ip.protocol || IsV4() != ip.destination.IsV4()) return false;
  if (!local_.addr.IsAny() && local_.addr != ip.destination) return false;
  if (connected_ && peer_.addr != ip.source) return false;
  if (options.bound_ifindex != 0 && options.bound_ifindex != ip.in->index()) return false;
  if (!WantsGroup(ip)) return false;
  std::byte type;
  if (protocol_ == kProtoIcmp && icmp_filter != 0 && packet.CopyOut(0, {&type, 1}) == 1) {
    const uint8_t t = Load8(&type);
    return t >= 32 || (icmp_filter >> t & 1) == 0;
  }
  if (protocol_ == kProtoIcmp6 && packet.CopyOut(0, {&type, 1}) == 1) {
    const uint8_t t = Load8(&type);
    return (icmp6_filter[t / 32] >> (t % 32) & 1) == 0;
  }
  return true;
}

void RawEndpoint::Deliver(const Packet& packet, const IpReceived& ip) {
  PacketPtr copy = packet.Clone();
  if (IsV4()) {
    const auto header = packet.network_header;
    std::memcpy(copy->Push(header.size()), header.data(), header.size());
  }
  DatagramInfo info = InfoOf(*copy, ip, 0);
  info.destination.port = 0;
  if (!PassesFilter(*copy)) return;
  Enqueue(std::move(copy), std::move(info));
}

void RawEndpoint::OnError(const IpError& error) {
  if (connected_ && peer_.addr != error.destination) return;
  HandleError(error, {error.destination, 0, 0}, error.transport);
}

Result<size_t> RawEndpoint::Send(ByteSource& data, const DatagramSend& send) {
  Stack::Scope scope(stack_);
  const size_t size = data.remaining();
  if (size > 65535) return Errno(EMSGSIZE);
  if (error_ != 0) return Errno(TakeError());
  if (send_shut_) return Errno(EPIPE);
  Target target = TRY(Resolve(send));
  const bool v4 = target.ip.destination.IsV4();
  if (v4 != IsV4()) return Errno(EINVAL);
  PacketPtr packet = TRY(TakeMessage(data, size));
  packet->mark = options.mark;
  packet->checksum = ChecksumState::kVerified;
  target.ip.header_included = v4 && ip4.header_included;
  // RFC 3542 section 3.1: of ICMPv6 the kernel computes it, of others where it was asked to.
  const int at = protocol_ == kProtoIcmp6 ? 2 : ip6.checksum_offset;
  if (!v4 && at >= 0) {
    if (static_cast<size_t>(at) + 2 > size) return Errno(EINVAL);
    std::byte* bytes = packet->views().front().data();
    Store16(bytes + at, 0);
    Checksum sum;
    sum.AddPseudoHeader(target.ip.source, target.ip.destination, protocol_, size);
    sum.Add({bytes, size});
    Store16(bytes + at, sum.Finish());
  }
  TRY(stack_.network(v4).Send(std::move(packet), target.route, target.ip));
  return size;
}

}  // namespace netstack
