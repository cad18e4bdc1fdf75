// Installing a filter.
#include "platform/host/seccomp_filter.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace host {

base::Result<void> SetNoNewPrivileges() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return base::LastErrno();
  return base::Ok();
}

base::Result<base::Fd> InstallFilter(std::span<const sock_filter> code, unsigned flags) {
  const sock_fprog program = {.len = static_cast<unsigned short>(code.size()),
                              .filter = const_cast<sock_filter*>(code.data())};
  const long result = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (result < 0) return base::LastErrno();
  // With TSYNC a positive result is the thread that could not be synchronised.
  if ((flags & SECCOMP_FILTER_FLAG_TSYNC) != 0 && result > 0) return base::Errno(EBUSY);
  if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) return base::Fd(static_cast<int>(result));
  return base::Fd();
}

}  // namespace host
