// Frames of the Gofer's channel.  One SOCK_SEQPACKET message is one frame: this header, then a
// protobuf message (gofer.proto: Request towards the Gofer, Reply back), and beside a reply
// descriptors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace abi::gofer {

inline constexpr uint32_t kVersion = 1;

struct FrameHeader {
  uint64_t id = 0;    // Chosen by the client, unique among its requests in flight; a reply carries
                      // that of its request.
  uint32_t size = 0;  // Of the protobuf message behind the header.
  uint16_t fd_count = 0;   // At most kMaxFds.
  uint16_t in_flight = 0;  // Requests: how many the client has open, this one included.  A hint.
  uint32_t cpu = 0;        // Requests: the client's CPU, kNoCpu if unknown.  A hint.
  uint32_t reserved = 0;   // Zero.
};
static_assert(sizeof(FrameHeader) == 24 && std::is_trivially_copyable_v<FrameHeader>);

inline constexpr uint32_t kNoCpu = UINT32_MAX;

// Upper bounds of this version for one protobuf message.  A request holds at most one extended
// attribute's value; a reply at most one page of a directory.  Both fit the default socket buffer
// of Linux (212,992 bytes).
inline constexpr size_t kMaxRequestSize = 80 << 10;
inline constexpr size_t kMaxReplySize = 192 << 10;
inline constexpr size_t kMaxFds = 33;

}  // namespace abi::gofer
