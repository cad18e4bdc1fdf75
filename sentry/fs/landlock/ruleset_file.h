// The file that landlock_create_ruleset(2) gives: a ruleset that is not enforced yet.
#pragma once

#include "sentry/vfs/file_description.h"
#include "sentry/vfs/landlock.h"

namespace sentry {

class Kernel;

class RulesetFile final : public FileDescription {
 public:
  static Ref<FileDescription> Create(Kernel& kernel, Ref<LandlockRuleset> ruleset);
  RulesetFile(Path path, Ref<LandlockRuleset> ruleset)
      : FileDescription(std::move(path), abi::kORdwr), ruleset_(std::move(ruleset)) {}

  LandlockRuleset& ruleset() const { return *ruleset_; }

 private:
  const Ref<LandlockRuleset> ruleset_;
};

}  // namespace sentry
