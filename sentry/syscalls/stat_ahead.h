// Programs that list a directory look at each name in it next, in the order of the listing.  Once
// one has begun to, it finds the answers for some of the next names prepared
// (sentry/kernel/marshalling.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/answers.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/mount.h"

namespace sentry {

// Of stat(2) and its kin.
struct StatCall {
  uint32_t number;
  FdNum dirfd;
  UserPtr<const char> path;
  uint32_t flags = 0;  // As the call has them; what the walk wants is in `walk`.
  uint32_t mask = 0;
  uint32_t walk = 0;
  // What the call stores about an object.
  std::vector<std::byte> (*answer)(Task& task, const StatCall& call, const Path& found,
                                   const Attributes& attributes);
};

// What stat(2), lstat(2), fstat(2) and newfstatat(2) store.
std::vector<std::byte> StatAnswer(Task& task, const StatCall& call, const Path& found,
                                  const Attributes& attributes);
// Neither the host nor a mapping changes its attributes.
bool ChangesByCallsOnly(const Inode& inode);
// What the call would get now, if nobody need be waited for.
std::optional<platform::Marshalling::AnswerAhead> AnswerStat(Task& task, const StatCall& call,
                                                             std::string path);
void CheckStatArguments(const StatCall& call, platform::Marshalling::AnswerAhead* answer);

// getdents64(2) stored `records`, from the start of the directory or not.
void NoteListing(Task& task, Inode& directory, std::span<const std::byte> records, bool from_start);
// The name behind `name` in what was listed of `directory`, if it is of this type (DT_*).
std::optional<std::string_view> NextListed(const Inode& directory, std::string_view name,
                                           uint8_t type);
// The call was answered; it found this.
void NoteStat(Task& task, const StatCall& call, const Path& found);

}  // namespace sentry
