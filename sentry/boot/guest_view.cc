#include "sentry/boot/guest_view.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sentry {
namespace {

using Kind = ViewEntry::Kind;

base::Errno Bad(const std::string& path, const char* what, int error) {
  std::fprintf(stderr, "sentry: %s: %s: %s\n", path.c_str(), what, std::strerror(error));
  return base::Errno(error);
}

std::string RealPath(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return {};
  std::string result = real;
  std::free(real);
  return result;
}

bool IsBelow(const std::string& path, const std::string& ancestor) {
  if (ancestor == "/") return true;
  return path.starts_with(ancestor) &&
         (path.size() == ancestor.size() || path[ancestor.size()] == '/');
}

class Planner {
 public:
  explicit Planner(const Config& config) : config_(config) {}

  base::Result<GuestView> Plan();

 private:
  void Add(ViewEntry entry) { view_.entries.push_back(std::move(entry)); }
  void AddTmpfs(const std::string& dest, uint32_t mode, uint64_t size = 0) {
    Add({.kind = Kind::kTmpfs, .dest = dest, .source = {}, .size = size, .mode = mode});
  }
  uint32_t AddGoferMount(gofer::MountConfig mount) {
    view_.gofer.mounts.push_back(std::move(mount));
    return static_cast<uint32_t>(view_.gofer.mounts.size() - 1);
  }
  void AddHost(const std::string& source, const std::string& dest, bool directory,
               bool world_readable_only);
  void PlanSystem();
  void PlanKernelFiles();
  base::Result<void> PlanPlaces();
  void PlanProgram();
  void PlanUser();
  base::Result<void> PlanMountFlag(const MountFlag& flag);
  bool Visible(const std::string& path) const;

  const Config& config_;
  GuestView view_;
};

// A place of the host, writable in memory.
void Planner::AddHost(const std::string& source, const std::string& dest, bool directory,
                      bool world_readable_only) {
  uint32_t index = AddGoferMount({.path = source,
                                  .root = {},
                                  .world_readable_only = world_readable_only,
                                  .hidden = {},
                                  .squash_uid = {},
                                  .squash_gid = {}});
  Add({.kind = Kind::kGofer,
       .dest = dest,
       .source = source,
       .gofer_index = index,
       .overlay = true,
       .directory = directory});
}

// The host's system directories; those that are links into others (merged /usr) stay links.
void Planner::PlanSystem() {
  AddTmpfs("/", 0755);
  constexpr const char* kDirectories[] = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                          "/lib64", "/libx32", "/etc",  "/opt"};
  for (const char* path : kDirectories) {
    struct stat info;
    if (::lstat(path, &info) != 0) continue;
    if (S_ISLNK(info.st_mode)) {
      char target[4096];
      ssize_t n = ::readlink(path, target, sizeof(target) - 1);
      if (n > 0)
        Add({.kind = Kind::kSymlink,
             .dest = path,
             .source = std::string(target, static_cast<size_t>(n))});
    } else if (S_ISDIR(info.st_mode)) {
      AddHost(path, path, true, true);
    }
  }
  for (const char* path :
       {"/var/tmp", "/var/cache", "/var/lib", "/var/log", "/mnt", "/srv", "/home"}) {
    Add({.kind = Kind::kDirectory,
         .dest = path,
         .source = {},
         .mode = std::strcmp(path, "/var/tmp") == 0 ? 01777u : 0755u});
  }
  Add({.kind = Kind::kSymlink, .dest = "/var/run", .source = "/run"});
  AddTmpfs("/run", 0755);
}

void Planner::PlanKernelFiles() {
  AddTmpfs("/tmp", 01777);
  Add({.kind = Kind::kProc, .dest = "/proc", .source = {}});
  Add({.kind = Kind::kSys, .dest = "/sys", .source = {}});
  Add({.kind = Kind::kDev, .dest = "/dev", .source = {}});
}

bool Planner::Visible(const std::string& path) const {
  bool visible = false;
  for (const ViewEntry& entry : view_.entries) {
    if (entry.dest == "/" || !IsBelow(path, entry.dest)) continue;
    visible = entry.kind == Kind::kGofer && (entry.directory || entry.dest == path);
  }
  return visible;
}

