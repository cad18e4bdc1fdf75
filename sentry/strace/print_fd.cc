// Calls on descriptors: fcntl, locks, poll, select, epoll, inotify, vectors, splices.
#include <algorithm>

#include "abi/linux/epoll.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/poll.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {
namespace {

using PrintBits = void (*)(Printer& p, uint64_t value);

// "0x8000 (flags O_RDONLY|O_LARGEFILE)"
void PrintHexWith(Printer& p, std::string_view what, PrintBits print) {
  uint64_t value = static_cast<uint64_t>(p.result());
  p.Hex(value);
  p.Text(" (");
  p.Text(what);
  p.Text(" ");
  print(p, value);
  p.Text(")");
}

void PrintFdFlags(Printer& p, uint64_t flags) {
  p.Flags(kFdFlagsNames, flags);
}
void PrintSeals(Printer& p, uint64_t seals) {
  p.Flags(kSealsNames, seals);
}

void PrintPollEvents(Printer& p, int16_t events) {
  p.Flags(kPollEventsNames, static_cast<uint16_t>(events));
}

void PrintPollFd(Printer& p, const abi::PollFd& entry) {
  p.Text("{fd=");
  p.Dec(entry.fd);
  if (entry.fd >= 0) {
    p.Field("events");
    PrintPollEvents(p, entry.events);
  }
  p.Text("}");
}

void PrintEpollEvent(Printer& p, const abi::EpollEvent& event) {
  p.Text("{events=");
  p.Flags(kEpollEventsNames, event.events);
  uint64_t data = event.data;
  p.Field("data");
  p.Text("{u32=");
  p.Udec(static_cast<uint32_t>(data));
  p.Field("u64");
  p.Udec(data);
  p.Text("}}");
}

void PrintLockRange(Printer& p, const abi::Flock& lock) {
  p.Text("{l_type=");
  p.Enum(kLockTypesNames, static_cast<uint16_t>(lock.l_type));
  p.Field("l_whence");
  p.Enum(kWhencesNames, static_cast<uint16_t>(lock.l_whence));
  p.Field("l_start");
  p.Dec(lock.l_start);
  p.Field("l_len");
  p.Dec(lock.l_len);
}
void PrintFlock(Printer& p, const abi::Flock& lock) {
  PrintLockRange(p, lock);
  p.Text("}");
}
// F_GETLK also says who holds it.
void PrintFlockWithPid(Printer& p, const abi::Flock& lock) {
  PrintLockRange(p, lock);
  p.Field("l_pid");
  p.Dec(lock.l_pid);
  p.Text("}");
}

void PrintOwner(Printer& p, const abi::FOwnerEx& owner) {
  p.Text("{type=");
  p.Enum(kOwnerTypesNames, static_cast<uint32_t>(owner.type));
  p.Field("pid");
  p.Dec(owner.pid);
  p.Text("}");
}

bool FcntlIsLate(CallArgs args) {
  switch (static_cast<int32_t>(args[1])) {
    case abi::kFGetlk:
    case abi::kFOfdGetlk:
    case abi::kFGetownEx:
      return true;
    default:
      return false;
  }
}

// Commands without an argument print none.
bool FcntlStandsAlone(int32_t command) {
  switch (command) {
    case abi::kFGetfd:
    case abi::kFGetfl:
    case abi::kFGetown:
    case abi::kFGetsig:
    case abi::kFGetlease:
    case abi::kFGetpipeSz:
    case abi::kFGetSeals:
      return true;
    default:
      return false;
  }
}

// The structures of the locks and owners.
void FcntlStruct(Printer& p, int32_t command, uint64_t addr) {
  switch (command) {
    case abi::kFSetlk:
    case abi::kFSetlkw:
    case abi::kFOfdSetlk:
    case abi::kFOfdSetlkw:
      return p.Struct<abi::Flock>(addr, PrintFlock);
    case abi::kFGetlk:
    case abi::kFOfdGetlk:
      return p.OutStruct<abi::Flock>(addr, PrintFlockWithPid);
    case abi::kFSetownEx:
      return p.Struct<abi::FOwnerEx>(addr, PrintOwner);
    case abi::kFGetownEx:
      return p.OutStruct<abi::FOwnerEx>(addr, PrintOwner);
    default:
      return p.Hex(addr);
  }
}

void FcntlArg(Printer& p, size_t index) {
  int32_t command = static_cast<int32_t>(p.arg32(1));
  uint64_t arg = p.arg(index);
  if (FcntlStandsAlone(command)) return;
  p.Text(", ");
  switch (command) {
    case abi::kFSetfd:
      return p.Flags(kFdFlagsNames, arg);
    case abi::kFSetfl:
      return PrintOpenFlags(p, arg);
    case abi::kFAddSeals:
      return p.Flags(kSealsNames, arg);
    case abi::kFNotify:
      return p.Flags(kNotifyMaskNames, arg);
    case abi::kFSetlease:
      return p.Enum(kLockTypesNames, arg);
    case abi::kFSetsig:
      return PrintSignal(p, arg);
    case abi::kFDupfd:
    case abi::kFDupfdCloexec:
    case abi::kFDupfdQuery:
    case abi::kFSetown:
    case abi::kFSetpipeSz:
      return p.Dec(static_cast<int64_t>(arg));
    default:
      return FcntlStruct(p, command, arg);
  }
}

void Pollfds(Printer& p, size_t index) {
  p.Array<abi::PollFd>(p.arg(index), p.arg32(index + 1), PrintPollFd);
}
// How many descriptors the sets of a select call speak of.
uint64_t SetSize(const Printer& p) {
  int32_t count = static_cast<int32_t>(p.arg32(0));
  return count < 0 ? 0 : static_cast<uint64_t>(std::min(count, abi::kFdSetSize));
}
void FdSet(Printer& p, size_t index) {
  p.Bitmap(p.arg(index), SetSize(p));
}
void FdPairOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  p.Array<int32_t>(p.arg(index), 2, [](Printer& q, const int32_t& fd) { q.Dec(fd); });
}

void EpollEventsOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  p.Array<abi::EpollEvent>(p.arg(index), static_cast<uint64_t>(p.result()), PrintEpollEvent);
}
void EpollEventIn(Printer& p, size_t index) {
  // EPOLL_CTL_DEL ignores it.
  if (p.arg32(1) == static_cast<uint32_t>(abi::kEpollCtlDel)) return p.Pointer(p.arg(index));
  p.Struct<abi::EpollEvent>(p.arg(index), PrintEpollEvent);
}

void IovecIn(Printer& p, size_t index) {
  PrintIovecs(p, p.arg(index), p.arg32(index + 1), ~uint64_t{0});
}
void IovecOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  PrintIovecs(p, p.arg(index), p.arg32(index + 1), static_cast<uint64_t>(p.result()));
}
// Vectors of addresses in another process: not ours to read.
void IovecAddrs(Printer& p, size_t index) {
  p.Array<abi::Iovec>(p.arg(index), p.arg32(index + 1), [](Printer& q, const abi::Iovec& vector) {
    q.Text("{iov_base=");
    q.Pointer(vector.iov_base);
    q.Field("iov_len");
    q.Udec(vector.iov_len);
    q.Text("}");
  });
}

using enum ArgKind;

constexpr ArgPrinter kFdPrinters[] = {
    {kWhence, EnumArg<kWhencesNames>},
    {kFcntlCmd, EnumArg<kFcntlCommandsNames>},
    {kFcntlArg, FcntlArg, When::kDepends, true, FcntlIsLate},
    {kFlockOp, FlagsArg<kFlockOperationsNames>},
    {kCloseRangeFlags, FlagsArg<kCloseRangeFlagsNames>},
    {kRwFlags, FlagsArg<kRwFlagsNames>},
    {kSpliceFlags, FlagsArg<kSpliceFlagsNames>},
    {kFdPairOut, FdPairOut, When::kReturn},
    {kIovecIn, IovecIn},
    {kIovecOut, IovecOut, When::kReturn},
    {kIovecAddrs, IovecAddrs},
    {kPollfds, Pollfds},
    {kFdSet, FdSet},
    {kEpollFlags, FlagsArg<kEpollFlagsNames>},
    {kEpollOp, EnumArg<kEpollOperationsNames>},
    {kEpollEventIn, EpollEventIn},
    {kEpollEventsOut, EpollEventsOut, When::kReturn},
    {kEventfdFlags, FlagsArg<kEventfdFlagsNames>},
    {kSignalfdFlags, FlagsArg<kSignalfdFlagsNames>},
    {kTimerfdFlags, FlagsArg<kTimerfdFlagsNames>},
    {kTimerfdSetFlags, FlagsArg<kTimerfdSetFlagsNames>},
    {kInotifyFlags, FlagsArg<kInotifyFlagsNames>},
    {kInotifyMask, FlagsArg<kInotifyMaskNames>},
};

}  // namespace

