// ELF files and the auxiliary vector.
#pragma once

#include <cstdint>

namespace abi {

struct Elf64Ehdr {
  uint8_t e_ident[16];
  uint16_t e_type;
  uint16_t e_machine;
  uint32_t e_version;
  uint64_t e_entry;
  uint64_t e_phoff;
  uint64_t e_shoff;
  uint32_t e_flags;
  uint16_t e_ehsize;
  uint16_t e_phentsize;
  uint16_t e_phnum;
  uint16_t e_shentsize;
  uint16_t e_shnum;
  uint16_t e_shstrndx;
};

struct Elf64Phdr {
  uint32_t p_type;
  uint32_t p_flags;
  uint64_t p_offset;
  uint64_t p_vaddr;
  uint64_t p_paddr;
  uint64_t p_filesz;
  uint64_t p_memsz;
  uint64_t p_align;
};

struct Elf64Shdr {
  uint32_t sh_name;
  uint32_t sh_type;
  uint64_t sh_flags;
  uint64_t sh_addr;
  uint64_t sh_offset;
  uint64_t sh_size;
  uint32_t sh_link;
  uint32_t sh_info;
  uint64_t sh_addralign;
  uint64_t sh_entsize;
};

struct Elf64Nhdr {
  uint32_t n_namesz;
  uint32_t n_descsz;
  uint32_t n_type;
};

struct Elf64Dyn {
  int64_t d_tag;
  uint64_t d_val;
};

struct Elf64Sym {
  uint32_t st_name;
  uint8_t st_info;
  uint8_t st_other;
  uint16_t st_shndx;
  uint64_t st_value;
  uint64_t st_size;
};

inline constexpr int32_t kEiClass = 4;
inline constexpr int32_t kEiData = 5;
inline constexpr int32_t kEiVersion = 6;
inline constexpr int32_t kEiOsabi = 7;
inline constexpr uint8_t kElfclass32 = 1;
inline constexpr uint8_t kElfclass64 = 2;
inline constexpr uint8_t kElfdata2lsb = 1;
inline constexpr uint8_t kEvCurrent = 1;
inline constexpr uint16_t kEtNone = 0;
inline constexpr uint16_t kEtRel = 1;
inline constexpr uint16_t kEtExec = 2;
inline constexpr uint16_t kEtDyn = 3;
inline constexpr uint16_t kEtCore = 4;
inline constexpr uint16_t kEm386 = 3;
inline constexpr uint16_t kEmX8664 = 62;
inline constexpr uint16_t kEmAarch64 = 183;
inline constexpr uint16_t kPnXnum = 65535;
inline constexpr uint32_t kPtNull = 0x0;
inline constexpr uint32_t kPtLoad = 0x1;
inline constexpr uint32_t kPtDynamic = 0x2;
inline constexpr uint32_t kPtInterp = 0x3;
inline constexpr uint32_t kPtNote = 0x4;
inline constexpr uint32_t kPtShlib = 0x5;
inline constexpr uint32_t kPtPhdr = 0x6;
inline constexpr uint32_t kPtTls = 0x7;
inline constexpr uint32_t kPtGnuEhFrame = 0x6474e550;
inline constexpr uint32_t kPtGnuStack = 0x6474e551;
inline constexpr uint32_t kPtGnuRelro = 0x6474e552;
inline constexpr uint32_t kPtGnuProperty = 0x6474e553;
inline constexpr uint32_t kPfX = 0x1;
inline constexpr uint32_t kPfW = 0x2;
inline constexpr uint32_t kPfR = 0x4;
inline constexpr uint32_t kShtNull = 0;
inline constexpr uint32_t kShtProgbits = 1;
inline constexpr uint32_t kShtSymtab = 2;
inline constexpr uint32_t kShtStrtab = 3;
inline constexpr uint32_t kShtNote = 7;
inline constexpr uint32_t kShtNobits = 8;
inline constexpr uint32_t kShtDynsym = 11;
inline constexpr int64_t kDtNull = 0;
inline constexpr int64_t kDtHash = 4;
inline constexpr int64_t kDtStrtab = 5;
inline constexpr int64_t kDtSymtab = 6;
inline constexpr int64_t kDtStrsz = 10;
inline constexpr int64_t kDtSyment = 11;
inline constexpr int64_t kDtSoname = 14;
inline constexpr uint32_t kNtPrstatus = 0x1;
inline constexpr uint32_t kNtPrfpreg = 0x2;
inline constexpr uint32_t kNtPrpsinfo = 0x3;
inline constexpr uint32_t kNtAuxv = 0x6;
inline constexpr uint32_t kNtSiginfo = 0x53494749;
inline constexpr uint32_t kNtFile = 0x46494c45;
inline constexpr uint32_t kNtX86Xstate = 0x202;

// The auxiliary vector that execve(2) leaves above the environment.
inline constexpr uint64_t kAtNull = 0;
inline constexpr uint64_t kAtIgnore = 1;
inline constexpr uint64_t kAtExecfd = 2;
inline constexpr uint64_t kAtPhdr = 3;
inline constexpr uint64_t kAtPhent = 4;
inline constexpr uint64_t kAtPhnum = 5;
inline constexpr uint64_t kAtPagesz = 6;
inline constexpr uint64_t kAtBase = 7;
inline constexpr uint64_t kAtFlags = 8;
inline constexpr uint64_t kAtEntry = 9;
inline constexpr uint64_t kAtNotelf = 10;
inline constexpr uint64_t kAtUid = 11;
inline constexpr uint64_t kAtEuid = 12;
inline constexpr uint64_t kAtGid = 13;
inline constexpr uint64_t kAtEgid = 14;
inline constexpr uint64_t kAtPlatform = 15;
inline constexpr uint64_t kAtHwcap = 16;
inline constexpr uint64_t kAtClktck = 17;
inline constexpr uint64_t kAtSecure = 23;
inline constexpr uint64_t kAtBasePlatform = 24;
inline constexpr uint64_t kAtRandom = 25;
inline constexpr uint64_t kAtHwcap2 = 26;
inline constexpr uint64_t kAtRseqFeatureSize = 27;
inline constexpr uint64_t kAtRseqAlign = 28;
inline constexpr uint64_t kAtExecfn = 31;
inline constexpr uint64_t kAtSysinfoEhdr = 33;
inline constexpr uint64_t kAtMinsigstksz = 51;

struct AuxEntry {
  uint64_t type;
  uint64_t value;
};

}  // namespace abi
