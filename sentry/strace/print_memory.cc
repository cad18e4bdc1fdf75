// Memory, futexes, System V IPC, message queues.
#include "abi/linux/futex.h"
#include "abi/linux/ipc.h"
#include "abi/linux/mman.h"
#include "abi/linux/mqueue.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {
namespace {

void MapFlags(Printer& p, size_t index) {
  uint32_t flags = p.arg32(index);
  const NamedValue* type = FindName(kMapTypesNames, flags & abi::kMapType);
  if (type == nullptr) return p.Flags(kMapFlagsNames, flags);
  p.FlagsAfter(type->text, kMapFlagsNames, flags & ~abi::kMapType);
}

// The new address counts only with MREMAP_FIXED or MREMAP_DONTUNMAP.
void MremapAddr(Printer& p, size_t index) {
  if ((p.arg32(3) & (abi::kMremapFixed | abi::kMremapDontunmap)) == 0) return;
  p.Text(", ");
  p.Pointer(p.arg(index));
}

void FutexOp(Printer& p, size_t index) {
  uint32_t op = p.arg32(index);
  const NamedValue* command =
      FindName(kFutexCommandsNames, op & static_cast<uint32_t>(abi::kFutexCmdMask));
  if (command == nullptr) return p.Hex(op);
  p.Text(command->text);
  if ((op & abi::kFutexPrivateFlag) != 0) p.Text("_PRIVATE");
  if ((op & abi::kFutexClockRealtime) != 0) p.Text("|FUTEX_CLOCK_REALTIME");
}

void FutexTimeout(Printer& p) {
  p.Text(", ");
  p.Struct<abi::Timespec>(p.arg(3), PrintTimespec);
}
void FutexBitset(Printer& p) {
  p.Text(", ");
  p.arg32(5) == abi::kFutexBitsetMatchAny ? p.Text("FUTEX_BITSET_MATCH_ANY") : p.Hex(p.arg32(5));
}
// Counts and the other futex of the requeue family.
void FutexSecond(Printer& p) {
  p.Text(", ");
  p.Udec(p.arg32(3));
  p.Text(", ");
  p.Pointer(p.arg(4));
}

// What follows the operation depends on it.
void FutexArgs(Printer& p, size_t index) {
  int32_t command = static_cast<int32_t>(p.arg32(1)) & abi::kFutexCmdMask;
  if (command == abi::kFutexUnlockPi || command == abi::kFutexTrylockPi) return;
  p.Text(", ");
  p.Udec(p.arg32(index));
  switch (command) {
    case abi::kFutexWait:
    case abi::kFutexLockPi:
    case abi::kFutexLockPi2:
      return FutexTimeout(p);
    case abi::kFutexWaitBitset:
      FutexTimeout(p);
      return FutexBitset(p);
    case abi::kFutexWakeBitset:
      return FutexBitset(p);
    case abi::kFutexRequeue:
      return FutexSecond(p);
    case abi::kFutexWaitRequeuePi:
      FutexTimeout(p);
      p.Text(", ");
      return p.Pointer(p.arg(4));
    case abi::kFutexCmpRequeue:
    case abi::kFutexCmpRequeuePi:
    case abi::kFutexWakeOp:
      FutexSecond(p);
      p.Text(", ");
      return p.Hex(p.arg32(5));
    default:
      return;
  }
}

void IpcKey(Printer& p, size_t index) {
  p.arg32(index) == 0 ? p.Text("IPC_PRIVATE") : p.Hex(p.arg32(index));
}
// Flags and, in the low nine bits, a mode.
template <const NameSet& kSet>
void FlagsAndMode(Printer& p, size_t index) {
  uint32_t flags = p.arg32(index);
  if ((flags & ~0777U) != 0) {
    p.Flags(kSet, flags & ~0777U);
    p.Text("|");
  }
  p.Octal(flags & 0777);
}
void IpcCommand(Printer& p, size_t index, const NameSet& set) {
  uint32_t command = p.arg32(index);
  if ((command & abi::kIpc64) != 0) p.Text("IPC_64|");
  p.Enum(set, command & ~static_cast<uint32_t>(abi::kIpc64));
}
template <const NameSet& kSet>
void IpcCommandArg(Printer& p, size_t index) {
  IpcCommand(p, index, kSet);
}

void Sembufs(Printer& p, size_t index) {
  p.Array<abi::Sembuf>(p.arg(index), p.arg(index + 1), [](Printer& q, const abi::Sembuf& op) {
    q.Text("{sem_num=");
    q.Udec(op.sem_num);
    q.Field("sem_op");
    q.Dec(op.sem_op);
    q.Field("sem_flg");
    q.Flags(kSemFlagsNames, static_cast<uint16_t>(op.sem_flg));
    q.Text("}");
  });
}

void PrintMqAttr(Printer& p, const abi::MqAttr& attr) {
  p.Text("{mq_flags=");
  PrintDescriptorFlags(p, static_cast<uint64_t>(attr.mq_flags));
  p.Field("mq_maxmsg");
  p.Dec(attr.mq_maxmsg);
  p.Field("mq_msgsize");
  p.Dec(attr.mq_msgsize);
  p.Field("mq_curmsgs");
  p.Dec(attr.mq_curmsgs);
  p.Text("}");
}
// Mode and attributes, for a queue that may be created.
void MqOpenArgs(Printer& p, size_t index) {
  if ((p.arg(1) & 0100) == 0) return;  // O_CREAT
  p.Text(", ");
  p.Octal(p.arg32(index));
  p.Text(", ");
  p.Struct<abi::MqAttr>(p.arg(index + 1), PrintMqAttr);
}

using enum ArgKind;

constexpr ArgPrinter kMemoryPrinters[] = {
    {kProt, FlagsArg<kProtectionsNames>},
    {kMapFlags, MapFlags},
    {kMremapFlags, FlagsArg<kMremapFlagsNames>},
    {kMremapAddr, MremapAddr, When::kEntry, true},
    {kMsyncFlags, FlagsArg<kMsyncFlagsNames>},
    {kMadvice, EnumArg<kAdvicesNames>},
    {kMlockallFlags, FlagsArg<kMlockallFlagsNames>},
    {kMlock2Flags, FlagsArg<kMlock2FlagsNames>},
    {kMemfdFlags, FlagsArg<kMemfdFlagsNames>},
    {kPkeyRights, FlagsArg<kPkeyRightsNames>},
    {kMempolicyMode, EnumArg<kMempolicyModesNames>},
    {kMempolicyFlags, FlagsArg<kMempolicyFlagsNames>},
    {kMempolicyMoveFlags, FlagsArg<kMempolicyMoveFlagsNames>},
    {kMembarrierCmd, FlagsArg<kMembarrierCommandsNames>},
    {kFutexOp, FutexOp},
    {kFutexArgs, FutexArgs, When::kEntry, true},
    {kFutex2Flags, FlagsArg<kFutex2FlagsNames>},
    {kIpcKey, IpcKey},
    {kIpcFlags, FlagsAndMode<kIpcFlagsNames>},
    {kShmgetFlags, FlagsAndMode<kShmFlagsNames>},
    {kShmatFlags, FlagsArg<kShmatFlagsNames>},
    {kMsgqFlags, FlagsArg<kMsgqFlagsNames>},
    {kIpcCmd, IpcCommandArg<kIpcCommandsNames>},
    {kShmCmd, IpcCommandArg<kShmCommandsNames>},
    {kSemCmd, IpcCommandArg<kSemCommandsNames>},
    {kSembufs, Sembufs},
    {kMqAttrIn, StructArg<abi::MqAttr, PrintMqAttr>},
    {kMqAttrOut, OutStructArg<abi::MqAttr, PrintMqAttr>, When::kReturn},
    {kMqOpenArgs, MqOpenArgs, When::kEntry, true},
};

}  // namespace

std::span<const ArgPrinter> MemoryPrinters() {
  return kMemoryPrinters;
}

}  // namespace sentry
