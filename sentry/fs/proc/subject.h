// Subject: the process or the thread that a directory of /proc is about.
#pragma once

#include <cstdint>
#include <utility>

#include "sentry/fs/kernfs/inode.h"
#include "sentry/fs/proc/proc_fs.h"
#include "sentry/kernel/task.h"

namespace sentry {

// It may be gone by the time when it is asked about; its number may then be somebody else's, which
// the group tells apart.
struct Subject {
  Ref<ProcFilesystem> fs;
  Ref<ThreadGroup> group;
  Tid tid{};
  bool thread = false;  // One of /proc/[pid]/task: figures are the thread's own.

  // Null when it was reaped.  It may be dead(): without memory, files and so on.
  Task* Find() const;
  // ESRCH when it was reaped.
  Result<Task*> Require() const;
  // Null unless it has resources.
  Task* FindAlive() const;
  Kernel& kernel() const { return fs->kernel; }
  bool SameAs(const Subject& other) const {
    return group == other.group && tid == other.tid && thread == other.thread;
  }
  // An inode number of its own for each of its files.  `number`: of a descriptor, below 2^24.
  uint64_t Ino(uint32_t kind, uint64_t number = 0) const;
};

// Kinds for Subject::Ino().
enum SubjectIno : uint32_t {
  kInoDirectory,
  kInoFile,  // Number: index in the table.
  kInoTaskList,
  kInoFdList,
  kInoFd,
  kInoFdInfoList,
  kInoFdInfo,
  kInoNsList,
  kInoNs,
  kInoLink,
  kInoMem,
  kInoNetList,
  kInoNet,
};

// Owner of the files of a process: its effective user, or root for who must not be looked into
// (task_dump_owner() of Linux).
uint32_t OwnerUid(const Subject& subject, bool directory);
uint32_t OwnerGid(const Subject& subject, bool directory);

// EACCES unless the caller may look into it; the kernel itself may.
Result<void> CheckMayRead(const OpContext& ctx, const Task& task);

// One of its files, directories and links.
template <typename Base>
class SubjectInode : public Base {
 public:
  template <typename... Args>
  SubjectInode(const Subject& about, uint32_t kind, uint64_t number, Args&&... args)
      : Base(about.fs, about.Ino(kind, number), std::forward<Args>(args)...), subject(about) {}
  uint32_t uid() const override { return OwnerUid(subject, IsOpenDirectory()); }
  uint32_t gid() const override { return OwnerGid(subject, IsOpenDirectory()); }

  const Subject subject;

 protected:
  abi::Timespec Time() const override;

 private:
  bool IsOpenDirectory() const { return this->mode() == (abi::kSIfdir | 0555); }
};

abi::Timespec StartOf(const ThreadGroup& group);  // On CLOCK_REALTIME.

template <typename Base>
abi::Timespec SubjectInode<Base>::Time() const {
  return StartOf(*subject.group);
}

}  // namespace sentry
