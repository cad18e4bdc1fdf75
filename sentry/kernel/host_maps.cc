#include "sentry/kernel/host_maps.h"

#include <algorithm>

namespace sentry {
namespace {

// A hexadecimal number cut off from `text`, with the character behind it; false without digits.
bool TakeHex(std::string_view& text, char end, uint64_t& value) {
  value = 0;
  size_t i = 0;
  for (; i < text.size() && text[i] != end; ++i) {
    char c = text[i];
    bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return false;
    value = value << 4 | static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  if (i == 0 || i == text.size()) return false;
  text.remove_prefix(i + 1);
  return true;
}

}  // namespace

std::string_view NextLine(std::string_view& text) {
  size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool ParseHostMapping(std::string_view line, HostMapping& mapping) {
  constexpr size_t kPermissions = 4;
  uint64_t major = 0, minor = 0;
  if (!TakeHex(line, '-', mapping.begin) || !TakeHex(line, ' ', mapping.end)) return false;
  if (line.size() <= kPermissions) return false;
  mapping.permissions = line.substr(0, kPermissions);
  line.remove_prefix(kPermissions + 1);
  if (!TakeHex(line, ' ', mapping.offset) || !TakeHex(line, ':', major)) return false;
  if (!TakeHex(line, ' ', minor)) return false;
  mapping.major = static_cast<uint32_t>(major);
  mapping.minor = static_cast<uint32_t>(minor);
  mapping.ino = 0;
  while (!line.empty() && line[0] >= '0' && line[0] <= '9') {
    mapping.ino = mapping.ino * 10 + static_cast<uint64_t>(line[0] - '0');
    line.remove_prefix(1);
  }
  size_t name = line.find_first_not_of(' ');
  mapping.name = name == line.npos ? std::string_view() : line.substr(name);
  return true;
}

}  // namespace sentry
