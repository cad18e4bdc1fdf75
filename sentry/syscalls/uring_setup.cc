// io_uring_setup(2), io_uring_enter(2).
#include <bit>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring.h"
#include "sentry/syscalls/uring_calls.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

constexpr uint32_t kMaxEntries = 32'768, kMaxCqEntries = 2 * kMaxEntries;

Result<void> CheckFlags(uint32_t flags) {
  constexpr uint32_t kServed = abi::kUringSetupCqsize | abi::kUringSetupClamp |
                               abi::kUringSetupRDisabled | abi::kUringSetupSubmitAll |
                               abi::kUringSetupCoopTaskrun | abi::kUringSetupTaskrunFlag |
                               abi::kUringSetupSingleIssuer | abi::kUringSetupDeferTaskrun;
  if ((flags & abi::kUringSetupSqpoll) != 0) return Errno(EPERM);
  if ((flags & ~kServed) != 0) return Errno(EINVAL);
  return {};
}

Result<uint32_t> SizeOf(uint32_t wanted, uint32_t most, bool clamp) {
  if (wanted == 0) return Errno(EINVAL);
  if (wanted > most) {
    if (!clamp) return Errno(EINVAL);
    wanted = most;
  }
  return std::bit_ceil(wanted);
}

Result<void> CheckAllowed(Task& task) {
  // kernel.io_uring_disabled: 1: only for the privileged; 2: for nobody.
  const int64_t disabled = task.kernel().Get<Sysctls>().Number("kernel/io_uring_disabled");
  if (disabled == 0) return {};
  if (disabled == 1 && task.creds().HasCapability(abi::kCapSysAdmin)) return {};
  return Errno(EPERM);
}

}  // namespace

Result<FdNum> SysIoUringSetup(Task& task, uint32_t entries, UserPtr<abi::UringParams> params_ptr) {
  TRY(CheckAllowed(task));
  abi::UringParams params = TRY(task.CopyIn(params_ptr));
  for (uint32_t reserved : params.resv) {
    if (reserved != 0) return Errno(EINVAL);
  }
  TRY(CheckFlags(params.flags));
  const bool clamp = (params.flags & abi::kUringSetupClamp) != 0;
  const uint32_t sq = TRY(SizeOf(entries, kMaxEntries, clamp));
  uint32_t cq = 2 * sq;
  if ((params.flags & abi::kUringSetupCqsize) != 0) {
    cq = TRY(SizeOf(params.cq_entries, kMaxCqEntries, clamp));
    if (cq < sq) return Errno(EINVAL);
  }
  std::unique_ptr<UringRings> rings = TRY(UringRings::Create(task, sq, cq));
  rings->Fill(params);
  params.features = abi::kUringFeatSingleMmap | abi::kUringFeatNodrop |
                    abi::kUringFeatSubmitStable | abi::kUringFeatRwCurPos |
                    abi::kUringFeatFastPoll | abi::kUringFeatPoll32bits | abi::kUringFeatExtArg |
                    abi::kUringFeatCqeSkip;
  Kernel& kernel = task.kernel();
  Ref<FileDescription> file =
      MakeRef<Uring>(kernel, kernel.Get<NamelessFiles>().Anon("anon_inode:[io_uring]"),
                     std::move(rings), params.flags);
  TRY(task.CopyOut(params_ptr, params));
  return task.InstallFd(std::move(file), FdFlags{.cloexec = true});
}

namespace {

struct Waiting {
  std::optional<MonoTime> deadline;
};

Result<Waiting> ReadArgument(Task& task, uint32_t flags, uint64_t arg, uint64_t size) {
  Waiting waiting;
  if ((flags & abi::kUringEnterExtArg) == 0) {
    TRY(UseTemporaryMask(task, UserPtr<abi::Sigset>(arg), size));
    return waiting;
  }
  if (size != sizeof(abi::UringGeteventsArg)) return Errno(EINVAL);
  auto extended = TRY(task.CopyIn(UserPtr<abi::UringGeteventsArg>(arg)));
  if (extended.pad != 0) return Errno(EINVAL);
  waiting.deadline = TRY(DeadlineFrom(task, UserPtr<abi::Timespec>(extended.ts)));
  TRY(UseTemporaryMask(task, UserPtr<abi::Sigset>(extended.sigmask), extended.sigmask_sz));
  return waiting;
}

}  // namespace

Result<uint64_t> SysIoUringEnter(Task& task, FdNum fd, uint32_t submit, uint32_t min_complete,
                                 uint32_t flags, uint64_t arg, uint64_t arg_size) {
  constexpr uint32_t kKnown = abi::kUringEnterGetevents | abi::kUringEnterSqWakeup |
                              abi::kUringEnterSqWait | abi::kUringEnterExtArg;
  if ((flags & ~kKnown) != 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  Uring* ring = AsUring(*file);
  if (ring == nullptr) return Errno(EOPNOTSUPP);
  if (!ring->enabled) return Errno(EBADFD);
  const uint64_t submitted = submit != 0 ? TRY(ring->Submit(task, submit)) : 0;
  ring->Progress();
  if ((flags & abi::kUringEnterGetevents) == 0) return submitted;
  if (submit != 0 && submitted != submit) return submitted;
  Result<Waiting> waiting = ReadArgument(task, flags, arg, arg_size);
  if (!waiting.ok()) {
    if (submitted != 0) return submitted;
    return waiting.error();
  }
  const uint32_t wanted = std::min(min_complete, ring->rings().cq_entries());
  WaitSpec wait;
  wait.queues.push_back({ring->Queue(), abi::kPollIn});
  wait.deadline = waiting->deadline;
  wait.on_timeout = Errno(ETIME);
  wait.on_signal = EINTR;
  // io_cqring_wait(): fewer completions than wanted are no error.
  wait.on_cut_short = [submitted, ring](Task&, bool) -> std::optional<Result<uint64_t>> {
    if (submitted == 0 && ring->CompletionsReady() == 0) return std::nullopt;
    return Result<uint64_t>(submitted);
  };
  return task.Retry(
      std::move(wait), false,
      [file, ring, wanted, submitted, timeouts = ring->timeouts()](Task&) -> Result<uint64_t> {
        ring->Progress();
        // io_should_wake(): what waits for many hears of a timeout, too.
        const bool enough = ring->CompletionsReady() >= wanted;
        if (!enough && ring->timeouts() == timeouts) return Errno(EAGAIN);
        return submitted;
      });
}

}  // namespace sentry
