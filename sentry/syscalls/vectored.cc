// readv(2), writev(2), preadv(2), pwritev(2), preadv2(2), pwritev2(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

Result<IoOptions> OptionsFrom(uint32_t flags, bool write) {
  constexpr uint32_t kBoth = abi::kRwfHipri | abi::kRwfDsync | abi::kRwfSync | abi::kRwfNowait;
  uint32_t known = write ? kBoth | abi::kRwfAppend | abi::kRwfNoappend : kBoth;
  if ((flags & ~known) != 0) return Errno(EOPNOTSUPP);
  return IoOptions{.at = {},
                   .nowait = (flags & abi::kRwfNowait) != 0,
                   .append = (flags & abi::kRwfAppend) != 0,
                   .sync = (flags & (abi::kRwfDsync | abi::kRwfSync)) != 0};
}

Result<size_t> ReadVector(Task& task, FdNum fd, UserAddr iov, uint64_t count,
                          const IoOptions& options) {
  TRY(task.fds().GetForIo(fd));  // EBADF comes before what is wrong with the vector.
  std::vector<UserRange> ranges = TRY(CopyInIovec(task, iov.value(), count));
  Ref<FileDescription> file = TRY(FileToRead(task, fd, options.at.has_value()));
  return ReadFile(task, std::move(file), UserSink(task, std::move(ranges)), options);
}

Result<size_t> WriteVector(Task& task, FdNum fd, UserAddr iov, uint64_t count,
                           const IoOptions& options) {
  TRY(task.fds().GetForIo(fd));
  std::vector<UserRange> ranges = TRY(CopyInIovec(task, iov.value(), count));
  Ref<FileDescription> file = TRY(FileToWrite(task, fd, options.at.has_value()));
  return WriteFile(task, std::move(file), UserSource(task, std::move(ranges)), options);
}

}  // namespace

Result<size_t> SysReadv(Task& task, FdNum fd, UserAddr iov, uint64_t count) {
  return ReadVector(task, fd, iov, count, {});
}

Result<size_t> SysWritev(Task& task, FdNum fd, UserAddr iov, uint64_t count) {
  return WriteVector(task, fd, iov, count, {});
}

Result<size_t> SysPreadv(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return ReadVector(task, fd, iov, count, IoOptions{.at = offset});
}

Result<size_t> SysPwritev(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return WriteVector(task, fd, iov, count, IoOptions{.at = offset});
}

// The offset is in one register; the next one is the upper half of 32-bit callers and unused.
Result<size_t> SysPreadv2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                          uint64_t, uint32_t flags) {
  if (offset < -1) return Errno(EINVAL);
  IoOptions options = TRY(OptionsFrom(flags, false));
  if (offset != -1) options.at = offset;
  return ReadVector(task, fd, iov, count, options);
}

Result<size_t> SysPwritev2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                           uint64_t, uint32_t flags) {
  if (offset < -1) return Errno(EINVAL);
  IoOptions options = TRY(OptionsFrom(flags, true));
  if (offset != -1) options.at = offset;
  return WriteVector(task, fd, iov, count, options);
}

}  // namespace sentry
