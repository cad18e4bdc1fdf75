#include "sentry/socket/inet/packet_socket.h"

#include <arpa/inet.h>

#include <algorithm>

#include "abi/linux/capability.h"
#include "abi/linux/ioctl.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/mm/user_memory.h"
#include "sentry/socket/inet/inet_io.h"

namespace sentry {
namespace {

SocketAddress LinkToGuest(const netstack::LinkAddr& from) {
  abi::SockAddrLl out{};
  out.sll_family = abi::kAfPacket;
  out.sll_protocol = htons(from.protocol);
  out.sll_ifindex = static_cast<int32_t>(from.ifindex);
  out.sll_hatype = from.hardware_type;
  out.sll_pkttype = static_cast<uint8_t>(from.type);
  out.sll_halen = from.mac_length;
  std::memcpy(out.sll_addr, from.mac.bytes.data(), from.mac.bytes.size());
  // As long as the link's addresses (packet_getname() of Linux).
  return SocketAddress::Of(out, offsetof(abi::SockAddrLl, sll_addr) +
                                    std::max<size_t>(from.mac_length, sizeof(out.sll_addr)));
}

// Whose family the caller has looked at, if he minds: packet_snd() of Linux does not.
Result<netstack::LinkAddr> FromGuest(const SocketAddress& address) {
  if (address.size() < sizeof(abi::SockAddrLl)) return Errno(EINVAL);
  const auto in = address.As<abi::SockAddrLl>();
  netstack::LinkAddr out;
  out.protocol = ntohs(in.sll_protocol);
  out.ifindex = static_cast<uint32_t>(in.sll_ifindex);
  out.mac_length = in.sll_halen;
  std::memcpy(out.mac.bytes.data(), in.sll_addr, out.mac.bytes.size());
  return out;
}

}  // namespace

PacketSocket::PacketSocket(InetStack& stack, Network& network, Path path, uint32_t flags, int type,
                           int protocol, netstack::Ref<netstack::PacketEndpoint> endpoint)
    : InetSocket(stack, network, std::move(path), flags, abi::kAfPacket, type, protocol),
      packet_(std::move(endpoint)) {
  Attach();
}

PacketSocket::~PacketSocket() {
  netstack::Stack::Scope scope(stack().stack());
  Detach();
  packet_->Close();
}

Result<void> PacketSocket::Bind(OpContext&, const SocketAddress& address) {
  netstack::Stack::Scope scope(stack().stack());
  const netstack::LinkAddr to = TRY(FromGuest(address));
  if (address.family() != abi::kAfPacket) return Errno(EINVAL);
  return packet_->Bind(to.ifindex, to.protocol);
}

Result<SocketAddress> PacketSocket::LocalAddress() {
  return LinkToGuest(packet_->BoundTo());
}

Result<size_t> PacketSocket::Send(OpContext&, IoSource& data, SendArgs& args) {
  netstack::Stack::Scope scope(stack().stack());
  std::optional<netstack::LinkAddr> to;
  if (!args.to.empty()) to = TRY(FromGuest(args.to));
  StackSource source(data);
  return packet_->Send(source, to);
}

Result<size_t> PacketSocket::Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) {
  constexpr uint32_t kKnown =
      abi::kMsgPeek | abi::kMsgDontwait | abi::kMsgTrunc | abi::kMsgCmsgCloexec | abi::kMsgErrqueue;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  if ((flags & abi::kMsgErrqueue) != 0) return Errno(EAGAIN);
  netstack::Stack::Scope scope(stack().stack());
  netstack::LinkPacketInfo info;
  StackSink sink(data);
  const size_t taken = TRY(packet_->Receive(sink, (flags & abi::kMsgPeek) != 0, &info));
  out.full_length = info.full_length;
  if (taken < info.full_length) out.flags |= abi::kMsgTrunc;
  out.from = LinkToGuest(info.from);
  const int64_t stamp = info.wall_time != 0 ? info.wall_time : RealtimeNowNs();
  const abi::Timespec time = ToTimespec(stamp);
  if (options_.timestamp_ns) {
    out.control.raw.push_back({abi::kSolSocket, abi::kScmTimestampns, OptionValue(time)});
  } else if (options_.timestamp) {
    out.control.raw.push_back({abi::kSolSocket, abi::kScmTimestamp,
                               OptionValue(abi::Timeval{time.tv_sec, time.tv_nsec / 1000})});
  }
  if (auxiliary_) {
    abi::TpacketAuxdata auxiliary{};
    auxiliary.tp_status = abi::kTpStatusUser;
    if (info.checksum_partial) auxiliary.tp_status |= abi::kTpStatusCsumnotready;
    if (info.checksum_valid) auxiliary.tp_status |= abi::kTpStatusCsumValid;
    auxiliary.tp_len = static_cast<uint32_t>(info.full_length);
    auxiliary.tp_snaplen = static_cast<uint32_t>(info.full_length);
    auxiliary.tp_net = static_cast<uint16_t>(info.network_offset);
    out.control.raw.push_back({abi::kSolPacket, abi::kPacketAuxdata, OptionValue(auxiliary)});
  }
  return taken;
}

