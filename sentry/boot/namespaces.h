// Host namespaces around the Sentry, where the host allows them.
#pragma once

#include "platform/base/fd.h"

namespace sentry {

// Unshares what can be had (user, pid, mount, ipc, uts, net); children forked after it are inside.
// Without user namespaces nothing changes: seccomp and Landlock stand alone.
void EnterNamespaces();

// /proc of the caller's pid namespace, for reading about our own stubs; invalid when there is none.
base::Fd OpenProc();

// Root and working directory become an empty place.  Needs the namespaces or root; EPERM otherwise.
base::Result<void> EnterEmptyRoot();

}  // namespace sentry
