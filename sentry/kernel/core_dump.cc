#include "sentry/kernel/core_dump.h"

#include <algorithm>
#include <cstring>

#include "abi/linux/elf.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/mman.h"
#include "abi/linux/resource.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"
#include "sentry/vfs/name_ops.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

// The file under construction; what lies beyond RLIMIT_CORE is left out.
class Writer {
 public:
  Writer(OpContext& ctx, FileDescription& file, uint64_t limit)
      : ctx_(ctx), file_(file), limit_(limit) {}

  Result<void> Put(uint64_t at, std::span<const std::byte> bytes) {
    if (at >= limit_) return {};
    bytes = bytes.first(std::min<uint64_t>(bytes.size(), limit_ - at));
    auto position = static_cast<int64_t>(at);
    BufferSource source(bytes);
    while (source.remaining() != 0) {
      if (TRY(file_.Write(ctx_, source, &position)) == 0) return Errno(EIO);
    }
    return {};
  }

 private:
  OpContext& ctx_;
  FileDescription& file_;
  const uint64_t limit_;
};

abi::Elf64Ehdr Header(size_t segments) {
  abi::Elf64Ehdr header{};
  constexpr uint8_t kIdent[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
  std::copy(std::begin(kIdent), std::end(kIdent), header.e_ident);
  header.e_type = abi::kEtCore;
  header.e_machine = abi::kEmX8664;
  header.e_version = 1;
  header.e_phoff = sizeof(header);
  header.e_ehsize = sizeof(header);
  header.e_phentsize = sizeof(abi::Elf64Phdr);
  header.e_phnum = static_cast<uint16_t>(segments);
  return header;
}

uint32_t Flags(const HostMapping& mapping) {
  return (mapping.permissions[0] == 'r' ? abi::kPfR : 0) |
         (mapping.permissions[1] == 'w' ? abi::kPfW : 0) |
         (mapping.permissions[2] == 'x' ? abi::kPfX : 0);
}

// Notes first, then each mapping on a page of its own.
std::vector<abi::Elf64Phdr> Layout(const std::vector<CoreMapping>& mappings, size_t notes) {
  std::vector<abi::Elf64Phdr> segments;
  uint64_t offset = sizeof(abi::Elf64Ehdr) + (mappings.size() + 1) * sizeof(abi::Elf64Phdr);
  abi::Elf64Phdr note{};
  note.p_type = abi::kPtNote;
  note.p_offset = offset;
  note.p_filesz = notes;
  note.p_align = 4;
  segments.push_back(note);
  offset = (offset + notes + abi::kPageSize - 1) & ~(abi::kPageSize - 1);
  for (const CoreMapping& mapping : mappings) {
    abi::Elf64Phdr load{};
    load.p_type = abi::kPtLoad;
    load.p_flags = Flags(mapping.host);
    load.p_offset = offset;
    load.p_vaddr = mapping.host.begin;
    load.p_filesz = mapping.dumped;
    load.p_memsz = mapping.host.end - mapping.host.begin;
    load.p_align = abi::kPageSize;
    segments.push_back(load);
    offset += mapping.dumped;
  }
  return segments;
}

bool IsZero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

// Holes stay holes: pages that are zero or cannot be read are not written.
Result<void> PutMemory(Task& task, Writer& writer, const abi::Elf64Phdr& segment) {
  constexpr uint64_t kChunk = 16 * abi::kPageSize;
  std::vector<std::byte> buffer(kChunk);
  for (uint64_t done = 0; done < segment.p_filesz;) {
    const uint64_t size = std::min(kChunk, segment.p_filesz - done);
    std::span<std::byte> chunk = std::span(buffer).first(size);
    Result<size_t> read = task.ReadSome(segment.p_vaddr + done, chunk);
    if (read.Is(ESRCH)) return read.error();
    if (read.ok() && *read != 0 && !IsZero(chunk.first(*read))) {
      TRY(writer.Put(segment.p_offset + done, chunk.first(*read)));
    }
    done += read.ok() && *read == size ? size : std::min(size, abi::kPageSize);
  }
  return {};
}

Result<Ref<FileDescription>> Create(OpContext& ctx, Task& task, const std::string& name) {
  [[maybe_unused]] Result<void> unlinked = Unlink(ctx, task.WalkFromCwd(), name);
  constexpr uint32_t kFlags =
      abi::kOCreat | abi::kOExcl | abi::kOWronly | abi::kONofollow | abi::kOLargefile;
  return OpenPath(ctx, task.WalkFromCwd(), name, kFlags, 0600);
}

Result<void> WriteCore(Task& task, const abi::SigInfo& info, uint64_t limit) {
  std::string text;
  const std::vector<CoreMapping> mappings = CoreMappings(task, text);
  constexpr size_t kMostSegments = abi::kPnXnum - 2;
  if (mappings.empty() || mappings.size() > kMostSegments) return Errno(ENOEXEC);
  const std::vector<std::byte> notes = CoreNotes(task, info, mappings);
  const std::vector<abi::Elf64Phdr> segments = Layout(mappings, notes.size());
  const abi::Elf64Ehdr header = Header(segments.size());

  OpContext ctx = task.context();
  Ref<FileDescription> file = TRY(Create(ctx, task, CoreName(task, info.si_signo)));
  Writer writer(ctx, *file, limit);
  TRY(writer.Put(0, std::as_bytes(std::span(&header, 1))));
  TRY(writer.Put(sizeof(header), std::as_bytes(std::span(segments))));
  TRY(writer.Put(segments[0].p_offset, notes));
  for (const abi::Elf64Phdr& segment : segments) {
    if (segment.p_type == abi::kPtLoad) TRY(PutMemory(task, writer, segment));
  }
  const abi::Elf64Phdr& last = segments.back();
  return TruncateInode(ctx, file->path(), std::min(limit, last.p_offset + last.p_filesz));
}

std::string ExePath(const Task& task) {
  std::string name = task.mm().exe ? task.mm().exe->DisplayName() : task.comm;
  std::replace(name.begin(), name.end(), '/', '!');
  return name;
}

std::string Expand(const Task& task, char specifier, int signal) {
  const ThreadGroup& group = task.group();
  switch (specifier) {
    case '%':
      return "%";
    case 'p':
    case 'P':
      return std::to_string(group.pid.value());
    case 'i':
    case 'I':
      return std::to_string(task.tid().value());
    case 'u':
      return std::to_string(task.creds().uid);
    case 'g':
      return std::to_string(task.creds().gid);
    case 'd':
      return task.dumpable ? "1" : "0";
    case 's':
      return std::to_string(signal);
    case 't':
      return std::to_string(RealtimeNow().tv_sec);
    case 'h':
      return task.namespaces().uts->hostname;
    case 'c':
      return std::to_string(group.limit(abi::kRlimitCore));
    case 'e': {
      std::string comm = task.comm;
      std::replace(comm.begin(), comm.end(), '/', '!');
      return comm;
    }
    case 'E':
      return ExePath(task);
  }
  return "";  // Unknown ones are dropped (core(5)).
}

}  // namespace

std::string CoreName(const Task& task, int signal) {
  const std::string& pattern = task.kernel().core_pattern;
  std::string name;
  bool has_pid = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '%') {
      name += pattern[i];
    } else if (++i < pattern.size()) {
      has_pid = has_pid || pattern[i] == 'p';
      name += Expand(task, pattern[i], signal);
    }
  }
  if (task.kernel().core_uses_pid && !has_pid) {
    name += "." + std::to_string(task.group().pid.value());
  }
  return name;
}

bool DumpCore(Task& task, const abi::SigInfo& info) {
  const uint64_t limit = task.group().limit(abi::kRlimitCore);
  if (limit < abi::kPageSize || !task.dumpable || task.kernel().core_pattern.empty()) return false;
  Ref<Task> keep(&task);  // Writing may wait for the host, and the process be killed meanwhile.
  return WriteCore(task, info, limit).ok();
}

}  // namespace sentry
