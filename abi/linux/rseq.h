// rseq(2).
#pragma once

#include <cstdint>

namespace abi {

// The first 32 bytes, all that the host's 6.1 knows; newer kernels extend it
// (AT_RSEQ_FEATURE_SIZE).
struct alignas(32) Rseq {
  uint32_t cpu_id_start;
  uint32_t cpu_id;
  uint64_t rseq_cs;
  uint32_t flags;
  uint32_t node_id;
  uint32_t mm_cid;
};

struct alignas(32) RseqCs {
  uint32_t version;
  uint32_t flags;
  uint64_t start_ip;
  uint64_t post_commit_offset;
  uint64_t abort_ip;
};
inline constexpr uint32_t kRseqFlagUnregister = 0x1;
inline constexpr uint32_t kRseqCsFlagNoRestartOnPreempt = 0x1;
inline constexpr uint32_t kRseqCsFlagNoRestartOnSignal = 0x2;
inline constexpr uint32_t kRseqCsFlagNoRestartOnMigrate = 0x4;
inline constexpr int32_t kRseqCpuIdUninitialized = -1;
inline constexpr int32_t kRseqCpuIdRegistrationFailed = -2;
inline constexpr uint32_t kRseqOrigSize = 32;

}  // namespace abi
