// poll(2), select(2).
#pragma once

#include <cstddef>
#include <cstdint>

namespace abi {

struct PollFd {
  int32_t fd;
  int16_t events;
  int16_t revents;
};

inline constexpr uint32_t kPollIn = 0x1;
inline constexpr uint32_t kPollPri = 0x2;
inline constexpr uint32_t kPollOut = 0x4;
inline constexpr uint32_t kPollErr = 0x8;
inline constexpr uint32_t kPollHup = 0x10;
inline constexpr uint32_t kPollNval = 0x20;
inline constexpr uint32_t kPollRdnorm = 0x40;
inline constexpr uint32_t kPollRdband = 0x80;
inline constexpr uint32_t kPollWrnorm = 0x100;
inline constexpr uint32_t kPollWrband = 0x200;
inline constexpr uint32_t kPollMsg = 0x400;
inline constexpr uint32_t kPollRdhup = 0x2000;

inline constexpr int kFdSetSize = 1024;  // FD_SETSIZE; the kernel itself accepts more.

// pselect6's last argument.
struct SigsetArgpack {
  uint64_t sigmask;
  uint64_t sigsetsize;
};

}  // namespace abi
