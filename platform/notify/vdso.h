// Where the host put this process's vDSO, data pages included; stubs, its forks, keep it.
#pragma once

#include <cstdint>

namespace platform::notify {

struct VdsoRange {
  uint64_t start = 0;  // Of the data pages below the image.  0: there is none.
  uint64_t image = 0;
  uint64_t end = 0;
};

// Does not need /proc.
VdsoRange FindVdso();

}  // namespace platform::notify
