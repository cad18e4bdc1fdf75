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

// Where in the file the segment ends that is mapped from `offset` on.
std::optional<uint64_t> SegmentEnd(StubThread& t, uint64_t header, uint64_t offset) {
  std::array<Elf64_Ehdr, 1> elf;
  if (!Read(t, header, std::span<Elf64_Ehdr>(elf)) ||
      std::memcmp(elf[0].e_ident, ELFMAG, SELFMAG) != 0 ||
      elf[0].e_phentsize != sizeof(Elf64_Phdr) || elf[0].e_phnum > kMostSegments ||
      elf[0].e_phoff > StubRegion::kPageSize) {
    return std::nullopt;
  }
  std::array<Elf64_Phdr, kMostSegments> all;
  const std::span<Elf64_Phdr> segments = std::span(all).first(elf[0].e_phnum);
  if (!Read(t, header + elf[0].e_phoff, segments)) return std::nullopt;
  for (const Elf64_Phdr& segment : segments) {
    const uint64_t start = segment.p_offset & ~(StubRegion::kPageSize - 1);
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0 || start != offset) continue;
    if (segment.p_filesz != segment.p_memsz) return std::nullopt;
    return segment.p_offset + segment.p_filesz;
  }
  return std::nullopt;
}

}  // namespace

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
