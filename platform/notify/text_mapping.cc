#include "platform/notify/text_mapping.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "platform/base/fd.h"
#include "platform/notify/stub_region.h"
#include "platform/notify/stub_thread.h"
#include "platform/patch/site.h"

namespace platform::notify {
namespace {

constexpr size_t kMostMaps = 128 << 10;  // Bytes; who has more mappings goes unserved.
constexpr size_t kMostSegments = 16;

// One line of proc_pid_maps(5).
struct Mapping {
  uint64_t start = 0, end = 0, offset = 0, inode = 0;
  char access[5] = {};
  bool PrivateText() const { return std::strcmp(access, "r-xp") == 0 && inode != 0; }
};

bool Parse(const char* line, Mapping* to) {
  unsigned long start, end, offset, inode;
  if (std::sscanf(line, "%lx-%lx %4s %lx %*x:%*x %lu", &start, &end, to->access, &offset, &inode) !=
      5) {
    return false;
  }
  to->start = start;
  to->end = end;
  to->offset = offset;
  to->inode = inode;
  return true;
}

std::string ReadMaps(int proc_fd, int pid) {
  char path[32];
  std::snprintf(path, sizeof(path), "%d/maps", pid);
  const base::Fd file(::openat(proc_fd, path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> page;
  while (file.valid() && text.size() < kMostMaps) {
    const ssize_t n = ::read(file.get(), page.data(), page.size());
    if (n <= 0) break;
    text.append(page.data(), static_cast<size_t>(n));
  }
  return text;
}

// Its mapping and the one of the same file that begins with the file's header.
struct Found {
  Mapping text;
  uint64_t header = 0;
};

std::optional<Found> Find(const std::string& maps, uint64_t address) {
  Mapping first;  // The latest one with offset 0.
  for (size_t at = 0; at < maps.size();) {
    Mapping mapping;
    if (!Parse(maps.c_str() + at, &mapping)) return std::nullopt;
    if (mapping.offset == 0) first = mapping;
    if (address >= mapping.start && address < mapping.end) {
      if (!mapping.PrivateText() || first.inode != mapping.inode) return std::nullopt;
      return Found{mapping, first.start};
    }
    at = maps.find('\n', at);
    if (at == maps.npos) break;
    ++at;
  }
  return std::nullopt;
}

template <typename T>
bool Read(StubThread& t, uint64_t address, std::span<T> to) {
  const Result<size_t> read = t.ReadMemory(address, std::as_writable_bytes(to));
  return read.ok() && *read == to.size_bytes();
}

template <typename T>
std::optional<T> ReadOne(StubThread& t, uint64_t address) {
  T value;
  if (!Read(t, address, std::span(&value, 1))) return std::nullopt;
  return value;
}

// Of the file whose header is mapped at `header`.
std::vector<Elf64_Phdr> Segments(StubThread& t, uint64_t header) {
  const std::optional<Elf64_Ehdr> elf = ReadOne<Elf64_Ehdr>(t, header);
  if (!elf || std::memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
      elf->e_phentsize != sizeof(Elf64_Phdr) || elf->e_phnum > kMostSegments ||
      elf->e_phoff > StubRegion::kPageSize) {
    return {};
  }
  std::vector<Elf64_Phdr> segments(elf->e_phnum);
  if (!Read(t, header + elf->e_phoff, std::span(segments))) return {};
  return segments;
}

// Where in the file the segment ends that is mapped from `offset` on.
std::optional<uint64_t> SegmentEnd(StubThread& t, uint64_t header, uint64_t offset) {
  for (const Elf64_Phdr& segment : Segments(t, header)) {
    const uint64_t start = segment.p_offset & ~(StubRegion::kPageSize - 1);
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0 || start != offset) continue;
    if (segment.p_filesz != segment.p_memsz) return std::nullopt;
    return segment.p_offset + segment.p_filesz;
  }
  return std::nullopt;
}

// Of .eh_frame (Linux Standard Base): what a function does to the stack, and what several have in
// common, which for a signal frame's says so.
struct UnwindEntry {
  uint32_t length, common;  // The latter is so far behind its own place.
  int32_t function;         // From its own place.
  uint32_t size;
};
struct UnwindCommon {
  uint32_t length, id;
  uint8_t version;
  char augmentation[4];
};

template <typename T>
T At(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// `bytes` are at `start`.
bool HasSignalFrame(std::span<const std::byte> bytes, uint64_t start, uint64_t address) {
  constexpr uint32_t kMostSize = 64;
  for (size_t at = 0; at + sizeof(UnwindEntry) <= bytes.size(); at += sizeof(uint32_t)) {
    const auto entry = At<UnwindEntry>(bytes, at);
    const uint64_t function = start + at + offsetof(UnwindEntry, function) +
                              static_cast<uint64_t>(int64_t{entry.function});
    if (address - function >= entry.size || entry.size > kMostSize) continue;
    const size_t from = at + offsetof(UnwindEntry, common);
    if (entry.common > from || from - entry.common + sizeof(UnwindCommon) > bytes.size()) continue;
    const auto common = At<UnwindCommon>(bytes, from - entry.common);
    if (common.id == 0 && std::memcmp(common.augmentation, "zRS", 4) == 0) return true;
  }
  return false;
}

}  // namespace

bool IsKnownSignalFrame(StubThread& t, int proc_fd, uint64_t address) {
  constexpr uint64_t kMostBytes = 4 << 20;  // Bigger files go unserved.
  const std::optional<Found> found = Find(ReadMaps(proc_fd, t.host_pid()), address);
  if (!found) return false;
  const std::vector<Elf64_Phdr> segments = Segments(t, found->header);
  const auto first = std::ranges::find(segments, uint32_t{PT_LOAD}, &Elf64_Phdr::p_type);
  if (first == segments.end() || first->p_offset != 0) return false;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    if (segment.p_filesz > kMostBytes) continue;
    const uint64_t start = found->header - first->p_vaddr + segment.p_vaddr;
    std::vector<std::byte> bytes(segment.p_filesz);
    if (Read(t, start, std::span(bytes)) && HasSignalFrame(bytes, start, address)) return true;
  }
  return false;
}

std::optional<RewrittenText> FindText(StubThread& t, int proc_fd, uint64_t address) {
  const std::optional<Found> found = Find(ReadMaps(proc_fd, t.host_pid()), address);
  if (!found) return std::nullopt;
  const Mapping& text = found->text;
  const std::optional<uint64_t> end = SegmentEnd(t, found->header, text.offset);
  if (!end || *end <= text.offset || *end - text.offset > text.end - text.start) {
    return std::nullopt;
  }
  const uint64_t behind = text.start + (*end - text.offset);
  if (text.end - behind >= StubRegion::kPageSize) return std::nullopt;
  const uint64_t first =
      (behind + patch::kTrampolineSize - 1) / patch::kTrampolineSize * patch::kTrampolineSize;
  return RewrittenText{.start = text.start,
                       .end = text.end,
                       .inode = text.inode,
                       .trampolines = std::min(first, text.end),
                       .next = std::min(first, text.end)};
}

}  // namespace platform::notify
