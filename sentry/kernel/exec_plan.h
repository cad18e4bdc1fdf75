// ExecPlan: how a new program comes to life in a fresh stub.  Made by loader/, carried out by
// task_exec.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/platform.h"
#include "sentry/auth/credentials.h"
#include "sentry/mm/memory_manager.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

struct MemoryWrite {
  uint64_t address;
  std::vector<std::byte> bytes;
};

struct ExecPlan {
  std::vector<platform::HostCall> calls;  // In order; all must succeed.
  std::vector<MemoryWrite> writes;        // After the calls.
  platform::HostCall set_mm_map;  // After the writes: brk(2) is the host's own from then on.
  uint64_t entry = 0;
  uint64_t stack_pointer = 0;
  Ref<MemoryManager> mm;
  std::vector<Ref<FileDescription>>
      held;  // Until the calls are done: their host descriptors are borrowed.

  // Filled in by the caller of the loader.
  std::string comm;
  Ref<Credentials> creds;  // After set-user-ID and capability rules.
  bool dumpable = true;
};

}  // namespace sentry