// $HOME is fresh; the working directory is the host's, writable in memory.
base::Result<void> Planner::PlanPlaces() {
  const char* home = std::getenv("HOME");
  view_.home = home != nullptr && home[0] == '/' ? home : "/root";
  if (view_.home != "/") {
    AddTmpfs(view_.home, 0700);
    view_.entries.back().uid = view_.uid;
    view_.entries.back().gid = view_.gid;
  }
  char buffer[4096];
  std::string cwd = ::getcwd(buffer, sizeof(buffer)) != nullptr ? buffer : "/";
  view_.cwd = config_.cwd.empty() ? cwd : config_.cwd;
  bool system = cwd == "/" || Visible(cwd) || IsBelow(cwd, "/proc") || IsBelow(cwd, "/sys") ||
                IsBelow(cwd, "/dev");
  if (!system && ::access(cwd.c_str(), R_OK | X_OK) == 0) AddHost(cwd, cwd, true, false);
  return {};
}

// PROG itself, when it lies outside of what is shown.
void Planner::PlanProgram() {
  const std::string& program = config_.argv.front();
  if (program.find('/') == std::string::npos) return;
  std::string real = RealPath(program);
  if (real.empty()) return;
  std::string named = program.front() == '/' ? program : view_.cwd + "/" + program;
  struct stat info;
  if (::stat(real.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  if (!Visible(real)) AddHost(real, real, false, false);
  if (named == real || Visible(named)) return;
  // Reached through links of the host that the guest does not have.
  AddHost(real, named, false, false);
}

base::Result<void> Planner::PlanMountFlag(const MountFlag& flag) {
  switch (flag.kind) {
    case MountFlag::Kind::kTmpfs:
      AddTmpfs(flag.dest, 01777, flag.size);
      return {};
    case MountFlag::Kind::kHide:
      Add({.kind = Kind::kHide, .dest = flag.source, .source = {}});
      return {};
    default:
      break;
  }
  struct stat info;
  if (::stat(flag.source.c_str(), &info) != 0)
    return Bad(flag.source, "cannot be shown to the guest", errno);
  if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode))
    return Bad(flag.source, "neither a directory nor a regular file", EINVAL);
  bool write = flag.kind == MountFlag::Kind::kReadWrite;
  if (write && ::access(flag.source.c_str(), W_OK) != 0)
    return Bad(flag.source, "--rw needs it writable", errno);
  uint32_t index = AddGoferMount({.path = flag.source,
                                  .root = {},
                                  .writable = write,
                                  .hidden = {},
                                  .squash_uid = {},
                                  .squash_gid = {}});
  Add({.kind = Kind::kGofer,
       .dest = flag.dest,
       .source = flag.source,
       .gofer_index = index,
       .read_only = !write,
       .shared = flag.shared,
       .directory = S_ISDIR(info.st_mode)});
  return {};
}

void Planner::PlanUser() {
  view_.uid = config_.uid.value_or(::getuid());
  view_.gid = config_.gid.value_or(::getgid());
  if (config_.uid) return;
  int count = ::getgroups(0, nullptr);
  if (count <= 0) return;
  view_.groups.resize(static_cast<size_t>(count));
  if (::getgroups(count, view_.groups.data()) < 0) view_.groups.clear();
}

base::Result<GuestView> Planner::Plan() {
  PlanUser();
  if (config_.root.empty()) {
    PlanSystem();
    PlanKernelFiles();
    TRY(PlanPlaces());
    PlanProgram();
  } else {
    struct stat info;
    if (::stat(config_.root.c_str(), &info) != 0) return Bad(config_.root, "--root", errno);
    if (!S_ISDIR(info.st_mode)) return Bad(config_.root, "--root", ENOTDIR);
    AddHost(config_.root, "/", true, false);
    PlanKernelFiles();
    view_.cwd = config_.cwd.empty() ? "/" : config_.cwd;
    view_.home = "/root";
  }
  for (const MountFlag& flag : config_.mounts) TRY(PlanMountFlag(flag));
  view_.gofer_mounts = static_cast<uint32_t>(view_.gofer.mounts.size());
  return std::move(view_);
}

}  // namespace

base::Result<GuestView> PlanGuestView(const Config& config) {
  return Planner(config).Plan();
}

}  // namespace sentry
