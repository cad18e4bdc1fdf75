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
    ::_exit(RunSandbox(config, *view, standard, std::move(gofer->channel)));
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
