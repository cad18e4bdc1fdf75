#include "sentry/mm/user_memory.h"

#include <algorithm>
#include <array>

#include "abi/linux/mman.h"

namespace sentry {

Result<void> UserMemory::Read(uint64_t address, std::span<std::byte> to) {
  if (to.empty()) return {};
  if (TRY(ReadSome(address, to)) != to.size()) return Errno(EFAULT);
  return {};
}

Result<void> UserMemory::Write(uint64_t address, std::span<const std::byte> from) {
  if (from.empty()) return {};
  if (TRY(WriteSome(address, from)) != from.size()) return Errno(EFAULT);
  return {};
}

Result<std::string> UserMemory::ReadString(uint64_t address, size_t max) {
  constexpr size_t kChunk = 256;
  constexpr uint64_t kPage = 4096;
  std::string text;
  std::array<char, kChunk> chunk;
  while (text.size() < max) {
    // Never across a page in one read: the next page may be absent while the string ends before it.
    uint64_t to_page_end = kPage - (address & (kPage - 1));
    size_t want = std::min({kChunk, max - text.size(), static_cast<size_t>(to_page_end)});
    size_t got = TRY(ReadSome(address, std::as_writable_bytes(std::span(chunk.data(), want))));
    char* end = std::find(chunk.data(), chunk.data() + got, '\0');
    text.append(chunk.data(), static_cast<size_t>(end - chunk.data()));
    if (end != chunk.data() + got) return text;
    if (got < want) return Errno(EFAULT);
    address += got;
  }
  return Errno(ENAMETOOLONG);
}

namespace {

// access_ok() does not hold.
bool ReachesBeyond(const UserRange& range) {
  return range.address > abi::kTaskSize || range.length > abi::kTaskSize - range.address;
}

size_t Total(const std::vector<UserRange>& ranges) {
  size_t total = 0;
  for (const UserRange& range : ranges) total += range.length;
  return total;
}

// Walks `ranges` from `index`, moving `length` bytes by `move(address, offset, n)`; consumes what
// was moved.
template <typename Move>
Result<size_t> Walk(std::vector<UserRange>& ranges, size_t& index, size_t& remaining, size_t length,
                    Move move) {
  size_t done = 0;
  while (done < length && index < ranges.size()) {
    UserRange& range = ranges[index];
    if (range.length == 0) {
      ++index;
      continue;
    }
    size_t n = std::min<size_t>(range.length, length - done);
    Result<size_t> moved = move(range.address, done, n);
    if (!moved.ok()) {
      if (done == 0) return moved.error();
      break;
    }
    range.address += *moved;
    range.length -= *moved;
    remaining -= *moved;
    done += *moved;
    if (*moved < n) break;
  }
  return done;
}

}  // namespace

UserSink::UserSink(UserMemory& memory, std::vector<UserRange> ranges)
    : memory_(&memory), ranges_(std::move(ranges)), remaining_(Total(ranges_)) {}

Result<size_t> UserSink::Put(std::span<const std::byte> bytes) {
  return Walk(ranges_, index_, remaining_, bytes.size(),
              [&](uint64_t address, size_t offset, size_t n) {
                return memory_->WriteSome(address, bytes.subspan(offset, n));
              });
}

UserSource::UserSource(UserMemory& memory, std::vector<UserRange> ranges)
    : memory_(&memory), ranges_(std::move(ranges)), remaining_(Total(ranges_)) {}

Result<size_t> UserSource::Get(std::span<std::byte> bytes) {
  return Walk(ranges_, index_, remaining_, bytes.size(),
              [&](uint64_t address, size_t offset, size_t n) {
                return memory_->ReadSome(address, bytes.subspan(offset, n));
              });
}

void UserSource::Skip(size_t bytes) {
  [[maybe_unused]] Result<size_t> moved =
      Walk(ranges_, index_, remaining_, bytes,
           [](uint64_t, size_t, size_t n) { return Result<size_t>(n); });
}

Result<std::vector<UserRange>> CopyInIovec(UserMemory& memory, uint64_t address, size_t count) {
  constexpr size_t kUioMaxIov = 1024;
  static_assert(sizeof(UserRange) == 16);
  if (count > kUioMaxIov) return Errno(EINVAL);
  std::vector<UserRange> ranges(count);
  TRY(memory.Read(address, std::as_writable_bytes(std::span(ranges))));
  size_t room = kMaxRwCount;
  for (UserRange& range : ranges) {
    if (static_cast<int64_t>(range.length) < 0) return Errno(EINVAL);
  }
  // A single range is cut before it is looked at (import_ubuf()).
  if (count == 1) ranges[0].length = std::min<uint64_t>(ranges[0].length, kMaxRwCount);
  for (UserRange& range : ranges) {
    if (ReachesBeyond(range)) return Errno(EFAULT);
    range.length = std::min<uint64_t>(range.length, room);
    room -= range.length;
  }
  return ranges;
}

}  // namespace sentry
