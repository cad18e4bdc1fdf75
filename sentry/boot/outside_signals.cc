#include "sentry/boot/outside_signals.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <span>
#include <utility>

#include "abi/linux/signal.h"
#include "sentry/boot/launcher.h"
#include "sentry/fs/tty/tty.h"
#include "sentry/kernel/signals.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

void Nothing(int) {}

sigset_t SetOf(std::span<const int> signals) {
  sigset_t set;
  ::sigemptyset(&set);
  for (int signal : signals) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

void PrepareForOutsideSignals() {
  // The host says by these that we use its terminal from the background.  They are let in around
  // each such use (fs/tty/host_tty.cc), where they must cut it short and do no more.
  constexpr int kBackground[] = {SIGTTIN, SIGTTOU};
  struct sigaction action {};
  action.sa_handler = Nothing;
  for (int signal : kBackground) ::sigaction(signal, &action, nullptr);
  const sigset_t background = SetOf(kBackground), passed = SetOf(kPassedOn);
  ::pthread_sigmask(SIG_BLOCK, &background, nullptr);
  ::pthread_sigmask(SIG_BLOCK, &passed, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // Pipes of the guest's: it gets a signal of its own.
  constexpr int kChild[] = {SIGCHLD};
  const sigset_t child = SetOf(kChild);
  ::pthread_sigmask(SIG_UNBLOCK, &child, nullptr);  // The launcher had it blocked.
}

OutsideSignals::OutsideSignals(Kernel& kernel, base::Fd channel)
    : kernel_(kernel), channel_(std::move(channel)) {
  (void)kernel_.reactor().Watch(channel_.get(), EPOLLIN, [this](uint32_t) { Receive(); });
  kernel_.init().child_events.Add(*this, ~uint32_t{0});
}

// A child of the kernel's init changed its state; the first program is one.
void OutsideSignals::Wake(uint32_t) {
  ThreadGroup* first = kernel_.first();
  if (first == nullptr) return;
  const bool was = std::exchange(stopped_, first->stopped && first->stop_complete);
  if (!stopped_ || was) return;
  const char notice = static_cast<char>(first->stop_signal);
  [[maybe_unused]] ssize_t written = ::write(channel_.get(), &notice, 1);
}

void OutsideSignals::Receive() {
  OutsideSignal message;
  ssize_t n;
  while ((n = ::read(channel_.get(), &message, sizeof(message))) == sizeof(message)) {
    Deliver(message);
  }
  if (n != 0) kernel_.reactor().Rearm(channel_.get(), EPOLLIN);  // Else the launcher is gone.
}

void OutsideSignals::Deliver(const OutsideSignal& message) {
  const int signal = message.signal;
  Ref<ThreadGroup> first(kernel_.first());
  if (!first || first->zombie) return;
  abi::SigInfo info = KernelSignal(signal);
  if (message.origin == SignalOrigin::kProcess && signal != SIGCONT) {
    info.si_code = abi::kSiUser;
    [[maybe_unused]] Result<void> sent = first->SendSignal(info);
    return;
  }
  Ref<ControllingTerminal> terminal = first->session().terminal;
  Ref<ProcessGroup> front;
  if (terminal) {
    front = Ref<ProcessGroup>(kernel_.pids().FindProcessGroup(terminal->foreground()));
  }
  Ref<ProcessGroup> own = first->process_group;
  if (front) front->SendSignal(info);
  // Whoever hung up or went on outside did so with the whole job.
  const bool everybody = signal == SIGHUP || signal == SIGCONT;
  if (!front || (everybody && front != own)) own->SendSignal(info);
}

}  // namespace sentry
