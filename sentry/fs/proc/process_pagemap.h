// /proc/[pid]/pagemap: of each page, whether it is there (proc_pid_pagemap(5)); clear_refs: what it
// tells of changes starts anew.
#pragma once

#include "sentry/fs/proc/process_file.h"
#include "sentry/fs/proc/subject.h"

namespace sentry {

class PagemapInode final : public SubjectInode<KernInode> {
 public:
  static constexpr uint64_t kNumber = 1;  // Beside mem's.
  explicit PagemapInode(const Subject& about)
      : SubjectInode(about, kInoMem, kNumber, abi::kSIfreg | 0400) {}
  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
};

Result<void> StoreClearRefs(const ProcessView& view, std::string_view text);

}  // namespace sentry
