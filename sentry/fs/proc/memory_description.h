// What mem and pagemap have in common: an open file about the address space that the process had
// when it was opened, with addresses or page numbers as positions.
#pragma once

#include "sentry/fs/proc/subject.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class MemoryDescription : public FileDescription {
 public:
  bool HasPosition() const override { return true; }
  // Every position is one (mem_lseek() of Linux).
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;

 protected:
  // Of `task`, which is the subject's.
  MemoryDescription(Path path, uint32_t flags, const Subject& subject, Task& task);
  // Null when it is gone: nothing is there any more.
  Task* Owner() const;

 private:
  const Subject subject_;
  const Ref<MemoryManager> mm_;
};

}  // namespace sentry
