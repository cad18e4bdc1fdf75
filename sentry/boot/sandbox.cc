#include "sentry/boot/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gofer/protocol/client.h"
#include "platform/answers.h"
#include "platform/base/log.h"
#include "platform/notify/notify.h"
#include "platform/ptrace/ptrace.h"
#include "sentry/boot/capture.h"
#include "sentry/boot/first_program.h"
#include "sentry/boot/namespaces.h"
#include "sentry/boot/observers.h"
#include "sentry/boot/outside.h"
#include "sentry/boot/outside_signals.h"
#include "sentry/boot/protect.h"
#include "sentry/boot/view_builder.h"
#include "sentry/kernel/cpu_quota.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/oom.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/network.h"

namespace sentry {
namespace {

// The Gofer's client tells the kernel when a wait may be long, and when descriptors run out.
class KernelHook final : public gofer::BlockingHook {
 public:
  explicit KernelHook(Kernel& kernel) : kernel_(kernel) {}
  void BeginBlocking() override {
    if (serving) kernel_.BeginBlocking();
  }
  void EndBlocking() override {
    if (serving) kernel_.EndBlocking();
  }
  bool MayWait() override { return !kernel_.makes_calls_ahead; }
  // Directories hold nodes of the Gofer, files may hold descriptors here.
  bool MakeRoom() override {
    if (!serving || kernel_.root_mounts == nullptr) return false;
    DentryCache& cache = kernel_.root_mounts->cache();
    return cache.Shrink(cache.size() / 2) != 0;
  }
  bool serving = false;

 private:
  Kernel& kernel_;
};

int Fail(const char* what, int error) {
  std::fprintf(stderr, "sentry: %s: %s\n", what, std::strerror(error));
  return kSandboxFailed;
}

int ExitStatusOf(int wait_status) {
  int signal = wait_status & 0x7f;
  return signal != 0 ? 128 + signal : (wait_status >> 8) & 0xff;
}

// Guests that --cpus stops for a while would leave the Sentry spinning.
platform::NotifyOptions::Spin SpinOf(const Config& config) {
  using Spin = platform::NotifyOptions::Spin;
  if (config.spin == "always") return Spin::kAlways;
  return config.spin == "never" || config.cpus > 0 ? Spin::kNever : Spin::kOnIdleProcessor;
}

Result<std::unique_ptr<platform::Platform>> MakePlatform(const Config& config, int proc_fd) {
  platform::NotifyOptions options;
  options.proc_fd = proc_fd;
  options.rewrite_calls = config.patch;
  options.spin = SpinOf(config);
  if (config.platform == "ptrace") return platform::CreatePtrace(options);
  Result<std::unique_ptr<platform::Platform>> notify = platform::CreateNotify(options);
  if (notify.ok() || config.platform == "notify") return notify;
  return platform::CreatePtrace(options);
}

KernelOptions OptionsOf(const Config& config, int proc_fd) {
  KernelOptions options;
  options.hostname = config.hostname;
  options.memory_limit = config.memory;
  options.process_limit = config.pids;
  options.cpus = static_cast<unsigned>(std::ceil(config.cpus));
  options.proc_fd = proc_fd;
  return options;
}

// --timeout: the sandbox ends as if the program had been killed.
std::unique_ptr<Timer> ArmTimeout(Kernel& kernel, const Config& config) {
  if (config.timeout_seconds <= 0) return nullptr;
  auto timer = std::make_unique<Timer>(kernel.timers(), [&kernel] {
    std::fprintf(stderr, "sentry: time is up: the program was killed (--timeout)\n");
    kernel.Stop(SIGKILL);
  });
  timer->Arm(MonotonicNow() + static_cast<int64_t>(config.timeout_seconds * 1e9));
  return timer;
}

// The largest guest process as the host saw it, and this one.
void PrintPeakMemory(Kernel& kernel, int proc_fd) {
  std::string text = ReadHostProc(proc_fd, "self/status");
  size_t at = text.find("VmHWM:");
  unsigned long own = at == text.npos ? 0 : std::strtoul(text.c_str() + at + 6, nullptr, 10);
  uint64_t guest = 0;
  if (kernel.first() != nullptr) {
    guest =
        std::max(kernel.first()->dead_tasks.max_rss_kb, kernel.first()->children_usage.max_rss_kb);
  }
  std::fprintf(stderr, "peak memory KiB: largest guest process %lu, Sentry %lu, files %lu now\n",
               guest, own, kernel.memory().used() / 1024);
}

// What would have cost two switches each.
void PrintCallsInSlots(Kernel& kernel) {
  if (auto* watching = dynamic_cast<platform::SlotWatching*>(&kernel.platform())) {
    std::fprintf(stderr, "calls without a switch (--spin): %llu\n",
                 static_cast<unsigned long long>(watching->CallsInSlots()));
  }
}

bool Export(Kernel& kernel, const Config& config, Changes& changes, int fd) {
  base::MutexLock lock(&kernel.lock());
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow(), .umask = 0};
  Result<void> written = changes.Write(ctx, fd);
  if (written.ok()) return true;
  Fail((config.export_changes + ": --export-changes").c_str(), written.error().value());
  return false;
}

// What the program is to see; false after a line that says why not.
bool MountView(Kernel& kernel, gofer::Client& client, const GuestView& view, Changes* changes) {
  base::MutexLock lock(&kernel.lock());
  Result<Ref<MountNamespace>> mounts = BuildView(kernel, client, view, changes);
  if (!mounts.ok()) {
    if (client.lost()) Fail("gofer: connection lost", EIO);
    return false;
  }
  kernel.root_mounts = *mounts;
  return true;
}

// The network as the program is to see it; null: nothing is captured.
Ref<Capture> ConnectOutside(Kernel& kernel, const Config& config, OutsideParts outside) {
  base::MutexLock lock(&kernel.lock());
  Network& network = StateOf<Networks>(kernel).first();
  if (outside.broker.valid()) SetUpGateway(kernel, config, std::move(outside.broker));
  if (!outside.devices.empty()) SetUpDevices(kernel, config, std::move(outside.devices));
  if (outside.metadata) SetUpMetadata(kernel, *std::move(outside.metadata));
  if (!outside.capture.valid()) return {};
  return MakeRef<Capture>(kernel, network, std::move(outside.capture));
}

void FlushCapture(Kernel& kernel, Capture& capture) {
  base::MutexLock lock(&kernel.lock());
  capture.Flush();
}

Result<Ref<ThreadGroup>> Start(Kernel& kernel, const Config& config, const GuestView& view,
                               const StandardDescriptors& standard) {
  base::MutexLock lock(&kernel.lock());
  return StartFirstProgram(kernel, config, view, standard);
}

std::FILE* StraceOutput(const Config& config) {
  if (config.strace_file.empty()) return stderr;
  return std::fopen(config.strace_file.c_str(), "we");
}

}  // namespace

