// From a program file to a plan: which host calls make the address space, what is written into it,
// where it starts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/base/unique_function.h"
#include "sentry/kernel/exec_plan.h"
#include "sentry/loader/stack.h"
#include "sentry/mm/memory_manager.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

struct ImageInput {
  Ref<FileDescription> program;  // Opened for reading, regular, executable.
  StackInput stack;              // aux is filled in by the loader.
  uint64_t address_limit = 0;    // platform::Platform::GuestAddressLimit()
  uint64_t vdso = 0;
  bool randomize = true;  // Off: ADDR_NO_RANDOMIZE.
  bool secure = false;    // AT_SECURE
  const Credentials* creds = nullptr;
};

// Opens the interpreter by the caller's view of the file system.
using OpenInterpreter = base::UniqueFunction<Result<Ref<FileDescription>>(const std::string& path)>;

// ENOEXEC and the errnos of Linux's load_elf_binary.
Result<ExecPlan> PlanImage(OpContext& ctx, ImageInput input, OpenInterpreter open_interpreter);

// Reads up to `size` bytes at `offset`.
Result<std::vector<std::byte>> ReadAt(OpContext& ctx, FileDescription& file, uint64_t offset,
                                      size_t size);

}  // namespace sentry
