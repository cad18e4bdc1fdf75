// Writes a tar archive in the POSIX "pax" format (pax(1), IEEE Std 1003.1): ustar headers, extended
// ones where a name, a size or an id does not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sentry {

struct TarEntry {
  enum class Type : char {
    kFile = '0',
    kHardLink = '1',
    kSymlink = '2',
    kCharacterDevice = '3',
    kBlockDevice = '4',
    kDirectory = '5',
    kFifo = '6',
  };
  Type type = Type::kFile;
  std::string path;  // Relative, without a leading slash.
  std::string link;  // kHardLink, kSymlink
  uint32_t mode = 0;
  uint32_t uid = 0, gid = 0;
  uint64_t size = 0;  // kFile: that many bytes follow by Body().
  int64_t mtime = 0;
  uint32_t major = 0, minor = 0;
};

class TarWriter {
 public:
  explicit TarWriter(int fd) : fd_(fd) {}  // Borrowed.

  base::Result<void> Header(const TarEntry& entry);
  base::Result<void> Body(std::span<const std::byte> bytes);
  base::Result<void> EndBody();  // Pads to whole blocks.
  base::Result<void> Finish();

 private:
  base::Result<void> Block(const TarEntry& entry, char type, uint64_t size);
  base::Result<void> Extended(const TarEntry& entry);
  base::Result<void> Put(const void* data, size_t size);
  base::Result<void> Flush();

  int fd_;
  uint64_t body_ = 0;  // Bytes of the current one.
  std::string buffer_;
};

}  // namespace sentry
