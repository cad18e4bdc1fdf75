#include "sentry/boot/launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <utility>

#include "platform/base/log_sink.h"
#include "sentry/boot/gofer_process.h"
#include "sentry/boot/guest_view.h"
#include "sentry/boot/namespaces.h"
#include "sentry/boot/outside.h"
#include "sentry/boot/outside_devices.h"
#include "sentry/boot/outside_signals.h"
#include "sentry/boot/sandbox.h"
#include "sentry/boot/terminal_keeper.h"

namespace sentry {
namespace {

// Standard descriptors that are closed would be taken by the next file opened.
void FillStandardDescriptors() {
  while (true) {
    int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
  }
}

// A file of the host that flags name; invalid after a line that says why.
base::Fd OpenOutput(const std::string& path, const char* flag, int mode) {
  base::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0644));
  if (!file.valid())
    std::fprintf(stderr, "sentry: %s: %s: %s\n", path.c_str(), flag, std::strerror(errno));
  return file;
}

bool OpenLog(const Config& config) {
  // What goes wrong is told in one line anyway: a log is for who asks for it.
  const char* silent = config.log_file.empty() ? "off" : "warning";
  base::log_level =
      base::ParseLogLevel(config.log_level.empty() ? silent : config.log_level.c_str());
  bool json = config.log_format == "json";
  auto format = json ? base::LogFormat::kJson : base::LogFormat::kText;
  if (config.log_file.empty()) {
    base::SetLogSink(STDERR_FILENO, format);
    return true;
  }
  base::Fd file = OpenOutput(config.log_file, "--log", O_APPEND);
  if (!file.valid()) return false;
  base::SetLogSink(file.release(), format);
  return true;
}

// Watches over the Sentry: passes signals on, stops and goes on with the program, learns of the
// end.
class Overseer {
 public:
  // Blocks what is passed on, which the Sentry inherits.
  Overseer();
  // Until the Sentry has ended; the exit status.
  int Watch(pid_t sentry, base::Fd channel);

 private:
  void HandleSignals();
  void PassOn(int signal, SignalOrigin origin);
  void HandleStops();
  void StopAsTheProgramDid(int signal);
  bool SentryEnded();

  sigset_t before_;
  base::Fd signals_, channel_;
  pid_t sentry_ = -1;
  int status_ = 0;
};

Overseer::Overseer() {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : kPassedOn) ::sigaddset(&set, signal);
  ::sigaddset(&set, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
  // An ignored SIGCHLD would take the status away.
  ::signal(SIGCHLD, SIG_DFL);
  signals_ = base::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

bool Overseer::SentryEnded() {
  return ::waitpid(sentry_, &status_, WNOHANG) == sentry_;
}

void Overseer::PassOn(int signal, SignalOrigin origin) {
  OutsideSignal message{.signal = static_cast<uint8_t>(signal), .origin = origin};
  // A Sentry that is about to end does not read any more.
  [[maybe_unused]] ssize_t sent = ::send(channel_.get(), &message, sizeof(message), MSG_NOSIGNAL);
}

void Overseer::HandleSignals() {
  signalfd_siginfo info;
  while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) continue;
    if (signal == SIGCONT) {
      // We were stopped, and what made us so is over.
      char notice;
      while (::read(channel_.get(), &notice, 1) == 1) {
      }
    }
    PassOn(signal, info.ssi_code == SI_KERNEL ? SignalOrigin::kTerminal : SignalOrigin::kProcess);
  }
}

// Whoever started us sees the program's stop as a stop of this process, and continues it so.
void Overseer::StopAsTheProgramDid(int signal) {
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
  ::sigprocmask(SIG_UNBLOCK, &one, nullptr);  // Here we stand.
  if (signal == SIGTSTP) ::sigprocmask(SIG_BLOCK, &one, nullptr);
  // Also when nobody could have continued us, so that the kernel did not stop us.
  PassOn(SIGCONT, SignalOrigin::kTerminal);
}

void Overseer::HandleStops() {
  char signal;
  while (::read(channel_.get(), &signal, 1) == 1) StopAsTheProgramDid(signal);
}

