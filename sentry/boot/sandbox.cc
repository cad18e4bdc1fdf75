#include "sentry/boot/sandbox.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "gofer/protocol/client.h"
// NOTIFY
#include "platform/ptrace/ptrace.h"
#include "sentry/fs/gofer/gofer_filesystem.h"
#include "sentry/fs/host/host_file.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_builder.h"
#include "sentry/syscalls/exec.h"

namespace sentry {
namespace {

constexpr int kSandboxFailed = 125;

// The Gofer's client tells the kernel when a wait may be long.
class KernelHook final : public gofer::BlockingHook {
 public:
  Kernel* kernel = nullptr;  // Null until it serves.
  void BeginBlocking() override {
    if (kernel != nullptr) kernel->BeginBlocking();
  }
  void EndBlocking() override {
    if (kernel != nullptr) kernel->EndBlocking();
  }
};

std::array<abi::Rlimit, 16> HostLimits() {
  std::array<abi::Rlimit, 16> limits{};
  for (size_t i = 0; i < limits.size(); ++i) {
    rlimit host;
    if (::getrlimit(static_cast<__rlimit_resource_t>(i), &host) == 0)
      limits[i] = {host.rlim_cur, host.rlim_max};
  }
  return limits;
}

int ExitStatusOf(int wait_status) {
  if ((wait_status & 0x7f) != 0) return 128 + (wait_status & 0x7f);
  return (wait_status >> 8) & 0xff;
}

Result<std::unique_ptr<platform::Platform>> MakePlatform(const std::string& name) {
  platform::Options options;
  if (name == "ptrace") return platform::CreatePtrace(options);
  return platform::CreatePtrace(options);
}

int Fail(const char* what, int error) {
  std::fprintf(stderr, "sentry: %s: %s\n", what, std::strerror(error));
  return kSandboxFailed;
}

}  // namespace

int RunSandbox(const Config& config, base::Fd gofer_channel) {
  Result<std::unique_ptr<platform::Platform>> platform = MakePlatform(config.platform);
  if (!platform.ok()) return Fail("platform", platform.error().value());
  KernelHook hook;
  auto client = gofer::Client::Connect(std::move(gofer_channel), &hook);
  if (!client.ok()) return Fail("gofer", client.error().value());
  auto roots = (*client)->Attach(0, 1);
  if (!roots.ok()) return Fail("gofer: attach", roots.error().value());

  Kernel kernel({}, std::move(*platform));
  hook.kernel = &kernel;
  base::MutexLock lock(&kernel.lock());
  Ref<Filesystem> root_fs = MakeRef<GoferFilesystem>(
      **client, roots->front(),
      GoferFilesystem::Options{.shared = false, .source = "/", .device = 1});
  Ref<MountNamespace> mounts =
      MakeRef<MountNamespace>(Mount::Create(root_fs, 0, "/"), MakeRef<DentryCache>());
  kernel.root_mounts = mounts;

  TaskBuilder builder(kernel);
  builder.creds = Credentials::ForUser(::getuid(), ::getgid(), {});
  builder.fds = MakeRef<FdTable>();
  builder.fs = MakeRef<FsContext>(mounts->Root(), mounts->Root(), 022);
  builder.mm = MakeRef<MemoryManager>();
  builder.mounts = mounts;
  Result<Ref<Task>> task = builder.BuildFirst(HostLimits());
  if (!task.ok()) return Fail("first process", task.error().value());
  OpContext ctx = (*task)->context();
  for (int fd = 0; fd < 3; ++fd) {
    Result<Ref<FileDescription>> file = HostFile::Create(kernel, ctx, fd);
    if (file.ok()) (void)(*task)->fds().InstallAt(FdNum(fd), std::move(*file), {}, 1024);
  }
  ExecRequest request{.from = (*task)->WalkFromCwd(),
                      .path = config.argv[0],
                      .opened = {},
                      .argv = config.argv,
                      .envp = {"PATH=/usr/bin:/bin"}};
  Result<ExecPlan> plan = PlanExec(**task, std::move(request));
  if (!plan.ok()) return Fail(config.argv[0].c_str(), plan.error().value());
  Result<void> started = (*task)->BeginExec(std::move(*plan));
  if (!started.ok()) return Fail("exec", started.error().value());
  Ref<ThreadGroup> first = (*task)->group_ref();
  kernel.lock().Unlock();
  Result<int> status = kernel.Run(first);
  ::_exit(status.ok() ? ExitStatusOf(*status) : kSandboxFailed);
}

}  // namespace sentry
