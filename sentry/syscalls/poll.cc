// poll(2), ppoll(2).
#include "abi/linux/poll.h"

#include <memory>

#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/poll_set.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

struct PollCall {
  UserPtr<abi::PollFd> user;
  std::vector<abi::PollFd> fds;
  PollSet set;
};

Result<std::shared_ptr<PollCall>> ReadPollFds(Task& task, UserPtr<abi::PollFd> user,
                                              uint32_t count) {
  if (count > task.fd_limit()) return Errno(EINVAL);
  auto call = std::make_shared<PollCall>();
  call->user = user;
  call->fds = TRY(task.CopyInArray(user, count));
  for (const abi::PollFd& entry : call->fds) {
    const uint32_t events = static_cast<uint16_t>(entry.events);
    Result<Ref<FileDescription>> file = task.fds().GetForIo(FdNum(entry.fd));
    call->set.Add(file.ok() ? *file : Ref<FileDescription>(),
                  events | abi::kPollErr | abi::kPollHup);
  }
  return call;
}

// Fills in revents; how many are not 0.
size_t Scan(PollCall& call) {
  size_t ready = 0;
  for (size_t i = 0; i < call.fds.size(); ++i) {
    uint32_t events = call.set.Ready(i);
    if (call.fds[i].fd >= 0 && !call.set.HasFile(i)) events = abi::kPollNval;
    call.fds[i].revents = static_cast<int16_t>(events);
    if (events != 0) ++ready;
  }
  return ready;
}

Result<size_t> WriteBack(Task& task, const PollCall& call, size_t ready) {
  TRY(task.CopyOutArray(call.user, std::span<const abi::PollFd>(call.fds)));
  return ready;
}

// `timeout` is where ppoll(2) tells what is left of it.
Result<size_t> DoPoll(Task& task, std::shared_ptr<PollCall> call, std::optional<MonoTime> deadline,
                      int on_signal, UserPtr<abi::Timespec> timeout) {
  size_t ready = Scan(*call);
  const bool no_wait = deadline && *deadline <= MonotonicNow();
  // The zeros of a scan without result are what the caller finds after a time-out.
  Result<size_t> written = WriteBack(task, *call, ready);
  if (!written.ok() || ready != 0 || no_wait) {
    WriteRemaining(task, timeout, deadline);
    return written;
  }
  WaitSpec wait = call->set.Wait(deadline);
  wait.on_timeout = uint64_t{0};
  wait.on_signal = on_signal;
  wait.on_cut_short = [timeout, deadline](Task& t, bool) {
    WriteRemaining(t, timeout, deadline);
    return std::optional<Result<uint64_t>>();
  };
  task.Block(std::move(wait), [call, timeout, deadline](Task& t) -> Result<uint64_t> {
    size_t now_ready = Scan(*call);
    if (now_ready == 0) return Errno(EAGAIN);
    WriteRemaining(t, timeout, deadline);
    return EncodeResult(WriteBack(t, *call, now_ready));
  });
  return Errno(kErrnoBlocked);
}

}  // namespace

Result<size_t> SysPoll(Task& task, UserPtr<abi::PollFd> fds, uint32_t count, int32_t timeout_ms) {
  std::optional<MonoTime> deadline = task.restart_deadline();
  if (!deadline && timeout_ms >= 0) {
    deadline = MonotonicNow() + int64_t{timeout_ms} * 1'000'000;
  }
  auto call = TRY(ReadPollFds(task, fds, count));
  return DoPoll(task, std::move(call), deadline, abi::kERestartRestartBlock, {});
}

Result<size_t> SysPpoll(Task& task, UserPtr<abi::PollFd> fds, uint32_t count,
                        UserPtr<abi::Timespec> timeout, UserPtr<abi::Sigset> mask,
                        size_t mask_size) {
  std::optional<MonoTime> deadline = TRY(DeadlineFrom(task, timeout));
  TRY(UseTemporaryMask(task, mask, mask_size));
  auto call = TRY(ReadPollFds(task, fds, count));
  return DoPoll(task, std::move(call), deadline, abi::kERestartNoHand, timeout);
}

}  // namespace sentry
