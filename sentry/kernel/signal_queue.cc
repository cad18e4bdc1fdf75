// Queueing rules of signal(7) and sigqueue(3), in Linux's order of delivery.
#include "sentry/kernel/signal_queue.h"

#include <algorithm>
#include <bit>

namespace sentry {
namespace {

using abi::SigMask;

// A thread's own faults come before anything else, or the handler would run far from its cause.
constexpr Sigset kSynchronous = SigMask(abi::kSigSegv) | SigMask(abi::kSigBus) |
                                SigMask(abi::kSigIll) | SigMask(abi::kSigTrap) |
                                SigMask(abi::kSigFpe) | SigMask(abi::kSigSys);
constexpr Sigset kStop = SigMask(abi::kSigStop) | SigMask(abi::kSigTstp) | SigMask(abi::kSigTtin) |
                         SigMask(abi::kSigTtou);
constexpr Sigset kIgnore = SigMask(abi::kSigChld) | SigMask(abi::kSigUrg) | SigMask(abi::kSigWinch);
constexpr Sigset kCore = SigMask(abi::kSigQuit) | SigMask(abi::kSigAbrt) | SigMask(abi::kSigXcpu) |
                         SigMask(abi::kSigXfsz) | kSynchronous;

}  // namespace

DefaultAction DefaultActionOf(int signal) {
  Sigset bit = SigMask(signal);
  if ((kStop & bit) != 0) return DefaultAction::kStop;
  if ((kIgnore & bit) != 0) return DefaultAction::kIgnore;
  if ((kCore & bit) != 0) return DefaultAction::kCore;
  if (signal == abi::kSigCont) return DefaultAction::kContinue;
  return DefaultAction::kTerminate;
}

Result<bool> SignalQueue::Enqueue(const abi::SigInfo& info, uint64_t limit) {
  const int signal = info.si_signo;
  const bool standard = signal < abi::kSigRtMin;
  if (standard && (pending_ & SigMask(signal)) != 0) return false;
  // As __send_signal_locked(): what the kernel and kill(2) send is never refused; over the limit
  // only its information is lost.
  bool exempt = standard && info.si_code >= 0;
  if (exempt || queue_.size() < limit) {
    queue_.push_back(info);
  } else if (!standard && info.si_code != abi::kSiUser) {
    return Errno(EAGAIN);
  }
  pending_ |= SigMask(signal);
  return true;
}

std::optional<abi::SigInfo> SignalQueue::Dequeue(Sigset blocked) {
  Sigset ready = pending_ & ~blocked;
  if (ready == 0) return std::nullopt;
  if ((ready & kSynchronous) != 0) ready &= kSynchronous;
  const int signal = std::countr_zero(ready) + 1;
  auto is_it = [signal](const abi::SigInfo& info) { return info.si_signo == signal; };
  auto found = std::find_if(queue_.begin(), queue_.end(), is_it);
  abi::SigInfo info{};
  info.si_signo = signal;  // SI_USER, when its information was lost.
  if (found != queue_.end()) {
    info = *found;
    found = queue_.erase(found);
    if (std::any_of(found, queue_.end(), is_it)) return info;
  }
  pending_ &= ~SigMask(signal);
  return info;
}

abi::SigInfo* SignalQueue::FindTimer(int signal, int32_t id) {
  if ((pending_ & SigMask(signal)) == 0) return nullptr;
  for (abi::SigInfo& info : queue_) {
    bool is_it = info.si_signo == signal && info.si_code == abi::kSiTimer;
    if (is_it && info.fields.timer.tid == id) return &info;
  }
  return nullptr;
}

void SignalQueue::Discard(Sigset set) {
  pending_ &= ~set;
  queue_.remove_if([set](const abi::SigInfo& info) { return (SigMask(info.si_signo) & set) != 0; });
}

}  // namespace sentry
