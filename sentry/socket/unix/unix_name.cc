// Names of AF_UNIX sockets: binding them and finding who has one (unix(7), "Address format").
#include <algorithm>

#include "sentry/kernel/task.h"
#include "sentry/socket/unix/unix_socket.h"
#include "sentry/vfs/name_ops.h"

namespace sentry {
namespace {

constexpr size_t kFamilySize = offsetof(abi::SockAddrUn, sun_path);

// The bytes behind sun_family.
Result<std::string> NameBytes(const SocketAddress& address) {
  if (address.size() <= kFamilySize || address.size() > sizeof(abi::SockAddrUn) ||
      address.family() != abi::kAfUnix) {
    return Errno(EINVAL);
  }
  auto bytes = address.bytes().subspan(kFamilySize);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool IsPath(const std::string& name) {
  return !name.empty() && name[0] != '\0';
}

// A path ends at its NUL or with the structure.
std::string PathOf(const std::string& name) {
  return name.substr(0, std::min(name.find('\0'), name.size()));
}

}  // namespace

SocketAddress UnixSocket::NameAsAddress() const {
  std::array<std::byte, sizeof(abi::SockAddrUn) + 1> bytes{};  // A path of 108 gets a NUL more.
  const uint16_t family = abi::kAfUnix;
  std::memcpy(bytes.data(), &family, sizeof(family));
  std::memcpy(bytes.data() + kFamilySize, name_.data(), name_.size());
  return SocketAddress(std::span(bytes).first(kFamilySize + name_.size()));
}

Result<SocketAddress> UnixSocket::LocalAddress() {
  return NameAsAddress();
}

Result<SocketAddress> UnixSocket::PeerAddress() {
  if (peer_ == nullptr && !(had_peer_ && IsConnectionBased())) return Errno(ENOTCONN);
  return peer_name_;
}

Result<void> UnixSocket::Bind(OpContext& ctx, const SocketAddress& address) {
  if (address.size() == kFamilySize && address.family() == abi::kAfUnix) {
    if (bound_) return {};
    name_ = '\0' + TRY(registry_->Autobind(*this));
    bound_ = true;
    return {};
  }
  const std::string name = TRY(NameBytes(address));
  if (!name_.empty()) return Errno(EINVAL);  // An accepted one has its listener's name.
  if (IsPath(name)) return BindPath(ctx, PathOf(name));
  TRY(registry_->Claim(name.substr(1), *this));
  name_ = name;
  bound_ = true;
  return {};
}

Result<void> UnixSocket::BindPath(OpContext& ctx, const std::string& path) {
  if (ctx.task == nullptr) return Errno(EINVAL);
  Result<Path> made = Mknod(ctx, ctx.task->WalkFromCwd(), path, abi::kSIfsock | abi::kSIrwxugo, 0);
  if (made.Is(EEXIST)) return Errno(EADDRINUSE);
  bound_path_ = TRY(std::move(made));
  inode_socket_ = MakeRef<UnixInodeSocket>();
  inode_socket_->socket = this;
  bound_path_.inode()->attachment = inode_socket_;
  name_ = path + '\0';
  bound_ = true;
  return {};
}

Result<void> UnixSocket::AutobindIfNamed() {
  if (bound_ || !options_.pass_credentials) return {};
  name_ = '\0' + TRY(registry_->Autobind(*this));
  bound_ = true;
  return {};
}

Result<Ref<UnixSocket>> UnixSocket::FindTarget(OpContext& ctx, const SocketAddress& address) {
  const std::string name = TRY(NameBytes(address));
  UnixSocket* found = nullptr;
  if (IsPath(name)) {
    if (ctx.task == nullptr) return Errno(EINVAL);
    Path path = TRY(WalkPath(ctx, ctx.task->WalkFromCwd(), PathOf(name), WalkOptions{}));
    TRY(CheckPathAccess(ctx, path, kMayWrite));
    if ((path.inode()->mode() & abi::kSIfmt) != abi::kSIfsock || !path.inode()->attachment) {
      return Errno(ECONNREFUSED);
    }
    found = static_cast<UnixInodeSocket&>(*path.inode()->attachment).socket;
  } else {
    found = registry_->Find(name.substr(1), type_);
  }
  if (found == nullptr) return Errno(ECONNREFUSED);
  if (found->type_ != type_) return Errno(EPROTOTYPE);
  return Ref<UnixSocket>(found);
}

}  // namespace sentry
