// A socket that leaves the broker leads to one peer for good.
#pragma once

#include "gofer/broker/address.h"
#include "platform/base/result.h"

namespace gofer {

// From now on a TCP socket takes in nothing but segments of that peer, and nobody can change that.
// Whoever gets hold of the socket may take the connection apart and begin another one with
// connect(2) (a Sentry that was taken over, through a process of its guest), but no handshake with
// anybody else ends: the answers are dropped.
base::Result<void> LockToPeer(int socket, const Address& peer, uint16_t port);

}  // namespace gofer
