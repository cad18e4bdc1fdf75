// KernFilesystem: what the file systems have in common whose files the kernel makes up: /proc, /sys
// and their like.  Nothing of them exists before it is looked up.
#pragma once

#include <cstdint>

#include "sentry/vfs/inode.h"

namespace sentry {

class KernFilesystem : public Filesystem {
 public:
  // `type` as in /proc/filesystems, `magic` as statfs(2) gives it; `create_errno`: what making a
  // name that is not there fails with.
  KernFilesystem(const char* type, uint64_t magic, int create_errno);

  const char* type() const override { return type_; }
  uint64_t device() const override { return device_; }
  Result<FsStatistics> Statistics(OpContext& ctx) override;
  std::string Source() const override { return type_; }
  int create_errno() const { return create_errno_; }
  const abi::Timespec& made() const { return made_; }

 private:
  const char* const type_;
  const uint64_t magic_;
  const int create_errno_;
  const uint64_t device_;
  const abi::Timespec made_;
};

}  // namespace sentry
