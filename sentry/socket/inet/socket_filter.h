// SocketFilter: the classic BPF program of SO_ATTACH_FILTER (socket(7), bpf(4) of the BSDs): how
// many bytes of a packet a socket keeps.
#pragma once

#include <span>
#include <vector>

#include "abi/linux/seccomp.h"
#include "netstack/packet/packet.h"
#include "platform/base/result.h"
#include "sentry/vfs/op_context.h"

namespace sentry {

class SocketFilter {
 public:
  // EINVAL: not a program that ends, or one that jumps out of itself.
  static base::Result<SocketFilter> Create(std::vector<abi::SockFilter> program);

  // 0: the packet is dropped.
  size_t Run(const netstack::Packet& packet) const;

 private:
  explicit SocketFilter(std::vector<abi::SockFilter> program) : program_(std::move(program)) {}
  std::vector<abi::SockFilter> program_;
};

// From the struct sock_fprog that setsockopt(2) was given.  EFAULT, EINVAL.
base::Result<SocketFilter> ReadSocketFilter(OpContext& ctx, std::span<const std::byte> value);

}  // namespace sentry
