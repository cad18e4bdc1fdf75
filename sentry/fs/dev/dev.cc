#include "sentry/fs/dev/dev.h"

#include "abi/linux/if_tun.h"
#include "sentry/fs/dev/device_registry.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/time/time.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

struct Node {
  const char* name;
  uint32_t major, minor;
  uint32_t mode = 0666;
};
constexpr Node kNodes[] = {
    {"null", kMemMajor, 3},
    {"zero", kMemMajor, 5},
    {"full", kMemMajor, 7},
    {"random", kMemMajor, 8},
    {"urandom", kMemMajor, 9},
    {"tty", kTtyAuxMajor, 0},
    {"console", kTtyAuxMajor, 1, 0600},
};

struct Link {
  const char* name;
  const char* target;
};
constexpr Link kLinks[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

constexpr const char* kDirectories[] = {"pts", "shm", "mqueue", "net"};

Result<void> Fill(OpContext& ctx, Inode& dir) {
  for (const Node& node : kNodes) {
    uint64_t rdev = abi::MakeDev(node.major, node.minor);
    TRY(dir.Mknod(ctx, TRY(Name::Parse(node.name)), abi::kSIfchr | node.mode, rdev));
  }
  for (const Link& link : kLinks) TRY(dir.Symlink(ctx, TRY(Name::Parse(link.name)), link.target));
  for (const char* name : kDirectories) TRY(dir.Mkdir(ctx, TRY(Name::Parse(name)), 0755));
  return {};
}

}  // namespace

Result<void> FillDevTree(Kernel& kernel, MountNamespace& mounts) {
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow(), .umask = 0};
  WalkRoot from{mounts.Root(), mounts.Root(), mounts};
  TRY(Fill(ctx, *TRY(WalkPath(ctx, from, "/dev", {})).inode()));
  Path net = TRY(WalkPath(ctx, from, "/dev/net", {}));
  TRY(net.inode()->Mknod(ctx, TRY(Name::Parse("tun")), abi::kSIfchr | 0666,
                         abi::MakeDev(kMiscMajor, abi::kTunMinor)));
  Path shm = TRY(WalkPath(ctx, from, "/dev/shm", {}));
  auto fs = MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 01777}, kernel.memory());
  TRY(mounts.Attach(Mount::Create(fs, abi::kMsNosuid | abi::kMsNodev | abi::kMsRelatime, "tmpfs"),
                    shm));
  constexpr uint32_t kTtyGroup = 5;  // Debian's "tty", whom mesg(1) lets write.
  DevptsOptions options{.uid = {}, .gid = kTtyGroup, .mode = 0620, .ptmx_mode = 0666};
  Path pts = TRY(WalkPath(ctx, from, "/dev/pts", {}));
  return mounts.Attach(Mount::Create(MakeRef<DevptsFilesystem>(kernel, options),
                                     abi::kMsNosuid | abi::kMsNoexec | abi::kMsRelatime, "devpts"),
                       pts);
}

SpecialFileOpener& SpecialFilesOf(Kernel& kernel) {
  return kernel.Get<DeviceRegistry>();
}

}  // namespace sentry
