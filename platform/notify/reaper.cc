#include "platform/notify/reaper.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>

#include "platform/base/log.h"
#include "platform/notify/signals.h"

namespace platform::notify {

base::Result<void> Reaper::Start(pid_t process_group) {
  process_group_ = process_group;
  struct sigaction action;
  std::memset(&action, 0, sizeof(action));
  action.sa_handler = [](int) {};  // Without SA_RESTART.
  ::sigaction(kTick, &action, nullptr);
  // The thread inherits the mask: it takes the timer's signal only.
  sigset_t blocked, before;
  sigfillset(&blocked);
  sigdelset(&blocked, kTick);
  ::pthread_sigmask(SIG_SETMASK, &blocked, &before);
  base::Result<void> result;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    result = base::Errno(error.code().value());
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return result;
}

void Reaper::Join() {
  if (thread_.joinable()) thread_.join();
  if (have_timer_) ::timer_delete(timer_);
  have_timer_ = false;
}

void Reaper::Run() {
  tid_ = static_cast<pid_t>(::syscall(SYS_gettid));
  while (true) {
    siginfo_t info;
    std::memset(&info, 0, sizeof(info));
    // A look only: the id stays taken until the client, under its lock, no longer uses it.
    if (::waitid(P_PGID, static_cast<id_t>(process_group_), &info, WEXITED | WSTOPPED | WNOWAIT) ==
        0) {
      if (info.si_code == CLD_STOPPED) {
        client_.OnStop(info.si_pid);
        continue;
      }
      if (client_.OnDeath(info.si_pid)) client_.WakeReceiver();
    } else if (errno == EINTR) {
      client_.OnTick();
    } else {
      break;
    }
  }
  client_.OnAllGone();
  client_.WakeReceiver();
}

bool Reaper::MakeTimer() {
  if (have_timer_) return true;
  if (tid_ == 0) return false;  // Just starting; the next kick tries again.
  sigevent event;
  std::memset(&event, 0, sizeof(event));
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kTick;
  event._sigev_un._tid = tid_;
  have_timer_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  return have_timer_;
}

void Reaper::SetTimer(time_t seconds) {
  const itimerspec spec = {.it_interval = {seconds, 0}, .it_value = {seconds, 0}};
  ::timer_settime(timer_, 0, &spec, nullptr);
  ticking_ = seconds != 0;
}

void Reaper::StopTicks() {
  if (ticking_) SetTimer(0);
}

void Reaper::StartTicks() {
  if (ticking_ || !MakeTimer()) return;
  SetTimer(1);
}

}  // namespace platform::notify
