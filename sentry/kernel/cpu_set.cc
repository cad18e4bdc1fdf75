#include "sentry/kernel/cpu_set.h"

#include <sched.h>

#include <bit>

#include "sentry/kernel/kernel.h"

namespace sentry {

unsigned CpuSet::Count() const {
  unsigned count = 0;
  for (uint64_t word : words) count += static_cast<unsigned>(std::popcount(word));
  return count;
}

CpuSet CpuSet::operator&(const CpuSet& other) const {
  CpuSet both;
  for (size_t i = 0; i < words.size(); ++i) both.words[i] = words[i] & other.words[i];
  return both;
}

CpuSet GuestCpus(const Kernel& kernel) {
  CpuSet host;
  auto* mask = reinterpret_cast<cpu_set_t*>(host.words.data());
  if (::sched_getaffinity(0, sizeof(host.words), mask) != 0) host.Add(0);
  const unsigned wanted = kernel.options().cpus;
  if (wanted == 0) return host;
  CpuSet limited;
  for (unsigned cpu = 0; cpu < CpuSet::kMax && limited.Count() < wanted; ++cpu) {
    if (host.Has(cpu)) limited.Add(cpu);
  }
  return limited;
}

}  // namespace sentry
