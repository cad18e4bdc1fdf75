// /proc/[pid]: what lies in a program's own memory: arguments, environment, auxiliary vector.
#include <algorithm>

#include "sentry/fs/proc/process_file.h"

namespace sentry {
namespace {

constexpr uint64_t kMaxRange = 8 << 20;  // More than execve(2) takes.

// What of [begin, end) can be read.
std::string ReadRange(Task& task, uint64_t begin, uint64_t end) {
  if (begin >= end) return {};
  std::string bytes(static_cast<size_t>(std::min(end - begin, kMaxRange)), '\0');
  Result<size_t> got = task.ReadSome(begin, std::as_writable_bytes(std::span(bytes)));
  bytes.resize(got.value_or(0));
  return bytes;
}

}  // namespace

// get_mm_cmdline() of Linux: a program that wrote over the end of its arguments (setproctitle(3))
// has made one string of them, which may go on into the environment.
Result<std::string> CmdlineText(const ProcessView& view) {
  if (!view.has_memory) return std::string();
  const MemoryManager& mm = view.task.mm();
  std::string text = ReadRange(view.task, mm.arg_start, mm.arg_end);
  if (text.empty() || text.back() == '\0') return text;
  constexpr uint64_t kMaxTitle = 4096;
  uint64_t end = mm.env_start == mm.arg_end ? mm.env_end : mm.arg_end;
  std::string title = ReadRange(view.task, mm.arg_start, std::min(end, mm.arg_start + kMaxTitle));
  if (size_t nul = title.find('\0'); nul != title.npos) title.resize(nul + 1);
  return title;
}

Result<std::string> EnvironText(const ProcessView& view) {
  if (!view.has_memory) return std::string();
  const MemoryManager& mm = view.task.mm();
  return ReadRange(view.task, mm.env_start, mm.env_end);
}

Result<std::string> AuxvText(const ProcessView& view) {
  if (!view.has_memory) return std::string();
  const std::vector<std::byte>& auxv = view.task.mm().auxv;
  return std::string(reinterpret_cast<const char*>(auxv.data()), auxv.size());
}

}  // namespace sentry
