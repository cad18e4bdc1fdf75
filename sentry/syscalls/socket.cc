// socket(2), socketpair(2), bind(2), listen(2), accept(2), connect(2), getsockname(2),
// getpeername(2), shutdown(2), getsockopt(2), setsockopt(2).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/syscalls/fd_pair.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {
namespace {

constexpr int32_t kMaxFamily = 46;  // AF_MAX
constexpr int32_t kMaxType = 11;    // SOCK_MAX

struct TypeAndFlags {
  int type;
  uint32_t status;  // O_NONBLOCK
  bool cloexec;
};

Result<TypeAndFlags> SplitType(int32_t type) {
  const uint32_t bits = static_cast<uint32_t>(type);
  const uint32_t flags = bits & ~abi::kSockTypeMask;
  if ((flags & ~(abi::kSockCloexec | abi::kSockNonblock)) != 0) return Errno(EINVAL);
  return TypeAndFlags{static_cast<int>(bits & abi::kSockTypeMask), flags & abi::kSockNonblock,
                      (flags & abi::kSockCloexec) != 0};
}

Result<SocketFamily*> FindFamily(Task& task, int32_t family, int type) {
  if (family < 0 || family >= kMaxFamily) return Errno(EAFNOSUPPORT);
  if (type < 0 || type >= kMaxType) return Errno(EINVAL);
  return FamiliesOf(task.kernel()).Find(family);
}

}  // namespace

Result<Ref<Socket>> GetSocket(Task& task, FdNum fd) {
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  return Ref<Socket>(TRY(AsSocket(*file)));
}

Result<SocketAddress> ReadAddress(Task& task, uint64_t address, int32_t size) {
  if (size < 0 || static_cast<size_t>(size) > abi::kSockaddrStorageSize) return Errno(EINVAL);
  std::array<std::byte, abi::kSockaddrStorageSize> bytes;
  auto used = std::span(bytes).first(static_cast<size_t>(size));
  TRY(task.Read(address, used));
  return SocketAddress(used);
}

Result<void> WriteAddress(Task& task, const SocketAddress& address, uint64_t to,
                          UserPtr<int32_t> size_ptr) {
  if (to == 0) return {};
  const int32_t room = TRY(task.CopyIn(size_ptr));
  if (room < 0) return Errno(EINVAL);
  const size_t n = std::min(static_cast<size_t>(room), address.size());
  TRY(task.Write(to, address.bytes().first(n)));
  return task.CopyOut(size_ptr, static_cast<int32_t>(address.size()));
}

Result<FdNum> SysSocket(Task& task, int32_t family, int32_t type, int32_t protocol) {
  const TypeAndFlags split = TRY(SplitType(type));
  SocketFamily* maker = TRY(FindFamily(task, family, split.type));
  OpContext ctx = task.context();
  Ref<Socket> socket = TRY(maker->Create(ctx, split.type, protocol, split.status));
  return task.InstallFd(std::move(socket), FdFlags{.cloexec = split.cloexec});
}

Result<void> SysSocketpair(Task& task, int32_t family, int32_t type, int32_t protocol,
                           UserPtr<int32_t> fds) {
  const TypeAndFlags split = TRY(SplitType(type));
  SocketFamily* maker = TRY(FindFamily(task, family, split.type));
  OpContext ctx = task.context();
  auto pair = TRY(maker->CreatePair(ctx, split.type, protocol, split.status));
  return InstallFdPair(task, std::move(pair.first), std::move(pair.second), split.cloexec, fds);
}

Result<void> SysBind(Task& task, FdNum fd, uint64_t address_ptr, int32_t size) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const SocketAddress address = TRY(ReadAddress(task, address_ptr, size));
  OpContext ctx = task.context();
  return socket->Bind(ctx, address);
}

Result<void> SysListen(Task& task, FdNum fd, int32_t backlog) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  OpContext ctx = task.context();
  return socket->Listen(ctx, backlog);
}

