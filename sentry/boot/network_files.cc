#include "sentry/boot/network_files.h"

#include "sentry/fs/proc/process_net.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/proc_net.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {

void SetUpNetworkFiles(Kernel& kernel) {
  FamiliesOf(kernel);  // They tell SocketDiag what they have.
  ProcNet& files = kernel.Get<ProcNet>();
  auto add = [&kernel, &files](const ProcNetFile& file) {
    files.Register(std::string(file.name), [&kernel, text = file.text](OpContext& ctx) {
      Network& network = Networks::Of(kernel, ctx);
      InetStack::Of(kernel, network);  // It counts, even if nobody has used it yet.
      return text(kernel, network);
    });
  };
  for (const ProcNetFile& file : ProcNetConfigFiles()) add(file);
  for (const ProcNetFile& file : ProcNetSocketFiles()) add(file);
  add({"netlink", NetlinkProcText});
  BindNetworkSysctls(kernel);
}

}  // namespace sentry
