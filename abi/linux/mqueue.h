// POSIX message queues (mq_overview(7)).
#pragma once

#include <cstdint>

namespace abi {

struct MqAttr {
  int64_t mq_flags;
  int64_t mq_maxmsg;
  int64_t mq_msgsize;
  int64_t mq_curmsgs;
  int64_t reserved[4];
};

inline constexpr uint32_t kMqPrioMax = 32768;
inline constexpr int64_t kMqDefaultMaxMessages = 10;    // /proc/sys/fs/mqueue/msg_default
inline constexpr int64_t kMqDefaultMessageSize = 8192;  // /proc/sys/fs/mqueue/msgsize_default

}  // namespace abi
