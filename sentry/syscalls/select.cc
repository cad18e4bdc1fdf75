// select(2), pselect6(2).
#include <algorithm>
#include <array>
#include <memory>

#include "abi/linux/poll.h"
#include "sentry/syscalls/events_calls.h"
#include "sentry/syscalls/poll_set.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

// Which poll events each of the three sets asks for, and which of these it counts as its own.
constexpr std::array<uint32_t, 3> kSetEvents = {
    abi::kPollRdnorm | abi::kPollRdband | abi::kPollIn | abi::kPollHup | abi::kPollErr,
    abi::kPollWrband | abi::kPollWrnorm | abi::kPollOut | abi::kPollErr,
    abi::kPollPri,
};

using Bits = std::vector<uint64_t>;

bool Test(const Bits& bits, size_t index) {
  return !bits.empty() && (bits[index / 64] >> (index % 64) & 1) != 0;
}

struct SelectCall {
  size_t words = 0;
  std::array<UserPtr<uint64_t>, 3> user;
  std::array<Bits, 3> asked;    // Empty: the pointer is null.
  std::vector<size_t> numbers;  // Of the files in `set`.
  PollSet set;
};

Result<void> AddFile(Task& task, SelectCall& call, size_t fd) {
  uint32_t events = 0;
  for (size_t kind = 0; kind < 3; ++kind) {
    if (Test(call.asked[kind], fd)) events |= kSetEvents[kind];
  }
  if (events == 0) return {};
  Ref<FileDescription> file = TRY(task.fds().GetForIo(FdNum(static_cast<int32_t>(fd))));
  call.numbers.push_back(fd);
  call.set.Add(std::move(file), events);
  return {};
}

Result<std::shared_ptr<SelectCall>> ReadSets(Task& task, int32_t count,
                                             std::array<UserPtr<uint64_t>, 3> sets) {
  if (count < 0) return Errno(EINVAL);
  // Numbers beyond the table are not looked at (max_fds of Linux, a multiple of 64).
  size_t limit = (static_cast<size_t>(task.fds().highest() + 1) + 63) / 64 * 64;
  size_t n = std::min(static_cast<size_t>(count), std::max<size_t>(limit, 64));
  auto call = std::make_shared<SelectCall>();
  call->words = (n + 63) / 64;
  call->user = sets;
  for (size_t kind = 0; kind < 3; ++kind) {
    if (!sets[kind].IsNull()) call->asked[kind] = TRY(task.CopyInArray(sets[kind], call->words));
  }
  for (size_t fd = 0; fd < n; ++fd) TRY(AddFile(task, *call, fd));
  return call;
}

// The number of bits set in all three results.
size_t Scan(const SelectCall& call, std::array<Bits, 3>& results) {
  size_t count = 0;
  for (Bits& bits : results) bits.assign(call.words, 0);
  for (size_t i = 0; i < call.numbers.size(); ++i) {
    const uint32_t ready = call.set.Ready(i);
    const size_t fd = call.numbers[i];
    for (size_t kind = 0; kind < 3; ++kind) {
      if ((ready & kSetEvents[kind]) == 0 || !Test(call.asked[kind], fd)) continue;
      results[kind][fd / 64] |= uint64_t{1} << (fd % 64);
      ++count;
    }
  }
  return count;
}

Result<size_t> WriteSets(Task& task, const SelectCall& call, const std::array<Bits, 3>& results,
                         size_t count) {
  for (size_t kind = 0; kind < 3; ++kind) {
    if (call.user[kind].IsNull()) continue;
    TRY(task.CopyOutArray(call.user[kind], std::span<const uint64_t>(results[kind])));
  }
  return count;
}

using Remaining = base::UniqueFunction<void(Task&)>;  // Writes the time that is left.

Result<size_t> DoSelect(Task& task, std::shared_ptr<SelectCall> call,
                        std::optional<MonoTime> deadline, std::shared_ptr<Remaining> remaining) {
  std::array<Bits, 3> results;
  size_t ready = Scan(*call, results);
  if (ready != 0 || (deadline && *deadline <= MonotonicNow())) {
    (*remaining)(task);
    return WriteSets(task, *call, results, ready);
  }
  WaitSpec wait = call->set.Wait(deadline);
  wait.on_signal = abi::kERestartNoHand;
  wait.on_cut_short = [call, remaining](Task& t,
                                        bool timed_out) -> std::optional<Result<uint64_t>> {
    (*remaining)(t);
    if (!timed_out) return std::nullopt;
    std::array<Bits, 3> none;
    for (Bits& bits : none) bits.assign(call->words, 0);
    return EncodeResult(WriteSets(t, *call, none, 0));
  };
  task.Block(std::move(wait), [call, remaining](Task& t) -> Result<uint64_t> {
    std::array<Bits, 3> found;
    size_t count = Scan(*call, found);
    if (count == 0) return Errno(EAGAIN);
    (*remaining)(t);
    return EncodeResult(WriteSets(t, *call, found, count));
  });
  return Errno(kErrnoBlocked);
}

}  // namespace

Result<size_t> SysSelect(Task& task, int32_t count, UserPtr<uint64_t> in, UserPtr<uint64_t> out,
                         UserPtr<uint64_t> except, UserPtr<abi::Timeval> timeout) {
  std::optional<MonoTime> deadline;
  if (!timeout.IsNull()) {
    // Microseconds beyond a second are carried over (poll_select_set_timeout() is given the sum).
    const abi::Timeval limit = TRY(task.CopyIn(timeout));
    if (limit.tv_sec < 0 || limit.tv_usec < 0) return Errno(EINVAL);
    const abi::Timespec time{limit.tv_sec + limit.tv_usec / abi::kUsecPerSec,
                             limit.tv_usec % abi::kUsecPerSec * 1000};
    deadline = MonotonicNow() + ToNanoseconds(time);
  }
  auto call = TRY(ReadSets(task, count, {in, out, except}));
  auto remaining = std::make_shared<Remaining>([timeout, deadline](Task& t) {
    if (!deadline) return;
    const abi::Timespec left = ToTimespec(std::max<int64_t>(*deadline - MonotonicNow(), 0));
    [[maybe_unused]] Result<void> written =
        t.CopyOut(timeout, abi::Timeval{left.tv_sec, left.tv_nsec / 1000});
  });
  return DoSelect(task, std::move(call), deadline, std::move(remaining));
}

Result<size_t> SysPselect6(Task& task, int32_t count, UserPtr<uint64_t> in, UserPtr<uint64_t> out,
                           UserPtr<uint64_t> except, UserPtr<abi::Timespec> timeout,
                           UserPtr<abi::SigsetArgpack> mask_and_size) {
  abi::SigsetArgpack pack{};
  if (!mask_and_size.IsNull()) pack = TRY(task.CopyIn(mask_and_size));
  std::optional<MonoTime> deadline = TRY(DeadlineFrom(task, timeout));
  TRY(UseTemporaryMask(task, UserPtr<abi::Sigset>(pack.sigmask), pack.sigsetsize));
  auto call = TRY(ReadSets(task, count, {in, out, except}));
  auto remaining = std::make_shared<Remaining>(
      [timeout, deadline](Task& t) { WriteRemaining(t, timeout, deadline); });
  return DoSelect(task, std::move(call), deadline, std::move(remaining));
}

}  // namespace sentry
