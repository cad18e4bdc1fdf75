// io_uring_setup(2), io_uring_enter(2).
#include <bit>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/kernel/cpu_set.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/uring.h"
#include "sentry/syscalls/uring_calls.h"
#include "sentry/syscalls/wait_time.h"

namespace sentry {
namespace {

constexpr uint32_t kMaxEntries = 32'768, kMaxCqEntries = 2 * kMaxEntries;

Result<void> CheckFlags(const abi::UringParams& params) {
  const uint32_t flags = params.flags;
  constexpr uint32_t kServed =
      abi::kUringSetupIopoll | abi::kUringSetupSqpoll | abi::kUringSetupSqAff |
      abi::kUringSetupCqsize | abi::kUringSetupClamp | abi::kUringSetupAttachWq |
      abi::kUringSetupRDisabled | abi::kUringSetupSubmitAll | abi::kUringSetupCoopTaskrun |
      abi::kUringSetupTaskrunFlag | abi::kUringSetupSqe128 | abi::kUringSetupCqe32 |
      abi::kUringSetupSingleIssuer | abi::kUringSetupDeferTaskrun;
  constexpr uint32_t kByTheTask =
      abi::kUringSetupCoopTaskrun | abi::kUringSetupTaskrunFlag | abi::kUringSetupDeferTaskrun;
  auto has = [flags](uint32_t flag) { return (flags & flag) != 0; };
  if (has(~kServed)) return Errno(EINVAL);
  if (has(abi::kUringSetupSqpoll) && has(kByTheTask)) return Errno(EINVAL);
  if (has(abi::kUringSetupTaskrunFlag) &&
      !has(abi::kUringSetupCoopTaskrun | abi::kUringSetupDeferTaskrun)) {
    return Errno(EINVAL);
  }
  if (has(abi::kUringSetupDeferTaskrun) && !has(abi::kUringSetupSingleIssuer)) {
    return Errno(EINVAL);
  }
  return {};
}

// IORING_SETUP_ATTACH_WQ shares workers, which are not there to be shared, with another ring.
Result<void> CheckOthers(Task& task, const abi::UringParams& params) {
  if ((params.flags & abi::kUringSetupAttachWq) != 0) {
    Ref<FileDescription> other = TRY(task.fds().Get(FdNum(static_cast<int>(params.wq_fd))));
    if (AsUring(*other) == nullptr) return Errno(EINVAL);
  }
  if ((params.flags & abi::kUringSetupSqAff) == 0) return {};
  if ((params.flags & abi::kUringSetupSqpoll) == 0) return Errno(EINVAL);
  constexpr uint32_t kMost = 1024;
  const bool there =
      params.sq_thread_cpu < kMost && GuestCpus(task.kernel()).Has(params.sq_thread_cpu);
  return there ? Result<void>() : Errno(EINVAL);
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
  TRY(CheckFlags(params));
  const bool clamp = (params.flags & abi::kUringSetupClamp) != 0;
  const uint32_t sq = TRY(SizeOf(entries, kMaxEntries, clamp));
  uint32_t cq = 2 * sq;
  if ((params.flags & abi::kUringSetupCqsize) != 0) {
    cq = TRY(SizeOf(params.cq_entries, kMaxCqEntries, clamp));
    if (cq < sq) return Errno(EINVAL);
  }
  TRY(CheckOthers(task, params));
  std::unique_ptr<UringRings> rings = TRY(UringRings::Create(task, sq, cq, params.flags));
  // The thread that would look for entries sleeps from the start: it is woken for each.
  if ((params.flags & abi::kUringSetupSqpoll) != 0) rings->SetNeedWakeup();
  rings->Fill(params);
  params.features =
      abi::kUringFeatSingleMmap | abi::kUringFeatNodrop | abi::kUringFeatSubmitStable |
      abi::kUringFeatRwCurPos | abi::kUringFeatFastPoll | abi::kUringFeatPoll32bits |
      abi::kUringFeatSqpollNonfixed | abi::kUringFeatExtArg | abi::kUringFeatNativeWorkers |
      abi::kUringFeatRsrcTags | abi::kUringFeatCqeSkip | abi::kUringFeatLinkedFile;
  Kernel& kernel = task.kernel();
  Ref<Uring> file =
      MakeRef<Uring>(kernel, kernel.Get<NamelessFiles>().Anon("anon_inode:[io_uring]"),
                     std::move(rings), params.flags);
  if (file->single_issuer && file->enabled) file->issuer = Ref<Task>(&task);
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

Result<void> CheckIssuer(const Task& task, const Uring& ring) {
  // Of a ring with a thread of its own, that is it.
  if (!ring.single_issuer || ring.sq_polled || ring.issuer.get() == &task) return {};
  return Errno(EEXIST);
}

// Of a ring with a thread of its own, that takes whatever is there.
Result<uint64_t> Submit(Task& task, Uring& ring, uint32_t count) {
  if (ring.sq_polled) {
    TRY(ring.Submit(task, ring.rings().sq_entries()));
    return uint64_t{count};
  }
  return count != 0 ? ring.Submit(task, count) : uint64_t{0};
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
  TRY(CheckIssuer(task, *ring));
  const uint64_t submitted = TRY(Submit(task, *ring, submit));
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