int RunSandbox(const Config& config, const GuestView& view, const StandardDescriptors& standard,
               base::Fd gofer_channel, OutsideParts outside, base::Fd changes_file,
               base::Fd launcher, StartupClock& clock) {
  PrepareForOutsideSignals();
  std::FILE* strace_out = config.strace ? StraceOutput(config) : nullptr;
  if (config.strace && strace_out == nullptr) return Fail(config.strace_file.c_str(), errno);
  base::Fd proc = OpenProc();
  Result<std::unique_ptr<platform::Platform>> platform = MakePlatform(config, proc.get());
  if (!platform.ok())
    return Fail("no platform works here (see sentry doctor)", platform.error().value());
  clock.Mark("platform");
  Kernel kernel(OptionsOf(config, proc.get()), std::move(*platform));
  KernelHook hook(kernel);
  auto client = gofer::Client::Connect(std::move(gofer_channel), &hook);
  if (!client.ok()) return Fail("gofer", client.error().value());
  OutsideSignals signals(kernel, std::move(launcher));
  DropPrivileges();
  Result<void> filtered = InstallSentryFilter(proc.get());
  if (!filtered.ok()) return Fail("seccomp", filtered.error().value());
  clock.Mark("protection");

  StraceObserver strace(config, strace_out);
  StatsObserver stats;
  Observers observers;
  if (config.strace) observers.Add(strace);
  if (config.stats) observers.Add(stats);
  if (!observers.empty()) kernel.observer = &observers;
  MemoryWatch memory_watch(kernel);
  CpuQuota cpu_quota(kernel, config.cpus);
  std::unique_ptr<Timer> timeout = ArmTimeout(kernel, config);

  LOG_INFO("sandbox: platform %s, program %s", kernel.platform().name(),
           config.argv.front().c_str());
  Changes changes;
  if (!MountView(kernel, **client, view, changes_file.valid() ? &changes : nullptr))
    return kSandboxFailed;
  const Ref<Capture> capture = ConnectOutside(kernel, config, std::move(outside));
  clock.Mark("view");
  Result<Ref<ThreadGroup>> first = Start(kernel, config, view, standard);
  if (!first.ok()) return first.error().value();  // An exit status: what went wrong was said.
  clock.Mark("program");
  hook.serving = true;
  Result<int> status = kernel.Run(std::move(*first));
  LOG_INFO("sandbox: the program ended, wait status 0x%x", status.value_or(-1));
  FinishOutside(kernel);
  if (capture != nullptr) FlushCapture(kernel, *capture);
  if (config.stats) {
    stats.Print(stderr);
    PrintCallsInSlots(kernel);
    PrintPeakMemory(kernel, proc.get());
    clock.Print(stderr);
  }
  if (!status.ok())
    Fail("the platform's own processes were killed; the program ended with them",
         status.error().value());
  if (memory_watch.killed() > 0)
    std::fprintf(stderr, "sentry: memory ran out: %u processes were killed (--memory)\n",
                 memory_watch.killed());
  if ((*client)->lost())
    std::fprintf(stderr, "sentry: gofer: connection lost: the program saw I/O errors\n");
  bool exported = !changes_file.valid() || Export(kernel, config, changes, changes_file.get());
  std::fflush(nullptr);
  client->reset();  // The Gofer's mounts go while this process does.
  // Destructors would take the world down piece by piece; the host does it at once.
  ::_exit(status.ok() && exported ? ExitStatusOf(*status) : kSandboxFailed);
}

}  // namespace sentry
