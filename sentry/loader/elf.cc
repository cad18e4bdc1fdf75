#include "sentry/loader/elf.h"

#include <algorithm>
#include <cstring>

#include "abi/linux/mman.h"

namespace sentry {
namespace {

// TASK_SIZE of x86-64 with four-level page tables.
constexpr uint64_t kAddressLimit = 0x7ffffffff000;
constexpr size_t kMaxProgramHeaders = 65536 / sizeof(abi::Elf64Phdr);

template <typename T>
T ReadStruct(std::span<const std::byte> bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

uint32_t ProtOf(uint32_t flags) {
  return ((flags & abi::kPfR) != 0 ? abi::kProtRead : 0) |
         ((flags & abi::kPfW) != 0 ? abi::kProtWrite : 0) |
         ((flags & abi::kPfX) != 0 ? abi::kProtExec : 0);
}

Result<void> AddSegment(ElfFile& elf, const abi::Elf64Phdr& header) {
  if (header.p_memsz == 0) return {};
  if (header.p_filesz > header.p_memsz) return Errno(EINVAL);
  if (header.p_vaddr % abi::kPageSize != header.p_offset % abi::kPageSize) return Errno(EINVAL);
  if (header.p_vaddr >= kAddressLimit || header.p_memsz >= kAddressLimit - header.p_vaddr)
    return Errno(ENOMEM);
  if (header.p_offset > INT64_MAX - kAddressLimit) return Errno(EINVAL);
  if (!elf.segments.empty()) {
    const ElfSegment& last = elf.segments.back();
    if (header.p_vaddr < last.address + last.memory_size) return Errno(ENOEXEC);
  }
  elf.segments.push_back(
      {header.p_vaddr, header.p_offset, header.p_filesz, header.p_memsz, ProtOf(header.p_flags)});
  if (elf.segments.size() == 1) elf.low = abi::PageDown(header.p_vaddr);
  elf.high = std::max(elf.high, abi::PageUp(header.p_vaddr + header.p_memsz));
  bool power_of_two = (header.p_align & (header.p_align - 1)) == 0;
  constexpr uint64_t kMaxAlignment = uint64_t{1} << 30;
  if (power_of_two && header.p_align > elf.alignment && header.p_align <= kMaxAlignment)
    elf.alignment = header.p_align;
  return {};
}

// The address at which the program headers are found in memory: inside the segment that maps their
// file offset.
uint64_t HeadersAddress(const ElfFile& elf) {
  for (const ElfSegment& segment : elf.segments) {
    if (elf.header_offset >= segment.offset &&
        elf.header_offset - segment.offset < segment.file_size) {
      return elf.header_offset - segment.offset + segment.address;
    }
  }
  return 0;
}

Result<void> AddHeader(ElfFile& elf, const abi::Elf64Phdr& header) {
  switch (header.p_type) {
    case abi::kPtLoad:
      return AddSegment(elf, header);
    case abi::kPtInterp:
      if (elf.interpreter_size != 0) return {};
      if (header.p_filesz < 2 || header.p_filesz > 4096 || header.p_offset > INT64_MAX / 2)
        return Errno(ENOEXEC);
      elf.interpreter_offset = header.p_offset;
      elf.interpreter_size = header.p_filesz;
      return {};
    case abi::kPtGnuStack:
      elf.executable_stack = (header.p_flags & abi::kPfX) != 0;
      return {};
    default:
      return {};
  }
}

}  // namespace

Result<ElfHeaderPlace> CheckElfHeader(std::span<const std::byte> header) {
  if (header.size() < kElfHeaderSize) return Errno(ENOEXEC);
  auto ehdr = ReadStruct<abi::Elf64Ehdr>(header, 0);
  constexpr uint8_t kMagic[] = {0x7f, 'E', 'L', 'F'};
  if (std::memcmp(ehdr.e_ident, kMagic, sizeof(kMagic)) != 0) return Errno(ENOEXEC);
  if (ehdr.e_ident[abi::kEiClass] != abi::kElfclass64 ||
      ehdr.e_ident[abi::kEiData] != abi::kElfdata2lsb)
    return Errno(ENOEXEC);
  if (ehdr.e_machine != abi::kEmX8664) return Errno(ENOEXEC);
  if (ehdr.e_type != abi::kEtExec && ehdr.e_type != abi::kEtDyn) return Errno(ENOEXEC);
  if (ehdr.e_phentsize != sizeof(abi::Elf64Phdr)) return Errno(ENOEXEC);
  if (ehdr.e_phnum == 0 || ehdr.e_phnum > kMaxProgramHeaders) return Errno(ENOEXEC);
  if (ehdr.e_phoff > INT64_MAX / 2) return Errno(ENOEXEC);
  return ElfHeaderPlace{ehdr.e_phoff, ehdr.e_phnum * sizeof(abi::Elf64Phdr)};
}

Result<ElfFile> ParseElf(std::span<const std::byte> header,
                         std::span<const std::byte> program_headers) {
  ElfHeaderPlace place = TRY(CheckElfHeader(header));
  if (program_headers.size() < place.size) return Errno(ENOEXEC);
  auto ehdr = ReadStruct<abi::Elf64Ehdr>(header, 0);
  ElfFile elf;
  elf.position_independent = ehdr.e_type == abi::kEtDyn;
  elf.entry = ehdr.e_entry;
  elf.header_offset = ehdr.e_phoff;
  elf.header_count = ehdr.e_phnum;
  for (size_t i = 0; i < ehdr.e_phnum; ++i) {
    TRY(AddHeader(elf, ReadStruct<abi::Elf64Phdr>(program_headers, i * sizeof(abi::Elf64Phdr))));
  }
  if (elf.segments.empty()) return Errno(ENOEXEC);
  elf.headers_address = HeadersAddress(elf);
  return elf;
}

}  // namespace sentry
