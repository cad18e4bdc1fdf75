#include "platform/base/log.h"

#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/base/log_sink.h"

namespace base {
namespace {

constexpr const char* kNames[] = {"debug", "info", "warning", "error", "off"};
constexpr size_t kLongest = 1024;

int sink_fd = STDERR_FILENO;
bool sink_is_file = false;
LogFormat sink_format = LogFormat::kText;

// RFC 3339, in UTC: no file of time zones can be opened here.
void FormatTime(char (&to)[40]) {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts;
  ::gmtime_r(&now.tv_sec, &parts);
  size_t used = ::strftime(to, sizeof(to), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(to + used, sizeof(to) - used, ".%06ldZ", now.tv_nsec / 1000);
}

// The inside of a JSON string (RFC 8259 section 7); what does not fit is left out.
size_t EscapeJson(const char* from, char* to, size_t size) {
  size_t used = 0;
  for (; *from != '\0' && used + 7 < size; ++from) {
    auto byte = static_cast<unsigned char>(*from);
    if (byte == '"' || byte == '\\') {
      to[used++] = '\\';
      to[used++] = *from;
    } else if (byte < 0x20 || byte >= 0x7f) {
      used += static_cast<size_t>(std::snprintf(to + used, size - used, "\\u%04x", byte));
    } else {
      to[used++] = *from;
    }
  }
  to[used] = '\0';
  return used;
}

int FormatLine(LogLevel level, const char* file, int line, const char* text, char* to,
               size_t size) {
  const char* name = kNames[static_cast<int>(level)];
  char now[40];
  if (sink_format == LogFormat::kJson) {
    char escaped[kLongest + 8];
    EscapeJson(text, escaped, sizeof(escaped));
    FormatTime(now);
    return std::snprintf(to, size,
                         "{\"time\":\"%s\",\"level\":\"%s\",\"source\":\"%s:%d\",\"text\":\"%s\"}",
                         now, name, file, line, escaped);
  }
  if (!sink_is_file)
    return std::snprintf(to, size, "sentry: %s: %s:%d: %s", name, file, line, text);
  FormatTime(now);
  return std::snprintf(to, size, "%s %s %s:%d: %s", now, name, file, line, text);
}

}  // namespace

std::atomic<LogLevel> log_level{LogLevel::kWarning};

void SetLogSink(int fd, LogFormat format) {
  sink_fd = fd;
  sink_is_file = fd != STDERR_FILENO;
  sink_format = format;
}

void MoveLogSink(int fd) {
  if (fd == sink_fd || ::dup2(sink_fd, fd) < 0) return;
  sink_fd = fd;
}

LogLevel ParseLogLevel(const char* name) {
  for (int i = 0; i < 5; ++i) {
    if (std::strcmp(kNames[i], name) == 0) return static_cast<LogLevel>(i);
  }
  return LogLevel::kWarning;
}

void LogLine(LogLevel level, const char* file, int line, const char* format, ...) {
  const char* base_name = std::strrchr(file, '/');
  char text[kLongest];
  va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  char whole[2 * kLongest];
  int used = FormatLine(level, base_name != nullptr ? base_name + 1 : file, line, text, whole,
                        sizeof(whole) - 1);
  if (used > static_cast<int>(sizeof(whole)) - 2) used = sizeof(whole) - 2;
  whole[used++] = '\n';
  // One write per line, so that lines of several processes do not mix.
  [[maybe_unused]] ssize_t written = ::write(sink_fd, whole, static_cast<size_t>(used));
}

void CheckFailed(const char* file, int line, const char* condition) {
  LogLine(LogLevel::kError, file, line, "check failed: %s", condition);
  std::abort();
}

}  // namespace base
