// Layout decisions follow Linux: ET_EXEC where it wants to be, ET_DYN at two thirds of the address
// space plus a random offset, the break behind the program, the stack near the top.
#include "sentry/loader/image.h"

#include <sys/auxv.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "abi/linux/elf.h"
#include "abi/linux/mman.h"
#include "abi/linux/prctl.h"
#include "abi/linux/syscall_numbers.h"
#include "sentry/kernel/opened_file.h"
#include "sentry/loader/elf.h"

namespace sentry {
namespace {

constexpr uint64_t kProgramBase = 0x555555554000;  // ELF_ET_DYN_BASE: two thirds of TASK_SIZE.
constexpr uint64_t kInterpreterBase =
    0x7e0000000000;  // Below everything that the host places top down.
constexpr uint64_t kInitialStack = 132 * 1024;
constexpr uint64_t kUserHz = 100;

uint64_t RandomPages(bool randomize, unsigned bits) {
  if (!randomize) return 0;
  uint64_t value = 0;
  if (::getrandom(&value, sizeof(value), 0) != sizeof(value)) return 0;
  return (value & ((uint64_t{1} << bits) - 1)) * abi::kPageSize;
}

platform::HostCall AnonymousMap(uint64_t address, uint64_t length, uint32_t prot,
                                uint32_t more_flags = 0) {
  uint32_t flags = abi::kMapPrivate | abi::kMapFixed | abi::kMapAnonymous | more_flags;
  return {.number = abi::kSysMmap, .args = {address, length, prot, flags, ~uint64_t{0}, 0}};
}

class Planner {
 public:
  Planner(OpContext& ctx, ImageInput input) : ctx_(ctx), input_(std::move(input)) {}

  Result<ExecPlan> Plan(OpenInterpreter open_interpreter);

 private:
  Result<ElfFile> ReadElf(FileDescription& file);
  Result<void> MapElf(const Ref<FileDescription>& file, const ElfFile& elf, uint64_t bias);
  void MapSegment(const Mapping& mapping, const ElfSegment& segment, uint64_t bias);
  // The interpreter's base address; its entry becomes the image's.
  Result<uint64_t> LoadInterpreter(const ElfFile& program, OpenInterpreter& open);
  void PlanLandmarks(const ElfFile& program, uint64_t bias);
  void FillAux(const ElfFile& program, uint64_t bias, uint64_t interpreter_base);
  uint64_t StackTop() const;
  void PlanStack(const ElfFile& program);
  std::vector<std::byte> MmMap() const;

