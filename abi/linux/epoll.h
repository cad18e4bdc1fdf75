// epoll(7).
#pragma once

#include <cstdint>

namespace abi {

struct [[gnu::packed]] EpollEvent {
  uint32_t events;
  uint64_t data;
};

inline constexpr int32_t kEpollCtlAdd = 1;
inline constexpr int32_t kEpollCtlDel = 2;
inline constexpr int32_t kEpollCtlMod = 3;
inline constexpr uint32_t kEpollCloexec = 02000000;
inline constexpr uint32_t kEpollIn = 0x1;
inline constexpr uint32_t kEpollPri = 0x2;
inline constexpr uint32_t kEpollOut = 0x4;
inline constexpr uint32_t kEpollErr = 0x8;
inline constexpr uint32_t kEpollHup = 0x10;
inline constexpr uint32_t kEpollNval = 0x20;
inline constexpr uint32_t kEpollRdnorm = 0x40;
inline constexpr uint32_t kEpollRdband = 0x80;
inline constexpr uint32_t kEpollWrnorm = 0x100;
inline constexpr uint32_t kEpollWrband = 0x200;
inline constexpr uint32_t kEpollMsg = 0x400;
inline constexpr uint32_t kEpollRdhup = 0x2000;
inline constexpr uint32_t kEpollExclusive = 0x10000000;
inline constexpr uint32_t kEpollWakeup = 0x20000000;
inline constexpr uint32_t kEpollOneshot = 0x40000000;
inline constexpr uint32_t kEpollEt = 0x80000000;

// What kcmp(2) takes by KCMP_EPOLL_TFD.
struct KcmpEpollSlot {
  uint32_t efd;
  uint32_t tfd;
  uint32_t toff;
};

}  // namespace abi
