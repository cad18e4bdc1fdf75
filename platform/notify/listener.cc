#include "platform/notify/listener.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <utility>

#include "abi/linux/seccomp.h"
#include "abi/linux/signal.h"
#include "platform/base/log.h"

// ioctl(fd, request, to) unless *stop.  The signal handler moves a thread that stands between begin
// and end, also when the host is about to restart the call, to the way out.
asm(R"(
        .text
        .type   platform_notify_receive, @function
platform_notify_receive:
platform_notify_receive_begin:
        cmpb    $0, (%rcx)
        jne     platform_notify_receive_stop
        movl    $16, %eax
        syscall
platform_notify_receive_end:
        ret
platform_notify_receive_stop:
        movq    $-4, %rax
        ret
        .size   platform_notify_receive, . - platform_notify_receive
        .type   platform_notify_restore, @function
platform_notify_restore:
        movl    $15, %eax
        syscall
        .size   platform_notify_restore, . - platform_notify_restore
)");

extern "C" {
[[gnu::visibility("hidden")]] int64_t platform_notify_receive(int64_t fd, uint64_t request,
                                                              void* to, const void* stop);
[[gnu::visibility("hidden")]] void platform_notify_restore();
[[gnu::visibility("hidden")]] extern const char platform_notify_receive_begin[];
[[gnu::visibility("hidden")]] extern const char platform_notify_receive_end[];
[[gnu::visibility("hidden")]] extern const char platform_notify_receive_stop[];
}

namespace platform::notify {
namespace {

// Linux 6.6: the argument itself is the flags word.
bool SetFlags(int fd, uint64_t flags) {
  return ::ioctl(fd, abi::kSeccompIoctlNotifSetFlags, flags) == 0;
}

__attribute__((no_sanitize("thread"))) void OnWake(int, siginfo_t*, void* context) {
  auto& at = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  if (at >= reinterpret_cast<greg_t>(platform_notify_receive_begin) &&
      at < reinterpret_cast<greg_t>(platform_notify_receive_end)) {
    at = reinterpret_cast<greg_t>(platform_notify_receive_stop);
  }
}

}  // namespace

Listener::Listener(base::Fd fd) : fd_(std::move(fd)) {
  sync_wake_up_ = SetFlags(fd_.get(), abi::kSeccompUserNotifFdSyncWakeUp);
}

void Listener::SetSyncWakeUp(bool on) {
  if (sync_wake_up_) SetFlags(fd_.get(), on ? abi::kSeccompUserNotifFdSyncWakeUp : 0);
}

bool Listener::HasReport() const {
  pollfd wanted = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
  const timespec now = {};
  return ::ppoll(&wanted, 1, &now, nullptr) == 1;
}

base::Result<void> Listener::Receive(seccomp_notif* to, const std::atomic<bool>* stop) const {
  static_assert(sizeof(*stop) == 1);
  std::memset(to, 0, sizeof(*to));  // The host refuses anything else.
  const int64_t result = platform_notify_receive(fd_.get(), abi::kSeccompIoctlNotifRecv, to, stop);
  if (result < 0) return base::Errno(static_cast<int>(-result));
  return base::Ok();
}

// Not by sigaction(3): the thread sanitizer would run the handler later, somewhere else.
void Listener::HandleWakeSignal(int signal) {
  const abi::SigAction action = {
      .handler = reinterpret_cast<uint64_t>(OnWake),
      .flags = SA_SIGINFO | SA_RESTART | abi::kSaRestorer,
      .restorer = reinterpret_cast<uint64_t>(platform_notify_restore),
      .mask = 0,
  };
  ::syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof(action.mask));
}

void Listener::Send(uint64_t id, int64_t value, uint32_t flags) const {
  seccomp_notif_resp response = {.id = id, .val = value, .error = 0, .flags = flags};
  if (::ioctl(fd_.get(), abi::kSeccompIoctlNotifSend, &response) != 0 && errno != ENOENT) {
    LOG_ERROR("answer of a notification failed: %s", std::strerror(errno));
  }
}

void Listener::Reply(uint64_t id, int64_t value) const {
  Send(id, value, 0);
}

void Listener::Continue(uint64_t id) const {
  Send(id, 0, abi::kSeccompUserNotifFlagContinue);
}

base::Result<void> Listener::InstallFd(uint64_t id, int host_fd, int number) const {
  seccomp_notif_addfd request = {};
  request.id = id;
  request.flags = abi::kSeccompAddfdFlagSetfd;
  request.srcfd = static_cast<uint32_t>(host_fd);
  request.newfd = static_cast<uint32_t>(number);
  while (::ioctl(fd_.get(), abi::kSeccompIoctlNotifAddfd, &request) < 0) {
    if (errno == EINTR) continue;
    if (errno == ENOENT || errno == EINPROGRESS) return base::Errno(ESRCH);
    return base::LastErrno();
  }
  return base::Ok();
}

}  // namespace platform::notify
