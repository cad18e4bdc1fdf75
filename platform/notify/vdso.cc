#include "platform/notify/vdso.h"

#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace platform::notify {
namespace {

constexpr uint64_t kPage = 4096;
constexpr int kMaxDataPages = 16;

uint64_t ImageSize(const Elf64_Ehdr& elf) {
  uint64_t size = elf.e_shoff + uint64_t{elf.e_shnum} * elf.e_shentsize;
  const auto* segments =
      reinterpret_cast<const Elf64_Phdr*>(reinterpret_cast<const char*>(&elf) + elf.e_phoff);
  for (int i = 0; i < elf.e_phnum; ++i) {
    if (segments[i].p_type == PT_LOAD)
      size = std::max(size, segments[i].p_vaddr + segments[i].p_memsz);
  }
  return (size + kPage - 1) / kPage * kPage;
}

// The kernel's own data pages are mapped, but the host does not let processes copy from them by id.
// Memory that has anything of ours in it can be copied, so it is never taken for one of them.
bool IsDataPage(uint64_t page) {
  unsigned char resident = 0;
  if (::mincore(reinterpret_cast<void*>(page), kPage, &resident) != 0) return false;
  char byte = 0;
  const iovec local = {&byte, 1};
  const iovec remote = {reinterpret_cast<void*>(page), 1};
  return ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0) < 0 && errno == EFAULT;
}

}  // namespace

VdsoRange FindVdso() {
  const uint64_t image = ::getauxval(AT_SYSINFO_EHDR);
  if (image == 0) return {};
  VdsoRange range = {.start = image,
                     .image = image,
                     .end = image + ImageSize(*reinterpret_cast<const Elf64_Ehdr*>(image))};
  for (int i = 0; i < kMaxDataPages && IsDataPage(range.start - kPage); ++i) range.start -= kPage;
  return range;
}

}  // namespace platform::notify
