#include "sentry/fs/kernfs/cpu_text.h"

#include <algorithm>

#include "sentry/fs/kernfs/text_file.h"

namespace sentry {

std::string CpuListText(const CpuSet& set) {
  std::string text;
  for (unsigned cpu = 0; cpu < CpuSet::kMax; ++cpu) {
    if (!set.Has(cpu)) continue;
    unsigned last = cpu;
    while (last + 1 < CpuSet::kMax && set.Has(last + 1)) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(cpu);
    if (last != cpu) text += "-" + std::to_string(last);
    cpu = last;
  }
  return text;
}

std::string CpuMaskText(const CpuSet& set, const CpuSet& all) {
  const unsigned bits = CpuNumbers(all);
  std::string text;
  for (unsigned group = (bits + 31) / 32; group-- > 0;) {
    uint32_t word = static_cast<uint32_t>(set.words[group / 2] >> (group % 2 * 32));
    int width = static_cast<int>(std::min(32U, bits - group * 32) + 3) / 4;
    Append(text, text.empty() ? "%0*x" : ",%0*x", width, word);
  }
  return text;
}

unsigned CpuNumbers(const CpuSet& set) {
  unsigned numbers = 0;
  for (unsigned cpu = 0; cpu < CpuSet::kMax; ++cpu) {
    if (set.Has(cpu)) numbers = cpu + 1;
  }
  return numbers;
}

}  // namespace sentry
