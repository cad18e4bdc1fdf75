// The one binary: boot decides which role this process plays.
#include "sentry/boot/boot.h"

int main(int argc, char** argv) {
  return sentry::Main(argc, argv);
}
