// UdpEndpoint: binding, sending, what it is given.
#include "netstack/udp/udp_endpoint.h"

#include "netstack/stack/offload.h"
#include "netstack/udp/udp.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/udp.h"

namespace netstack {
namespace {

constexpr size_t kMaxPayload = 65535 - UdpHeader::kSize;
constexpr size_t kMaxSegments = 128;  // UDP_MAX_SEGMENTS

}  // namespace

UdpEndpoint::UdpEndpoint(Udp& udp, int family, uint32_t uid)
    : DatagramEndpoint(udp.stack(), family, udp.protocol(), uid), udp_(udp) {
  local_.addr = IpAddress::AnyFor(IsV4());
}

bool UdpEndpoint::lite() const {
  return udp_.lite();
}

Result<void> UdpEndpoint::Bind(const SocketAddr& local) {
  Stack::Scope scope(stack_);
  if (local_.port != 0) return Errno(EINVAL);
  const bool v4 = local.addr.IsV4();
  const bool free = v4 ? ip4.freebind || ip4.transparent : ip6.freebind || ip6.transparent;
  if (!IsV4() && v4 && ip6.v6only) return Errno(EINVAL);
  if (!v4 && local.addr.NeedsScope()) {
    if (local.scope != 0) TRY(SetBoundInterface(local.scope));
    if (options.bound_ifindex == 0) return Errno(EINVAL);
  }
  if (!free && !stack_.CanBind(local.addr, options.bound_ifindex)) return Errno(EADDRNOTAVAIL);
  local_.addr = local.addr;
  local_.scope = local.scope;
  if (Result<void> registered = udp_.Register(*this, local.port); !registered.ok()) {
    local_.addr = IpAddress::AnyFor(IsV4());
    return registered;
  }
  bound_address_ = !local.addr.IsAny();
  bound_port_ = local.port != 0;
  return {};
}

Result<void> UdpEndpoint::AutoBind() {
  if (local_.port != 0) return {};
  return udp_.Register(*this, 0);
}

void UdpEndpoint::Unbind() {
  if (local_.port != 0) udp_.Unregister(*this);
}

void UdpEndpoint::Rehash() {}

Result<void> UdpEndpoint::SetBoundInterface(uint32_t ifindex) {
  return Endpoint::SetBoundInterface(ifindex);
}

Result<void> UdpEndpoint::Connect(const SocketAddr& peer) {
  return DatagramEndpoint::Connect(peer);
}

Result<void> UdpEndpoint::Disconnect() {
  return DatagramEndpoint::Disconnect();
}

Result<size_t> UdpEndpoint::Send(ByteSource& data, const DatagramSend& send) {
  Stack::Scope scope(stack_);
  if (data.remaining() > 65535) return Errno(EMSGSIZE);
  if (error_ != 0) return Errno(TakeError());
  if (send_shut_) return Errno(EPIPE);
  if (send.to && send.to->port == 0) return Errno(EINVAL);
  if (send.more || cork || corked_ != nullptr) return SendCorked(data, send);
  Target target = TRY(Resolve(send));
  TRY(AutoBind());
  const size_t size = data.remaining();
  PacketPtr payload = TRY(TakeMessage(data, size));
  TRY(Transmit(std::move(payload), target, send.gso_size != 0 ? send.gso_size : segment_size));
  return size;
}

Result<size_t> UdpEndpoint::SendCorked(ByteSource& data, const DatagramSend& send) {
  if (corked_ == nullptr) {
    TRY(Resolve(send));
    TRY(AutoBind());
    corked_ = std::make_unique<Corked>();
    corked_->send = send;
  }
  const size_t size = data.remaining(), before = corked_->data.size();
  if (before + size > kMaxPayload) {
    corked_.reset();
    return Errno(EMSGSIZE);
  }
  corked_->data.resize(before + size);
  Result<size_t> got = data.Get(std::span(corked_->data).subspan(before));
  if (!got.ok() || *got < size) {
    corked_.reset();
    return Errno(EFAULT);
  }
  if (!send.more && !cork) TRY(FlushCork());
  return size;
}

Result<void> UdpEndpoint::FlushCork() {
  Stack::Scope scope(stack_);
  if (corked_ == nullptr) return {};
  const std::unique_ptr<Corked> corked = std::move(corked_);
  Target target = TRY(Resolve(corked->send));
  PacketPtr payload = Packet::FromBytes(stack_.pool(), corked->data);
  if (payload == nullptr) return Errno(ENOBUFS);
  const uint16_t gso = corked->send.gso_size != 0 ? corked->send.gso_size : segment_size;
  return Transmit(std::move(payload), target, gso);
}

Result<void> UdpEndpoint::Transmit(PacketPtr payload, const Target& target, uint16_t gso_size) {
  if (gso_size == 0 || payload->size() <= gso_size) {
    return TransmitOne(std::move(payload), target);
  }
  if (payload->size() > kMaxSegments * gso_size) return Errno(EINVAL);
  if (lite()) return Errno(EIO);  // udp_send_skb() of Linux.
  const uint32_t room = stack_.network(target.ip.destination).PayloadRoom(target.route, target.ip);
  if (gso_size + UdpHeader::kSize > room) return Errno(EMSGSIZE);
  while (!payload->empty()) {
    PacketPtr piece = payload->Clone();
    piece->Truncate(gso_size);
    payload->Consume(piece->size());
    TRY(TransmitOne(std::move(piece), target));
  }
  return {};
}

Result<void> UdpEndpoint::TransmitOne(PacketPtr packet, const Target& target) {
  const IpSend& ip = target.ip;
  const bool v4 = ip.destination.IsV4();
  const size_t length = packet->size() + UdpHeader::kSize;
  const size_t headers = v4 ? Ipv4Header::kSize + ip.options.size() : 0;
  if (length + headers > 65535) return Errno(EMSGSIZE);
  UdpHeader header{local_.port, target.to.port, static_cast<uint16_t>(length), 0};
  size_t covered = length;
  if (lite() && send_coverage && *send_coverage < length) {
    header.length = *send_coverage;
    if (*send_coverage != 0) covered = *send_coverage;
  }
  header.Write(packet->Push(UdpHeader::kSize));
  packet->mark = options.mark;
  const bool plain = v4 ? options.no_check : no_check6_tx;
  if (lite()) {
    const uint16_t sum = SumOfFirst(*packet, covered, ip.source, ip.destination, udp_.protocol());
    Store16(packet->mutable_head() + 6, sum == 0 ? uint16_t{0xffff} : sum);
    packet->checksum = ChecksumState::kVerified;
  } else if (plain) {
    packet->checksum = ChecksumState::kVerified;
  } else {
    StartChecksum(*packet, ip.source, ip.destination, kProtoUdp, 6);
  }
  udp_.stats(v4).out_datagrams++;
  return stack_.network(v4).Send(std::move(packet), target.route, ip);
}

void UdpEndpoint::Deliver(PacketPtr packet, const IpReceived& ip, uint16_t source_port,
                          std::span<const std::byte> header, size_t covered) {
  UdpStats& stats = udp_.stats(ip.source.IsV4());
  const int floor = ip.source.IsV4() ? ip4.min_ttl : ip6.min_hopcount;
  if (ip.hop_limit < floor) return;
  // udp_queue_rcv_one_skb(): what is covered in whole is always good enough.
  const bool partial = covered < packet->size() + UdpHeader::kSize;
  if (partial && receive_coverage && (*receive_coverage == 0 || covered < *receive_coverage)) {
    stats.in_errors++;
    drops_++;
    return;
  }
  DatagramInfo info = InfoOf(*packet, ip, source_port);
  if (!PassesFilter(*packet, header)) {
    drops_++;
    stats.in_errors++;
    return;
  }
  if (Enqueue(std::move(packet), std::move(info))) {
    stats.in_datagrams++;
  } else {
    stats.rcvbuf_errors++;
    stats.in_errors++;
  }
}

}  // namespace netstack
