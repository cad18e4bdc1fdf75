#include "sentry/fs/seccomp/listener.h"

#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

Ref<FileDescription> SeccompListener::Create(Kernel& kernel, Ref<SeccompNotifier> notifier) {
  return MakeRef<SeccompListener>(kernel.Get<NamelessFiles>().Anon("anon_inode:seccomp notify"),
                                  std::move(notifier));
}

}  // namespace sentry
