// The start of a file that execve(2) was given: ELF header, program headers, "#!" line.  What the
// parsers accept must be something that the loader can map without looking again.
//
// needs: sentry/loader/elf.cc sentry/loader/script.cc
#include <cstring>
#include <string_view>

#include "platform/base/log.h"
#include "sentry/loader/elf.h"
#include "sentry/loader/script.h"

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kTaskSize = 0x7ffffffff000;

void CheckSegments(const sentry::ElfFile& elf) {
  CHECK(!elf.segments.empty());
  CHECK(elf.low % kPage == 0 && elf.high % kPage == 0);
  CHECK(elf.low < elf.high && elf.high <= kTaskSize);
  CHECK(elf.alignment >= kPage && (elf.alignment & (elf.alignment - 1)) == 0);
  CHECK(elf.interpreter_size <= kPage);
  uint64_t end = 0;
  for (const sentry::ElfSegment& segment : elf.segments) {
    CHECK(segment.address >= end);
    CHECK(segment.file_size <= segment.memory_size);
    CHECK(segment.address % kPage == segment.offset % kPage);
    CHECK(segment.offset + segment.file_size >= segment.offset);
    end = segment.address + segment.memory_size;
    CHECK(end > segment.address && end <= elf.high);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const base::Result<sentry::ElfHeaderPlace> place = sentry::CheckElfHeader(bytes);
  if (place.ok()) {
    // The loader reads the headers wherever the file says; here they follow the file's header.
    const base::Result<sentry::ElfFile> elf =
        sentry::ParseElf(bytes, bytes.subspan(sentry::kElfHeaderSize));
    if (elf.ok()) CheckSegments(*elf);
  }
  const size_t head = std::min(size, sentry::kExecHeadSize);
  const auto script =
      sentry::ParseScriptLine(std::string_view(reinterpret_cast<const char*>(data), head));
  if (script.ok() && script->has_value()) {
    CHECK(!(*script)->interpreter.empty());
    CHECK((*script)->interpreter.find_first_of(" \t\n") == std::string::npos);
  }
  return 0;
}
