#include "sentry/vfs/file_description.h"

#include "abi/linux/poll.h"
#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/inotify.h"

namespace sentry {
namespace {

// What open(2) alone looks at and F_GETFL does not show.
constexpr uint32_t kOpenOnlyFlags =
    abi::kOCreat | abi::kOExcl | abi::kONoctty | abi::kOTrunc | abi::kOCloexec;
constexpr uint32_t kSettableFlags =
    abi::kOAppend | abi::kOAsync | abi::kODirect | abi::kONoatime | abi::kONonblock;

// A description is one of those that keep a program from being run from its file.
bool CountsAsWriter(const Inode* file, uint32_t flags) {
  bool writes = (flags & abi::kOAccmode) != abi::kORdonly && (flags & abi::kOPath) == 0;
  return writes && file != nullptr && file->IsRegular();
}

}  // namespace

FileDescription::FileDescription(Path path, uint32_t flags)
    : path_(std::move(path)), flags_(flags & ~kOpenOnlyFlags) {
  if (Inode* file = path_.valid() ? inode() : nullptr; CountsAsWriter(file, flags_)) {
    ++file->locks().write_count;
    if (path_.mount == nullptr) return;
    ++path_.mount->writers;
    ++path_.mount->fs->writers;
  }
}

FileDescription::~FileDescription() {
  Inode* file = inode();
  if (file == nullptr) return;
  const bool writer = CountsAsWriter(file, flags_);
  if (FileLocks* locks = file->existing_locks()) {
    if (writer) --locks->write_count;
    locks->ReleaseOwner(this);
    if (locks->leases.Release(*this)) locks->queue().Notify(abi::kPollIn);
  }
  if (writer && path_.mount != nullptr) {
    --path_.mount->writers;
    --path_.mount->fs->writers;
  }
  if ((flags_ & abi::kOPath) == 0) {
    NotifyObject(*path_.dentry, writable() ? abi::kInCloseWrite : abi::kInCloseNowrite);
  }
}

void FileDescription::SetStatusFlags(uint32_t flags) {
  flags_ = (flags_ & ~kSettableFlags) | (flags & kSettableFlags);
}

Result<int64_t> FileDescription::Seek(OpContext& ctx, int64_t to, int whence) {
  if (!HasPosition()) return Errno(ESPIPE);
  int64_t base = 0;
  switch (whence) {
    case abi::kSeekSet:
      break;
    case abi::kSeekCur:
      base = offset;
      break;
    case abi::kSeekEnd:
    case abi::kSeekData:
    case abi::kSeekHole: {
      int64_t size = static_cast<int64_t>(TRY(inode()->GetAttributes(ctx)).size);
      if (whence == abi::kSeekEnd) {
        base = size;
        break;
      }
      // Without holes: all is data up to the end, and there is the one hole.
      if (to < 0 || to >= size) return Errno(ENXIO);
      return offset = whence == abi::kSeekData ? to : size;
    }
    default:
      return Errno(EINVAL);
  }
  int64_t position = 0;
  if (__builtin_add_overflow(base, to, &position)) return Errno(EINVAL);
  if (position < 0) return Errno(EINVAL);
  return offset = position;
}

uint32_t FileDescription::Poll() {
  constexpr uint32_t kIn = abi::kPollIn | abi::kPollRdnorm;
  constexpr uint32_t kOut = abi::kPollOut | abi::kPollWrnorm;
  return kIn | kOut;
}

}  // namespace sentry
