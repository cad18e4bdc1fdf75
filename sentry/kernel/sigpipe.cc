#include "sentry/kernel/sigpipe.h"

#include "sentry/kernel/task.h"

namespace sentry {

void SendSigPipe(Task& task) {
  abi::SigInfo info{};
  info.si_signo = abi::kSigPipe;
  info.si_code = abi::kSiUser;  // As Linux's send_sig(): the task itself is named.
  info.fields.kill.pid = task.NumberOf(task.group().pid);
  info.fields.kill.uid = ShownUid(task.creds().user_ns.get(), task.creds().uid);
  [[maybe_unused]] Result<void> sent = task.SendSignal(info);
}

}  // namespace sentry
