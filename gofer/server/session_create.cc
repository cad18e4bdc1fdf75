// Create, Mkdir, Symlink, Mknod, Link: new names.
#include <unistd.h>

#include "gofer/server/session.h"

namespace gofer {
namespace {

constexpr uint32_t kPermissions = 0777;
constexpr uint32_t kSetIds = S_ISUID | S_ISGID;
constexpr int kCreateAttempts = 8;

}  // namespace

base::Result<void> Session::Create(const wire::CreateRequest& request, Answer* answer) {
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(NewName(*dir, request.name()));
  if ((request.mode() & ~(kPermissions | S_ISVTX | kSetIds)) != 0) return base::Errno(EINVAL);
  if ((request.mode() & kSetIds) != 0 && !dir->mount->allow_set_id()) return base::Errno(EPERM);
  for (int attempt = 0; attempt < kCreateAttempts; ++attempt) {
    const int access = request.open() == wire::OPEN_READ ? O_RDONLY : O_RDWR;
    base::Result<base::Fd> made =
        guard_.OpenAt(dir->fd, name, O_CREAT | O_EXCL | O_NOCTTY | access, request.mode());
    if (made.ok()) return FinishCreate(*dir, std::move(made).value(), request, answer);
    if (!made.Is(EEXIST) || request.exclusive()) return made.error();
    const base::Result<void> existing = OpenExisting(*dir, name, request, answer);
    if (!existing.Is(ENOENT)) return existing;  // ENOENT: removed meanwhile.
  }
  return base::Errno(EBUSY);
}

base::Result<void> Session::FinishCreate(const Node& dir, base::Fd made,
                                         const wire::CreateRequest& request, Answer* answer) {
  wire::CreateReply* reply = answer->message->mutable_create();
  TRY(ApplyOwner(*dir.mount, made, request.owner()));
  const struct statx found = TRY(StatHandle(made));
  Object object;
  object.mount = dir.mount;
  if (request.want_node()) object.opened = TRY(guard_.Reopen(made, O_PATH));
  TRY(FillEntry(std::move(object), found, request.want_node(), reply->mutable_entry()));
  if (request.open() == wire::OPEN_NONE) return base::Ok();
  reply->mutable_opened()->set_readable(true);
  reply->mutable_opened()->set_writable(request.open() != wire::OPEN_READ);
  answer->fd = std::move(made);
  return base::Ok();
}

// What stands there is described; a regular file is opened, and anything else is the client's to
// judge.
base::Result<void> Session::OpenExisting(const Node& dir, const Name& name,
                                         const wire::CreateRequest& request, Answer* answer) {
  wire::CreateReply* reply = answer->message->mutable_create();
  Object object = TRY(Lookup(dir, name));
  const struct statx found = TRY(StatHandle(object.handle()));
  if (S_ISREG(found.stx_mode) && request.open() != wire::OPEN_NONE) {
    TRY(Donate(object, found, request.open(), reply->mutable_opened(), answer));
  }
  reply->set_existed(true);
  return FillEntry(std::move(object), found, request.want_node(), reply->mutable_entry());
}

base::Result<void> Session::ApplyOwner(const Mount& mount, const base::Fd& handle,
                                       const wire::Owner& owner) {
  if (mount.squashes()) return base::Ok();
  const struct statx found = TRY(StatHandle(handle));
  if (found.stx_uid == owner.uid() && found.stx_gid == owner.gid()) return base::Ok();
  // An ordinary user cannot give files away: they stay the Gofer's own, and the attributes say so.
  if (::fchownat(handle.get(), "", owner.uid(), owner.gid(), AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) !=
          0 &&
      errno != EPERM && errno != EINVAL) {
    return base::LastErrno();
  }
  return base::Ok();
}

base::Result<void> Session::FinishNew(const Node& dir, const Name& name, const wire::Owner& owner,
                                      wire::Entry* entry) {
  Object object = TRY(Lookup(dir, name));
  TRY(ApplyOwner(*dir.mount, object.handle(), owner));
  const struct statx found = TRY(StatHandle(object.handle()));
  return FillEntry(std::move(object), found, false, entry);
}

base::Result<void> Session::Mkdir(const wire::MkdirRequest& request, wire::EntryReply* reply) {
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(NewName(*dir, request.name()));
  if (::mkdirat(dir->fd.get(), name.c_str(), request.mode() & (kPermissions | S_ISVTX)) != 0) {
    return base::LastErrno();
  }
  return FinishNew(*dir, name, request.owner(), reply->mutable_entry());
}

base::Result<void> Session::Symlink(const wire::SymlinkRequest& request, wire::EntryReply* reply) {
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(NewName(*dir, request.name()));
  const std::string& target = request.target();
  if (target.empty()) return base::Errno(ENOENT);
  if (target.size() > kMaxLinkTarget) return base::Errno(ENAMETOOLONG);
  if (target.find('\0') != std::string::npos) return base::Errno(EINVAL);
  if (::symlinkat(target.c_str(), dir->fd.get(), name.c_str()) != 0) return base::LastErrno();
  return FinishNew(*dir, name, request.owner(), reply->mutable_entry());
}

base::Result<void> Session::Mknod(const wire::MknodRequest& request, wire::EntryReply* reply) {
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(NewName(*dir, request.name()));
  const uint32_t type = request.mode() & S_IFMT;
  if (type != S_IFIFO && type != S_IFSOCK) return base::Errno(EPERM);
  if ((request.mode() & ~(S_IFMT | kPermissions | S_ISVTX)) != 0) return base::Errno(EINVAL);
  if (::mknodat(dir->fd.get(), name.c_str(), request.mode(), 0) != 0) return base::LastErrno();
  return FinishNew(*dir, name, request.owner(), reply->mutable_entry());
}

base::Result<void> Session::Link(const wire::LinkRequest& request, wire::EntryReply* reply) {
  const Object from = TRY(ResolveWritable(request.from()));
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(NewName(*dir, request.name()));
  if (from.mount != dir->mount) return base::Errno(EXDEV);
  if (!guard_.fd_directory().valid()) return base::Errno(ENOTSUP);
  // Through the handle's magic link: the inode that was looked up is the one that gets the name.
  if (::linkat(guard_.fd_directory().get(), PathGuard::NumberOf(from.handle()).c_str(),
               dir->fd.get(), name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return base::LastErrno();
  }
  Object made = TRY(Lookup(*dir, name));
  const struct statx found = TRY(StatHandle(made.handle()));
  return FillEntry(std::move(made), found, false, reply->mutable_entry());
}

}  // namespace gofer
