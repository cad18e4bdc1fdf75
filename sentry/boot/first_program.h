// The program of the command line becomes the sandbox's first process.
#pragma once

#include "platform/base/ref.h"
#include "platform/base/result.h"
#include "sentry/boot/config.h"
#include "sentry/boot/guest_view.h"
#include "sentry/boot/sandbox.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// Under the kernel lock.  The "error" is the exit status to end with (125, 126, 127); one line told
// why.
Result<Ref<ThreadGroup>> StartFirstProgram(Kernel& kernel, const Config& config,
                                           const GuestView& view,
                                           const StandardDescriptors& standard);

}  // namespace sentry
