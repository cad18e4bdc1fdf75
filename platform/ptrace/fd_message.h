// One descriptor on its way from the Sentry to a stub: the message as sendmsg(2) wants it here, and
// as an injected recvmsg(2) wants it in the stub's memory.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "platform/base/result.h"

namespace platform::ptracing {

class FdMessage {
 public:
  base::Result<void> Send(int socket, int fd);
  // What is to be written to `address` of the stub before it receives, and read back from there
  // after.
  void PrepareToReceive(uint64_t address);
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(&block_, 1)); }
  base::Result<int> received() const;

 private:
  struct Block {
    msghdr message;
    iovec range;
    alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))];
    char byte;
  };
  void Point(uint64_t base);

  Block block_ = {};
};

}  // namespace platform::ptracing
