// Standard input, output and error of the first program, and its terminal.
#pragma once

#include "sentry/boot/standard_descriptors.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// Opens them in the task's table.  A terminal gets a name in /dev/pts, and controls the task's
// session when it controls ours.
void OpenStandard(Kernel& kernel, Task& task, const StandardDescriptors& standard);

}  // namespace sentry
