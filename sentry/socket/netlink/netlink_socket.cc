#include "sentry/socket/netlink/netlink_socket.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

uint32_t GroupMask(uint32_t group) {
  return group == 0 || group > 32 ? 0 : 1u << (group - 1);
}

// What a queued message costs its receiver beside its bytes, as Linux counts an skb.
size_t Charge(size_t size) {
  return std::max<size_t>(768, size + 576);
}

}  // namespace

NetlinkSocket::NetlinkSocket(Kernel& kernel, Path path, uint32_t flags, int type, int protocol,
                             Network& network)
    : Socket(kernel, std::move(path), flags, abi::kAfNetlink, type, protocol),
      table_(&StateOf<NetlinkTable>(kernel)),
      network_(&network) {
  table_->Add(*this);
  table_->Watch(network);
}

NetlinkSocket::~NetlinkSocket() {
  table_->Remove(*this);
}

Result<void> NetlinkSocket::CheckGroups(OpContext& ctx) const {
  if (protocol_of().AnyoneListens() || network().Allows(ctx, abi::kCapNetAdmin)) return {};
  return Errno(EPERM);
}

void NetlinkSocket::AutoBind(OpContext& ctx) {
  if (bound_) return;
  const int32_t pid = ctx.task != nullptr ? ctx.task->group().pid.value() : 0;
  table_->AutoBind(*this, static_cast<uint32_t>(pid));
}

Result<void> NetlinkSocket::Bind(OpContext& ctx, const SocketAddress& address) {
  if (address.size() < sizeof(abi::SockAddrNl)) return Errno(EINVAL);
  if (address.family() != abi::kAfNetlink) return Errno(EINVAL);
  const auto name = address.As<abi::SockAddrNl>();
  if (name.nl_groups != 0) TRY(CheckGroups(ctx));
  if (bound_ && name.nl_pid != port_) return Errno(EINVAL);
  if (!bound_) {
    if (name.nl_pid != 0) {
      TRY(table_->BindPort(*this, name.nl_pid));
    } else {
      AutoBind(ctx);
    }
  }
  for (uint32_t group = 1; group <= std::min<uint32_t>(32, protocol_of().groups()); ++group) {
    if ((name.nl_groups & GroupMask(group)) != 0) {
      groups_.insert(group);
    } else {
      groups_.erase(group);
    }
  }
  return {};
}

Result<void> NetlinkSocket::Connect(OpContext& ctx, const SocketAddress& address, bool) {
  if (address.size() < sizeof(uint16_t)) return Errno(EINVAL);
  if (address.family() == abi::kAfUnspec) {
    peer_port_ = peer_groups_ = 0;
    return {};
  }
  if (address.family() != abi::kAfNetlink || address.size() < sizeof(abi::SockAddrNl)) {
    return Errno(EINVAL);
  }
  const auto name = address.As<abi::SockAddrNl>();
  const bool user_space = protocol_ == abi::kNetlinkUsersock;
  if ((name.nl_groups != 0 || name.nl_pid != 0) && !user_space &&
      !network().Allows(ctx, abi::kCapNetAdmin)) {
    return Errno(EPERM);
  }
  AutoBind(ctx);
  peer_port_ = name.nl_pid;
  peer_groups_ = name.nl_groups;
  return {};
}

Result<SocketAddress> NetlinkSocket::LocalAddress() {
  abi::SockAddrNl name{};
  name.nl_family = abi::kAfNetlink;
  name.nl_pid = port_;
  for (uint32_t group : groups_) name.nl_groups |= GroupMask(group);
  return SocketAddress::Of(name);
}

Result<SocketAddress> NetlinkSocket::PeerAddress() {
  abi::SockAddrNl name{};
  name.nl_family = abi::kAfNetlink;
  name.nl_pid = peer_port_;
  name.nl_groups = peer_groups_;
  return SocketAddress::Of(name);
}

