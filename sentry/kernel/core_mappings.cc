// Which mappings of a process get into its core file (Linux: vma_dump_size()).
#include <algorithm>
#include <cstring>

#include "abi/linux/mman.h"
#include "abi/linux/stat.h"
#include "sentry/kernel/core_dump.h"
#include "sentry/kernel/host_proc.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// coredump_filter (core(5)).
constexpr uint32_t kAnonymousPrivate = 1, kAnonymousShared = 2, kFilePrivate = 4, kFileShared = 8,
                   kElfHeaders = 16;

// The kernel's own pages; those of data cannot be read through the process.
bool IsSystemCode(const HostMapping& mapping) {
  return mapping.name == "[vdso]";
}

bool IsElf(Task& task, uint64_t address) {
  char magic[4] = {};
  Result<size_t> read = task.ReadSome(address, std::as_writable_bytes(std::span(magic)));
  return read.ok() && *read == sizeof(magic) && std::memcmp(magic, "\177ELF", 4) == 0;
}

uint64_t Dumped(Task& task, const HostMapping& mapping, bool of_file) {
  const uint32_t filter = task.group().coredump_filter;
  const uint64_t whole = mapping.end - mapping.begin;
  const bool shared = mapping.permissions[3] == 's';
  if (IsSystemCode(mapping)) return whole;
  if (!of_file) {
    return (filter & (shared ? kAnonymousShared : kAnonymousPrivate)) != 0 ? whole : 0;
  }
  if (shared) return (filter & kFileShared) != 0 ? whole : 0;
  // What a program may have written to is its own memory; the host does not tell if it did.
  const bool written = mapping.permissions[1] == 'w' && (filter & kAnonymousPrivate) != 0;
  if (written || (filter & kFilePrivate) != 0) return whole;
  const bool headers = (filter & kElfHeaders) != 0 && mapping.offset == 0 &&
                       mapping.permissions[0] == 'r' && IsElf(task, mapping.begin);
  return headers ? abi::kPageSize : 0;
}

}  // namespace

std::vector<CoreMapping> CoreMappings(Task& task, std::string& text) {
  std::vector<CoreMapping> mappings;
  const std::string path = std::to_string(task.thread().host_pid()) + "/maps";
  text = ReadHostProc(task.kernel().options().proc_fd, path);
  const uint64_t limit = task.kernel().platform().GuestAddressLimit();
  std::string_view rest = text;
  while (!rest.empty()) {
    CoreMapping mapping;
    if (!ParseHostMapping(NextLine(rest), mapping.host)) continue;
    const bool guest = mapping.host.end <= limit || IsSystemCode(mapping.host);
    if (!guest || mapping.host.name.starts_with("[vvar")) continue;
    const uint64_t device = abi::MakeDev(mapping.host.major, mapping.host.minor);
    const NamedFile* file =
        mapping.host.ino != 0 ? task.mm().FileOf(device, mapping.host.ino) : nullptr;
    if (file != nullptr) mapping.file = file->DisplayName();
    mapping.dumped = Dumped(task, mapping.host, file != nullptr);
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

}  // namespace sentry
