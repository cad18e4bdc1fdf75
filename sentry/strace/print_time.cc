// Clocks, timers and the structures of time.
#include "abi/linux/time.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {

void PrintTimespec(Printer& p, const abi::Timespec& time) {
  p.Text("{tv_sec=");
  p.Dec(time.tv_sec);
  p.Field("tv_nsec");
  p.Dec(time.tv_nsec);
  p.Text("}");
}

void PrintTimeval(Printer& p, const abi::Timeval& time) {
  p.Text("{tv_sec=");
  p.Dec(time.tv_sec);
  p.Field("tv_usec");
  p.Dec(time.tv_usec);
  p.Text("}");
}

namespace {

void PrintItimerspec(Printer& p, const abi::Itimerspec& timer) {
  p.Text("{it_interval=");
  PrintTimespec(p, timer.it_interval);
  p.Field("it_value");
  PrintTimespec(p, timer.it_value);
  p.Text("}");
}

void PrintItimerval(Printer& p, const abi::Itimerval& timer) {
  p.Text("{it_interval=");
  PrintTimeval(p, timer.it_interval);
  p.Field("it_value");
  PrintTimeval(p, timer.it_value);
  p.Text("}");
}

void PrintTimezone(Printer& p, const abi::Timezone& zone) {
  p.Text("{tz_minuteswest=");
  p.Dec(zone.tz_minuteswest);
  p.Field("tz_dsttime");
  p.Dec(zone.tz_dsttime);
  p.Text("}");
}

void PrintTms(Printer& p, const abi::Tms& times) {
  p.Text("{tms_utime=");
  p.Dec(times.tms_utime);
  p.Field("tms_stime");
  p.Dec(times.tms_stime);
  p.Field("tms_cutime");
  p.Dec(times.tms_cutime);
  p.Field("tms_cstime");
  p.Dec(times.tms_cstime);
  p.Text("}");
}

void PrintTimex(Printer& p, const abi::Timex& timex) {
  p.Text("{modes=");
  p.Hex(timex.modes);
  p.Field("offset");
  p.Dec(timex.offset);
  p.Field("freq");
  p.Dec(timex.freq);
  p.Field("status");
  p.Hex(static_cast<uint32_t>(timex.status));
  p.Text(", ...}");
}

// utimensat's: the nanoseconds may mean "now" or "leave it".
void PrintFileTime(Printer& p, const abi::Timespec& time) {
  if (time.tv_nsec == abi::kUtimeNow) return p.Text("UTIME_NOW");
  if (time.tv_nsec == abi::kUtimeOmit) return p.Text("UTIME_OMIT");
  PrintTimespec(p, time);
}

// Negative ids are CPU clocks of other tasks.
void ClockId(Printer& p, size_t index) {
  int32_t clock = static_cast<int32_t>(p.arg32(index));
  if (!abi::IsCpuClock(clock)) return p.Enum(kClocksNames, p.arg32(index));
  p.Text(abi::CpuClockIsThread(clock) ? "MAKE_THREAD_CPUCLOCK(" : "MAKE_PROCESS_CPUCLOCK(");
  p.Dec(abi::CpuClockTid(clock));
  constexpr const char* kTypes[] = {"CPUCLOCK_PROF", "CPUCLOCK_VIRT", "CPUCLOCK_SCHED", "3"};
  p.Text(", ");
  p.Text(kTypes[clock & 3]);
  p.Text(")");
}

// Written only when a signal cut the sleep short.
void TimespecRemain(Printer& p, size_t index) {
  bool interrupted = p.result() == -4 || p.result() < -500;
  if (p.arg(index) == 0 || !interrupted) return p.Pointer(p.arg(index));
  p.Struct<abi::Timespec>(p.arg(index), PrintTimespec);
}

using enum ArgKind;

constexpr ArgPrinter kTimePrinters[] = {
    {kClockId, ClockId},
    {kTimerFlags, FlagsArg<kTimerFlagsNames>},
    {kItimerWhich, EnumArg<kItimersNames>},
    {kTimespecIn, StructArg<abi::Timespec, PrintTimespec>},
    {kTimespecOut, OutStructArg<abi::Timespec, PrintTimespec>, When::kReturn},
    {kTimespecRemain, TimespecRemain, When::kReturn},
    {kTimespecPair, PairArg<abi::Timespec, PrintFileTime>},
    {kTimevalIn, StructArg<abi::Timeval, PrintTimeval>},
    {kTimevalOut, OutStructArg<abi::Timeval, PrintTimeval>, When::kReturn},
    {kTimevalPair, PairArg<abi::Timeval, PrintTimeval>},
    {kTimezoneOut, OutStructArg<abi::Timezone, PrintTimezone>, When::kReturn},
    {kItimerspecIn, StructArg<abi::Itimerspec, PrintItimerspec>},
    {kItimerspecOut, OutStructArg<abi::Itimerspec, PrintItimerspec>, When::kReturn},
    {kItimervalIn, StructArg<abi::Itimerval, PrintItimerval>},
    {kItimervalOut, OutStructArg<abi::Itimerval, PrintItimerval>, When::kReturn},
    {kTmsOut, OutStructArg<abi::Tms, PrintTms>, When::kReturn},
    {kTimexOut, OutStructArg<abi::Timex, PrintTimex>, When::kReturn},
};

}  // namespace

std::span<const ArgPrinter> TimePrinters() {
  return kTimePrinters;
}

}  // namespace sentry
