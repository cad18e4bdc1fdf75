// Logging and checks.  LOG_INFO("text %d", n) writes a line with severity and source place to the
// sink that boot chose (log_sink.h); nothing is written, and nothing formatted, below the chosen
// level.  CHECK is for bugs in us, never for guest input.  Not glog: Debian's archive of it needs
// libunwind's, which is not built for static PIE, and it reads files that the Sentry cannot open.
#pragma once

#include <atomic>

namespace base {

enum class LogLevel : int { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3, kOff = 4 };

extern std::atomic<LogLevel> log_level;

inline bool LogEnabled(LogLevel level) {
  return level >= log_level.load(std::memory_order_relaxed);
}

[[gnu::format(printf, 4, 5)]] void LogLine(LogLevel level, const char* file, int line,
                                           const char* format, ...);
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace base

#define BASE_LOG(level, ...)                                   \
  do {                                                         \
    if (::base::LogEnabled(level)) [[unlikely]]                \
      ::base::LogLine(level, __FILE__, __LINE__, __VA_ARGS__); \
  } while (false)
#define LOG_DEBUG(...) BASE_LOG(::base::LogLevel::kDebug, __VA_ARGS__)
#define LOG_INFO(...) BASE_LOG(::base::LogLevel::kInfo, __VA_ARGS__)
#define LOG_WARNING(...) BASE_LOG(::base::LogLevel::kWarning, __VA_ARGS__)
#define LOG_ERROR(...) BASE_LOG(::base::LogLevel::kError, __VA_ARGS__)

#ifndef CHECK
#define CHECK(condition)                                   \
  do {                                                     \
    if (!(condition)) [[unlikely]]                         \
      ::base::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
#endif
