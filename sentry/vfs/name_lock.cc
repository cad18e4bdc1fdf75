#include "sentry/vfs/name_lock.h"

#include "platform/base/log.h"

namespace sentry {

void NameLock::Lock(Blocker* blocker) {
  {
    base::MutexLock lock(&mu_);
    if (!held_) {
      held_ = true;
      return;
    }
  }
  CHECK(blocker != nullptr);
  blocker->BeginBlocking();
  {
    base::MutexLock lock(&mu_);
    while (held_) freed_.Wait(&mu_);
    held_ = true;
  }
  blocker->EndBlocking();
}

void NameLock::Unlock() {
  base::MutexLock lock(&mu_);
  held_ = false;
  freed_.NotifyOne();
}

}  // namespace sentry
