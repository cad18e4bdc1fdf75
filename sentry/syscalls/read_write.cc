// read(2), write(2), pread(2), pwrite(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

// MAX_RW_COUNT is what one call moves at most; a negative count is refused (rw_verify_area).
Result<size_t> CheckCount(uint64_t count) {
  if (static_cast<int64_t>(count) < 0) return Errno(EINVAL);
  return std::min<size_t>(count, kMaxRwCount);
}

}  // namespace

Result<size_t> SysRead(Task& task, FdNum fd, Buffer buf, uint64_t count) {
  Ref<FileDescription> file = TRY(FileToRead(task, fd));
  UserSink to(task, buf.value(), TRY(CheckCount(count)));
  return ReadFile(task, std::move(file), std::move(to));
}

Result<size_t> SysWrite(Task& task, FdNum fd, Buffer buf, uint64_t count) {
  Ref<FileDescription> file = TRY(FileToWrite(task, fd));
  UserSource from(task, buf.value(), TRY(CheckCount(count)));
  return WriteFile(task, std::move(file), std::move(from));
}

Result<size_t> SysPread64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(FileToRead(task, fd, true));
  UserSink to(task, buf.value(), TRY(CheckCount(count)));
  return ReadFile(task, std::move(file), std::move(to), IoOptions{.at = offset});
}

Result<size_t> SysPwrite64(Task& task, FdNum fd, Buffer buf, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  Ref<FileDescription> file = TRY(FileToWrite(task, fd, true));
  UserSource from(task, buf.value(), TRY(CheckCount(count)));
  return WriteFile(task, std::move(file), std::move(from), IoOptions{.at = offset});
}

}  // namespace sentry
