// How limits are spelled, and the arithmetic of buckets.
#include "gofer/broker/limits.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace gofer {
namespace {

constexpr double kNanos = 1e9;
constexpr size_t kPacketBytes = 1460;  // Of a connection over Ethernet.

// "4096", "10k", "1.5m", "2g", "1t".
bool ParseAmount(std::string_view text, uint64_t& to) {
  double value = 0;
  const char* end = text.data() + text.size();
  auto [after, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc() || !(value >= 0)) return false;
  int shift = 0;
  if (after != end) {
    constexpr std::string_view kUnits = "kmgt";
    const size_t unit = kUnits.find(static_cast<char>(*after | 0x20));
    if (unit == kUnits.npos || after + 1 != end) return false;
    shift = static_cast<int>(10 * (unit + 1));
  }
  value = std::ldexp(value, shift);
  constexpr double kMost = 1e18;
  if (value > kMost || (value > 0 && value < 1)) return false;
  to = static_cast<uint64_t>(value);
  return true;
}

// "1m/4m": a second's worth, and what may come at once after a pause, by itself a second's worth.
bool ParseRate(std::string_view text, Limits::Rate& to) {
  const size_t slash = text.find('/');
  Limits::Rate rate;
  if (!ParseAmount(text.substr(0, slash), rate.per_second)) return false;
  rate.burst = rate.per_second;
  if (slash != text.npos && !ParseAmount(text.substr(slash + 1), rate.burst)) return false;
  if (rate.per_second != 0 && rate.burst == 0) return false;
  to = rate;
  return true;
}

}  // namespace

int64_t MonotonicNanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool Limits::Add(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == text.npos) return false;
  const std::string_view name = text.substr(0, equals), value = text.substr(equals + 1);
  constexpr auto kOut = static_cast<size_t>(Way::kOut), kIn = static_cast<size_t>(Way::kIn);
  if (name == "rate-out") return ParseRate(value, bytes[kOut]);
  if (name == "rate-in") return ParseRate(value, bytes[kIn]);
  if (name == "packets-out") return ParseRate(value, packets[kOut]);
  if (name == "packets-in") return ParseRate(value, packets[kIn]);
  if (name == "quota-out") return ParseAmount(value, quota[kOut]);
  if (name == "quota-in") return ParseAmount(value, quota[kIn]);
  if (name == "connections") return ParseRate(value, connections);
  if (name == "flows") return ParseAmount(value, flows);
  return false;
}

bool Limits::OfBytes() const {
  for (size_t way : {0, 1}) {
    if (bytes[way].per_second != 0 || packets[way].per_second != 0 || quota[way] != 0) return true;
  }
  return false;
}

void TokenBucket::Set(const Limits::Rate& rate, int64_t now) {
  const bool fresh = !limited();
  (void)Level(now);
  rate_ = rate;
  filled_at_ = now;
  const auto burst = static_cast<double>(rate.burst);
  level_ = fresh ? burst : std::min(level_, burst);
}

double TokenBucket::Level(int64_t now) {
  const double since = static_cast<double>(now - filled_at_) / kNanos;
  filled_at_ = now;
  level_ = std::min(level_ + since * static_cast<double>(rate_.per_second),
                    static_cast<double>(rate_.burst));
  return level_;
}

int64_t TokenBucket::Wait(int64_t now) {
  // Not for every byte: for what a twentieth of a second brings, but not for more than fits.
  constexpr double kPart = 20, kMost = 64 << 10;
  const auto rate = static_cast<double>(rate_.per_second);
  const double worth =
      std::clamp(rate / kPart, 1.0, std::min(static_cast<double>(rate_.burst), kMost));
  const double missing = worth - Level(now);
  return missing <= 0 ? 0 : static_cast<int64_t>(std::ceil(missing / rate * kNanos));
}

Meter::~Meter() {
  for (Direction& direction : directions_) loop_.Cancel(direction.timer);
}

