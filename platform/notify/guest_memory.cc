// A stub's memory as the Sentry reads and writes it: process_vm_readv(2) needs no descriptor and no
// /proc.  The thread's own id is used, since the process's leader may have ended before its other
// threads.
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>

#include "platform/base/fd.h"
#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using base::Errno;
using base::LastErrno;

Result<size_t> Moved(ssize_t count) {
  if (count >= 0) return static_cast<size_t>(count);
  return LastErrno();
}

void* Pointer(uint64_t address) {
  return reinterpret_cast<void*>(address);
}

}  // namespace

Result<size_t> StubThread::ReadMemory(uint64_t address, std::span<std::byte> to) {
  if (Bring(address, to)) return to.size();
  const iovec local = {to.data(), to.size()};
  const iovec remote = {Pointer(address), to.size()};
  return ReadMemoryV({&remote, 1}, {&local, 1});
}

Result<size_t> StubThread::WriteMemory(uint64_t address, std::span<const std::byte> from) {
  if (Keep(address, from)) return from.size();
  const iovec local = {const_cast<std::byte*>(from.data()), from.size()};
  const iovec remote = {Pointer(address), from.size()};
  return WriteMemoryV({&remote, 1}, {&local, 1});
}

Result<size_t> StubThread::ReadMemoryV(std::span<const iovec> guest, std::span<const iovec> to) {
  if (tid_ == 0) return Errno(ESRCH);
  if (out_size_ != 0) StoreOut();
  return Moved(::process_vm_readv(tid_, to.data(), to.size(), guest.data(), guest.size(), 0));
}

Result<size_t> StubThread::WriteMemoryV(std::span<const iovec> guest, std::span<const iovec> from) {
  if (tid_ == 0) return Errno(ESRCH);
  if (out_size_ != 0) StoreOut();
  ShutWindow();
  return Moved(::process_vm_writev(tid_, from.data(), from.size(), guest.data(), guest.size(), 0));
}

Result<size_t> StubThread::PokeMemory(uint64_t address, std::span<const std::byte> from) {
  if (tid_ == 0) return Errno(ESRCH);
  if (backend_.options_.proc_fd < 0) return Errno(EIO);
  if (out_size_ != 0) StoreOut();
  ShutWindow();
  char path[32];
  std::snprintf(path, sizeof(path), "%d/mem", tid_);
  const base::Fd memory =
      TRY(base::Fd::From(::openat(backend_.options_.proc_fd, path, O_WRONLY | O_CLOEXEC)));
  const Result<size_t> moved =
      Moved(::pwrite(memory.get(), from.data(), from.size(), static_cast<off_t>(address)));
  return moved.Is(EIO) ? Result<size_t>(Errno(EFAULT)) : moved;  // proc(5) says EIO for a hole.
}

}  // namespace platform::notify
