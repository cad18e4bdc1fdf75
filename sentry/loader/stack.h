// The initial stack of a program (System V ABI, x86-64, "Process Initialization"): argc, argv,
// envp, auxv, strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sentry {

struct StackInput {
  std::vector<std::string> argv;
  std::vector<std::string> envp;
  std::string exec_name;  // AT_EXECFN
  std::vector<std::pair<uint64_t, uint64_t>>
      aux;                  // AT_RANDOM, AT_EXECFN, AT_PLATFORM and AT_NULL are added.
  uint64_t random[2] = {};  // AT_RANDOM's 16 bytes.
};

struct StackImage {
  uint64_t address;              // Of the first byte; the initial stack pointer, 16-byte aligned.
  std::vector<std::byte> bytes;  // Up to the stack's top.
  uint64_t arg_start, arg_end, env_start, env_end;
  std::vector<std::byte> auxv;
};

// `top` is the end of the stack's mapping, page aligned.
StackImage BuildStack(const StackInput& input, uint64_t top);

}  // namespace sentry
