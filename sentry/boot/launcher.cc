#include "sentry/boot/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <optional>

#include "platform/base/log_sink.h"
#include "sentry/boot/gofer_process.h"
#include "sentry/boot/guest_view.h"
#include "sentry/boot/namespaces.h"
#include "sentry/boot/sandbox.h"

namespace sentry {
namespace {

constexpr int kSandboxFailed = 125;
// Passed on to the program; those of job control act on this process as on any other.
constexpr int kForwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};

volatile sig_atomic_t sentry_pid = 0;

void Forward(int signal) {
  if (sentry_pid > 0) ::kill(static_cast<pid_t>(sentry_pid), signal);
}

// The terminal's modes as we found them, put back at the end whatever happened inside.
class TerminalKeeper {
 public:
  TerminalKeeper() {
    for (int fd = 0; fd < 3 && fd_ < 0; ++fd) {
      if (::tcgetattr(fd, &modes_) == 0) fd_ = fd;
    }
  }
  ~TerminalKeeper() {
    if (fd_ < 0) return;
    // We may stand in the background by now: changing modes must not stop us.
    ::signal(SIGTTOU, SIG_IGN);
    ::tcsetattr(fd_, TCSADRAIN, &modes_);
  }

 private:
  int fd_ = -1;
  termios modes_;
};

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
  base::log_level = base::ParseLogLevel(config.log_level.c_str());
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

int WaitFor(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::fprintf(
      stderr,
      "sentry: the Sentry process was killed by signal %d (%s); the program inside ended with it\n",
      WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  return kSandboxFailed;
}

}  // namespace

int Launch(const Config& config) {
  if (!OpenLog(config)) return kSandboxFailed;
  base::Fd changes;
  if (!config.export_changes.empty()) {
    changes = OpenOutput(config.export_changes, "--export-changes", O_TRUNC);
    if (!changes.valid()) return kSandboxFailed;
  }
  StandardDescriptors standard = FindStandardDescriptors();
  FillStandardDescriptors();
  base::Result<GuestView> view = PlanGuestView(config);
  if (!view.ok()) return kSandboxFailed;
  TerminalKeeper terminal;
  base::Result<GoferProcess> gofer = StartGofer(std::move(view->gofer));
  if (!gofer.ok()) {
    std::fprintf(stderr, "sentry: the Gofer cannot be started: %s\n",
                 std::strerror(gofer.error().value()));
    return kSandboxFailed;
  }
  sigset_t forwarded, before;
  ::sigemptyset(&forwarded);
  for (int signal : kForwarded) ::sigaddset(&forwarded, signal);
  ::sigprocmask(SIG_BLOCK, &forwarded, &before);
  EnterNamespaces();
  pid_t pid = ::fork();
  if (pid < 0) {
    std::fprintf(stderr, "sentry: the Sentry cannot be started: %s\n", std::strerror(errno));
    return kSandboxFailed;
  }
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::_exit(RunSandbox(config, *view, standard, std::move(gofer->channel), std::move(changes)));
  }
  gofer->channel.reset();  // The Gofer ends with the Sentry's end of it.
  sentry_pid = pid;
  for (int signal : kForwarded) {
    struct sigaction action {};
    action.sa_handler = Forward;
    ::sigaction(signal, &action, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  int status = WaitFor(pid);
  ::waitpid(gofer->pid, nullptr, 0);
  return status;
}

}  // namespace sentry
