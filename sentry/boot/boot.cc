#include "sentry/boot/boot.h"

#include <malloc.h>

#include "sentry/boot/command_line.h"
#include "sentry/boot/doctor.h"
#include "sentry/boot/launcher.h"

namespace sentry {

int Main(int argc, char** argv) {
  // One thread at a time runs kernel code: arenas for the others would cost memory, and time when a
  // thread starts.
  ::mallopt(M_ARENA_MAX, 1);
  ParsedLine line = ParseCommandLine(argc, argv);
  switch (line.command) {
    case Command::kDone:
      return line.exit_status;
    case Command::kDoctor:
      return PrintDoctor();
    case Command::kSyscalls:
      return PrintSyscalls(line.json);
    case Command::kRun:
      return Launch(line.config);
  }
  return 125;
}

}  // namespace sentry
