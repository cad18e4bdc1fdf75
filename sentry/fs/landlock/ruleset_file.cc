#include "sentry/fs/landlock/ruleset_file.h"

#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

Ref<FileDescription> RulesetFile::Create(Kernel& kernel, Ref<LandlockRuleset> ruleset) {
  return MakeRef<RulesetFile>(kernel.Get<NamelessFiles>().Anon("anon_inode:[landlock-ruleset]"),
                              std::move(ruleset));
}

}  // namespace sentry
