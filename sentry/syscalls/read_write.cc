// read(2), write(2), pread(2), pwrite(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

bool IsSocket(const FileDescription& file) {
  return file.inode() != nullptr && (file.inode()->mode() & abi::kSIfmt) == abi::kSIfsock;
}

size_t Clamp(uint64_t count) {
  return std::min<size_t>(count, kMaxRwCount);
}

Result<size_t> ReadAt(Task& task, Ref<FileDescription> file, UserRange to,
                      std::optional<int64_t> at) {
  TRY(CheckArea(*file, to, at.value_or(file->offset)));
  // sock_read_iter() waits for nothing then.
  if (to.length == 0 && IsSocket(*file)) return size_t{0};
  return ReadFile(task, std::move(file), UserSink(task, to.address, Clamp(to.length)),
                  IoOptions{.at = at});
}

Result<size_t> WriteAt(Task& task, Ref<FileDescription> file, UserRange from,
                       std::optional<int64_t> at) {
  TRY(CheckArea(*file, from, at.value_or(file->offset)));
  return WriteFile(task, std::move(file), UserSource(task, from.address, Clamp(from.length)),
                   IoOptions{.at = at});
}

}  // namespace

Result<size_t> SysRead(Task& task, FdNum fd, Buffer buf, uint64_t count) {
  return ReadAt(task, TRY(FileToRead(task, fd)), {buf.value(), count}, {});
}

Result<size_t> SysWrite(Task& task, FdNum fd, Buffer buf, uint64_t count) {
  return WriteAt(task, TRY(FileToWrite(task, fd)), {buf.value(), count}, {});
}

Result<size_t> SysPread64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return ReadAt(task, TRY(FileToRead(task, fd, true)), {buf.value(), count}, offset);
}

Result<size_t> SysPwrite64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return WriteAt(task, TRY(FileToWrite(task, fd, true)), {buf.value(), count}, offset);
}

}  // namespace sentry
