// Links of /proc/[pid] that lead to an object: cwd, exe, root, ns/*.
#pragma once

#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/proc/subject.h"

namespace sentry {

// The name of `path` as the caller's root sees it; as the subject's own when the kernel asks.
std::string NameFor(const OpContext& ctx, const Subject& subject, const Path& path);

class ProcessLink final : public SubjectInode<KernSymlink> {
 public:
  enum class Kind : uint8_t { kCwd, kExe, kRoot };
  ProcessLink(const Subject& about, Kind kind)
      : SubjectInode(about, kInoLink, static_cast<uint64_t>(kind)), kind_(kind) {}
  Result<std::string> Readlink(OpContext& ctx) override;
  Result<std::optional<Path>> MagicTarget(OpContext& ctx) override;

 private:
  Result<Path> Target(OpContext& ctx);
  const Kind kind_;
};

class NamespaceDirectory final : public SubjectInode<KernDirectory> {
 public:
  explicit NamespaceDirectory(const Subject& about) : SubjectInode(about, kInoNsList, 0, 0511u) {}
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
  Result<void> CheckList(OpContext& ctx) override;
};

}  // namespace sentry
