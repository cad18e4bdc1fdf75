// getdents(2), getdents64(2).
#include <algorithm>
#include <cstring>
#include <vector>

#include "abi/linux/dirent.h"
#include "sentry/syscalls/calls_ahead.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/stat_ahead.h"
#include "sentry/vfs/inotify.h"

namespace sentry {
namespace {

// Packs entries into records of the guest's layout, as many as fit.
class RecordSink final : public DirectorySink {
 public:
  RecordSink(size_t size, bool wide) : size_(size), wide_(wide) {}

  bool Add(std::string_view name, uint64_t ino, uint8_t type, int64_t next) override {
    size_t length = wide_ ? abi::LinuxDirent64::RecordLength(name.size())
                          : abi::LinuxDirent::RecordLength(name.size());
    if (bytes_.size() + length > size_) {
      full_ = true;
      return false;
    }
    size_t at = bytes_.size();
    bytes_.resize(at + length);
    std::byte* record = bytes_.data() + at;
    size_t name_offset = wide_ ? abi::LinuxDirent64::kNameOffset : abi::LinuxDirent::kNameOffset;
    uint16_t record_length = static_cast<uint16_t>(length);
    std::memcpy(record, &ino, sizeof(ino));
    std::memcpy(record + 8, &next, sizeof(next));
    std::memcpy(record + 16, &record_length, sizeof(record_length));
    std::memcpy(record + name_offset, name.data(), name.size());
    record[wide_ ? name_offset - 1 : length - 1] = std::byte{type};
    return true;
  }

  const std::vector<std::byte>& bytes() const { return bytes_; }
  bool full() const { return full_; }
  // There was an entry, but not even room for one.
  bool too_small() const { return full_ && bytes_.empty(); }

 private:
  const size_t size_;
  const bool wide_;
  std::vector<std::byte> bytes_;
  bool full_ = false;
};

Result<size_t> ReadEntries(Task& task, FdNum fd, Buffer to, uint32_t size, bool wide) {
  constexpr size_t kMost = 1 << 20;
  Ref<FileDescription> file = TRY(task.fds().GetForIo(fd));
  if (size > INT32_MAX) size = 0;  // It counts as signed: there is no room for any.
  RecordSink sink(std::min<size_t>(size, kMost), wide);
  OpContext ctx = task.context();
  int64_t before = file->offset;
  TRY(file->ReadDirectory(ctx, sink));
  if (sink.too_small()) return Errno(EINVAL);
  Result<void> copied = task.Write(to.value(), sink.bytes());
  if (!copied.ok()) {
    file->offset = before;
    return copied.error();
  }
  if (wide) NoteListing(task, *file->inode(), sink.bytes(), before == 0);
  NotifyObject(*file->path().dentry, abi::kInAccess);
  return sink.bytes().size();
}

}  // namespace

std::optional<std::vector<std::byte>> ListRest(Task& task, FileDescription& file, size_t room) {
  if (!file.ListsAtOnce()) return {};
  RecordSink sink(room, true);
  OpContext ctx = task.context();
  const int64_t before = file.offset;
  if (file.ReadDirectory(ctx, sink).ok() && !sink.full()) return sink.bytes();
  file.offset = before;
  return {};
}

Result<size_t> SysGetdents(Task& task, FdNum fd, Buffer to, uint32_t size) {
  return ReadEntries(task, fd, to, size, false);
}

Result<size_t> SysGetdents64(Task& task, FdNum fd, Buffer to, uint32_t size) {
  return ReadEntries(task, fd, to, size, true);
}

}  // namespace sentry