  OpContext& ctx_;
  ImageInput input_;
  ExecPlan image_;
};

Result<ElfFile> Planner::ReadElf(FileDescription& file) {
  std::vector<std::byte> header = TRY(ReadAt(ctx_, file, 0, kElfHeaderSize));
  ElfHeaderPlace place = TRY(CheckElfHeader(header));
  std::vector<std::byte> program_headers = TRY(ReadAt(ctx_, file, place.offset, place.size));
  return ParseElf(header, program_headers);
}

void Planner::MapSegment(const Mapping& mapping, const ElfSegment& segment, uint64_t bias) {
  uint64_t start = abi::PageDown(segment.address + bias);
  uint64_t file_end = segment.address + bias + segment.file_size;
  uint64_t end = segment.address + bias + segment.memory_size;
  uint64_t mapped_end = start;
  if (segment.file_size != 0) {
    mapped_end = abi::PageUp(file_end);
    platform::HostCall map{
        .number = abi::kSysMmap,
        .args = {start, mapped_end - start, segment.prot, abi::kMapPrivate | abi::kMapFixed, 0,
                 abi::PageDown(segment.offset) + mapping.offset_add},
        .fd_arg = 4,
        .host_fd = mapping.host_fd};
    image_.calls.push_back(map);
    // The rest of the last page belongs to .bss: it must read as zeros.
    if (end > file_end && (segment.prot & abi::kProtWrite) != 0 && mapped_end > file_end) {
      image_.writes.push_back({file_end, std::vector<std::byte>(mapped_end - file_end)});
    }
  }
  if (end > mapped_end)
    image_.calls.push_back(AnonymousMap(mapped_end, abi::PageUp(end) - mapped_end, segment.prot));
}

Result<void> Planner::MapElf(const Ref<FileDescription>& file, const ElfFile& elf, uint64_t bias) {
  if (elf.high + bias > input_.address_limit || elf.high + bias < elf.high) return Errno(ENOMEM);
  Mapping mapping = TRY(file->Map(ctx_, abi::kProtRead | abi::kProtExec, abi::kMapPrivate));
  RememberMapping(*image_.mm, file, mapping);
  image_.held.push_back(file);
  for (const ElfSegment& segment : elf.segments) MapSegment(mapping, segment, bias);
  return {};
}

Result<uint64_t> Planner::LoadInterpreter(const ElfFile& program, OpenInterpreter& open) {
  std::vector<std::byte> bytes =
      TRY(ReadAt(ctx_, *input_.program, program.interpreter_offset, program.interpreter_size));
  if (bytes.size() < program.interpreter_size || bytes.back() != std::byte{0})
    return Errno(ENOEXEC);
  Ref<FileDescription> file = TRY(open(std::string(reinterpret_cast<const char*>(bytes.data()))));
  Result<ElfFile> elf = ReadElf(*file);
  if (!elf.ok()) return Errno(elf.Is(ENOEXEC) ? ELIBBAD : elf.error().value());
  uint64_t bias = elf->position_independent
                      ? kInterpreterBase + RandomPages(input_.randomize, 28) - elf->low
                      : 0;
  TRY(MapElf(file, *elf, bias));
  image_.entry = elf->entry + bias;
  return bias + elf->low;
}

void Planner::PlanLandmarks(const ElfFile& program, uint64_t bias) {
  MemoryManager& mm = *image_.mm;
  for (const ElfSegment& segment : program.segments) {
    uint64_t start = segment.address + bias;
    if ((segment.prot & abi::kProtExec) != 0) {
      if (mm.end_code == 0) mm.start_code = start;
      mm.end_code = start + segment.file_size;
    } else {
      if (mm.end_data == 0) mm.start_data = start;
      mm.end_data = std::max(mm.end_data, start + segment.file_size);
    }
  }
  if (mm.end_code == 0) mm.start_code = program.low + bias, mm.end_code = mm.start_code + 1;
  if (mm.end_data == 0) mm.start_data = mm.end_data = mm.end_code;
  mm.start_brk = program.high + bias + RandomPages(input_.randomize, 13);
}

void Planner::FillAux(const ElfFile& program, uint64_t bias, uint64_t interpreter_base) {
  const Credentials& creds = *input_.creds;
  auto& aux = input_.stack.aux;
  auto optional = [&](uint64_t key, uint64_t value) {
    if (value != 0) aux.emplace_back(key, value);
  };
  optional(abi::kAtSysinfoEhdr, input_.vdso);
  aux.emplace_back(abi::kAtHwcap, ::getauxval(abi::kAtHwcap));
  aux.emplace_back(abi::kAtPagesz, abi::kPageSize);
  aux.emplace_back(abi::kAtClktck, kUserHz);
  aux.emplace_back(abi::kAtPhdr, program.headers_address == 0 ? 0 : program.headers_address + bias);
  aux.emplace_back(abi::kAtPhent, sizeof(abi::Elf64Phdr));
  aux.emplace_back(abi::kAtPhnum, program.header_count);
  aux.emplace_back(abi::kAtBase, interpreter_base);
  aux.emplace_back(abi::kAtFlags, 0);
  aux.emplace_back(abi::kAtEntry, program.entry + bias);
  aux.emplace_back(abi::kAtUid, ShownUid(creds.user_ns.get(), creds.uid));
  aux.emplace_back(abi::kAtEuid, ShownUid(creds.user_ns.get(), creds.euid));
  aux.emplace_back(abi::kAtGid, ShownGid(creds.user_ns.get(), creds.gid));
  aux.emplace_back(abi::kAtEgid, ShownGid(creds.user_ns.get(), creds.egid));
  aux.emplace_back(abi::kAtSecure, input_.secure ? 1 : 0);
  aux.emplace_back(abi::kAtHwcap2, ::getauxval(abi::kAtHwcap2));
  optional(abi::kAtMinsigstksz, ::getauxval(abi::kAtMinsigstksz));
  optional(abi::kAtRseqFeatureSize, ::getauxval(abi::kAtRseqFeatureSize));
  optional(abi::kAtRseqAlign, ::getauxval(abi::kAtRseqAlign));
}

// struct prctl_mm_map: where the host believes the program to be, above all its break.
std::vector<std::byte> Planner::MmMap() const {
  const MemoryManager& mm = *image_.mm;
  abi::PrctlMmMap map{};
  map.start_code = mm.start_code, map.end_code = mm.end_code;
  map.start_data = mm.start_data, map.end_data = mm.end_data;
  map.start_brk = map.brk = mm.start_brk;
  map.start_stack = mm.start_stack;
  map.arg_start = mm.arg_start, map.arg_end = mm.arg_end;
  map.env_start = mm.env_start, map.env_end = mm.env_end;
  map.exe_fd = ~uint32_t{0};
  std::vector<std::byte> bytes(sizeof(map));
  std::memcpy(bytes.data(), &map, sizeof(map));
  return bytes;
}

// Above all that the host maps top down, so that the stack can grow.  The host leaves more than
// 16 GiB free above the start of its mappings (mmap_base()).  Linux before 6.16 or so puts the vDSO
// up there, and 64 MiB of randomness below it do no harm; later ones put it where mappings start.
uint64_t Planner::StackTop() const {
  constexpr uint64_t kGap = 1 << 20;
  constexpr uint64_t kRoom = uint64_t{1} << 33;
  constexpr int kWideBits = 20, kNarrowBits = 14;  // Pages: 4 GiB, 64 MiB.
  const bool below_mappings = input_.vdso != 0 && input_.vdso < input_.address_limit &&
                              input_.address_limit - input_.vdso > kRoom;
  if (input_.vdso == 0 || below_mappings) {
    const int bits = below_mappings ? kWideBits : kNarrowBits;
    return abi::PageDown(input_.address_limit) - abi::kPageSize -
           RandomPages(input_.randomize, bits);
  }
  const uint64_t ceiling = std::min(input_.address_limit, input_.vdso - kGap);
  return abi::PageDown(ceiling) - abi::kPageSize - RandomPages(input_.randomize, kNarrowBits);
}

void Planner::PlanStack(const ElfFile& program) {
  const uint64_t top = StackTop();
  if (::getrandom(input_.stack.random, sizeof(input_.stack.random), 0) < 0)
    input_.stack.random[0] = top;
  StackImage stack = BuildStack(input_.stack, top);
  MemoryManager& mm = *image_.mm;
  mm.start_stack = image_.stack_pointer = stack.address;
  mm.arg_start = stack.arg_start, mm.arg_end = stack.arg_end;
  mm.env_start = stack.env_start, mm.env_end = stack.env_end;
  mm.vdso = input_.vdso;
  mm.auxv = std::move(stack.auxv);
  uint64_t size = abi::PageUp(top - stack.address) + kInitialStack;
  uint32_t prot =
      abi::kProtRead | abi::kProtWrite | (program.executable_stack ? abi::kProtExec : 0);
  image_.calls.push_back(
      AnonymousMap(top - size, size, prot, abi::kMapGrowsdown | abi::kMapNoreserve));

  // The structure for prctl stands below the stack pointer, where nothing is yet.
  std::vector<std::byte> map = MmMap();
  uint64_t map_address = (stack.address - 512 - map.size()) & ~uint64_t{15};
  image_.set_mm_map = {.number = abi::kSysPrctl,
                       .args = {abi::kPrSetMm, abi::kPrSetMmMap, map_address, map.size(), 0, 0}};
  image_.writes.push_back({map_address, std::move(map)});
  image_.writes.push_back({stack.address, std::move(stack.bytes)});
}

Result<ExecPlan> Planner::Plan(OpenInterpreter open_interpreter) {
  image_.mm = MakeRef<MemoryManager>();
  ElfFile program = TRY(ReadElf(*input_.program));
  uint64_t bias = 0;
  if (program.position_independent) {
    uint64_t base = kProgramBase + RandomPages(input_.randomize, 28) + program.alignment - 1;
    bias = (base & ~(program.alignment - 1)) - program.low;
  }
  TRY(MapElf(input_.program, program, bias));
  image_.entry = program.entry + bias;
  uint64_t interpreter_base = 0;
  if (program.interpreter_size != 0)
    interpreter_base = TRY(LoadInterpreter(program, open_interpreter));
  if (image_.entry >= input_.address_limit) return Errno(ENOEXEC);
  image_.mm->exe = NameOfProgram(input_.program);
  PlanLandmarks(program, bias);
  FillAux(program, bias, interpreter_base);
  PlanStack(program);
  return std::move(image_);
}

}  // namespace

Result<std::vector<std::byte>> ReadAt(OpContext& ctx, FileDescription& file, uint64_t offset,
                                      size_t size) {
  std::vector<std::byte> bytes(size);
  size_t done = 0;
  int64_t position = static_cast<int64_t>(offset);
  while (done < size) {
    BufferSink sink{std::span(bytes).subspan(done)};
    size_t got = TRY(file.Read(ctx, sink, &position));
    if (got == 0) break;
    done += got;
  }
  bytes.resize(done);
  return bytes;
}

Result<ExecPlan> PlanImage(OpContext& ctx, ImageInput input, OpenInterpreter open_interpreter) {
  return Planner(ctx, std::move(input)).Plan(std::move(open_interpreter));
}

}  // namespace sentry