Result<OptionBytes> PacketSocket::GetFamilyOption(OpContext& ctx, int32_t level, int32_t name) {
  if (level == abi::kSolSocket) return InetSocket::GetFamilyOption(ctx, level, name);
  if (level != abi::kSolPacket) return Errno(ENOPROTOOPT);
  switch (name) {
    case abi::kPacketStatistics: {
      const auto figures = packet_->TakeStatistics();
      return OptionValue(abi::TpacketStats{figures.packets, figures.drops});
    }
    case abi::kPacketAuxdata:
      return OptionValue(int32_t{auxiliary_ ? 1 : 0});
    case abi::kPacketOrigdev:
      return OptionValue(int32_t{original_device_ ? 1 : 0});
    case abi::kPacketVersion:
      return OptionValue(int32_t{0});
    case abi::kPacketIgnoreOutgoing:
      return OptionValue(int32_t{packet_->ignore_outgoing ? 1 : 0});
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<void> PacketSocket::ChangeMembership(const abi::PacketMreq& request, bool join) {
  const auto index = static_cast<uint32_t>(request.mr_ifindex);
  if (stack().stack().FindInterface(index) == nullptr) return Errno(ENODEV);
  switch (request.mr_type) {
    case abi::kPacketMrPromisc:
      return packet_->SetPromiscuous(index, join);
    case abi::kPacketMrMulticast:  // More is heard than asked for.
    case abi::kPacketMrAllmulti:
      return packet_->SetAllMulticast(index, join);
    default:
      return Errno(EINVAL);
  }
}

Result<void> PacketSocket::SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                                           std::span<const std::byte> value) {
  if (level == abi::kSolSocket) return InetSocket::SetFamilyOption(ctx, level, name, value);
  if (level != abi::kSolPacket) return Errno(ENOPROTOOPT);
  netstack::Stack::Scope scope(stack().stack());
  if (name == abi::kPacketAddMembership || name == abi::kPacketDropMembership) {
    return ChangeMembership(TRY(OptionAs<abi::PacketMreq>(value)),
                            name == abi::kPacketAddMembership);
  }
  const bool on = TRY(OptionAs<int32_t>(value)) != 0;
  switch (name) {
    case abi::kPacketAuxdata:
      auxiliary_ = on;
      return {};
    case abi::kPacketOrigdev:
      original_device_ = on;
      return {};
    case abi::kPacketIgnoreOutgoing:
      packet_->ignore_outgoing = on;
      return {};
    default:
      return Errno(ENOPROTOOPT);
  }
}

Result<uint64_t> PacketSocket::FamilyIoctl(OpContext&, UserMemory& memory, uint64_t request,
                                           uint64_t arg) {
  int32_t answer = 0;
  if (request == abi::kSiocinq) {
    answer = static_cast<int32_t>(packet_->NextLength());
  } else if (request != abi::kSiocoutq) {
    return Errno(ENOTTY);
  }
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), answer));
  return uint64_t{0};
}

PacketSocketInfo PacketSocket::DescribePacket() const {
  const netstack::LinkAddr bound = packet_->BoundTo();
  return {.type = type_,
          .protocol = bound.protocol,
          .device = bound.ifindex,
          .receive_queue = static_cast<uint32_t>(packet_->NextLength()),
          .uid = inode()->uid(),
          .references = RefCount(),
          .inode = inode()->ino()};
}

PacketFamily::PacketFamily(Kernel& kernel) : kernel_(kernel) {
  StateOf<SocketDiag>(kernel).packet = [](const Network& network) {
    std::vector<PacketSocketInfo> list;
    InetStack* stack = InetStack::Existing(network);
    if (stack == nullptr) return list;
    for (InetSocket* socket : stack->sockets()) {
      const auto* packet = dynamic_cast<const PacketSocket*>(socket);
      if (packet != nullptr) list.push_back(packet->DescribePacket());
    }
    return list;
  };
}

Result<Ref<Socket>> PacketFamily::Create(OpContext& ctx, int type, int protocol, uint32_t flags) {
  Network& network = Networks::Of(kernel_, ctx);
  if (!network.Allows(ctx, abi::kCapNetRaw)) return Errno(EPERM);
  if (type != abi::kSockRaw && type != abi::kSockDgram) return Errno(ESOCKTNOSUPPORT);
  InetStack& stack = InetStack::Of(kernel_, network);
  const uint16_t ethertype = ntohs(static_cast<uint16_t>(protocol));
  return Ref<Socket>(MakeRef<PacketSocket>(
      stack, network, kernel_.Get<NamelessFiles>().Socket(ctx), flags, type, protocol,
      stack.net().CreatePacket(type == abi::kSockRaw, ethertype, ctx.creds.euid)));
}

}  // namespace sentry
