#include "sentry/fs/proc/process_pagemap.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "abi/linux/mman.h"
#include "platform/base/fd.h"
#include "sentry/fs/proc/memory_description.h"
#include "sentry/kernel/ptrace_access.h"

namespace sentry {
namespace {

constexpr size_t kEntry = 8;
constexpr uint64_t kPage = 4096;
// Present, swapped, of a file or shared, mapped only once, soft-dirty.  Where a page is, is
// nobody's business: as without CAP_SYS_ADMIN.
constexpr uint64_t kShown = 0xe180'0000'0000'0000;

class PagemapDescription final : public MemoryDescription {
 public:
  PagemapDescription(Path path, uint32_t flags, const Subject& subject, Task& task)
      : MemoryDescription(std::move(path), flags, subject, task) {}
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
};

using Entries = std::array<uint64_t, 1024>;

// What the host tells of the pages from `first` on; zeros for those that are the platform's.
void Fill(Task& task, uint64_t first, std::span<uint64_t> entries) {
  std::fill(entries.begin(), entries.end(), 0);
  const uint64_t limit = task.kernel().platform().GuestAddressLimit() / kPage;
  const int proc_fd = task.kernel().options().proc_fd;
  if (proc_fd < 0 || first >= limit) return;
  entries = entries.first(std::min<uint64_t>(entries.size(), limit - first));
  const std::string path = std::to_string(task.thread().host_pid()) + "/pagemap";
  const base::Fd file(::openat(proc_fd, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return;
  const ssize_t got =
      ::pread(file.get(), entries.data(), entries.size_bytes(), static_cast<off_t>(first * kEntry));
  const size_t known = got > 0 ? static_cast<size_t>(got) / kEntry : 0;
  for (size_t i = 0; i < entries.size(); ++i) entries[i] = i < known ? entries[i] & kShown : 0;
}

Result<size_t> PagemapDescription::Read(OpContext&, IoSink& sink, int64_t* position) {
  Task* owner = Owner();
  if (owner == nullptr) return size_t{0};
  const auto at = static_cast<uint64_t>(*position);
  if (at % kEntry != 0 || sink.remaining() % kEntry != 0) return Errno(EINVAL);
  const uint64_t end = (abi::kTaskSize + kPage - 1) / kPage;
  Entries entries;
  size_t done = 0;
  while (sink.remaining() != 0) {
    const uint64_t first = (at + done) / kEntry;
    if (first >= end) break;
    const uint64_t count =
        std::min<uint64_t>({sink.remaining() / kEntry, entries.size(), end - first});
    std::span<uint64_t> part = std::span(entries).first(count);
    Fill(*owner, first, part);
    Result<size_t> put = sink.Put(std::as_bytes(part));
    if (!put.ok()) return done != 0 ? Result<size_t>(done) : put;
    done += *put;
    *position += static_cast<int64_t>(*put);
    if (*put < part.size_bytes()) break;
  }
  return done;
}

}  // namespace

// proc_pid_clear_refs(5).  Pages are the host's to mark; of the marks, pagemap shows those of 4
// (soft-dirty).
Result<void> StoreClearRefs(const ProcessView& view, std::string_view text) {
  constexpr char kLeast = '1', kMost = '5';
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (text.size() != 1 || text[0] < kLeast || text[0] > kMost) return Errno(EINVAL);
  const int proc_fd = view.kernel.options().proc_fd;
  if (proc_fd < 0 || !view.has_memory) return {};
  const std::string path = std::to_string(view.task.thread().host_pid()) + "/clear_refs";
  const base::Fd file(::openat(proc_fd, path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return {};
  return ::write(file.get(), text.data(), 1) == 1 ? Result<void>() : base::LastErrno();
}

Result<Ref<FileDescription>> PagemapInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  Task* task = TRY(subject.Require());
  if (ctx.task != nullptr) TRY(CheckMayRead(ctx, *task));
  return Ref<FileDescription>(MakeRef<PagemapDescription>(path, flags, subject, *task));
}

}  // namespace sentry
