// The root directory of /proc.
#include "sentry/fs/proc/proc_fs.h"

#include "sentry/fs/proc/proc.h"
#include "sentry/fs/proc/process_directory.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/fs/proc/system_tree.h"

namespace sentry {
namespace {

// Links to what belongs to the caller.
class SelfLink final : public KernSymlink {
 public:
  SelfLink(Ref<KernFilesystem> fs, uint64_t ino, bool thread)
      : KernSymlink(std::move(fs), ino), thread_(thread) {}
  Result<std::string> Readlink(OpContext& ctx) override {
    if (ctx.task == nullptr) return Errno(ENOENT);
    const PidNamespace& ns = *static_cast<ProcFilesystem&>(kern_fs()).pid_ns;
    const int pid = ns.NumberOf(ctx.task->group().pid);
    if (pid == 0) return Errno(ENOENT);  // It is not in what is mounted here.
    std::string target = std::to_string(pid);
    if (thread_) target += "/task/" + std::to_string(ns.NumberOf(ctx.task->tid()));
    return target;
  }

 private:
  const bool thread_;
};

struct Fixed {
  std::string_view name;
  uint8_t type;
  Ref<Inode> (*make)(Ref<ProcFilesystem>, uint64_t ino);
};

constexpr Fixed kFixed[] = {
    {"mounts", abi::kDtLnk,
     [](Ref<ProcFilesystem> fs, uint64_t ino) -> Ref<Inode> {
       return MakeRef<FixedSymlink>(fs, ino, "self/mounts");
     }},
    {"net", abi::kDtLnk,
     [](Ref<ProcFilesystem> fs, uint64_t ino) -> Ref<Inode> {
       return MakeRef<FixedSymlink>(fs, ino, "self/net");
     }},
    {"self", abi::kDtLnk,
     [](Ref<ProcFilesystem> fs, uint64_t ino) -> Ref<Inode> {
       return MakeRef<SelfLink>(fs, ino, false);
     }},
    {"sys", abi::kDtDir,
     [](Ref<ProcFilesystem> fs, uint64_t) -> Ref<Inode> {
       Ref<TreeSource> settings(&fs->kernel.Get<Sysctls>());
       return MakeRef<TreeDirectory>(fs, kFirstSysctlIno, std::move(settings));
     }},
    {"thread-self", abi::kDtLnk,
     [](Ref<ProcFilesystem> fs, uint64_t ino) -> Ref<Inode> {
       return MakeRef<SelfLink>(fs, ino, true);
     }},
};

uint64_t FixedIno(size_t index) {
  return kProcRootIno + 1 + index;
}

// Positions of a listing: files about the system, what is fixed, processes.
constexpr uint64_t kFirstFixed = uint64_t{1} << 32;
constexpr uint64_t kFirstProcess = uint64_t{1} << 33;

class RootDirectory final : public KernDirectory {
 public:
  explicit RootDirectory(Ref<ProcFilesystem> fs)
      : KernDirectory(fs, kProcRootIno, 0555),
        fs_(std::move(fs)),
        files_(MakeRef<TreeDirectory>(fs_, kFirstFixedIno, MakeRef<SystemTree>(fs_->kernel))) {}
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
  bool Revalidate(OpContext& ctx, const Name& name, Inode* known) override;

 private:
  ThreadGroup* FindProcess(std::string_view name) const;
  Subject About(ThreadGroup& group, Tid tid) const { return {fs_, Ref(&group), tid, false}; }
  bool NextProcess(uint64_t first, Entry& entry) const;

  const Ref<ProcFilesystem> fs_;
  const Ref<TreeDirectory> files_;
};

// Null also for one that was reaped.
ThreadGroup* RootDirectory::FindProcess(std::string_view name) const {
  const int64_t number = ParseNumberName(name);
  if (number < 0 || number > PidTable::kPidMax) return nullptr;
  const Tid pid = fs_->pid_ns->GlobalOf(static_cast<int>(number));
  PidTable& pids = fs_->kernel.pids();
  ThreadGroup* group = pids.FindGroup(pid);
  if (group == nullptr) {
    // A thread's own number leads to its thread group's files, though it is not listed.
    Task* task = pids.FindTask(pid);
    if (task != nullptr) group = &task->group();
  }
  return group != nullptr && group->leader != nullptr ? group : nullptr;
}

Result<Ref<Inode>> RootDirectory::Find(OpContext& ctx, std::string_view name) {
  if (ThreadGroup* group = FindProcess(name)) {
    const Tid tid = fs_->pid_ns->GlobalOf(static_cast<int>(ParseNumberName(name)));
    return Ref<Inode>(MakeRef<ProcessDirectory>(About(*group, tid)));
  }
  for (size_t i = 0; i < std::size(kFixed); ++i) {
    if (kFixed[i].name == name) return kFixed[i].make(fs_, FixedIno(i));
  }
  return files_->Find(ctx, name);
}

bool RootDirectory::Revalidate(OpContext&, const Name& name, Inode* known) {
  if (ParseNumberName(name.view()) < 0) return true;
  if (known == nullptr) return false;
  return static_cast<ProcessDirectory*>(known)->subject.Find() != nullptr;
}

bool RootDirectory::NextProcess(uint64_t first, Entry& entry) const {
  ThreadGroup* group = fs_->kernel.pids().NextGroup(static_cast<int>(first));
  const PidNamespace& ns = *fs_->pid_ns;
  while (group != nullptr && (group->leader == nullptr || ns.NumberOf(group->pid) == 0)) {
    group = fs_->kernel.pids().NextGroup(group->pid.value() + 1);
  }
  if (group == nullptr) return false;
  entry.name = std::to_string(ns.NumberOf(group->pid));
  entry.ino = About(*group, group->pid).Ino(kInoDirectory);
  entry.type = abi::kDtDir;
  entry.position = kFirstProcess + static_cast<uint64_t>(group->pid.value());
  return true;
}

bool RootDirectory::NextEntry(OpContext& ctx, uint64_t position, Entry& entry) {
  if (position < kFirstFixed && files_->NextEntry(ctx, position, entry)) return true;
  uint64_t fixed = position > kFirstFixed ? position - kFirstFixed : 0;
  if (fixed < std::size(kFixed)) {
    entry.name = kFixed[fixed].name;
    entry.type = kFixed[fixed].type;
    entry.ino = entry.name == "sys" ? kFirstSysctlIno : FixedIno(fixed);
    entry.position = kFirstFixed + fixed;
    return true;
  }
  return NextProcess(position > kFirstProcess ? position - kFirstProcess : 0, entry);
}

}  // namespace

Ref<Inode> ProcFilesystem::Root() {
  return MakeRef<RootDirectory>(Ref<ProcFilesystem>(this));
}

Ref<Filesystem> MakeProc(Kernel& kernel) {
  const Task* task = kernel.current;
  const bool known = task != nullptr && !task->dead();
  return MakeRef<ProcFilesystem>(
      kernel, known ? task->group().pid_ns : kernel.initial_namespaces()->pid_for_children);
}

}  // namespace sentry
