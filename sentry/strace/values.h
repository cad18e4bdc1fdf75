// Decoders of values and structures that several families print.
#pragma once

#include <cstdint>
#include <string>

#include "abi/linux/resource.h"
#include "abi/linux/signal.h"
#include "abi/linux/socket.h"
#include "abi/linux/time.h"
#include "sentry/strace/printer.h"

namespace sentry {

void PrintTimespec(Printer& p, const abi::Timespec& time);
void PrintTimeval(Printer& p, const abi::Timeval& time);
void PrintRusage(Printer& p, const abi::Rusage& usage);

// SIGINT, SIGRT_3.
std::string SignalName(uint64_t signal);
void PrintSignal(Printer& p, uint64_t signal);
// [INT CHLD], ~[KILL] for a set that is nearly full.
void PrintSigset(Printer& p, const abi::Sigset& set);
void PrintSigInfo(Printer& p, const abi::SigInfo& info);

// O_RDWR|O_CREAT, with an access mode; and without, for pipe2(2) and its like.
void PrintOpenFlags(Printer& p, uint64_t flags);
void PrintDescriptorFlags(Printer& p, uint64_t flags);
// S_IFREG|0644.
void PrintFileMode(Printer& p, uint32_t mode);
void PrintWaitStatus(Printer& p, int32_t status);

// `limit` bytes of the buffers together are shown as data.
void PrintIovecs(Printer& p, uint64_t addr, uint64_t count, uint64_t limit);
// (Timeout), ([{fd=3, revents=POLLIN}]), (in [3], out [4]): what follows the result.
void PrintPollResult(Printer& p);
void PrintSelectResult(Printer& p);
// 0x1 (flags FD_CLOEXEC)
void PrintFcntlResult(Printer& p);

}  // namespace sentry
