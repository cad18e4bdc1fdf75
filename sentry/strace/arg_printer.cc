// The lookup of an argument's printer over all families.
#include "sentry/strace/arg_printer.h"

namespace sentry {

const ArgPrinter* FindArgPrinter(ArgKind kind) {
  using Table = std::span<const ArgPrinter> (*)();
  constexpr Table kTables[] = {NumberPrinters, FilePrinters,    FdPrinters,     IoctlPrinters,
                               MemoryPrinters, ProcessPrinters, SignalPrinters, SocketPrinters,
                               TimePrinters,   IdentityPrinters};
  for (Table table : kTables) {
    for (const ArgPrinter& printer : table()) {
      if (printer.kind == kind) return &printer;
    }
  }
  return nullptr;
}

}  // namespace sentry
