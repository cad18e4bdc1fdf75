// Where log lines go, chosen once by boot before there are other threads and processes.
#pragma once

#include "platform/base/log.h"

namespace base {

enum class LogFormat { kText, kJson };

// `fd` stays open for good, and is shared with the processes forked later: each line is one write.
void SetLogSink(int fd, LogFormat format);
// The same sink under another number (a process that may write to that one only).
void MoveLogSink(int fd);
// "debug", "info", "warning", "error", "off".
LogLevel ParseLogLevel(const char* name);

}  // namespace base
