// --net=tap:NAME, --net=fd:N and --net=netns:PATH: devices of the host, opened before anything is
// given up.
#pragma once

#include "sentry/boot/config.h"
#include "sentry/boot/netns_keeper.h"
#include "sentry/socket/outside/device.h"

namespace sentry {

// Of --net: what is before the colon, and behind it.
std::string_view NetMode(const Config& config);
std::string_view NetArgument(const Config& config);
// Whether frames go to a device of the host.
bool NetUsesDevices(const Config& config);

// Of --net=fd; -1: another mode.
int NetDescriptor(const Config& config);
// Before the launcher opens any of its own; false after a line that says that it is not open.
bool CheckNetDescriptor(const Config& config);

struct HostDevices {
  std::vector<OutsideDevice> devices;
  NetnsKeeper keeper;  // Of --net=netns.
};
// What is wrong was told in one line.
Result<HostDevices> OpenDevices(const Config& config);

// ADDRESS/BITS; nothing: it is not that.
std::optional<InterfaceAddress> ParseNetAddress(std::string_view text);
std::optional<IpAddress> ParseIp(std::string_view text);
std::optional<std::array<uint8_t, 6>> ParseMac(std::string_view text);

}  // namespace sentry
