// CPUs that guests see and may be bound to (sched_setaffinity(2)).
#pragma once

#include <array>
#include <cstdint>

namespace sentry {

class Kernel;

// A bit per CPU, as cpu_set_t.
struct CpuSet {
  static constexpr unsigned kMax = 1024;
  std::array<uint64_t, kMax / 64> words{};

  bool Has(unsigned cpu) const { return (words[cpu / 64] >> cpu % 64 & 1) != 0; }
  void Add(unsigned cpu) { words[cpu / 64] |= uint64_t{1} << cpu % 64; }
  unsigned Count() const;
  bool Empty() const { return Count() == 0; }
  CpuSet operator&(const CpuSet& other) const;
};

// All that guests may use: the Sentry's own, at most as many as --cpus says.
CpuSet GuestCpus(const Kernel& kernel);

}  // namespace sentry
