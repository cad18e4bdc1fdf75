// Moving bytes from one description to another through a buffer of the kernel.
#include "sentry/syscalls/copy_chunk.h"

#include <algorithm>
#include <memory>

#include "sentry/fs/dev/memory_devices.h"
#include "sentry/fs/pipefs/pipe_end.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

bool HasContents(const Inode& inode) {
  return (inode.mode() & abi::kSIfmt) != 0 && !inode.IsDirectory();
}

}  // namespace

Result<size_t> CopyChunk(Task& task, FileDescription& in, int64_t* in_position,
                         FileDescription& out, int64_t* out_position, size_t max) {
  constexpr size_t kChunk = 128 << 10;
  size_t size = std::min(max, kChunk);
  std::unique_ptr<std::byte[]> buffer(new std::byte[size]);
  int64_t at = *in_position;
  BufferSink to(std::span(buffer.get(), size));
  size_t got = TRY(ReadOnce(task, in, to, &at));
  if (got == 0) return size_t{0};
  BufferSource from(std::span(buffer.get(), got));
  size_t put = TRY(WriteOnce(task, out, from, out_position));
  // Devices are read without their position moving.
  if (at != *in_position) at = *in_position + static_cast<int64_t>(put);
  if (in_position != &in.offset) {
    *in_position = at;
  } else {
    // What the file shows of its position may be kept elsewhere: a descriptor of the host's.
    OpContext ctx = task.context();
    TRY(in.Seek(ctx, at, abi::kSeekSet));
  }
  return put;
}

bool CanSpliceFrom(FileDescription& file) {
  const Inode* inode = file.inode();
  return inode != nullptr && HasContents(*inode) && AsPipe(file) == nullptr && !IsNullDevice(file);
}

Result<void> CheckSpan(int64_t position, uint64_t count) {
  const bool beyond = position < 0 || count > static_cast<uint64_t>(INT64_MAX - position);
  return beyond ? Result<void>(Errno(EINVAL)) : Result<void>();
}

bool CanSpliceTo(const FileDescription& file) {
  // full(4) has no splice_write() in Linux.
  return file.inode() != nullptr && HasContents(*file.inode()) && !IsFullDevice(file);
}

}  // namespace sentry
