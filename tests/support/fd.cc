// Descriptor helpers.
#include "tests/support/fd.h"

#include <fcntl.h>

#include "tests/support/matchers.h"

namespace test {

Pipe Pipe::Create(int flags) {
  int ends[2] = {-1, -1};
  EXPECT_THAT(pipe2(ends, flags), SyscallSucceeds());
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace test
