// Opening a mount's root and reading its list of hidden paths.
#include "gofer/server/mount.h"

#include <fcntl.h>

namespace gofer {
namespace {

base::Result<void> AddHidden(HideBranch* tree, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return base::Errno(EINVAL);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == "..") return base::Errno(EINVAL);
    std::unique_ptr<HideBranch>& child = tree->children[std::string(name)];
    if (child == nullptr) child = std::make_unique<HideBranch>();
    tree = child.get();
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  tree->hidden = true;
  return base::Ok();
}

}  // namespace

Mount::Mount(MountConfig config, std::unique_ptr<HideBranch> hide, int open_error)
    : config_(std::move(config)), hide_(std::move(hide)), open_error_(open_error) {}

base::Result<Mount> Mount::Create(MountConfig config) {
  std::unique_ptr<HideBranch> hide;
  for (const std::string& path : config.hidden) {
    if (hide == nullptr) hide = std::make_unique<HideBranch>();
    TRY(AddHidden(hide.get(), path));
  }
  int open_error = 0;
  if (!config.root.valid()) {
    config.root = base::Fd(::open(config.path.c_str(), O_PATH | O_CLOEXEC));
    if (!config.root.valid()) open_error = errno;
  }
  return Mount(std::move(config), std::move(hide), open_error);
}

}  // namespace gofer
