// Calls about terminals.
#pragma once

#include "platform/base/result.h"

namespace sentry {

using base::Result;

class Task;

Result<void> SysVhangup(Task& task);

}  // namespace sentry
