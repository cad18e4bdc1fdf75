// Dispatch, and what all handlers share: looking handles and names up, describing what was found.
#include "gofer/server/session.h"

#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>

namespace gofer {
namespace {

size_t DescriptorLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_max;
}

}  // namespace

Session::Session(const std::vector<Mount>& mounts, const PathGuard& guard, uint32_t max_nodes)
    : mounts_(mounts),
      guard_(guard),
      spare_nodes_(std::min<size_t>(max_nodes, DescriptorLimit()) / 2),
      nodes_(max_nodes) {}

bool Session::Handle(const wire::Request& request, Answer* answer) {
  for (const uint64_t id : request.release()) nodes_.Release(static_cast<NodeId>(id));
  if (request.body_case() == wire::Request::BODY_NOT_SET) return false;
  const base::Result<void> done = Dispatch(request, answer);
  if (!done.ok()) {
    answer->message->Clear();
    answer->message->set_error(static_cast<uint32_t>(done.error().value()));
    answer->fd.reset();
    answer->more.clear();
  }
  return true;
}

base::Result<void> Session::Dispatch(const wire::Request& request, Answer* answer) {
  using Body = wire::Request::BodyCase;
  wire::Reply* reply = answer->message;
  switch (request.body_case()) {
    case Body::kHello:
      return Hello(request.hello(), reply->mutable_hello());
    case Body::kAttach:
      return Attach(request.attach(), reply->mutable_attach());
    case Body::kWalk:
      return Walk(request.walk(), answer);
    case Body::kOpen:
      return Open(request.open(), answer);
    case Body::kReadDir:
      return ReadDir(request.read_dir(), reply->mutable_read_dir());
    case Body::kCreate:
      return Create(request.create(), answer);
    case Body::kMkdir:
      return Mkdir(request.mkdir(), reply->mutable_entry());
    case Body::kSymlink:
      return Symlink(request.symlink(), reply->mutable_entry());
    case Body::kMknod:
      return Mknod(request.mknod(), reply->mutable_entry());
    case Body::kLink:
      return Link(request.link(), reply->mutable_entry());
    case Body::kUnlink:
      return Unlink(request.unlink());
    case Body::kRename:
      return Rename(request.rename());
    case Body::kGetAttr:
      return GetAttr(request.get_attr(), reply->mutable_attr());
    case Body::kSetAttr:
      return SetAttr(request.set_attr(), reply->mutable_attr());
    case Body::kReadLink:
      return ReadLink(request.read_link(), reply->mutable_bytes());
    case Body::kStatFs:
      return StatFs(request.stat_fs(), reply->mutable_stat_fs());
    case Body::kFsync:
      return Fsync(request.fsync());
    case Body::kGetXattr:
      return GetXattr(request.get_xattr(), reply->mutable_bytes());
    case Body::kSetXattr:
      return SetXattr(request.set_xattr());
    case Body::kListXattr:
      return ListXattr(request.list_xattr(), reply->mutable_list_xattr());
    case Body::kRemoveXattr:
      return RemoveXattr(request.remove_xattr());
    case Body::BODY_NOT_SET:
      break;
  }
  return base::Errno(EPROTO);
}

base::Result<base::Ref<Node>> Session::SearchableDir(uint64_t id) {
  base::Ref<Node> dir = TRY(nodes_.Find(static_cast<NodeId>(id)));
  if (dir->type != S_IFDIR) return base::Errno(ENOTDIR);
  if (dir->mount->world_readable_only()) {
    const struct statx found = TRY(StatHandle(dir->fd));
    if (!dir->mount->MaySearch(found.stx_mode)) return base::Errno(EACCES);
  }
  return dir;
}

base::Result<base::Ref<Node>> Session::WritableDir(uint64_t id) {
  base::Ref<Node> dir = TRY(SearchableDir(id));
  if (!dir->mount->writable()) return base::Errno(EROFS);
  return dir;
}

base::Result<Name> Session::NewName(const Node& dir, const std::string& text) {
  const Name name = TRY(Name::Parse(text));
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(EACCES);
  return name;
}

base::Result<Session::Object> Session::Lookup(const Node& dir, const Name& name) {
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  Object found;
  found.opened = TRY(guard_.OpenAt(dir.fd, name, O_PATH));
  found.mount = dir.mount;
  found.hide = branch;
  return found;
}

base::Result<Session::Object> Session::Resolve(const wire::Target& target) {
  if (!target.name().empty()) {
    const base::Ref<Node> dir = TRY(SearchableDir(target.node()));
    return Lookup(*dir, TRY(Name::Parse(target.name())));
  }
  Object found;
  found.node = TRY(nodes_.Find(static_cast<NodeId>(target.node())));
  found.mount = found.node->mount;
  found.hide = found.node->hide;
  return found;
}

base::Result<Session::Object> Session::ResolveWritable(const wire::Target& target) {
  Object found = TRY(Resolve(target));
  if (!found.mount->writable()) return base::Errno(EROFS);
  return found;
}

base::Result<NodeId> Session::Keep(Object object, uint32_t mode) {
  return nodes_.Add(
      base::MakeRef<Node>(std::move(object.opened), object.mount, object.hide, mode & S_IFMT));
}

base::Result<void> Session::FillEntry(Object object, const struct statx& found, bool want_node,
                                      wire::Entry* entry) {
  FillAttr(*object.mount, found, entry->mutable_attr());
  if (S_ISLNK(found.stx_mode)) {
    *entry->mutable_link_target() = TRY(ReadLinkHandle(object.handle()));
  }
  if (want_node || S_ISDIR(found.stx_mode)) {
    entry->set_node(static_cast<uint64_t>(TRY(Keep(std::move(object), found.stx_mode))));
  }
  return base::Ok();
}

void Session::FillAttr(const Mount& mount, const struct statx& found, wire::Attr* attr) {
  attr->set_mode(found.stx_mode);
  attr->set_nlink(found.stx_nlink);
  attr->set_uid(mount.ShownUid(found.stx_uid));
  attr->set_gid(mount.ShownGid(found.stx_gid));
  attr->set_size(found.stx_size);
  attr->set_blocks(found.stx_blocks);
  attr->set_blksize(found.stx_blksize);
  attr->set_rdev(makedev(found.stx_rdev_major, found.stx_rdev_minor));
  attr->set_dev(makedev(found.stx_dev_major, found.stx_dev_minor));
  attr->set_ino(found.stx_ino);
  attr->set_atime_sec(found.stx_atime.tv_sec);
  attr->set_atime_nsec(found.stx_atime.tv_nsec);
  attr->set_mtime_sec(found.stx_mtime.tv_sec);
  attr->set_mtime_nsec(found.stx_mtime.tv_nsec);
  attr->set_ctime_sec(found.stx_ctime.tv_sec);
  attr->set_ctime_nsec(found.stx_ctime.tv_nsec);
  if ((found.stx_mask & STATX_BTIME) == 0) return;
  attr->set_btime_sec(found.stx_btime.tv_sec);
  attr->set_btime_nsec(found.stx_btime.tv_nsec);
}

}  // namespace gofer
