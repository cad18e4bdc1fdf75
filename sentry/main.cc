// The one binary: boot decides which role this process plays.
#include "sentry/boot/boot.h"

#if defined(__SANITIZE_ADDRESS__)
// Leaks are looked for by a tracer, which the filters forbid; threads come and go without
// alternate stacks, which belong to the guests' frames.
extern "C" [[gnu::visibility("default"), gnu::used]] const char* __asan_default_options() {
  return "detect_leaks=0:use_sigaltstack=0";
}
#endif

int main(int argc, char** argv) {
  return sentry::Main(argc, argv);
}
