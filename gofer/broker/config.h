// What the broker is started with.  Descriptors are opened before it gives anything up.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gofer/broker/limits.h"
#include "gofer/broker/policy.h"
#include "gofer/protocol/broker.h"
#include "platform/base/fd.h"

namespace gofer {

struct PublishedPort {
  uint8_t protocol = 6;
  Address host;
  uint16_t host_port = 0, guest_port = 0;  // 0 of the host: any, told on standard error.
  base::Fd socket;                         // Bound, and listening if it is TCP.
};

struct Resolver {
  Address address;
  uint16_t port = 53;

  // "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53".
  static std::optional<Resolver> Parse(std::string_view text);
};

struct BrokerConfig {
  Policy policy;
  Limits limits;
  base::Fd control;                           // Listening (control.h); not valid: none.
  std::vector<Resolver> resolvers;            // Upstream.
  std::multimap<std::string, Address> hosts;  // --add-host
  std::vector<PublishedPort> ports;
  // Publish what the guest listens on, at all addresses of the host (--net=host).
  bool publish_all = false;
  // Pass sockets that can be bound to their peer; else their bytes go through the broker, as they
  // do where they are limited or may come to be.
  bool share_sockets = true;
  base::Fd audit;  // A line of JSON per flow; not valid: none.
};

// Reads nameserver lines.
std::vector<Resolver> ReadResolvers(const char* path);
// Binds it (and listens): EADDRINUSE, EACCES, EADDRNOTAVAIL.
base::Result<void> BindPort(PublishedPort& port);
// The addresses of the host's interfaces.
void AddHostAddresses(Policy& policy);

// The broker process from its start to its end: returns when the channel closes.
int BrokerMain(BrokerConfig config, base::Fd channel);

}  // namespace gofer
