// Hello, Attach, Walk, Open: from a mount's root to an object and a descriptor of it.
#include <linux/magic.h>
#include <sys/vfs.h>

#include "abi/gofer/framing.h"
#include "gofer/server/session.h"

namespace gofer {
namespace {

// The host's /proc, met beneath a mount of the whole tree: its files are the memory and the secrets
// of processes, not data that a mount grants.  Like all file systems without a device it has major
// number 0.
bool IsOnProc(const base::Fd& handle, const struct statx& found) {
  struct statfs info;
  if (found.stx_dev_major != 0) return false;
  return ::fstatfs(handle.get(), &info) != 0 || info.f_type == PROC_SUPER_MAGIC;
}

bool SameInode(const struct statx& a, const struct statx& b) {
  return a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major &&
         a.stx_dev_minor == b.stx_dev_minor;
}

// Only regular files are opened.  Devices and FIFOs of the host are seen, not touched.
base::Result<void> CheckDonatable(const Mount& mount, const struct statx& found) {
  if (!mount.MayRead(found.stx_mode)) return base::Errno(EACCES);
  if (S_ISREG(found.stx_mode)) return base::Ok();
  if (S_ISDIR(found.stx_mode)) return base::Errno(EISDIR);
  if (S_ISSOCK(found.stx_mode)) return base::Errno(ENXIO);
  if (S_ISLNK(found.stx_mode)) return base::Errno(ELOOP);
  return base::Errno(EACCES);
}

// Opens by `open(flags)` with the access that was asked for, as far as mount and host grant it.
template <typename Opener>
base::Result<OpenedFile> OpenAs(const Mount& mount, wire::OpenMode mode, Opener open) {
  const bool best = mode == wire::OPEN_BEST;
  if (!best && mode != wire::OPEN_READ && mode != wire::OPEN_WRITE) return base::Errno(EINVAL);
  if (mode == wire::OPEN_WRITE && !mount.writable()) return base::Errno(EROFS);
  if (mode != wire::OPEN_READ && mount.writable()) {
    base::Result<base::Fd> both = open(O_RDWR);
    if (both.ok()) return OpenedFile{std::move(both).value(), true, true};
    // The host refuses one half: not permitted, a read-only file system, a program that runs.
    if (!best && !both.Is(EACCES)) return both.error();
    if (!best) return OpenedFile{TRY(open(O_WRONLY)), false, true};
  }
  return OpenedFile{TRY(open(O_RDONLY)), true, false};
}

void Give(OpenedFile file, wire::OpenedFile* opened, Answer* answer) {
  opened->set_readable(file.readable);
  opened->set_writable(file.writable);
  answer->fd = std::move(file.fd);
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
  const bool want_node = last && request.want_node();
  const wire::OpenMode open = last ? request.open() : wire::OPEN_NONE;
  if (last && !want_node) {
    const uint32_t mode = TRY(StepByName(dir, name, open, reply, answer));
    if (mode != 0) return mode;
  }
  Object object = TRY(Lookup(dir, name));
  const struct statx found = TRY(StatHandle(object.handle()));
  wire::OpenedFile opened;
  if (open != wire::OPEN_NONE) NoteOpen(Donate(object, found, open, &opened, answer), reply);
  wire::Entry entry;
  TRY(FillEntry(std::move(object), found, want_node, &entry));
  reply->add_entries()->Swap(&entry);
  if (answer->fd.valid()) *reply->mutable_opened() = opened;
  return uint32_t{found.stx_mode};
}

// A directory is not donated but listed, so that it may be read is all there is to say.
void Session::NoteOpen(const base::Result<void>& opened, wire::WalkReply* reply) {
  if (opened.ok() || opened.Is(EISDIR)) return;
  reply->set_open_error(static_cast<uint32_t>(opened.error().value()));
}

base::Result<uint32_t> Session::StepByName(const Node& dir, const Name& name, wire::OpenMode open,
                                           wire::WalkReply* reply, Answer* answer) {
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  const struct statx found = TRY(StatEntry(dir.fd, name));
  if (S_ISDIR(found.stx_mode)) return 0U;
  std::string target;
  if (S_ISLNK(found.stx_mode)) target = TRY(ReadLinkEntry(dir.fd, name));
  if (open != wire::OPEN_NONE) {
    base::Result<OpenedFile> file = OpenByName(dir, name, found, open);
    if (file.Is(ESTALE)) return 0U;  // Something else stands there now.
    if (file.ok()) {
      Give(std::move(file).value(), reply->mutable_opened(), answer);
    } else {
      NoteOpen(file.error(), reply);
    }
  }
  wire::Entry* entry = reply->add_entries();
  FillAttr(*dir.mount, found, entry->mutable_attr());
  if (!target.empty()) *entry->mutable_link_target() = std::move(target);
  return uint32_t{found.stx_mode};
}

// ESTALE: by handle then.  One host call less than that.  What was opened must be what was looked
// at; O_NONBLOCK, which regular files ignore, lets nobody hold us up who puts a FIFO there
// meanwhile.
base::Result<OpenedFile> Session::OpenByName(const Node& dir, const Name& name,
                                             const struct statx& found, wire::OpenMode mode) {
  TRY(CheckDonatable(*dir.mount, found));
  base::Result<OpenedFile> file = OpenAs(*dir.mount, mode, [&](int flags) {
    return guard_.OpenAt(dir.fd, name, flags | O_NONBLOCK | O_NOCTTY);
  });
  // Gone, turned into a symbolic link, or leased to somebody: by handle then.
  if (file.Is(ENOENT) || file.Is(ELOOP) || file.Is(EAGAIN)) return base::Errno(ESTALE);
  if (!file.ok()) return file.error();
  const struct statx now = TRY(StatHandle(file->fd));
  if (!S_ISREG(now.stx_mode) || !SameInode(found, now)) return base::Errno(ESTALE);
  if (IsOnProc(file->fd, now)) return base::Errno(EACCES);
  return file;
}

base::Result<void> Session::Donate(const Object& object, const struct statx& found,
                                   wire::OpenMode mode, wire::OpenedFile* opened, Answer* answer) {
  TRY(CheckDonatable(*object.mount, found));
  if (IsOnProc(object.handle(), found)) return base::Errno(EACCES);
  Give(TRY(OpenAs(*object.mount, mode,
                  [&](int flags) { return guard_.Reopen(object.handle(), flags); })),
       opened, answer);
  return base::Ok();
}

base::Result<void> Session::Open(const wire::OpenRequest& request, Answer* answer) {
  if (request.ahead_size() > static_cast<int>(kMaxOpenedAhead)) return base::Errno(EINVAL);
  wire::OpenReply* reply = answer->message->mutable_open();
  const wire::Target& target = request.target();
  if (target.name().empty()) {
    const Object object = TRY(Resolve(target));
    const struct statx found = TRY(StatHandle(object.handle()));
    return Donate(object, found, request.mode(), reply->mutable_opened(), answer);
  }
  const base::Ref<Node> dir = TRY(SearchableDir(target.node()));
  for (const std::string& text : request.ahead()) TRY(Name::Parse(text));
  base::Result<OpenedFile> wanted = OpenEntry(*dir, target.name(), request.mode());
  if (wanted.Is(ESTALE)) {
    const Object object = TRY(Lookup(*dir, TRY(Name::Parse(target.name()))));
    const struct statx found = TRY(StatHandle(object.handle()));
    TRY(Donate(object, found, request.mode(), reply->mutable_opened(), answer));
  } else {
    Give(TRY(std::move(wanted)), reply->mutable_opened(), answer);
  }
  for (const std::string& text : request.ahead()) {
    base::Result<OpenedFile> file = OpenEntry(*dir, text, wire::OPEN_READ);
    reply->add_ahead(file.ok());
    if (file.ok()) answer->more.push_back(std::move(file->fd));
  }
  return base::Ok();
}

base::Result<OpenedFile> Session::OpenEntry(const Node& dir, const std::string& text,
                                            wire::OpenMode mode) {
  const Name name = TRY(Name::Parse(text));
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  const struct statx found = TRY(StatEntry(dir.fd, name));
  return OpenByName(dir, name, found, mode);
}

}  // namespace gofer
