#include "sentry/boot/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "platform/base/log.h"

namespace sentry {
namespace {

bool WriteFile(const char* path, const char* text) {
  base::Fd file(::open(path, O_WRONLY | O_CLOEXEC));
  ssize_t length = static_cast<ssize_t>(std::strlen(text));
  return file.valid() && ::write(file.get(), text, std::strlen(text)) == length;
}

// One id, mapped to itself: files keep the owners that they have outside.
void MapOneId(const char* path, unsigned id) {
  char line[64];
  std::snprintf(line, sizeof(line), "%u %u 1", id, id);
  if (!WriteFile(path, line))
    LOG_INFO("namespaces: %s: cannot be written: %s", path, std::strerror(errno));
}

// A mount of `type` that is attached nowhere.
base::Result<base::Fd> DetachedMount(const char* type) {
  base::Fd context =
      TRY(base::Fd::From(static_cast<int>(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC))));
  if (::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return base::LastErrno();
  return base::Fd::From(
      static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
}

}  // namespace

void EnterNamespaces() {
  unsigned uid = ::geteuid(), gid = ::getegid();
  constexpr int kAll =
      CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
  if (::unshare(kAll) != 0) {
    LOG_INFO("namespaces: none: %s", std::strerror(errno));
    return;
  }
  WriteFile("/proc/self/setgroups", "deny");
  MapOneId("/proc/self/uid_map", uid);
  MapOneId("/proc/self/gid_map", gid);
}

base::Fd OpenProc() {
  base::Result<base::Fd> own = DetachedMount("proc");
  if (own.ok()) return std::move(own).value();
  LOG_INFO("namespaces: no proc of our own: %s", std::strerror(own.error().value()));
  return base::Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

base::Result<void> EnterEmptyRoot() {
  base::Fd empty = TRY(DetachedMount("tmpfs"));
  if (::fchdir(empty.get()) != 0 || ::chroot(".") != 0) return base::LastErrno();
  return {};
}

}  // namespace sentry
