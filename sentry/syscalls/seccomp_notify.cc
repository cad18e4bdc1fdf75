// The ioctls of a seccomp listener (seccomp_unotify(2)).
#include "abi/linux/poll.h"
#include "abi/linux/seccomp.h"
#include "sentry/fs/seccomp/listener.h"
#include "sentry/kernel/kernel.h"
#include "sentry/syscalls/extensible.h"
#include "sentry/syscalls/seccomp.h"

namespace sentry {
namespace {

using State = SeccompNotification::State;

Result<uint64_t> ReceiveOne(Task& task, SeccompNotifier& notifier, uint64_t arg) {
  SeccompNotification* next = notifier.NextUnsent();
  if (next == nullptr) return Errno(EAGAIN);
  const abi::SeccompNotif told{.id = next->id,
                               .pid = static_cast<uint32_t>(task.NumberOf(next->task->tid())),
                               .flags = 0,
                               .data = next->data};
  // What cannot be told stays to be received.
  TRY(task.CopyOut(UserPtr<abi::SeccompNotif>(arg), told));
  next->state = State::kSent;
  if (notifier.wait_killable) next->task->MakeWaitKillable();
  notifier.queue.Notify(abi::kPollOut);
  return uint64_t{0};
}

Result<uint64_t> Receive(Task& task, const Ref<FileDescription>& file, SeccompNotifier& notifier,
                         uint64_t arg) {
  const auto given = TRY(task.CopyIn(UserPtr<abi::SeccompNotif>(arg)));
  constexpr abi::SeccompNotif kZero{};
  if (std::memcmp(&given, &kZero, sizeof(kZero)) != 0) return Errno(EINVAL);
  WaitSpec wait;
  wait.queues.push_back({&notifier.queue, abi::kPollIn});
  // Also for a descriptor that is not to block: Linux takes no notice of it.
  return task.Retry(std::move(wait), false,
                    [file, &notifier, arg](Task& self) { return ReceiveOne(self, notifier, arg); });
}

Result<SeccompNotification*> FindSent(const SeccompNotifier& notifier, uint64_t id) {
  SeccompNotification* found = notifier.Find(id);
  if (found == nullptr) return Errno(ENOENT);
  if (found->state != State::kSent) return Errno(EINPROGRESS);
  return found;
}

Result<uint64_t> Send(Task& task, SeccompNotifier& notifier, uint64_t arg) {
  const auto answer = TRY(task.CopyIn(UserPtr<abi::SeccompNotifResp>(arg)));
  if ((answer.flags & ~abi::kSeccompUserNotifFlagContinue) != 0) return Errno(EINVAL);
  if (answer.flags != 0 && (answer.error != 0 || answer.val != 0)) return Errno(EINVAL);
  SeccompNotification* found = TRY(FindSent(notifier, answer.id));
  notifier.Reply(*found, answer.val, answer.error, answer.flags);
  return uint64_t{0};
}

Result<uint64_t> IsIdValid(Task& task, const SeccompNotifier& notifier, uint64_t arg) {
  const uint64_t id = TRY(task.CopyIn(UserPtr<uint64_t>(arg)));
  const SeccompNotification* found = notifier.Find(id);
  if (found == nullptr || found->state != State::kSent) return Errno(ENOENT);
  return uint64_t{0};
}

Result<FdNum> InstallInto(Task& target, Ref<FileDescription> file,
                          const abi::SeccompNotifAddfd& request) {
  const FdFlags flags{.cloexec = (request.newfd_flags & abi::kOCloexec) != 0};
  if ((request.flags & abi::kSeccompAddfdFlagSetfd) == 0) {
    return target.InstallFd(std::move(file), flags);
  }
  const FdNum number(static_cast<int>(request.newfd));
  [[maybe_unused]] Ref<FileDescription> replaced =
      TRY(target.fds().InstallAt(number, std::move(file), flags, target.fd_limit()));
  return number;
}

Result<uint64_t> AddFd(Task& task, SeccompNotifier& notifier, uint64_t arg, size_t size) {
  if (size < sizeof(abi::SeccompNotifAddfd) || size >= 4096) return Errno(EINVAL);
  const auto request = TRY(CopyInExtensible(task, UserPtr<abi::SeccompNotifAddfd>(arg), size));
  constexpr uint32_t kKnown = abi::kSeccompAddfdFlagSetfd | abi::kSeccompAddfdFlagSend;
  if ((request.newfd_flags & ~abi::kOCloexec) != 0) return Errno(EINVAL);
  if ((request.flags & ~kKnown) != 0) return Errno(EINVAL);
  if (request.newfd != 0 && (request.flags & abi::kSeccompAddfdFlagSetfd) == 0) {
    return Errno(EINVAL);
  }
  Ref<FileDescription> file = TRY(task.fds().Get(FdNum(static_cast<int>(request.srcfd))));
  SeccompNotification* found = TRY(FindSent(notifier, request.id));
  const uint64_t number = EncodeResult(TRY(InstallInto(*found->task, std::move(file), request)));
  if ((request.flags & abi::kSeccompAddfdFlagSend) != 0) {
    notifier.Reply(*found, static_cast<int64_t>(number), 0, 0);
  }
  return number;
}

// The request without the size that it says its argument has, and without the direction.
constexpr uint32_t WithoutSize(uint32_t request) {
  return request & 0xffff;
}

}  // namespace

std::optional<Result<uint64_t>> SeccompListenerIoctl(Task& task, const Ref<FileDescription>& file,
                                                     uint32_t request, uint64_t arg) {
  auto* listener = dynamic_cast<SeccompListener*>(file.get());
  if (listener == nullptr) return std::nullopt;
  SeccompNotifier& notifier = listener->notifier();
  switch (request) {
    case abi::kSeccompIoctlNotifRecv:
      return Receive(task, file, notifier, arg);
    case abi::kSeccompIoctlNotifSend:
      return Send(task, notifier, arg);
    case abi::kSeccompIoctlNotifIdValid:
    case 0x80082102:  // As it was numbered until Linux 5.7.
      return IsIdValid(task, notifier, arg);
  }
  if (WithoutSize(request) == WithoutSize(abi::kSeccompIoctlNotifAddfd)) {
    return AddFd(task, notifier, arg, request >> 16 & 0x3fff);
  }
  return Result<uint64_t>(Errno(EINVAL));
}

}  // namespace sentry
