// Carries a GuestView out: file systems made, mounted, directories and links put where they belong.
#pragma once

#include "gofer/protocol/client.h"
#include "sentry/boot/changes.h"
#include "sentry/boot/guest_view.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// The guest's mount namespace.  `client` is borrowed for the kernel's life.  Layers in memory are
// added to `changes`, unless that is null.  Errors were told in one line.
Result<Ref<MountNamespace>> BuildView(Kernel& kernel, gofer::Client& client, const GuestView& view,
                                      Changes* changes);

}  // namespace sentry
