// process_vm_readv(2), process_vm_writev(2), and PTRACE_POKEDATA for pages that are read-only.
#include "platform/ptrace/memory.h"

#include <algorithm>
#include <cstring>

#include "platform/ptrace/requests.h"

namespace platform::ptracing {
namespace {

Result<size_t> Moved(ssize_t result) {
  if (result < 0) return base::LastErrno();
  return static_cast<size_t>(result);
}

iovec Range(const std::byte* data, size_t size) {
  return {const_cast<std::byte*>(data), size};
}

iovec RemoteRange(uint64_t address, size_t size) {
  return {reinterpret_cast<void*>(address), size};
}

}  // namespace

Result<size_t> ReadProcess(pid_t tid, uint64_t address, std::span<std::byte> to) {
  const iovec remote = RemoteRange(address, to.size());
  const iovec local = Range(to.data(), to.size());
  return ReadProcessV(tid, {&remote, 1}, {&local, 1});
}

Result<size_t> WriteProcess(pid_t tid, uint64_t address, std::span<const std::byte> from) {
  const iovec remote = RemoteRange(address, from.size());
  const iovec local = Range(from.data(), from.size());
  return WriteProcessV(tid, {&remote, 1}, {&local, 1});
}

Result<size_t> ReadProcessV(pid_t tid, std::span<const iovec> remote,
                            std::span<const iovec> local) {
  return Moved(
      ::process_vm_readv(tid, local.data(), local.size(), remote.data(), remote.size(), 0));
}

Result<size_t> WriteProcessV(pid_t tid, std::span<const iovec> remote,
                             std::span<const iovec> local) {
  return Moved(
      ::process_vm_writev(tid, local.data(), local.size(), remote.data(), remote.size(), 0));
}

Result<size_t> PokeProcess(pid_t tid, uint64_t address, std::span<const std::byte> from) {
  size_t done = 0;
  while (done < from.size()) {
    const uint64_t at = address + done;
    const uint64_t aligned = at & ~uint64_t{7};
    std::optional<uint64_t> word = PeekWord(tid, aligned);
    if (!word) break;
    const size_t skip = at - aligned;
    const size_t count = std::min(from.size() - done, sizeof(*word) - skip);
    std::memcpy(reinterpret_cast<std::byte*>(&*word) + skip, from.data() + done, count);
    if (!PokeWord(tid, aligned, *word)) break;
    done += count;
  }
  if (done == 0 && !from.empty()) return base::Errno(EFAULT);
  return done;
}

}  // namespace platform::ptracing