Result<FdNum> SysAccept4(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size,
                         uint32_t flags) {
  if ((flags & ~(abi::kSockCloexec | abi::kSockNonblock)) != 0) return Errno(EINVAL);
  Ref<Socket> listener = TRY(GetSocket(task, fd));
  Socket& borrowed = *listener;
  auto attempt = [&borrowed, address, size, flags](Task& t) -> Result<FdNum> {
    OpContext ctx = t.context();
    Ref<Socket> accepted = TRY(borrowed.Accept(ctx));
    accepted->SetStatusFlags(flags & abi::kSockNonblock);
    if (address != 0) {
      // ECONNABORTED: it was gone before it was accepted.
      Result<SocketAddress> peer = accepted->PeerAddress();
      if (!peer.ok()) return Errno(ECONNABORTED);
      TRY(WriteAddress(t, *peer, address, size));
    }
    return t.InstallFd(std::move(accepted), FdFlags{.cloexec = (flags & abi::kSockCloexec) != 0});
  };
  return task.RetryOn(std::move(listener), abi::kPollIn | abi::kPollErr | abi::kPollHup,
                      std::move(attempt));
}

Result<FdNum> SysAccept(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size) {
  return SysAccept4(task, fd, address, size, 0);
}

Result<void> SysConnect(Task& task, FdNum fd, uint64_t address_ptr, int32_t size) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const SocketAddress address = TRY(ReadAddress(task, address_ptr, size));
  const bool nonblocking = socket->NonBlocking();
  WaitSpec wait;
  wait.queues.push_back({socket->ConnectQueue(), abi::kPollOut | abi::kPollErr | abi::kPollHup});
  if (std::optional<int64_t> limit = socket->IoTimeout(true)) {
    wait.deadline = MonotonicNow() + *limit;
    // A connection that goes on by itself is told of as one of a non-blocking socket.
    wait.on_timeout = Errno(socket->family() == abi::kAfUnix ? EAGAIN : EINPROGRESS);
    wait.on_signal = EINTR;
  }
  return task.Retry(std::move(wait), nonblocking,
                    [socket = std::move(socket), address, nonblocking](Task& t) -> Result<void> {
                      OpContext ctx = t.context();
                      return socket->Connect(ctx, address, nonblocking);
                    });
}

Result<void> SysGetsockname(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const SocketAddress name = TRY(socket->LocalAddress());
  if (address == 0) return Errno(EFAULT);
  return WriteAddress(task, name, address, size);
}

Result<void> SysGetpeername(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const SocketAddress name = TRY(socket->PeerAddress());
  if (address == 0) return Errno(EFAULT);
  return WriteAddress(task, name, address, size);
}

Result<void> SysShutdown(Task& task, FdNum fd, int32_t how) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  if (how < abi::kShutRd || how > abi::kShutRdwr) return Errno(EINVAL);
  OpContext ctx = task.context();
  return socket->Shutdown(ctx, how);
}

Result<void> SysSetsockopt(Task& task, FdNum fd, int32_t level, int32_t name, uint64_t value,
                           int32_t size) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  constexpr int32_t kMostBytes = 4096;  // More than any option that is known here has.
  if (size < 0) return Errno(EINVAL);
  std::vector<std::byte> bytes = TRY(
      task.CopyInArray(UserPtr<std::byte>(value), static_cast<size_t>(std::min(size, kMostBytes))));
  OpContext ctx = task.context();
  return socket->SetOption(ctx, level, name, bytes);
}

Result<void> SysGetsockopt(Task& task, FdNum fd, int32_t level, int32_t name, uint64_t value,
                           UserPtr<int32_t> size_ptr) {
  Ref<Socket> socket = TRY(GetSocket(task, fd));
  const int32_t room = TRY(task.CopyIn(size_ptr));
  if (room < 0) return Errno(EINVAL);
  OpContext ctx = task.context();
  const OptionBytes bytes = TRY(socket->GetOption(ctx, level, name));
  if (name == abi::kSoPeergroups && level == abi::kSolSocket &&
      static_cast<size_t>(room) < bytes.size()) {
    TRY(task.CopyOut(size_ptr, static_cast<int32_t>(bytes.size())));
    return Errno(ERANGE);
  }
  const size_t n = std::min(static_cast<size_t>(room), bytes.size());
  TRY(task.Write(value, std::span(bytes).first(n)));
  return task.CopyOut(size_ptr, static_cast<int32_t>(n));
}

}  // namespace sentry