Result<size_t> NetlinkSocket::Send(OpContext& ctx, IoSource& data, SendArgs& args) {
  if ((args.flags & abi::kMsgOob) != 0) return Errno(EOPNOTSUPP);
  const size_t size = data.remaining();
  if (size == 0) return Errno(ENODATA);
  uint32_t to = peer_port_, groups = peer_groups_;
  if (!args.to.empty()) {
    if (args.to.size() < sizeof(abi::SockAddrNl) || args.to.family() != abi::kAfNetlink) {
      return Errno(EINVAL);
    }
    const auto name = args.to.As<abi::SockAddrNl>();
    to = name.nl_pid;
    groups = name.nl_groups;
    const bool anyone = protocol_ == abi::kNetlinkUsersock;
    if ((to != 0 || groups != 0) && !anyone && !network().Allows(ctx, abi::kCapNetAdmin)) {
      return Errno(EPERM);
    }
  }
  AutoBind(ctx);
  if (size > static_cast<size_t>(options_.send_buffer) - 32) return Errno(EMSGSIZE);
  std::vector<std::byte> bytes(size);
  if (TRY(data.Get(bytes)) != size) return Errno(EFAULT);
  if (groups != 0) {
    const uint32_t group = static_cast<uint32_t>(__builtin_ctz(groups)) + 1;
    table_->Multicast(*network_, protocol_, group, port_, bytes, this);
  }
  if (to != 0) {
    NetlinkSocket* target = table_->FindPort(*network_, protocol_, to);
    if (target == nullptr) return Errno(ECONNREFUSED);
    // It hears its own peer alone (netlink_getsockbyportid()).
    if (target->peer_port_ != 0 && target->peer_port_ != port_) return Errno(ECONNREFUSED);
    target->Deliver(bytes, port_, 0);
    return size;
  }
  if (groups != 0) return size;
  if (!protocol_of().AnswersRequests()) return Errno(ECONNREFUSED);
  TRY(ToKernel(ctx, bytes));
  return size;
}

void NetlinkSocket::Deliver(std::span<const std::byte> bytes, uint32_t from_port, uint32_t group) {
  if (queued_bytes_ + Charge(bytes.size()) > static_cast<size_t>(options_.receive_buffer)) {
    ++drops_;
    if (!no_enobufs_) {
      error_ = ENOBUFS;
      queue_.Notify(abi::kPollErr);
    }
    return;
  }
  queued_bytes_ += Charge(bytes.size());
  queue_of_.push_back({{bytes.begin(), bytes.end()}, from_port, group, {}});
  queue_.Notify(kReadable);
}

// As much of a dump as one datagram takes: a page's worth, or what the reader has shown that it can
// take, up to 32 KiB (netlink_dump() of Linux).
void NetlinkSocket::PullDump() {
  if (!queue_of_.empty() || dump_.empty()) return;
  constexpr size_t kPage = 3776, kMost = 32768;
  const size_t room = std::clamp(largest_buffer_, kPage, kMost);
  Datagram datagram;
  while (!dump_.empty()) {
    const std::vector<std::byte>& next = dump_.front();
    if (!datagram.bytes.empty() && datagram.bytes.size() + next.size() > room) break;
    datagram.bytes.insert(datagram.bytes.end(), next.begin(), next.end());
    dump_.pop_front();
  }
  queued_bytes_ += Charge(datagram.bytes.size());
  queue_of_.push_back(std::move(datagram));
}

Result<size_t> NetlinkSocket::Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) {
  if ((flags & abi::kMsgOob) != 0) return Errno(EOPNOTSUPP);
  PullDump();
  if (error_ != 0) return Errno(TakeError());
  if (queue_of_.empty()) return Errno(EAGAIN);
  largest_buffer_ = std::max(largest_buffer_, data.remaining());
  const Datagram& datagram = queue_of_.front();
  const size_t wanted = std::min(datagram.bytes.size(), data.remaining());
  const size_t taken = wanted == 0 ? 0 : TRY(data.Put(std::span(datagram.bytes).first(wanted)));
  if (taken < wanted) return Errno(EFAULT);
  out.full_length = datagram.bytes.size();
  if (out.full_length > taken) out.flags |= abi::kMsgTrunc;
  abi::SockAddrNl from{};
  from.nl_family = abi::kAfNetlink;
  from.nl_pid = datagram.from_port;
  from.nl_groups = GroupMask(datagram.group);
  out.from = SocketAddress::Of(from);
  if (packet_info_) {
    const OptionBytes info = OptionValue(datagram.group);
    out.control.raw.push_back({abi::kSolNetlink, abi::kNetlinkPktinfo, info});
  }
  if (options_.pass_credentials) out.control.credentials = datagram.sender;
  if ((flags & abi::kMsgPeek) != 0) return taken;
  queued_bytes_ -= Charge(datagram.bytes.size());
  queue_of_.pop_front();
  return taken;
}

uint32_t NetlinkSocket::Poll() {
  uint32_t events = abi::kPollOut | abi::kPollWrnorm | abi::kPollWrband;
  if (error_ != 0) events |= abi::kPollErr;
  if (!queue_of_.empty() || !dump_.empty()) events |= kReadable;
  return events;
}

Result<Ref<Socket>> NetlinkFamily::Create(OpContext& ctx, int type, int protocol, uint32_t flags) {
  if (type != abi::kSockRaw && type != abi::kSockDgram) return Errno(ESOCKTNOSUPPORT);
  if (StateOf<NetlinkTable>(kernel_).Protocol(protocol) == nullptr) return Errno(EPROTONOSUPPORT);
  return Ref<Socket>(MakeRef<NetlinkSocket>(kernel_, kernel_.Get<NamelessFiles>().Socket(ctx),
                                            flags, type, protocol, Networks::Of(kernel_, ctx)));
}

}  // namespace sentry
