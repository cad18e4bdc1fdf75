#include "platform/base/log.h"

#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace base {

std::atomic<LogLevel> log_level{LogLevel::kWarning};

void LogLine(LogLevel level, const char* file, int line, const char* format, ...) {
  constexpr const char* kNames[] = {"debug", "info", "warning", "error", "off"};
  char text[1024];
  const char* base_name = std::strrchr(file, '/');
  int used =
      std::snprintf(text, sizeof(text), "sentry: %s: %s:%d: ", kNames[static_cast<int>(level)],
                    base_name != nullptr ? base_name + 1 : file, line);
  va_list args;
  va_start(args, format);
  used += std::vsnprintf(text + used, sizeof(text) - static_cast<size_t>(used) - 1, format, args);
  va_end(args);
  if (used > static_cast<int>(sizeof(text)) - 2) used = sizeof(text) - 2;
  text[used++] = '\n';
  // One write per line, so that lines of several processes do not mix.
  [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, text, static_cast<size_t>(used));
}

void CheckFailed(const char* file, int line, const char* condition) {
  LogLine(LogLevel::kError, file, line, "check failed: %s", condition);
  std::abort();
}

}  // namespace base
