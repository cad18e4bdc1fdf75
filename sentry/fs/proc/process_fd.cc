// Descriptors of a process, as links to what they show and as texts about them.
#include "sentry/fs/proc/process_fd.h"

#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/process_links.h"

namespace sentry {
namespace {

Result<Ref<FileDescription>> FileOf(const Subject& subject, FdNum fd) {
  Task* task = subject.FindAlive();
  if (task == nullptr) return Errno(ENOENT);
  Result<Ref<FileDescription>> file = task->fds().Get(fd);
  if (!file.ok()) return Errno(ENOENT);
  return file;
}

class FdLink final : public SubjectInode<KernSymlink> {
 public:
  FdLink(const Subject& about, FdNum fd)
      : SubjectInode(about, kInoFd, static_cast<uint64_t>(fd.value())), fd_(fd) {}
  // The access mode of the description shows in the owner's bits.
  uint32_t mode() const override {
    Result<Ref<FileDescription>> file = FileOf(subject, fd_);
    uint32_t mode = abi::kSIflnk;
    if (!file.ok()) return mode;
    if ((*file)->readable()) mode |= abi::kSIrusr | abi::kSIxusr;
    if ((*file)->writable()) mode |= abi::kSIwusr | abi::kSIxusr;
    return mode;
  }
  Result<std::string> Readlink(OpContext& ctx) override {
    return NameFor(ctx, subject, TRY(Target(ctx)));
  }
  Result<std::optional<Path>> MagicTarget(OpContext& ctx) override {
    return std::optional<Path>(TRY(Target(ctx)));
  }

 protected:
  uint64_t Size() const override { return 64; }

 private:
  Result<Path> Target(OpContext& ctx) {
    TRY(CheckMayRead(ctx, *TRY(subject.Require())));
    return TRY(FileOf(subject, fd_))->path();
  }
  const FdNum fd_;
};

class FdInfoFile final : public SubjectInode<TextInode> {
 public:
  FdInfoFile(const Subject& about, FdNum fd)
      : SubjectInode(about, kInoFdInfo, static_cast<uint64_t>(fd.value()), 0400u), fd_(fd) {}
  Result<Ref<RefCounted>> Bind(OpContext& ctx, uint32_t) override {
    TRY(CheckMayRead(ctx, *TRY(subject.Require())));
    return Ref<RefCounted>();
  }
  Result<std::string> Text(OpContext& ctx, RefCounted*) override;

 private:
  const FdNum fd_;
};

Result<std::string> FdInfoFile::Text(OpContext&, RefCounted*) {
  Ref<FileDescription> file = TRY(FileOf(subject, fd_));
  uint32_t flags = file->flags();
  if (TRY(subject.FindAlive()->fds().GetFlags(fd_)).cloexec) flags |= abi::kOCloexec;
  std::string text;
  Append(text, "pos:\t%lld\nflags:\t0%o\n", static_cast<long long>(file->offset), flags);
  uint64_t mount = file->path().mount ? file->path().mount->id : 0;
  uint64_t ino = file->inode() != nullptr ? file->inode()->ino() : 0;
  Append(text, "mnt_id:\t%llu\nino:\t%llu\n", static_cast<unsigned long long>(mount),
         static_cast<unsigned long long>(ino));
  return text + file->FdInfo();
}

}  // namespace

bool DescriptorDirectory::IsOpen(FdNum fd) const {
  return FileOf(subject, fd).ok();
}

uint64_t DescriptorDirectory::Size() const {
  Task* task = subject.FindAlive();
  return task != nullptr ? task->fds().Numbers().size() : 0;
}

Result<Ref<Inode>> DescriptorDirectory::Find(OpContext&, std::string_view name) {
  int64_t number = ParseNumberName(name);
  if (number < 0 || number > INT32_MAX) return Errno(ENOENT);
  FdNum fd(static_cast<int>(number));
  if (!IsOpen(fd)) return Errno(ENOENT);
  return Make(fd);
}

bool DescriptorDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  Task* task = subject.FindAlive();
  if (task == nullptr) return false;
  const int highest = task->fds().highest();
  for (uint64_t number = position; static_cast<int64_t>(number) <= highest; ++number) {
    if (!IsOpen(FdNum(static_cast<int>(number)))) continue;
    entry.name = std::to_string(number);
    entry.ino = subject.Ino(members_, number);
    entry.type = MemberType();
    entry.position = number;
    return true;
  }
  return false;
}

bool DescriptorDirectory::Revalidate(OpContext&, const Name& name, Inode* known) {
  return known != nullptr && IsOpen(FdNum(static_cast<int>(ParseNumberName(name.view()))));
}

Ref<Inode> FdDirectory::Make(FdNum fd) {
  return MakeRef<FdLink>(subject, fd);
}

Result<void> FdInfoDirectory::CheckList(OpContext& ctx) {
  return CheckMayRead(ctx, *TRY(subject.Require()));
}

Result<Ref<Inode>> FdInfoDirectory::Lookup(OpContext& ctx, const Name& name) {
  TRY(CheckMayRead(ctx, *TRY(subject.Require())));
  return DescriptorDirectory::Lookup(ctx, name);
}

Ref<Inode> FdInfoDirectory::Make(FdNum fd) {
  return MakeRef<FdInfoFile>(subject, fd);
}

}  // namespace sentry
