// A guest's memory for tests: pieces of our own, everything else unreadable.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "sentry/strace/memory_reader.h"

namespace sentry {

class FakeMemory final : public MemoryReader {
 public:
  // The address of a copy of the bytes; pieces are pages apart.
  uint64_t Put(std::string_view bytes) {
    uint64_t addr = next_;
    next_ += (bytes.size() / 4096 + 2) * 4096;
    pieces_[addr] = std::string(bytes);
    return addr;
  }
  uint64_t PutString(std::string_view text) { return Put(std::string(text) + '\0'); }
  template <typename T>
  uint64_t PutValue(const T& value) {
    return Put({reinterpret_cast<const char*>(&value), sizeof(value)});
  }

  base::Result<size_t> Read(uint64_t addr, std::span<std::byte> to) override {
    auto piece = pieces_.upper_bound(addr);
    if (piece == pieces_.begin()) return base::Errno(EFAULT);
    --piece;
    uint64_t offset = addr - piece->first;
    if (offset >= piece->second.size()) return base::Errno(EFAULT);
    size_t size = std::min<size_t>(to.size(), piece->second.size() - offset);
    std::memcpy(to.data(), piece->second.data() + offset, size);
    return size;
  }

 private:
  uint64_t next_ = 0x10000;
  std::map<uint64_t, std::string> pieces_;
};

}  // namespace sentry
