// Tcp: RFC 9293: which connection gets a segment, which ports are taken.
#pragma once

#include "netstack/tcp/tcp_endpoint.h"

namespace netstack {

class Tcp;

}  // namespace netstack
