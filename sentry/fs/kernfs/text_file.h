// Text files that the kernel writes when they are read (Linux: seq_file), and settings that are
// written as text.
#pragma once

#include <string>
#include <string_view>

#include "sentry/fs/kernfs/inode.h"

namespace sentry {

// A description keeps the text that it made when it was read from offset 0, so that a reader in
// several steps sees one version.
class TextInode : public KernInode {
 public:
  TextInode(Ref<KernFilesystem> fs, uint64_t ino, uint32_t permissions)
      : KernInode(std::move(fs), ino, abi::kSIfreg | permissions) {}

  // What an open description stays bound to (the address space of that moment), or the errno with
  // which open(2) fails.
  virtual Result<Ref<RefCounted>> Bind(OpContext&, uint32_t /*flags*/) { return Ref<RefCounted>(); }
  virtual Result<std::string> Text(OpContext& ctx, RefCounted* bound) = 0;
  // One write(2) at offset 0 of a setting; `text` has been cut to a page.
  virtual Result<void> Store(OpContext&, std::string_view /*text*/) { return Errno(EIO); }

  Result<Ref<FileDescription>> Open(OpContext& ctx, const Path& path, uint32_t flags) override;
};

// Parts of what readers and writers of settings need.
// The text without white space at its ends.
std::string_view Trim(std::string_view text);
// The first word, cut off from `text`; empty at the end.
std::string_view NextWord(std::string_view& text);
// A decimal number with a sign (strtol(3) with base 0 of Linux's sysctl takes 0x too): EINVAL.
Result<int64_t> ParseNumber(std::string_view word);
// Like std::to_string, in base 16 and with printf's formats.
std::string Format(const char* format, ...) __attribute__((format(printf, 1, 2)));
// Adds to `to` what printf would print.
void Append(std::string& to, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace sentry
