#include "sentry/fs/proc/process_links.h"

#include "sentry/fs/proc/namespace_files.h"
#include "sentry/kernel/opened_file.h"

namespace sentry {
namespace {

class NamespaceLink final : public SubjectInode<KernSymlink> {
 public:
  NamespaceLink(const Subject& about, size_t index)
      : SubjectInode(about, kInoNs, index), index_(index) {}
  Result<std::string> Readlink(OpContext& ctx) override {
    return NamespaceName(TRY(Namespace(ctx)));
  }
  Result<std::optional<Path>> MagicTarget(OpContext& ctx) override {
    return std::optional<Path>(NamespacePath(TRY(Namespace(ctx))));
  }

 private:
  Result<NamespaceRef> Namespace(OpContext& ctx) {
    Task* task = TRY(subject.Require());
    TRY(CheckMayRead(ctx, *task));
    std::optional<NamespaceRef> about = NamespaceOf(*task, index_);
    if (!about) return Errno(ENOENT);
    return *std::move(about);
  }

  const size_t index_;
};

}  // namespace

std::string NameFor(const OpContext& ctx, const Subject& subject, const Path& path) {
  Task* viewer = ctx.task != nullptr && !ctx.task->dead() ? ctx.task : subject.FindAlive();
  if (viewer == nullptr || !path.valid()) return {};
  return PathName(path, viewer->fs().root, *viewer->mounts());
}

Result<Path> ProcessLink::Target(OpContext& ctx) {
  TRY(CheckMayRead(ctx, *TRY(subject.Require())));
  Task* task = subject.FindAlive();
  if (task == nullptr) return Errno(ENOENT);
  switch (kind_) {
    case Kind::kCwd:
      return task->fs().cwd;
    case Kind::kRoot:
      return task->fs().root;
    case Kind::kExe:
      break;
  }
  const NamedFile* exe = task->mm().exe.get();
  if (exe == nullptr) return Errno(ENOENT);
  return static_cast<const OpenedFile*>(exe)->path();
}

Result<std::string> ProcessLink::Readlink(OpContext& ctx) {
  return NameFor(ctx, subject, TRY(Target(ctx)));
}

Result<std::optional<Path>> ProcessLink::MagicTarget(OpContext& ctx) {
  return std::optional<Path>(TRY(Target(ctx)));
}

Result<void> NamespaceDirectory::CheckList(OpContext& ctx) {
  return CheckMayRead(ctx, *TRY(subject.Require()));
}

Result<Ref<Inode>> NamespaceDirectory::Find(OpContext& ctx, std::string_view name) {
  TRY(CheckMayRead(ctx, *TRY(subject.Require())));
  for (size_t i = 0; i < NamespaceCount(); ++i) {
    if (NamespaceFileName(i) == name) return Ref<Inode>(MakeRef<NamespaceLink>(subject, i));
  }
  return Errno(ENOENT);
}

bool NamespaceDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  if (position >= NamespaceCount()) return false;
  entry.name = NamespaceFileName(position);
  entry.ino = subject.Ino(kInoNs, position);
  entry.type = abi::kDtLnk;
  entry.position = position;
  return true;
}

}  // namespace sentry
