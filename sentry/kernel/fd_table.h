// FdTable: descriptor numbers of a process (shared with CLONE_FILES).
#pragma once

#include <cstdint>
#include <vector>

#include "abi/types.h"
#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

using abi::FdNum;

struct FdFlags {
  bool cloexec = false;
};

class FdTable final : public RefCounted {
 public:
  // EBADF when it is not open.
  Result<Ref<FileDescription>> Get(FdNum fd) const;
  // Same, and EBADF for an O_PATH description, which has no contents.
  Result<Ref<FileDescription>> GetForIo(FdNum fd) const;
  // The lowest free number >= minimum and < limit (RLIMIT_NOFILE); EMFILE when there is none.
  Result<FdNum> Install(Ref<FileDescription> file, FdFlags flags, uint64_t limit, int minimum = 0);
  // Replaces what is there and returns it (null when nothing was): drop it when done.  EBADF beyond
  // the limit.
  Result<Ref<FileDescription>> InstallAt(FdNum fd, Ref<FileDescription> file, FdFlags flags,
                                         uint64_t limit);
  // Takes it out.  The caller closes (kernel/close.h runs POSIX lock release and OnClose).
  Result<Ref<FileDescription>> Remove(FdNum fd);
  Result<FdFlags> GetFlags(FdNum fd) const;
  Result<void> SetFlags(FdNum fd, FdFlags flags);
  Ref<FdTable> Clone() const;                       // fork
  std::vector<Ref<FileDescription>> TakeCloexec();  // execve
  std::vector<Ref<FileDescription>> TakeAll();      // exit
  std::vector<int> Numbers() const;                 // Ascending.
  int highest() const { return static_cast<int>(slots_.size()) - 1; }

 private:
  struct Slot {
    Ref<FileDescription> file;
    bool cloexec = false;
  };
  bool Open(int fd) const {
    return fd >= 0 && static_cast<size_t>(fd) < slots_.size() &&
           slots_[static_cast<size_t>(fd)].file;
  }

  std::vector<Slot> slots_;
  int lowest_free_ = 0;  // No free number below.
};

}  // namespace sentry
