// A mount namespace over a tmpfs, and a caller, for tests of vfs and of file systems.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "abi/linux/fcntl.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/vfs/name_ops.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

class VfsTest : public ::testing::Test {
 protected:
  explicit VfsTest(TmpfsOptions options = {}, uint64_t memory = 0)
      : budget_(memory), root_user_(Credentials::ForUser(0, 0, {})), creds_(root_user_) {
    fs_ = MakeRef<TmpfsFilesystem>(options, budget_);
    mounts_ = MakeRef<MountNamespace>(Mount::Create(fs_, 0, "tmpfs"));
    cwd_ = mounts_->Root();
  }

  OpContext ctx() {
    ++clock_;
    OpContext context{.creds = *creds_, .now = {}};
    context.now.tv_sec = clock_;
    context.umask = umask_;
    context.file_size_limit = file_size_limit_;
    return context;
  }
  WalkRoot from() { return {mounts_->Root(), cwd_, *mounts_}; }
  void Become(uint32_t uid, uint32_t gid) { creds_ = Credentials::ForUser(uid, gid, {}); }
  void BecomeRoot() { creds_ = root_user_; }

  // 0 or the errno.
  template <typename T>
  static int ErrorOf(const Result<T>& result) {
    return result.ok() ? 0 : result.error().value();
  }
  int MkdirAt(std::string_view path, uint32_t mode = 0755) {
    OpContext c = ctx();
    return ErrorOf(Mkdir(c, from(), path, mode));
  }
  int SymlinkAt(std::string_view path, std::string_view target) {
    OpContext c = ctx();
    return ErrorOf(Symlink(c, from(), path, target));
  }
  int UnlinkAt(std::string_view path) {
    OpContext c = ctx();
    return ErrorOf(Unlink(c, from(), path));
  }
  int RmdirAt(std::string_view path) {
    OpContext c = ctx();
    return ErrorOf(Rmdir(c, from(), path));
  }
  int RenameAt(std::string_view old_path, std::string_view new_path, uint32_t flags = 0) {
    OpContext c = ctx();
    return ErrorOf(Rename(c, from(), old_path, from(), new_path, flags));
  }
  int LinkAt(std::string_view old_path, std::string_view new_path) {
    OpContext c = ctx();
    Result<Path> old = WalkPath(c, from(), old_path, {.follow_last = false});
    return old.ok() ? ErrorOf(Link(c, *old, from(), new_path)) : ErrorOf(old);
  }
  Result<Path> Walk(std::string_view path, WalkOptions options = {}) {
    OpContext c = ctx();
    return WalkPath(c, from(), path, options);
  }
  int WalkError(std::string_view path, WalkOptions options = {}) {
    return ErrorOf(Walk(path, options));
  }
  Result<Ref<FileDescription>> Open(std::string_view path, uint32_t flags, uint32_t mode = 0644,
                                    uint64_t resolve = 0) {
    OpContext c = ctx();
    return OpenPath(c, from(), path, flags, mode, resolve);
  }
  int OpenError(std::string_view path, uint32_t flags, uint32_t mode = 0644, uint64_t resolve = 0) {
    return ErrorOf(Open(path, flags, mode, resolve));
  }
  int CreateAt(std::string_view path, uint32_t mode = 0644) {
    return OpenError(path, abi::kOCreat | abi::kOExcl | abi::kOWronly, mode);
  }
  Attributes StatOf(std::string_view path, bool follow = true) {
    OpContext c = ctx();
    Result<Path> found = WalkPath(c, from(), path, {.follow_last = follow});
    EXPECT_TRUE(found.ok()) << path;
    return found.ok() ? found->inode()->GetAttributes(c).value() : Attributes{};
  }
  std::string NameOf(const Path& path) { return PathName(path, mounts_->Root(), *mounts_); }
  // Another tmpfs mounted there.
  Ref<Mount> MountTmpfs(std::string_view path, MountFlags flags = 0) {
    Ref<Mount> mount =
        Mount::Create(MakeRef<TmpfsFilesystem>(TmpfsOptions{}, budget_), flags, "tmpfs");
    EXPECT_TRUE(mounts_->Attach(mount, Walk(path).value()).ok());
    return mount;
  }

  size_t WriteTo(FileDescription& file, std::string_view text) {
    OpContext c = ctx();
    BufferSource from(std::as_bytes(std::span(text.data(), text.size())));
    return file.Write(c, from, &file.offset).value_or(0);
  }
  std::string ReadFrom(FileDescription& file, size_t max = 1 << 20) {
    OpContext c = ctx();
    std::string text(max, '\0');
    BufferSink to(std::as_writable_bytes(std::span(text)));
    text.resize(file.Read(c, to, &file.offset).value_or(0));
    return text;
  }

  MemoryBudget budget_;
  Ref<TmpfsFilesystem> fs_;
  Ref<MountNamespace> mounts_;
  Path cwd_;
  Ref<Credentials> root_user_;
  Ref<Credentials> creds_;
  uint32_t umask_ = 022;
  uint64_t file_size_limit_ = ~uint64_t{0};
  int64_t clock_ = 1'000'000;
};

}  // namespace sentry
