// eventfd(2), signalfd(2).
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint32_t kEfdSemaphore = 01;
inline constexpr uint32_t kEfdCloexec = 02000000;
inline constexpr uint32_t kEfdNonblock = 04000;
inline constexpr uint32_t kSfdCloexec = 02000000;
inline constexpr uint32_t kSfdNonblock = 04000;

struct SignalfdSiginfo {
  uint32_t ssi_signo;
  int32_t ssi_errno;
  int32_t ssi_code;
  uint32_t ssi_pid;
  uint32_t ssi_uid;
  int32_t ssi_fd;
  uint32_t ssi_tid;
  uint32_t ssi_band;
  uint32_t ssi_overrun;
  uint32_t ssi_trapno;
  int32_t ssi_status;
  int32_t ssi_int;
  uint64_t ssi_ptr;
  uint64_t ssi_utime;
  uint64_t ssi_stime;
  uint64_t ssi_addr;
  uint16_t ssi_addr_lsb;
  uint16_t pad2;
  int32_t ssi_syscall;
  uint64_t ssi_call_addr;
  uint32_t ssi_arch;
  uint8_t pad[28];
};

}  // namespace abi
