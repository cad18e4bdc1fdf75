// Unlink and Rename: names that go.
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gofer/server/session.h"

namespace gofer {
namespace {

// A directory on the way to something hidden may not move, or what is hidden would appear under
// another name.
base::Result<void> CheckMovable(const Node& dir, const Name& name, int error_if_hidden) {
  const HideBranch* branch = BranchOf(dir.hide, name.view());
  if (branch == nullptr) return base::Ok();
  return base::Errno(branch->hidden ? error_if_hidden : EBUSY);
}

}  // namespace

base::Result<void> Session::Unlink(const wire::UnlinkRequest& request) {
  const base::Ref<Node> dir = TRY(WritableDir(request.dir()));
  const Name name = TRY(Name::Parse(request.name()));
  const HideBranch* branch = BranchOf(dir->hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  const int flags = request.directory() ? AT_REMOVEDIR : 0;
  if (::unlinkat(dir->fd.get(), name.c_str(), flags) != 0) return base::LastErrno();
  return base::Ok();
}

base::Result<void> Session::Rename(const wire::RenameRequest& request) {
  if ((request.flags() & ~unsigned{RENAME_NOREPLACE | RENAME_EXCHANGE}) != 0) {
    return base::Errno(EINVAL);
  }
  const base::Ref<Node> from = TRY(WritableDir(request.from_dir()));
  const base::Ref<Node> to = TRY(WritableDir(request.to_dir()));
  const Name old_name = TRY(Name::Parse(request.from_name()));
  const Name new_name = TRY(Name::Parse(request.to_name()));
  if (from->mount != to->mount) return base::Errno(EXDEV);
  TRY(CheckMovable(*from, old_name, ENOENT));
  TRY(CheckMovable(*to, new_name, EACCES));
  if (::syscall(SYS_renameat2, from->fd.get(), old_name.c_str(), to->fd.get(), new_name.c_str(),
                request.flags()) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

}  // namespace gofer