void PrintIovecs(Printer& p, uint64_t addr, uint64_t count, uint64_t limit) {
  if (addr == 0 || (count != 0 && !p.Load<abi::Iovec>(addr))) return p.Pointer(addr);
  p.Text("[");
  for (uint64_t i = 0; i < count; ++i) {
    p.Comma();
    std::optional<abi::Iovec> vector = p.Load<abi::Iovec>(addr + i * sizeof(abi::Iovec));
    if (!vector || i == Printer::kMaxElements) {
      p.Text("...");
      break;
    }
    uint64_t shown = std::min(vector->iov_len, limit);
    limit -= shown;
    p.Text("{iov_base=");
    p.Bytes(vector->iov_base, shown);
    p.Field("iov_len");
    p.Udec(vector->iov_len);
    p.Text("}");
  }
  p.Text("]");
}

void PrintFcntlResult(Printer& p) {
  switch (static_cast<int32_t>(p.arg32(1))) {
    case abi::kFGetfd:
      if (p.result() == 0) return p.Text("0");
      return PrintHexWith(p, "flags", PrintFdFlags);
    case abi::kFGetfl:
      return PrintHexWith(p, "flags", PrintOpenFlags);
    case abi::kFGetSeals:
      return PrintHexWith(p, "seals", PrintSeals);
    default:
      return p.Dec(p.result());
  }
}

void PrintPollResult(Printer& p) {
  p.Dec(p.result());
  if (p.result() == 0) return p.Text(" (Timeout)");
  p.Text(" ([");
  uint64_t count = std::min<uint64_t>(p.arg32(1), abi::kFdSetSize);
  for (uint64_t i = 0; i < count; ++i) {
    std::optional<abi::PollFd> entry = p.Load<abi::PollFd>(p.arg(0) + i * sizeof(abi::PollFd));
    if (!entry) break;
    if (entry->revents == 0) continue;
    p.Comma();
    p.Text("{fd=");
    p.Dec(entry->fd);
    p.Field("revents");
    PrintPollEvents(p, entry->revents);
    p.Text("}");
  }
  p.Text("])");
}

void PrintSelectResult(Printer& p) {
  p.Dec(p.result());
  if (p.result() == 0) return p.Text(" (Timeout)");
  constexpr const char* kSets[] = {"in ", "out ", "except "};
  bool first = true;
  for (size_t i = 0; i < 3; ++i) {
    if (p.arg(1 + i) == 0) continue;
    p.Text(first ? " (" : ", ");
    first = false;
    p.Text(kSets[i]);
    p.Bitmap(p.arg(1 + i), SetSize(p));
  }
  if (!first) p.Text(")");
}

std::span<const ArgPrinter> FdPrinters() {
  return kFdPrinters;
}

}  // namespace sentry
