#include "sentry/fs/proc/process_directory.h"

#include <algorithm>

#include "sentry/fs/proc/process_fd.h"
#include "sentry/fs/proc/process_file.h"
#include "sentry/fs/proc/process_links.h"
#include "sentry/fs/proc/process_mem.h"
#include "sentry/fs/proc/process_net.h"
#include "sentry/fs/proc/process_pagemap.h"

namespace sentry {
namespace {

using Where = ProcessFile::Where;

// What is no text file; after the table in listings.
struct Other {
  std::string_view name;
  uint8_t type;
  SubjectIno ino;
  Ref<Inode> (*make)(const Subject&);
  uint64_t number = 0;  // Of its inode, within the kind.
};

template <typename T>
Ref<Inode> MakeOf(const Subject& subject) {
  return MakeRef<T>(subject);
}
template <ProcessLink::Kind kKind>
Ref<Inode> MakeLink(const Subject& subject) {
  return MakeRef<ProcessLink>(subject, kKind);
}

using LinkKind = ProcessLink::Kind;
constexpr Other kOthers[] = {
    {"cwd", abi::kDtLnk, kInoLink, MakeLink<LinkKind::kCwd>, static_cast<uint64_t>(LinkKind::kCwd)},
    {"exe", abi::kDtLnk, kInoLink, MakeLink<LinkKind::kExe>, static_cast<uint64_t>(LinkKind::kExe)},
    {"fd", abi::kDtDir, kInoFdList, MakeOf<FdDirectory>},
    {"fdinfo", abi::kDtDir, kInoFdInfoList, MakeOf<FdInfoDirectory>},
    {"mem", abi::kDtReg, kInoMem, MakeOf<MemInode>},
    {"net", abi::kDtDir, kInoNetList, MakeOf<NetDirectory>},
    {"ns", abi::kDtDir, kInoNsList, MakeOf<NamespaceDirectory>},
    {"pagemap", abi::kDtReg, kInoMem, MakeOf<PagemapInode>, PagemapInode::kNumber},
    {"root", abi::kDtLnk, kInoLink, MakeLink<LinkKind::kRoot>,
     static_cast<uint64_t>(LinkKind::kRoot)},
    {"task", abi::kDtDir, kInoTaskList, MakeOf<TaskListDirectory>},
};

bool Shown(const Other& other, bool thread) {
  return !thread || other.ino != kInoTaskList;
}
bool Shown(const ProcessFile& file, bool thread) {
  return file.where != (thread ? Where::kProcess : Where::kThread);
}

}  // namespace

ProcessDirectory::ProcessDirectory(const Subject& about)
    : SubjectInode(about, kInoDirectory, 0, 0555u) {}

Result<Ref<Inode>> ProcessDirectory::Find(OpContext&, std::string_view name) {
  if (subject.Find() == nullptr) return Errno(ENOENT);
  std::span<const ProcessFile> files = ProcessFiles();
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].name != name || !Shown(files[i], subject.thread)) continue;
    return Ref<Inode>(MakeRef<ProcessTextInode>(subject, i));
  }
  for (const Other& other : kOthers) {
    if (other.name == name && Shown(other, subject.thread)) return other.make(subject);
  }
  return Errno(ENOENT);
}

bool ProcessDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  if (subject.Find() == nullptr) return false;
  std::span<const ProcessFile> files = ProcessFiles();
  for (uint64_t i = position; i < files.size() + std::size(kOthers); ++i) {
    entry.position = i;
    if (i < files.size()) {
      if (!Shown(files[i], subject.thread)) continue;
      entry.name = files[i].name;
      entry.ino = subject.Ino(kInoFile, i);
      entry.type = abi::kDtReg;
      return true;
    }
    const Other& other = kOthers[i - files.size()];
    if (!Shown(other, subject.thread)) continue;
    entry.name = other.name;
    entry.ino = subject.Ino(other.ino, other.number);
    entry.type = other.type;
    return true;
  }
  return false;
}

bool ProcessDirectory::Revalidate(OpContext&, const Name&, Inode* known) {
  return known == nullptr || subject.Find() != nullptr;
}

TaskListDirectory::TaskListDirectory(const Subject& about)
    : SubjectInode(about, kInoTaskList, 0, 0555u) {}

Result<Attributes> TaskListDirectory::GetAttributes(OpContext& ctx) {
  Attributes attributes = TRY(SubjectInode::GetAttributes(ctx));
  attributes.nlink += static_cast<uint32_t>(subject.group->tasks.size());
  return attributes;
}

Result<Ref<Inode>> TaskListDirectory::Find(OpContext&, std::string_view name) {
  int64_t number = ParseNumberName(name);
  if (number < 0 || number > PidTable::kPidMax || subject.Find() == nullptr) return Errno(ENOENT);
  Subject member = Member(subject.fs->pid_ns->GlobalOf(static_cast<int>(number)));
  if (member.Find() == nullptr) return Errno(ENOENT);
  return Ref<Inode>(MakeRef<ProcessDirectory>(member));
}

bool TaskListDirectory::Revalidate(OpContext&, const Name&, Inode* known) {
  return known != nullptr && static_cast<ProcessDirectory*>(known)->subject.Find() != nullptr;
}

bool TaskListDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  if (subject.Find() == nullptr) return false;
  Task* next = nullptr;
  auto consider = [&](Task* task) {
    if (static_cast<uint64_t>(task->tid().value()) < position) return;
    if (next == nullptr || task->tid().value() < next->tid().value()) next = task;
  };
  for (Task* task : subject.group->tasks) consider(task);
  consider(subject.group->leader);  // Also when it ended before the others.
  if (next == nullptr) return false;
  entry.name = std::to_string(subject.fs->pid_ns->NumberOf(next->tid()));
  entry.ino = Member(next->tid()).Ino(kInoDirectory);
  entry.type = abi::kDtDir;
  entry.position = static_cast<uint64_t>(next->tid().value());
  return true;
}

}  // namespace sentry
