// What boot needs of /proc.
#pragma once

#include "sentry/kernel/kernel.h"

namespace sentry {

Ref<Filesystem> MakeProc(Kernel& kernel);

}  // namespace sentry
