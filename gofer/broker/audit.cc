#include "gofer/broker/audit.h"

#include <time.h>
#include <unistd.h>

namespace gofer {
namespace {

int64_t Milliseconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Names come from the guest: letters, digits and what else a name may have stay.
std::string Quoted(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Timestamp(int64_t milliseconds) {
  const time_t seconds = milliseconds / 1000;
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  const size_t n = ::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text, n) + "." + std::to_string(1000 + milliseconds % 1000).substr(1) + "Z";
}

}  // namespace

int64_t WallMilliseconds() {
  return Milliseconds(CLOCK_REALTIME);
}
int64_t MonotonicMilliseconds() {
  return Milliseconds(CLOCK_MONOTONIC);
}

void Audit::Write(const FlowRecord& r) const {
  if (!file_.valid()) return;
  std::string line = "{\"time\":" + Quoted(Timestamp(r.began_ms));
  auto text = [&line](const char* key, const std::string& value) {
    line += std::string(",\"") + key + "\":" + Quoted(value);
  };
  auto number = [&line](const char* key, int64_t value) {
    line += std::string(",\"") + key + "\":" + std::to_string(value);
  };
  text("kind", r.kind);
  text("protocol", r.protocol == 6 ? "tcp" : "udp");
  if (!r.name.empty()) text("name", r.name);
  if (r.port != 0) {
    text("address", r.address.Text());
    number("port", r.port);
  }
  if (r.guest_port != 0) number("guest_port", r.guest_port);
  text("verdict", r.allowed ? "allowed" : "denied");
  text("rule", r.rule);
  if (r.error != 0) number("error", r.error);
  number("bytes_out", static_cast<int64_t>(r.bytes_out));
  number("bytes_in", static_cast<int64_t>(r.bytes_in));
  if (r.held_ms != 0) number("held_milliseconds", r.held_ms);
  if (!r.ended.empty()) text("ended", r.ended);
  number("milliseconds", MonotonicMilliseconds() - r.began_monotonic);
  line += "}\n";
  // One write per line: O_APPEND keeps lines of several sandboxes whole.
  [[maybe_unused]] const ssize_t n = ::write(file_.get(), line.data(), line.size());
}

}  // namespace gofer