int Overseer::Watch(pid_t sentry, base::Fd channel) {
  sentry_ = sentry;
  channel_ = std::move(channel);
  pollfd polls[] = {{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                    {.fd = channel_.get(), .events = POLLIN, .revents = 0}};
  while (!SentryEnded()) {
    ::poll(polls, 2, -1);
    HandleSignals();
    HandleStops();
    if ((polls[1].revents & POLLHUP) != 0) polls[1].fd = -1;  // It is about to end.
  }
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  if (WIFEXITED(status_)) return WEXITSTATUS(status_);
  std::fprintf(
      stderr,
      "sentry: the Sentry process was killed by signal %d (%s); the program inside ended with it\n",
      WTERMSIG(status_), ::strsignal(WTERMSIG(status_)));
  return kSandboxFailed;
}

base::Result<std::pair<base::Fd, base::Fd>> MakeChannel() {
  int ends[2];
  constexpr int kType = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  if (::socketpair(AF_UNIX, kType, 0, ends) != 0) return base::LastErrno();
  return std::pair(base::Fd(ends[0]), base::Fd(ends[1]));
}

int Fail(const char* what, int error) {
  std::fprintf(stderr, "sentry: %s: %s\n", what, std::strerror(error));
  return kSandboxFailed;
}

}  // namespace

int Launch(const Config& config) {
  StartupClock clock;
  StandardDescriptors standard = FindStandardDescriptors();
  FillStandardDescriptors();
  if (!CheckNetDescriptor(config)) return kSandboxFailed;
  if (!OpenLog(config)) return kSandboxFailed;
  base::Fd changes;
  if (!config.export_changes.empty()) {
    changes = OpenOutput(config.export_changes, "--export-changes", O_TRUNC);
    if (!changes.valid()) return kSandboxFailed;
  }
  OutsideParts outside;
  if (!config.pcap.empty()) {
    outside.capture = OpenOutput(config.pcap, "--pcap", O_TRUNC);
    if (!outside.capture.valid()) return kSandboxFailed;
  }
  base::Result<std::optional<MetadataOptions>> metadata = ReadMetadata(config);
  if (!metadata.ok()) return kSandboxFailed;
  outside.metadata = *std::move(metadata);
  base::Result<GuestView> view = PlanGuestView(config);
  if (!view.ok()) return kSandboxFailed;
  TerminalKeeper terminal;
  base::Result<std::pair<base::Fd, base::Fd>> channel = MakeChannel();
  if (!channel.ok()) return Fail("no socket", channel.error().value());
  Overseer overseer;
  base::Result<GoferProcess> gofer = StartGofer(std::move(view->gofer), NetDescriptor(config));
  if (!gofer.ok()) return Fail("the Gofer cannot be started", gofer.error().value());
  clock.Mark("Gofer");
  BrokerProcess broker;
  if (NetUsesBroker(config)) {
    base::Result<gofer::BrokerConfig> plan = PlanBroker(config);
    if (!plan.ok()) return kSandboxFailed;
    base::Result<BrokerProcess> started = StartBroker(std::move(*plan));
    if (!started.ok()) return Fail("the net broker cannot be started", started.error().value());
    broker = std::move(*started);
    outside.broker = std::move(broker.channel);
    clock.Mark("broker");
  }
  NetnsKeeper keeper;
  if (NetUsesDevices(config)) {
    base::Result<HostDevices> opened = OpenDevices(config);
    if (!opened.ok()) return kSandboxFailed;
    outside.devices = std::move(opened->devices);
    keeper = std::move(opened->keeper);
    clock.Mark("devices");
  }
  EnterNamespaces();
  clock.Mark("namespaces");
  pid_t pid = ::fork();
  if (pid < 0) return Fail("the Sentry cannot be started", errno);
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    keeper.channel.reset();
    ::_exit(RunSandbox(config, *view, standard, std::move(gofer->channel), std::move(outside),
                       std::move(changes), std::move(channel->second), clock));
  }
  gofer->channel.reset();  // The Gofer ends with the Sentry's end of it.
  outside = OutsideParts();
  channel->second.reset();
  int status = overseer.Watch(pid, std::move(channel->first));
  keeper.channel.reset();
  if (keeper.pid > 0) ::waitpid(keeper.pid, nullptr, 0);
  ::waitpid(gofer->pid, nullptr, 0);
  if (broker.pid > 0) ::waitpid(broker.pid, nullptr, 0);
  if (broker.pid > 0 && !config.net_control.empty()) ::unlink(config.net_control.c_str());
  return status;
}

}  // namespace sentry