void Meter::Set(const Limits& limits) {
  const int64_t now = MonotonicNanoseconds();
  limits_ = limits;
  connections_.Set(limits.connections, now);
  for (Way way : {Way::kOut, Way::kIn}) {
    Direction& direction = of(way);
    direction.bytes.Set(limits.bytes[static_cast<size_t>(way)], now);
    direction.packets.Set(limits.packets[static_cast<size_t>(way)], now);
    direction.told = Spent(way);
    if (direction.told) loop_.Post([this, way] { on_spent_(way); });
    // Who waits, waits as the new limits have it.
    loop_.Cancel(direction.timer);
    direction.timer = 0;
    if (!direction.waiters.empty()) Arm(way);
  }
}

bool Meter::Spent(Way way) const {
  const uint64_t quota = limits_.quota[static_cast<size_t>(way)];
  return quota != 0 && of(way).used >= quota;
}

size_t Meter::Room(Way way, size_t most) {
  Direction& direction = of(way);
  const uint64_t quota = limits_.quota[static_cast<size_t>(way)];
  if (quota != 0) {
    if (direction.used >= quota) return 0;
    most = static_cast<size_t>(std::min<uint64_t>(most, quota - direction.used));
  }
  if (!direction.bytes.limited() && !direction.packets.limited()) return most;
  const int64_t now = MonotonicNanoseconds();
  if (direction.packets.limited() && direction.packets.Level(now) < 1) return 0;
  if (!direction.bytes.limited()) return most;
  const double level = direction.bytes.Level(now);
  return level < 1 ? 0 : static_cast<size_t>(std::min(level, static_cast<double>(most)));
}

void Meter::Count(Way way, size_t bytes, size_t packets) {
  Direction& direction = of(way);
  direction.used += bytes;
  if (direction.bytes.limited()) direction.bytes.Take(bytes);
  if (direction.packets.limited()) direction.packets.Take(packets);
  if (direction.told || !Spent(way)) return;
  direction.told = true;
  loop_.Post([this, way] { on_spent_(way); });
}

void Meter::CountStream(Way way, size_t bytes) {
  Count(way, bytes, (bytes + kPacketBytes - 1) / kPacketBytes);
}

void Meter::WhenRoom(Way way, const void* who, std::function<void()> then) {
  Direction& direction = of(way);
  direction.waiters.push_back({who, std::move(then)});
  if (direction.timer == 0) Arm(way);
}

void Meter::Forget(const void* who) {
  for (Direction& direction : directions_) {
    direction.waiters.remove_if([who](const auto& waiter) { return waiter.who == who; });
    if (!direction.waiters.empty() || direction.timer == 0) continue;
    loop_.Cancel(direction.timer);
    direction.timer = 0;
  }
}

void Meter::Arm(Way way) {
  Direction& direction = of(way);
  if (Spent(way)) return;  // For good, unless Set() says otherwise.
  const int64_t now = MonotonicNanoseconds();
  int64_t wait = 0;
  for (TokenBucket* bucket : {&direction.bytes, &direction.packets}) {
    if (bucket->limited()) wait = std::max(wait, bucket->Wait(now));
  }
  constexpr int64_t kMillisecond = 1'000'000;
  direction.timer =
      loop_.After((wait + kMillisecond - 1) / kMillisecond, [this, way] { Wake(way); });
}

// In the order in which they came, each once: what it takes the others miss, and they wait on.
void Meter::Wake(Way way) {
  Direction& direction = of(way);
  direction.timer = 0;
  for (size_t n = direction.waiters.size(); n != 0 && !direction.waiters.empty(); --n) {
    if (Room(way, 1) == 0) break;
    const std::function<void()> then = std::move(direction.waiters.front().then);
    direction.waiters.pop_front();
    then();
  }
  if (!direction.waiters.empty() && direction.timer == 0) Arm(way);
}

int64_t Meter::ConnectionWait() {
  const int64_t now = MonotonicNanoseconds();
  if (!connections_.limited() || connections_.Level(now) >= 1) return 0;
  constexpr int64_t kMillisecond = 1'000'000;
  return std::max<int64_t>((connections_.Wait(now) + kMillisecond - 1) / kMillisecond, 1);
}

void Meter::CountConnection() {
  if (connections_.limited()) connections_.Take(1);
}

}  // namespace gofer
