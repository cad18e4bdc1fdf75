// readv(2), writev(2), preadv(2), pwritev(2), preadv2(2), pwritev2(2).
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/file_io.h"

namespace sentry {
namespace {

// Where, and how: RWF_* of the call.
struct Vector {
  UserAddr iov;
  uint64_t count;
  std::optional<int64_t> at = {};
  uint32_t flags = 0;
};

// Of preadv2(2) and pwritev2(2): -1 is the file's own.
std::optional<int64_t> PlaceOf(int64_t offset) {
  return offset == -1 ? std::nullopt : std::optional<int64_t>(offset);
}

// FMODE_NOWAIT, which files in memory do not have.
bool KnowsNowait(const FileDescription& file) {
  Inode* inode = file.inode();
  if (inode == nullptr || !inode->IsRegular()) return true;
  return std::string_view(inode->filesystem().type()) != "tmpfs";
}

Result<IoOptions> OptionsFrom(const FileDescription& file, const Vector& vector) {
  constexpr uint32_t kKnown = abi::kRwfHipri | abi::kRwfDsync | abi::kRwfSync | abi::kRwfNowait |
                              abi::kRwfAppend | abi::kRwfNoappend;
  constexpr uint32_t kBothWays = abi::kRwfAppend | abi::kRwfNoappend;
  if ((vector.flags & ~kKnown) != 0) return Errno(EOPNOTSUPP);
  if ((vector.flags & kBothWays) == kBothWays) return Errno(EINVAL);
  if ((vector.flags & abi::kRwfNowait) != 0 && !KnowsNowait(file)) return Errno(EOPNOTSUPP);
  // As kernels before it: files append by themselves here.
  const bool appends = (file.flags() & abi::kOAppend) != 0;
  if ((vector.flags & abi::kRwfNoappend) != 0 && appends) return Errno(EOPNOTSUPP);
  return IoOptions{.at = vector.at,
                   .nowait = (vector.flags & abi::kRwfNowait) != 0,
                   .append = (vector.flags & abi::kRwfAppend) != 0,
                   .sync = (vector.flags & (abi::kRwfDsync | abi::kRwfSync)) != 0};
}

// The vector, once the file may be used so; nobody is asked for no bytes (vfs_readv()).
Result<std::vector<UserRange>> RangesFor(Task& task, const FileDescription& file,
                                         const Vector& vector, size_t& total) {
  std::vector<UserRange> ranges = TRY(CopyInIovec(task, vector.iov.value(), vector.count));
  total = 0;
  for (const UserRange& range : ranges) total += range.length;
  if (total != 0) TRY(CheckArea(file, {0, total}, vector.at.value_or(file.offset)));
  return ranges;
}

Result<size_t> ReadVector(Task& task, FdNum fd, const Vector& vector) {
  Ref<FileDescription> file = TRY(FileToRead(task, fd, vector.at.has_value()));
  size_t total = 0;
  std::vector<UserRange> ranges = TRY(RangesFor(task, *file, vector, total));
  if (total == 0) return total;
  const IoOptions options = TRY(OptionsFrom(*file, vector));
  return ReadFile(task, std::move(file), UserSink(task, std::move(ranges)), options);
}

Result<size_t> WriteVector(Task& task, FdNum fd, const Vector& vector) {
  Ref<FileDescription> file = TRY(FileToWrite(task, fd, vector.at.has_value()));
  size_t total = 0;
  std::vector<UserRange> ranges = TRY(RangesFor(task, *file, vector, total));
  if (total == 0) return total;
  const IoOptions options = TRY(OptionsFrom(*file, vector));
  return WriteFile(task, std::move(file), UserSource(task, std::move(ranges)), options);
}

}  // namespace

Result<size_t> SysReadv(Task& task, FdNum fd, UserAddr iov, uint64_t count) {
  return ReadVector(task, fd, {iov, count});
}

Result<size_t> SysWritev(Task& task, FdNum fd, UserAddr iov, uint64_t count) {
  return WriteVector(task, fd, {iov, count});
}

Result<size_t> SysPreadv(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return ReadVector(task, fd, {iov, count, offset});
}

Result<size_t> SysPwritev(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset) {
  if (offset < 0) return Errno(EINVAL);
  return WriteVector(task, fd, {iov, count, offset});
}

// The offset is in one register; the next one is the upper half of 32-bit callers and unused.
Result<size_t> SysPreadv2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                          uint64_t, uint32_t flags) {
  if (offset < -1) return Errno(EINVAL);
  return ReadVector(task, fd, {iov, count, PlaceOf(offset), flags});
}

Result<size_t> SysPwritev2(Task& task, FdNum fd, UserAddr iov, uint64_t count, int64_t offset,
                           uint64_t, uint32_t flags) {
  if (offset < -1) return Errno(EINVAL);
  return WriteVector(task, fd, {iov, count, PlaceOf(offset), flags});
}

}  // namespace sentry
