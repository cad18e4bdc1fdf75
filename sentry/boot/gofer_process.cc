#include "sentry/boot/gofer_process.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gofer/server/server.h"
#include "platform/base/log_sink.h"

namespace sentry {

base::Result<GoferProcess> StartGofer(gofer::GoferConfig config, int not_its_own) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return base::LastErrno();
  base::Fd ours(ends[0]), theirs(ends[1]);
  pid_t pid = ::fork();
  if (pid < 0) return base::LastErrno();
  if (pid == 0) {
    ours.reset();
    if (not_its_own >= 0) ::close(not_its_own);
    base::MoveLogSink(STDERR_FILENO);  // The one descriptor that its filter lets it write to.
    // It is in the terminal's process group but none of its business: it ends with the Sentry.
    for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU}) {
      ::signal(signal, SIG_IGN);
    }
    ::_exit(gofer::ServerMain(std::move(config), std::move(theirs)));
  }
  return GoferProcess{.pid = pid, .channel = std::move(ours)};
}

}  // namespace sentry
