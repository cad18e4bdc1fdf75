// "#!" lines (execve(2), "Interpreter scripts").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sentry {

struct ScriptLine {
  std::string interpreter;
  std::optional<std::string> argument;  // All that follows, as one argument.
};

// What the kernel looks at of a file's start (BINPRM_BUF_SIZE).
constexpr size_t kExecHeadSize = 256;

// Null when `head` does not start with "#!"; ENOEXEC when the line names nothing or its interpreter
// is cut off.
base::Result<std::optional<ScriptLine>> ParseScriptLine(std::string_view head);

}  // namespace sentry
