// The guest's memory is the host's own (DESIGN.md 3.2): what is left to do is to keep a guest away
// from the pages of the platform, to show the host the right file, and to refuse what a limit
// forbids.
#include "sentry/syscalls/mmap.h"

#include "abi/linux/mman.h"
#include "abi/linux/mount.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/oom.h"
#include "sentry/kernel/opened_file.h"
#include "sentry/syscalls/uring.h"

namespace sentry {
namespace {

// Writable private memory must fit into what --memory leaves at that moment; reservations, and
// stacks, which are hardly ever touched as a whole, need not.
Result<void> CheckBudget(Task& task, uint64_t length, uint32_t prot, uint32_t flags) {
  const MemoryBudget& budget = task.kernel().memory();
  constexpr uint32_t kReservation = abi::kMapNoreserve | abi::kMapStack;
  if (budget.limit() == 0 || (prot & abi::kProtWrite) == 0 || (flags & kReservation) != 0)
    return {};
  // What is small beside the rest needs no exact figure.
  constexpr uint64_t kSmallPart = 16;
  if (length > budget.Available() / kSmallPart) SampleMemory(task.kernel());
  if (length > budget.Available()) return Errno(ENOMEM);
  return {};
}

Result<void> CheckFileAccess(const FileDescription& file, uint32_t prot, uint32_t flags) {
  if ((file.flags() & abi::kOPath) != 0) return Errno(EBADF);
  if (!file.readable()) return Errno(EACCES);
  bool shared = (flags & abi::kMapType) != abi::kMapPrivate;
  if (shared && (prot & abi::kProtWrite) != 0 && !file.writable()) return Errno(EACCES);
  if ((prot & abi::kProtExec) != 0 && file.path().mount &&
      (file.path().mount->flags & abi::kMsNoexec) != 0)
    return Errno(EPERM);
  return {};
}

// The guest's own descriptor number becomes the host file in its stub, so that its own mmap finds
// it there.
Result<void> ShowFile(Task& task, FdNum fd, const Ref<FileDescription>& file,
                      const Mapping& mapping) {
  if (!task.has_thread()) return Errno(ESRCH);  // Killed while the Gofer was asked for the file.
  Ref<RefCounted>& installed = task.group().installed_fds[fd.value()];
  if (installed == file.get()) return {};
  TRY(task.thread().InstallFd(mapping.host_fd, fd.value()));
  installed = file;
  RememberMapping(task.mm(), file, mapping);
  return {};
}

Result<uint64_t> MapFile(Task& task, uint64_t addr, uint64_t length, uint32_t prot, uint32_t flags,
                         FdNum fd, uint64_t offset) {
  Ref<FileDescription> file = TRY(task.fds().Get(fd));
  TRY(CheckFileAccess(*file, prot, flags));
  OpContext ctx = task.context();
  Mapping mapping = TRY(file->Map(ctx, prot, flags));
  if (mapping.host_fd < 0) {
    // Contents that have no host file: zeros in private memory (/dev/zero).
    flags |= abi::kMapAnonymous;
  } else if (AsUring(*file) != nullptr && offset == abi::kUringOffCqRing) {
    mapping.offset_add = uint64_t{0} - offset;  // Both rings are in one memory.
  } else if (mapping.offset_add == 0) {
    TRY(ShowFile(task, fd, file, mapping));
    return Errno(kErrnoHost);
  }
  RememberMapping(task.mm(), file, mapping);
  task.CaptureThen([=](Task& self) {
    platform::HostCall call{
        .number = self.call().number,
        .args = {addr, length, prot, flags, ~uint64_t{0}, offset + mapping.offset_add}};
    if (mapping.host_fd >= 0) call.fd_arg = 4, call.host_fd = mapping.host_fd;
    self.InjectThen(std::span(&call, 1), [file](Task& done, std::span<const int64_t> results) {
      done.CompleteSyscall(static_cast<uint64_t>(results[0]));
    });
  });
  return Errno(kErrnoNoReturn);
}

}  // namespace

Result<uint64_t> SysMmap(Task& task, uint64_t addr, uint64_t length, uint32_t prot, uint32_t flags,
                         FdNum fd, uint64_t offset) {
  if (offset % abi::kPageSize != 0) return Errno(EINVAL);
  if (length == 0) {
    // The file is found first (ksys_mmap_pgoff()).
    if ((flags & abi::kMapAnonymous) == 0) TRY(task.fds().GetForIo(fd));
    return Errno(EINVAL);
  }
  bool hint_dropped = false;
  if (!GuestRange(task, addr, length)) {
    // A hint that cannot be followed is none; the host must not follow it either.
    const bool fixed = (flags & (abi::kMapFixed | abi::kMapFixedNoreplace)) != 0;
    if (fixed || !GuestRange(task, 0, length)) return Errno(ENOMEM);
    addr = 0;
    hint_dropped = true;
  }
  TRY(CheckBudget(task, length, prot, flags));
  if ((flags & abi::kMapFixed) != 0) {
    task.mm().attached.Remove(addr, length, task.group().pid.value());
  }
  if ((flags & abi::kMapAnonymous) == 0)
    return MapFile(task, addr, length, prot, flags, fd, offset);
  if (!hint_dropped) return Errno(kErrnoHost);
  task.CaptureThen([=](Task& self) {
    const platform::HostCall call{.number = self.call().number,
                                  .args = {0, length, prot, flags, ~uint64_t{0}, offset}};
    self.InjectThen(std::span(&call, 1), [](Task& done, std::span<const int64_t> results) {
      done.CompleteSyscall(static_cast<uint64_t>(results[0]));
    });
  });
  return Errno(kErrnoNoReturn);
}

// The host keeps the break, so where it stands is read from there, and only when a limit may be
// near.
Result<uint64_t> SysBrk(Task& task, uint64_t addr) {
  const MemoryBudget& budget = task.kernel().memory();
  if (budget.limit() == 0 || addr == 0 || budget.Available() > budget.limit() / 2)
    return Errno(kErrnoHost);
  uint64_t current = HostBreak(task.kernel(), task.thread().host_pid());
  if (current == 0 || addr <= current) return Errno(kErrnoHost);
  // brk(2): the call itself does not fail, the break stays where it is.
  if (!CheckBudget(task, addr - current, abi::kProtWrite, 0).ok()) return current;
  return Errno(kErrnoHost);
}

namespace {

// The error for an old range that is not all the guest's: arguments are looked at before what is
// mapped (check_mremap_params()).
int WhyNotRemapped(UserRange from, UserRange to, uint32_t flags) {
  constexpr uint32_t kMoves = abi::kMremapFixed | abi::kMremapDontunmap;
  constexpr uint32_t kKnown = kMoves | abi::kMremapMaymove;
  if ((flags & ~kKnown) != 0) return EINVAL;
  if ((flags & kMoves) != 0 && (flags & abi::kMremapMaymove) == 0) return EINVAL;
  if ((flags & abi::kMremapDontunmap) != 0 && from.length != to.length) return EINVAL;
  if (from.address % abi::kPageSize != 0 || to.length == 0) return EINVAL;
  if ((flags & abi::kMremapFixed) != 0) {
    const bool overlap =
        from.address + from.length > to.address && to.address + to.length > from.address;
    const bool beyond = to.address > abi::kTaskSize || to.length > abi::kTaskSize - to.address;
    return beyond || overlap || to.address % abi::kPageSize != 0 ? EINVAL : EFAULT;
  }
  // Shrinking is an munmap(2).
  return from.address < abi::kTaskSize && from.length > to.length ? EINVAL : EFAULT;
}

}  // namespace

Result<uint64_t> SysMremap(Task& task, uint64_t old_addr, uint64_t old_size, uint64_t new_size,
                           uint32_t flags, uint64_t new_addr) {
  if (!GuestRange(task, 0, new_size)) return Errno(EINVAL);
  if (!GuestRange(task, old_addr, old_size)) {
    return Errno(WhyNotRemapped({old_addr, old_size}, {new_addr, new_size}, flags));
  }
  if ((flags & abi::kMremapFixed) != 0 && !GuestRange(task, new_addr, new_size))
    return Errno(EINVAL);
  if (new_size > old_size) TRY(CheckBudget(task, new_size - old_size, abi::kProtWrite, 0));
  if (!task.mm().attached.empty()) {
    // Where a segment goes has to be known.
    task.CaptureThen([=](Task& self) {
      platform::HostCall call{.number = self.call().number,
                              .args = {old_addr, old_size, new_size, flags, new_addr}};
      self.InjectThen(std::span(&call, 1), [=](Task& done, std::span<const int64_t> results) {
        if (results[0] >= 0 || results[0] < -4095) {
          done.mm().attached.Move(old_addr, old_size, static_cast<uint64_t>(results[0]), new_size,
                                  done.group().pid.value());
        }
        done.CompleteSyscall(static_cast<uint64_t>(results[0]));
      });
    });
    return Errno(kErrnoNoReturn);
  }
  // Growing in place must not run into the platform's pages, which the host would refuse by itself:
  // they are mapped, or reserved up to the end of the address space.
  return Errno(kErrnoHost);
}

Result<uint64_t> SysMunmap(Task& task, uint64_t addr, uint64_t length) {
  if (addr % abi::kPageSize != 0) return Errno(EINVAL);
  if (!GuestRange(task, addr, length)) {
    // Behind the guest's own there is nothing that it could know of, up to what nobody may map.
    const bool hole = length != 0 && addr < abi::kTaskSize && length <= abi::kTaskSize - addr &&
                      !GuestRange(task, addr, 1);
    return hole ? Result<uint64_t>(uint64_t{0}) : Errno(EINVAL);
  }
  task.mm().attached.Remove(addr, length, task.group().pid.value());
  return Errno(kErrnoHost);
}

Result<uint64_t> SysMprotect(Task& task, uint64_t addr, uint64_t length, uint32_t prot) {
  // The host file behind a segment is open for writing, whatever shmat(2) was asked for.
  bool write = (prot & abi::kProtWrite) != 0;
  if (write && task.mm().attached.ReadOnlyIn(addr, length)) return Errno(EACCES);
  return SysMemoryRange(task, addr, length);
}

Result<uint64_t> SysHost(Task&) {
  return Errno(kErrnoHost);
}

}  // namespace sentry
