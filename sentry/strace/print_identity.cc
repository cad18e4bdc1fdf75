// Who and what: ids, capabilities, names of the system, privileges, keys, and prctl(2), which is
// all of it.
#include <cstring>

#include "abi/linux/capability.h"
#include "abi/linux/prctl.h"
#include "abi/linux/utsname.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {
namespace {

void PrintUtsname(Printer& p, const abi::UtsName& name) {
  p.Text("{sysname=");
  p.Quoted({name.sysname, strnlen(name.sysname, sizeof(name.sysname))}, sizeof(name.sysname));
  p.Field("nodename");
  p.Quoted({name.nodename, strnlen(name.nodename, sizeof(name.nodename))}, sizeof(name.nodename));
  p.Text(", ...}");
}

void PrintSysinfo(Printer& p, const abi::SysInfo& info) {
  p.Text("{uptime=");
  p.Dec(info.uptime);
  p.Field("loads");
  p.Text("[");
  for (uint64_t load : info.loads) {
    p.Comma();
    p.Udec(load);
  }
  p.Text("]");
  p.Field("totalram");
  p.Udec(info.totalram);
  p.Field("freeram");
  p.Udec(info.freeram);
  p.Field("procs");
  p.Udec(info.procs);
  p.Field("mem_unit");
  p.Udec(info.mem_unit);
  p.Text(", ...}");
}

void PrintCapHeader(Printer& p, const abi::CapUserHeader& header) {
  p.Text("{version=");
  p.Enum(kCapVersionsNames, header.version);
  p.Field("pid");
  p.Dec(header.pid);
  p.Text("}");
}

// Version 3 has the capabilities in two halves.
struct CapUserData {
  abi::CapUserData half[2];
};
void PrintCapSet(Printer& p, const char* name, uint32_t low, uint32_t high) {
  p.Field(name);
  p.Flags(kCapabilitiesNames, low | uint64_t{high} << 32);
}
void PrintCapData(Printer& p, const CapUserData& data) {
  const abi::CapUserData& low = data.half[0];
  const abi::CapUserData& high = data.half[1];
  p.Text("{");
  PrintCapSet(p, "effective", low.effective, high.effective);
  PrintCapSet(p, "permitted", low.permitted, high.permitted);
  PrintCapSet(p, "inheritable", low.inheritable, high.inheritable);
  p.Text("}");
}

void PrintGid(Printer& p, const uint32_t& gid) {
  p.Udec(gid);
}
void GroupsIn(Printer& p, size_t index) {
  p.Array<uint32_t>(p.arg(index), p.arg32(index - 1), PrintGid);
}
void GroupsOut(Printer& p, size_t index) {
  if (p.failed() || p.arg32(index - 1) == 0) return p.Pointer(p.arg(index));
  p.Array<uint32_t>(p.arg(index), static_cast<uint64_t>(p.result()), PrintGid);
}

void Personality(Printer& p, size_t index) {
  if (p.arg32(index) == abi::kPersonalityQuery) return p.Hex(p.arg32(index));
  p.Flags(kPersonalitiesNames, p.arg32(index));
}

bool PrctlIsLate(CallArgs args) {
  switch (static_cast<int32_t>(args[0])) {
    case abi::kPrGetName:
    case abi::kPrGetPdeathsig:
    case abi::kPrGetChildSubreaper:
    case abi::kPrGetTidAddress:
      return true;
    default:
      return false;
  }
}

// Options that have no further argument.
bool PrctlStandsAlone(int32_t option) {
  switch (option) {
    case abi::kPrGetDumpable:
    case abi::kPrGetKeepcaps:
    case abi::kPrGetTiming:
    case abi::kPrGetSeccomp:
    case abi::kPrGetSecurebits:
    case abi::kPrGetTimerslack:
    case abi::kPrTaskPerfEventsDisable:
    case abi::kPrTaskPerfEventsEnable:
      return true;
    default:
      return false;
  }
}

void PrctlOut(Printer& p, int32_t option) {
  if (p.failed()) return p.Pointer(p.arg(1));
  if (option == abi::kPrGetName) return p.CString(p.arg(1), abi::kTaskCommLen);
  p.Array<uint32_t>(p.arg(1), 1, [](Printer& q, const uint32_t& value) { q.Udec(value); });
}

void PrctlVma(Printer& p) {
  p.arg(1) == abi::kPrSetVmaAnonName ? p.Text("PR_SET_VMA_ANON_NAME") : p.Hex(p.arg(1));
  p.Text(", ");
  p.Pointer(p.arg(2));
  p.Text(", ");
  p.Udec(p.arg(3));
  p.Text(", ");
  p.CString(p.arg(4), Printer::kMaxString);
}

void PrctlFour(Printer& p) {
  for (size_t i = 1; i <= 4; ++i) {
    if (i > 1) p.Text(", ");
    p.arg(i) < 10 ? p.Udec(p.arg(i)) : p.Hex(p.arg(i));
  }
}

void PrctlArgs(Printer& p, size_t) {
  int32_t option = static_cast<int32_t>(p.arg32(0));
  uint64_t arg = p.arg(1);
  if (PrctlStandsAlone(option)) return;
  p.Text(", ");
  switch (option) {
    case abi::kPrGetName:
    case abi::kPrGetPdeathsig:
    case abi::kPrGetChildSubreaper:
    case abi::kPrGetTidAddress:
      return PrctlOut(p, option);
    case abi::kPrSetName:
      return p.CString(arg, abi::kTaskCommLen);
    case abi::kPrSetPdeathsig:
      return PrintSignal(p, arg);
    case abi::kPrCapbsetRead:
    case abi::kPrCapbsetDrop:
      return p.Enum(kCapabilitiesNames, arg < 64 ? uint64_t{1} << arg : 0);
    case abi::kPrSetVma:
      return PrctlVma(p);
    case abi::kPrSetDumpable:
    case abi::kPrSetKeepcaps:
    case abi::kPrSetTimerslack:
    case abi::kPrSetChildSubreaper:
      return p.Udec(arg);
    case abi::kPrSetSeccomp:
      p.Udec(arg);
      p.Text(", ");
      return p.Pointer(p.arg(2));
    default:
      return PrctlFour(p);
  }
}

using enum ArgKind;

constexpr ArgPrinter kIdentityPrinters[] = {
    {kUtsnameOut, OutStructArg<abi::UtsName, PrintUtsname>, When::kReturn},
    {kSysinfoOut, OutStructArg<abi::SysInfo, PrintSysinfo>, When::kReturn},
    {kCapHeader, StructArg<abi::CapUserHeader, PrintCapHeader>},
    {kCapDataIn, StructArg<CapUserData, PrintCapData>},
    {kCapDataOut, OutStructArg<CapUserData, PrintCapData>, When::kReturn},
    {kGroupsIn, GroupsIn},
    {kGroupsOut, GroupsOut, When::kReturn},
    {kPersonality, Personality},
    {kPrctlOp, EnumArg<kPrctlOptionsNames>},
    {kPrctlArgs, PrctlArgs, When::kDepends, true, PrctlIsLate},
    {kSeccompOp, EnumArg<kSeccompOperationsNames>},
    {kSeccompFlags, FlagsArg<kSeccompFlagsNames>},
    {kRandomFlags, FlagsArg<kRandomFlagsNames>},
    {kRebootCmd, EnumArg<kRebootCommandsNames>},
    {kSyslogAction, EnumArg<kSyslogActionsNames>},
    {kKeyctlOp, EnumArg<kKeyctlOperationsNames>},
    {kKeySpec, EnumArg<kKeySpecsNames>},
};

}  // namespace

std::span<const ArgPrinter> IdentityPrinters() {
  return kIdentityPrinters;
}

}  // namespace sentry
