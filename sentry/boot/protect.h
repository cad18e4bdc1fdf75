// What the Sentry gives up before guest code runs.
#pragma once

#include <span>

#include "platform/base/result.h"
#include "platform/host/seccomp_filter.h"

namespace sentry {

// Empty root, no capabilities, no_new_privs, not dumpable.  The platform and every descriptor must
// be there already.
void DropPrivileges();
// The allow-list of host calls (protect_filter.cc); from here on everything else kills the Sentry.
// `proc_fd` is the one directory below which it may open files; -1: none.
base::Result<void> InstallSentryFilter(int proc_fd);
// For `sentry doctor` and the test that counts them.
std::span<const host::Rule> SentryRules();
// How many host calls they let through.
size_t SentryHostCalls();

}  // namespace sentry
