// When each step of the start was done, for --stats.
#pragma once

#include <cstdio>
#include <vector>

#include "sentry/time/time.h"

namespace sentry {

class StartupClock {
 public:
  StartupClock() { Mark(nullptr); }
  // `step`, a literal, is done.
  void Mark(const char* step) { steps_.push_back({step, MonotonicNow()}); }
  void Print(std::FILE* out) const {
    std::fprintf(out, "start-up us:");
    for (size_t i = 1; i < steps_.size(); ++i)
      std::fprintf(out, " %s %ld,", steps_[i].name, (steps_[i].done - steps_[i - 1].done) / 1000);
    std::fprintf(out, " in all %ld\n", (steps_.back().done - steps_.front().done) / 1000);
  }

 private:
  struct Step {
    const char* name;
    MonoTime done;
  };
  std::vector<Step> steps_;
};

}  // namespace sentry
