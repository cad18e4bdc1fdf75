// MemoryManager: what the host cannot know of an address space.  Mappings themselves are the host's
// (a stub's memory); here are the program's landmarks, its executable, and which guest file a host
// file stands for, so that /proc/[pid]/maps can be told in the guest's names.  Shared with
// CLONE_VM, copied on fork, new at execve.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/ref.h"
#include "sentry/memmap/named_file.h"
#include "sentry/mm/attached_pieces.h"

namespace sentry {

class MemoryManager final : public base::RefCounted {
 public:
  // Landmarks of the image (prctl(2) PR_SET_MM, /proc/[pid]/stat).
  uint64_t start_code = 0, end_code = 0, start_data = 0, end_data = 0;
  uint64_t start_brk = 0, start_stack = 0;
  uint64_t arg_start = 0, arg_end = 0, env_start = 0, env_end = 0;
  uint64_t vdso = 0;
  std::vector<std::byte> auxv;  // As it stands on the stack (/proc/[pid]/auxv).
  base::Ref<NamedFile> exe;     // /proc/[pid]/exe; null for a kernel-made process.

  // Files that were mapped, by the host's identity of their pages.
  void RememberFile(uint64_t host_dev, uint64_t host_ino, base::Ref<NamedFile> file) {
    files_[{host_dev, host_ino}] = std::move(file);
  }
  const NamedFile* FileOf(uint64_t host_dev, uint64_t host_ino) const {
    auto found = files_.find({host_dev, host_ino});
    return found == files_.end() ? nullptr : found->second.get();
  }
  base::Ref<MemoryManager> Clone(int32_t pid) const;  // By process `pid`.

 private:
  std::map<std::pair<uint64_t, uint64_t>, base::Ref<NamedFile>> files_;

 public:
  AttachedPieces attached;  // System V shared memory.
  // Contexts of io_setup(2), whose type is above the kernel.  Null: none.  Not inherited.
  base::Ref<base::RefCounted> aio;
};

}  // namespace sentry
