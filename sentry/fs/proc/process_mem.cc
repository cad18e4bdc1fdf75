#include "sentry/fs/proc/process_mem.h"

#include <algorithm>
#include <array>

#include "sentry/fs/proc/memory_description.h"
#include "sentry/kernel/ptrace_access.h"

namespace sentry {
namespace {

constexpr size_t kChunk = 16 << 10;

class MemDescription final : public MemoryDescription {
 public:
  MemDescription(Path path, uint32_t flags, const Subject& subject, Task& task)
      : MemoryDescription(std::move(path), flags, subject, task) {}
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
};

// Failure counts only when nothing was moved before it (mem_rw() of Linux gives EIO).
Result<size_t> Outcome(size_t done, Errno error) {
  if (done != 0) return done;
  return error.value() == EFAULT ? Errno(EIO) : error;
}

// How much of `length` at `position` is the guest's: the platform's own pages lie above.
size_t GuestPart(const Task& task, int64_t position, size_t length) {
  uint64_t limit = task.kernel().platform().GuestAddressLimit();
  uint64_t address = static_cast<uint64_t>(position);
  return address < limit ? static_cast<size_t>(std::min<uint64_t>(length, limit - address)) : 0;
}

Result<size_t> MemDescription::Read(OpContext&, IoSink& sink, int64_t* position) {
  Task* owner = Owner();
  if (owner == nullptr) return size_t{0};
  std::array<std::byte, kChunk> buffer;
  size_t done = 0;
  while (sink.remaining() != 0) {
    size_t length = GuestPart(*owner, *position, std::min(sink.remaining(), kChunk));
    if (length == 0) return Outcome(done, Errno(EIO));
    std::span<std::byte> want = std::span(buffer).first(length);
    Result<size_t> got = owner->ReadSome(static_cast<uint64_t>(*position), want);
    if (!got.ok()) return Outcome(done, got.error());
    Result<size_t> put = sink.Put(want.first(*got));
    if (!put.ok()) return done != 0 ? Result<size_t>(done) : put;
    done += *put;
    *position += static_cast<int64_t>(*put);
    if (*put < want.size()) break;
  }
  return done;
}

Result<size_t> MemDescription::Write(OpContext&, IoSource& source, int64_t* position) {
  Task* owner = Owner();
  if (owner == nullptr) return size_t{0};
  std::array<std::byte, kChunk> buffer;
  size_t done = 0;
  while (source.remaining() != 0) {
    size_t length = GuestPart(*owner, *position, std::min(source.remaining(), kChunk));
    if (length == 0) return Outcome(done, Errno(EIO));
    Result<size_t> got = source.Get(std::span(buffer).first(length));
    if (!got.ok()) return done != 0 ? Result<size_t>(done) : got;
    // As a debugger's POKEDATA: the protection of the pages does not count.
    Result<size_t> put =
        owner->thread().PokeMemory(static_cast<uint64_t>(*position), std::span(buffer).first(*got));
    if (!put.ok()) return Outcome(done, put.error());
    done += *put;
    *position += static_cast<int64_t>(*put);
    if (*put < *got) break;
  }
  return done;
}

}  // namespace

Result<Ref<FileDescription>> MemInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  Task* task = TRY(subject.Require());
  // PTRACE_MODE_ATTACH: whoever reads may also write.
  if (ctx.task != nullptr && !MayTrace(*ctx.task, *task)) return Errno(EACCES);
  return Ref<FileDescription>(MakeRef<MemDescription>(path, flags, subject, *task));
}

}  // namespace sentry
