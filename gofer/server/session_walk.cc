// Hello, Attach, Walk, Open: from a mount's root to an object and a descriptor of it.
#include <linux/magic.h>
#include <sys/vfs.h>

#include "abi/gofer/framing.h"
#include "gofer/server/session.h"

namespace gofer {
namespace {

// The host's /proc, met beneath a mount of the whole tree: its files are the memory and the secrets
// of processes, not data that a mount grants.
bool IsOnProc(const base::Fd& handle) {
  struct statfs info;
  return ::fstatfs(handle.get(), &info) != 0 || info.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

base::Result<void> Session::Hello(const wire::HelloRequest& request, wire::HelloReply* reply) {
  if (request.version() != abi::gofer::kVersion) return base::Errno(EPROTONOSUPPORT);
  if (request.max_reply_size() < abi::gofer::kMaxReplySize) return base::Errno(EINVAL);
  reply->set_version(abi::gofer::kVersion);
  reply->set_max_request_size(abi::gofer::kMaxRequestSize);
  reply->set_mount_count(static_cast<uint32_t>(mounts_.size()));
  return base::Ok();
}

base::Result<void> Session::Attach(const wire::AttachRequest& request, wire::AttachReply* reply) {
  if (request.first() > mounts_.size() || request.count() > mounts_.size() - request.first()) {
    return base::Errno(EINVAL);
  }
  for (size_t i = request.first(); i < request.first() + request.count(); ++i) {
    const Mount& mount = mounts_[i];
    if (mount.open_error() != 0) return base::Errno(mount.open_error());
    const struct statx found = TRY(StatHandle(mount.root()));
    Object root;
    root.opened = TRY(base::Fd::From(::fcntl(mount.root().get(), F_DUPFD_CLOEXEC, 0)));
    root.mount = &mount;
    root.hide = mount.hide_root();
    wire::AttachReply::Root* shown = reply->add_roots();
    shown->set_writable(mount.writable());
    TRY(FillEntry(std::move(root), found, true, shown->mutable_entry()));
  }
  return base::Ok();
}

base::Result<void> Session::Walk(const wire::WalkRequest& request, Answer* answer) {
  const int count = request.names_size();
  if (count == 0 || count > static_cast<int>(kMaxWalkNames)) return base::Errno(EINVAL);
  // All names are checked first, so that a bad one leaves no nodes behind.
  for (const std::string& text : request.names()) TRY(Name::Parse(text));
  base::Ref<Node> dir = TRY(SearchableDir(request.dir()));
  wire::WalkReply* reply = answer->message->mutable_walk();
  for (int i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    const base::Result<uint32_t> mode = WalkStep(*dir, request, i, reply, answer);
    if (!mode.ok()) {
      reply->set_error(static_cast<uint32_t>(mode.error().value()));
      break;
    }
    if (last || !S_ISDIR(mode.value())) break;
    if (!dir->mount->MaySearch(mode.value())) {
      reply->set_error(EACCES);
      break;
    }
    dir = TRY(nodes_.Find(static_cast<NodeId>(reply->entries(i).node())));
  }
  return base::Ok();
}

base::Result<uint32_t> Session::WalkStep(const Node& dir, const wire::WalkRequest& request, int i,
                                         wire::WalkReply* reply, Answer* answer) {
  const Name name = TRY(Name::Parse(request.names(i)));
  const bool last = i + 1 == request.names_size();
  const bool open = last && request.open() != wire::OPEN_NONE;
  const bool want_node = last && request.want_node();
  if (last && !open && !want_node) {
    const uint32_t mode = TRY(DescribeWithoutHandle(dir, name, reply));
    if (mode != 0) return mode;
  }
  Object object = TRY(Lookup(dir, name));
  const struct statx found = TRY(StatHandle(object.handle()));
  base::Result<void> opened = base::Ok();
  if (open) opened = Donate(object, found, request.open(), reply->mutable_opened(), answer);
  wire::Entry entry;
  TRY(FillEntry(std::move(object), found, want_node, &entry));
  reply->add_entries()->Swap(&entry);
  if (!opened.ok()) {
    reply->clear_opened();
    reply->set_open_error(static_cast<uint32_t>(opened.error().value()));
  }
  return uint32_t{found.stx_mode};
}

base::Result<uint32_t> Session::DescribeWithoutHandle(const Node& dir, const Name& name,
                                                      wire::WalkReply* reply) {
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  const struct statx found = TRY(StatEntry(dir.fd, name));
  if (S_ISDIR(found.stx_mode)) return 0U;
  std::string target;
  if (S_ISLNK(found.stx_mode)) target = TRY(ReadLinkEntry(dir.fd, name));
  wire::Entry* entry = reply->add_entries();
  FillAttr(*dir.mount, found, entry->mutable_attr());
  if (!target.empty()) *entry->mutable_link_target() = std::move(target);
  return uint32_t{found.stx_mode};
}

base::Result<void> Session::Donate(const Object& object, const struct statx& found,
                                   wire::OpenMode mode, wire::OpenedFile* opened, Answer* answer) {
  if (!object.mount->MayRead(found.stx_mode)) return base::Errno(EACCES);
  if (S_ISDIR(found.stx_mode)) return base::Ok();  // Listed by ReadDir; never donated.
  if (S_ISSOCK(found.stx_mode)) return base::Errno(ENXIO);
  if (S_ISLNK(found.stx_mode)) return base::Errno(ELOOP);
  if (!S_ISREG(found.stx_mode)) return base::Errno(EACCES);  // Devices and FIFOs of the host.
  if (IsOnProc(object.handle())) return base::Errno(EACCES);
  answer->fd = TRY(OpenFile(object, mode));
  const int access = ::fcntl(answer->fd.get(), F_GETFL) & O_ACCMODE;
  opened->set_readable(access != O_WRONLY);
  opened->set_writable(access != O_RDONLY);
  return base::Ok();
}

base::Result<base::Fd> Session::OpenFile(const Object& object, wire::OpenMode mode) {
  if (mode == wire::OPEN_READ) return guard_.Reopen(object.handle(), O_RDONLY);
  const bool best = mode == wire::OPEN_BEST;
  if (!best && mode != wire::OPEN_WRITE) return base::Errno(EINVAL);
  if (!object.mount->writable()) {
    if (!best) return base::Errno(EROFS);
    return guard_.Reopen(object.handle(), O_RDONLY);
  }
  base::Result<base::Fd> both = guard_.Reopen(object.handle(), O_RDWR);
  if (both.ok()) return both;
  // The host refuses one half: not permitted, a read-only file system, a program that runs.
  if (best) return guard_.Reopen(object.handle(), O_RDONLY);
  if (both.Is(EACCES)) return guard_.Reopen(object.handle(), O_WRONLY);
  return both;
}

base::Result<void> Session::Open(const wire::OpenRequest& request, Answer* answer) {
  const Object object = TRY(Resolve(request.target()));
  const struct statx found = TRY(StatHandle(object.handle()));
  if (S_ISDIR(found.stx_mode)) return base::Errno(EISDIR);
  return Donate(object, found, request.mode(), answer->message->mutable_open()->mutable_opened(),
                answer);
}

}  // namespace gofer
