#include "sentry/boot/boot.h"

namespace sentry {

int Main(int, char**) {
  return 125;
}

}  // namespace sentry
