// What a link does with super-segments and open checksums when nobody behind it does.
#pragma once

#include <functional>

#include "netstack/packet/packet.h"

namespace netstack {

// Gives `emit` the frames that go on a wire, with checksums: the pieces of a super-segment of TCP
// or UDP by reference to its payload; any other frame as it is.  False: it cannot be done, it is
// gone.
bool SegmentFrame(PacketPtr frame, const std::function<void(PacketPtr)>& emit);

}  // namespace netstack
