// ArgPrinter: how one kind of argument is printed.  Every family of calls has a table of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sentry/strace/names.h"
#include "sentry/strace/printer.h"
#include "sentry/strace/signatures.h"

namespace sentry {

enum class When : uint8_t {
  kEntry,
  kReturn,   // The kernel fills it in, so this argument and those after it wait for the result.
  kDepends,  // On the other arguments: see `late`.
};

struct ArgPrinter {
  ArgKind kind;
  void (*print)(Printer& p, size_t index);
  When when = When::kEntry;
  // The argument is not always there; the printer writes its comma itself.
  bool optional = false;
  bool (*late)(CallArgs args) = nullptr;
};

std::span<const ArgPrinter> FilePrinters();
std::span<const ArgPrinter> FdPrinters();
std::span<const ArgPrinter> MemoryPrinters();
std::span<const ArgPrinter> NumberPrinters();
std::span<const ArgPrinter> ProcessPrinters();
std::span<const ArgPrinter> IdentityPrinters();
std::span<const ArgPrinter> IoctlPrinters();
std::span<const ArgPrinter> SignalPrinters();
std::span<const ArgPrinter> SocketPrinters();
std::span<const ArgPrinter> TimePrinters();

// Null for kNone only.
const ArgPrinter* FindArgPrinter(ArgKind kind);

// For the tables: an argument that is a number or flags of a set.  Most of Linux's are ints: the
// upper half of the register is nobody's.
template <const NameSet& kSet>
void EnumArg(Printer& p, size_t index) {
  p.Enum(kSet, p.arg32(index));
}
template <const NameSet& kSet>
void FlagsArg(Printer& p, size_t index) {
  p.Flags(kSet, p.arg32(index));
}
template <const NameSet& kSet>
void LongFlagsArg(Printer& p, size_t index) {
  p.Flags(kSet, p.arg(index));
}

// A structure at the argument's address, in and out.
template <typename T, void (*kPrint)(Printer&, const T&)>
void StructArg(Printer& p, size_t index) {
  p.Struct<T>(p.arg(index), kPrint);
}
template <typename T, void (*kPrint)(Printer&, const T&)>
void OutStructArg(Printer& p, size_t index) {
  p.OutStruct<T>(p.arg(index), kPrint);
}
// An array of two.
template <typename T, void (*kPrint)(Printer&, const T&)>
void PairArg(Printer& p, size_t index) {
  p.Array<T>(p.arg(index), 2, kPrint);
}

}  // namespace sentry
