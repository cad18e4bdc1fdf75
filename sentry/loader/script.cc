#include "sentry/loader/script.h"

namespace sentry {

base::Result<std::optional<ScriptLine>> ParseScriptLine(std::string_view head) {
  if (!head.starts_with("#!")) return std::optional<ScriptLine>();
  head = head.substr(2, kExecHeadSize - 2);
  size_t end = head.find_first_of(std::string_view("\n\0", 2));
  bool cut = end == head.npos && head.size() >= kExecHeadSize - 2;
  std::string_view line = head.substr(0, end);
  constexpr std::string_view kBlank = " \t";
  size_t start = line.find_first_not_of(kBlank);
  if (start == line.npos) return base::Errno(ENOEXEC);
  line.remove_prefix(start);
  size_t name_end = line.find_first_of(kBlank);
  // A cut line is fine as long as the interpreter's name is whole.
  if (cut && name_end == line.npos) return base::Errno(ENOEXEC);
  ScriptLine script{.interpreter = std::string(line.substr(0, name_end)), .argument = {}};
  std::string_view rest = name_end == line.npos ? std::string_view() : line.substr(name_end);
  size_t first = rest.find_first_not_of(kBlank);
  if (first != rest.npos) {
    size_t last = rest.find_last_not_of(kBlank);
    script.argument = std::string(rest.substr(first, last - first + 1));
  }
  return std::optional(std::move(script));
}

}  // namespace sentry
