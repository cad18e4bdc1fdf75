// The host's /proc/<stub>/maps and smaps, read as data.
#pragma once

#include <cstdint>
#include <string_view>

namespace sentry {

// One mapping; texts point into what was parsed.
struct HostMapping {
  uint64_t begin = 0, end = 0, offset = 0;
  std::string_view permissions;  // "rw-p"
  uint32_t major = 0, minor = 0;
  uint64_t ino = 0;
  std::string_view name;  // The host's; may be empty.
};

// Parses a line such as "55d0-55e0 r-xp 00001000 08:02 1234   /usr/bin/dbus-daemon"; false when it
// is none.
bool ParseHostMapping(std::string_view line, HostMapping& mapping);

// The next line without its end, cut off from `text`.
std::string_view NextLine(std::string_view& text);

}  // namespace sentry
