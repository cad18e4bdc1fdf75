// Mappings and page faults.
#include <sys/mman.h>

#include "mb.h"

namespace bench {
namespace {

constexpr size_t kPage = 4096;

char* Map(size_t size) {
  void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Require(address != MAP_FAILED, "mmap");
  return static_cast<char*>(address);
}

void Touch(char* address, size_t size) {
  for (size_t offset = 0; offset < size; offset += kPage) {
    *const_cast<volatile char*>(address + offset) = 1;
  }
}

int64_t MapTouchUnmap(uint64_t count) {
  constexpr size_t kSize = 4 * kPage;
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    char* address = Map(kSize);
    Touch(address, kSize);
    ::munmap(address, kSize);
  }
  return Now() - start;
}

int64_t Mprotect(uint64_t count) {
  char* address = Map(kPage);
  Touch(address, kPage);
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    ::mprotect(address, kPage, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE);
  }
  const int64_t took = Now() - start;
  ::munmap(address, kPage);
  return took;
}

// One page fault each, without huge pages.
int64_t Fault(uint64_t count) {
  constexpr uint64_t kPages = 1024;
  int64_t took = 0;
  for (uint64_t done = 0; done < count; done += kPages) {
    const size_t size = (count - done < kPages ? count - done : kPages) * kPage;
    char* address = Map(size);
    ::madvise(address, size, MADV_NOHUGEPAGE);
    const int64_t start = Now();
    Touch(address, size);
    took += Now() - start;
    ::munmap(address, size);
  }
  return took;
}

constexpr Row kRows[] = {
    {"mmap+touch+munmap", MapTouchUnmap},
    {"mprotect", Mprotect},
    {"fault", Fault},
};

}  // namespace

std::span<const Row> MemoryRows() {
  return kRows;
}

}  // namespace bench
