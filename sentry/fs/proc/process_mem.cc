#include "sentry/fs/proc/process_mem.h"

#include <algorithm>
#include <array>

#include "sentry/kernel/ptrace_access.h"
#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

constexpr size_t kChunk = 16 << 10;

// Bound to the address space that the process had when it was opened.
class MemDescription final : public FileDescription {
 public:
  MemDescription(Path path, uint32_t flags, const Subject& subject, Ref<MemoryManager> mm)
      : FileDescription(std::move(path), flags), subject_(subject), mm_(std::move(mm)) {}
  bool HasPosition() const override { return true; }
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;

 private:
  // Null when it is gone: nothing is there any more.
  Task* Owner() const {
    if (!mm_) return nullptr;
    for (Task* task : subject_.group->tasks) {
      if (!task->dead() && task->has_thread() && &task->mm() == mm_.get()) return task;
    }
    return nullptr;
  }

  const Subject subject_;
  const Ref<MemoryManager> mm_;
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

// Every address is a position (mem_lseek() of Linux).
Result<int64_t> MemDescription::Seek(OpContext&, int64_t to, int whence) {
  if (whence == abi::kSeekSet) return offset = to;
  if (whence == abi::kSeekCur) return offset += to;
  return Errno(EINVAL);
}

}  // namespace

Result<Ref<FileDescription>> MemInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  Task* task = TRY(subject.Require());
  // PTRACE_MODE_ATTACH: whoever reads may also write.
  if (ctx.task != nullptr && !MayTrace(*ctx.task, *task)) return Errno(EACCES);
  Ref<MemoryManager> mm;
  if (!task->dead()) mm = Ref<MemoryManager>(&task->mm());
  return Ref<FileDescription>(MakeRef<MemDescription>(path, flags, subject, std::move(mm)));
}

}  // namespace sentry
