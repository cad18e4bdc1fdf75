// ELF headers of an executable or an interpreter, checked as hostile input (elf(5), Linux
// fs/binfmt_elf.c).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "abi/linux/elf.h"
#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::Result;

// One PT_LOAD segment; addresses relative to the load bias.
struct ElfSegment {
  uint64_t address;  // p_vaddr
  uint64_t offset;   // p_offset; congruent to address modulo the page size.
  uint64_t file_size;
  uint64_t memory_size;
  uint32_t prot;  // PROT_*
};

struct ElfFile {
  bool position_independent = false;  // ET_DYN
  uint64_t entry = 0;
  uint64_t header_offset = 0;  // e_phoff
  uint16_t header_count = 0;
  uint64_t headers_address =
      0;  // Where the program headers land in memory (AT_PHDR), 0: not mapped.
  std::vector<ElfSegment> segments;  // Ascending, not overlapping, at least one.
  uint64_t low = 0, high = 0;        // The page-aligned span of all segments.
  uint64_t alignment = 4096;         // The largest p_align.
  uint64_t interpreter_offset = 0, interpreter_size = 0;  // PT_INTERP; size 0: none.
  bool executable_stack = false;
};

constexpr size_t kElfHeaderSize = sizeof(abi::Elf64Ehdr);

// Where the program headers are: what must be read before ParseElf.
struct ElfHeaderPlace {
  uint64_t offset;
  size_t size;
};
// ENOEXEC when it is no x86-64 ELF executable.
Result<ElfHeaderPlace> CheckElfHeader(std::span<const std::byte> header);
// `header` as above, `program_headers` the bytes at that place.  ENOEXEC, EINVAL, ENOMEM.
Result<ElfFile> ParseElf(std::span<const std::byte> header,
                         std::span<const std::byte> program_headers);

}  // namespace sentry
