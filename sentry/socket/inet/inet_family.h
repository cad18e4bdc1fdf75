// AF_INET and AF_INET6 as families of socket(2).
#pragma once

#include "sentry/socket/family.h"

namespace sentry {

class InetFamily final : public SocketFamily {
 public:
  InetFamily(Kernel& kernel, int family);
  Result<Ref<Socket>> Create(OpContext& ctx, int type, int protocol, uint32_t flags) override;

 private:
  Kernel& kernel_;
  const int family_;
};

// Tells sock_diag(7) and /proc/net about the sockets (inet_diag.cc, inet_proc.cc).
void RegisterInetDiag(Kernel& kernel);

}  // namespace sentry
