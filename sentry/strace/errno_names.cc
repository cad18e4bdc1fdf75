// Errors' names come from the C library, those of the restart codes from a table.
#include "sentry/strace/errno_names.h"

#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrorname_np is not in <cstring>.

#include "abi/linux/errno.h"

namespace sentry {
namespace {

struct InternalErrno {
  int value;
  const char* name;
  const char* message;
};

constexpr InternalErrno kInternal[] = {
    {abi::kERestartSys, "ERESTARTSYS", "To be restarted if SA_RESTART is set"},
    {abi::kERestartNoIntr, "ERESTARTNOINTR", "To be restarted"},
    {abi::kERestartNoHand, "ERESTARTNOHAND", "To be restarted if no handler"},
    {abi::kENoIoctlCmd, "ENOIOCTLCMD", "No ioctl command"},
    {abi::kERestartRestartBlock, "ERESTART_RESTARTBLOCK", "Interrupted by signal"},
};

const InternalErrno* FindInternal(int error) {
  for (const InternalErrno& row : kInternal) {
    if (row.value == error) return &row;
  }
  return nullptr;
}

}  // namespace

const char* ErrnoName(int error) {
  if (const InternalErrno* row = FindInternal(error)) return row->name;
  return error == 0 ? nullptr : strerrorname_np(error);
}

const char* ErrnoMessage(int error) {
  if (const InternalErrno* row = FindInternal(error)) return row->message;
  return error == 0 ? nullptr : strerrordesc_np(error);
}

}  // namespace sentry
