#include "sentry/boot/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "gofer/protocol/client.h"
#include "platform/base/log.h"
#include "platform/notify/notify.h"
#include "platform/ptrace/ptrace.h"
#include "sentry/boot/first_program.h"
#include "sentry/boot/namespaces.h"
#include "sentry/boot/observers.h"
#include "sentry/boot/protect.h"
#include "sentry/boot/view_builder.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

constexpr int kSandboxFailed = 125;

// The Gofer's client tells the kernel when a wait may be long.
class KernelHook final : public gofer::BlockingHook {
 public:
  explicit KernelHook(Kernel& kernel) : kernel_(kernel) {}
  void BeginBlocking() override {
    if (serving) kernel_.BeginBlocking();
  }
  void EndBlocking() override {
    if (serving) kernel_.EndBlocking();
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

Result<std::unique_ptr<platform::Platform>> MakePlatform(const Config& config, int proc_fd) {
  platform::NotifyOptions options;
  options.proc_fd = proc_fd;
  options.rewrite_calls = config.patch;
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
  options.proc_fd = proc_fd;
  return options;
}

// Signals to the launcher are passed on to this process, and from here to the program.
class OutsideSignals {
 public:
  explicit OutsideSignals(Kernel& kernel) : kernel_(kernel) {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH})
      ::sigaddset(&set, signal);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    fd_ = base::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    (void)kernel_.reactor().Watch(fd_.get(), POLLIN_EVENTS, [this](uint32_t) { Deliver(); });
  }

 private:
  static constexpr uint32_t POLLIN_EVENTS = 1;
  void Deliver() {
    signalfd_siginfo info;
    while (::read(fd_.get(), &info, sizeof(info)) == sizeof(info)) {
      if (kernel_.first() == nullptr) continue;
      abi::SigInfo signal{};
      signal.si_signo = static_cast<int32_t>(info.ssi_signo);
      signal.si_code = abi::kSiUser;
      (void)kernel_.first()->SendSignal(signal);
    }
    kernel_.reactor().Rearm(fd_.get(), POLLIN_EVENTS);
  }

  Kernel& kernel_;
  base::Fd fd_;
};

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

bool Export(Kernel& kernel, const Config& config, Changes& changes, int fd) {
  base::MutexLock lock(&kernel.lock());
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow(), .umask = 0};
  Result<void> written = changes.Write(ctx, fd);
  if (written.ok()) return true;
  Fail((config.export_changes + ": --export-changes").c_str(), written.error().value());
  return false;
}

std::FILE* StraceOutput(const Config& config) {
  if (config.strace_file.empty()) return stderr;
  return std::fopen(config.strace_file.c_str(), "we");
}

}  // namespace

StandardDescriptors FindStandardDescriptors() {
  StandardDescriptors standard;
  for (int fd = 0; fd < 3; ++fd) standard.open[fd] = ::fcntl(fd, F_GETFD) >= 0;
  return standard;
}

int RunSandbox(const Config& config, const GuestView& view, const StandardDescriptors& standard,
               base::Fd gofer_channel, base::Fd changes_file) {
  std::FILE* strace_out = config.strace ? StraceOutput(config) : nullptr;
  if (config.strace && strace_out == nullptr) return Fail(config.strace_file.c_str(), errno);
  base::Fd proc = OpenProc();
  Result<std::unique_ptr<platform::Platform>> platform = MakePlatform(config, proc.get());
  if (!platform.ok())
    return Fail("no platform works here (see sentry doctor)", platform.error().value());
  Kernel kernel(OptionsOf(config, proc.get()), std::move(*platform));
  KernelHook hook(kernel);
  auto client = gofer::Client::Connect(std::move(gofer_channel), &hook);
  if (!client.ok()) return Fail("gofer", client.error().value());
  OutsideSignals signals(kernel);
  DropPrivileges();
  Result<void> filtered = InstallSentryFilter(proc.get());
  if (!filtered.ok()) return Fail("seccomp", filtered.error().value());

  StraceObserver strace(config, strace_out);
  StatsObserver stats;
  Observers observers;
  if (config.strace) observers.Add(strace);
  if (config.stats) observers.Add(stats);
  if (!observers.empty()) kernel.observer = &observers;
  std::unique_ptr<Timer> timeout = ArmTimeout(kernel, config);

  LOG_INFO("sandbox: platform %s, program %s", kernel.platform().name(),
           config.argv.front().c_str());
  kernel.lock().Lock();
  Changes changes;
  Result<Ref<MountNamespace>> mounts =
      BuildView(kernel, **client, view, changes_file.valid() ? &changes : nullptr);
  if (!mounts.ok()) return (*client)->lost() ? Fail("gofer: connection lost", EIO) : kSandboxFailed;
  kernel.root_mounts = *mounts;
  Result<Ref<ThreadGroup>> first = StartFirstProgram(kernel, config, view, standard);
  if (!first.ok()) return first.error().value();  // An exit status: what went wrong was said.
  hook.serving = true;
  kernel.lock().Unlock();
  Result<int> status = kernel.Run(std::move(*first));
  LOG_INFO("sandbox: the program ended, wait status 0x%x", status.value_or(-1));
  if (config.stats) stats.Print(stderr);
  if ((*client)->lost())
    std::fprintf(stderr, "sentry: gofer: connection lost: the program saw I/O errors\n");
  bool exported = !changes_file.valid() || Export(kernel, config, changes, changes_file.get());
  std::fflush(nullptr);
  // Destructors would take the world down piece by piece; the host does it at once.
  ::_exit(status.ok() && exported ? ExitStatusOf(*status) : kSandboxFailed);
}

}  // namespace sentry
