// Where a packet filter looks at packets: the five places on the way of an IP packet through a
// stack.
#pragma once

#include "netstack/packet/packet.h"

namespace netstack {

class Interface;

// By the numbers of NF_INET_*.
enum class Hook : uint8_t { kPreRouting, kInput, kForward, kOutput, kPostRouting };
inline constexpr size_t kHooks = 5;

class PacketHooks {
 public:
  // `packet` starts with its IP header and is whole; it may be changed and become another one. `in`
  // and `out` are null where there is none yet or any more.  False: it goes no further.
  virtual bool Run(Hook hook, bool v4, PacketPtr& packet, Interface* in, Interface* out) = 0;

 protected:
  ~PacketHooks() = default;
};

}  // namespace netstack
