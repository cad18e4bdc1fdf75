#include "platform/host/confine.h"

#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/base/fd.h"

namespace host {
namespace {

base::Result<void> CloseRange(unsigned first, unsigned last) {
  if (first > last) return base::Ok();
  if (::syscall(SYS_close_range, first, last, 0) == 0) return base::Ok();
  if (errno != ENOSYS) return base::LastErrno();
  const auto limit = static_cast<unsigned>(::sysconf(_SC_OPEN_MAX));
  for (unsigned fd = first; fd <= last && fd < limit; ++fd) ::close(static_cast<int>(fd));
  return base::Ok();
}

}  // namespace

base::Result<void> KeepDescriptors(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = 0;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) TRY(CloseRange(next, number - 1));
    next = std::max(next, number + 1);
  }
  TRY(CloseRange(next, ~0U));
  while (true) {
    base::Fd filler = TRY(base::Fd::From(::eventfd(0, EFD_CLOEXEC)));
    if (filler.get() > STDERR_FILENO) return base::Ok();
    filler.release();
  }
}

void RaiseDescriptorLimit() {
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace host
