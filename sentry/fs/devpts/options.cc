#include "sentry/fs/devpts/options.h"

#include <charconv>

namespace sentry {
namespace {

std::optional<uint32_t> Number(std::string_view text, int base) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Octal(uint32_t mode) {
  std::string text;
  for (int shift = 6; shift >= 0; shift -= 3) {
    text += static_cast<char>('0' + ((mode >> shift) & 7));
  }
  return text;
}

bool ParseOne(DevptsOptions& options, std::string_view key, std::string_view value) {
  constexpr uint32_t kPermissions = 0777;
  if (key == "newinstance") return true;  // Every mount is one.
  const bool octal = key == "mode" || key == "ptmxmode";
  std::optional<uint32_t> number = Number(value, octal ? 8 : 10);
  if (!number) return false;
  if (key == "uid") {
    options.uid = number;
  } else if (key == "gid") {
    options.gid = number;
  } else if (key == "mode") {
    options.mode = *number & kPermissions;
  } else if (key == "ptmxmode") {
    options.ptmx_mode = *number & kPermissions;
  } else if (key == "max" && *number <= DevptsOptions::kMost) {
    options.max = *number;
  } else {
    return false;
  }
  return true;
}

}  // namespace

base::Result<DevptsOptions> DevptsOptions::Parse(std::string_view text) {
  DevptsOptions options;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (one.empty()) continue;
    size_t equals = one.find('=');
    std::string_view value = equals == one.npos ? std::string_view() : one.substr(equals + 1);
    if (!ParseOne(options, one.substr(0, equals), value)) return base::Errno(EINVAL);
  }
  return options;
}

std::string DevptsOptions::Show() const {
  std::string text;
  if (uid) text += "uid=" + std::to_string(*uid) + ",";
  if (gid) text += "gid=" + std::to_string(*gid) + ",";
  text += "mode=" + Octal(mode) + ",ptmxmode=" + Octal(ptmx_mode);
  if (max != kMost) text += ",max=" + std::to_string(max);
  return text;
}

}  // namespace sentry
