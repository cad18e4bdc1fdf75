// /proc/[pid]/mem: the memory of a process, read and written at its own addresses.
#pragma once

#include "sentry/fs/proc/subject.h"

namespace sentry {

class MemInode final : public SubjectInode<KernInode> {
 public:
  explicit MemInode(const Subject& about) : SubjectInode(about, kInoMem, 0, abi::kSIfreg | 0600) {}
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
};

}  // namespace sentry
