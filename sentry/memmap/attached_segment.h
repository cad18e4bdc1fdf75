// AttachedSegment: memory of the kernel's that address spaces map and whose mappings are counted
// (System V shared memory).
#pragma once

#include <cstdint>

#include "platform/base/ref.h"

namespace sentry {

class AttachedSegment : public base::RefCounted {
 public:
  // One more, one less mapping shows it.  `pid` is the process that did it, 0 when it is not known.
  virtual void Opened(int32_t pid) = 0;
  virtual void Closed(int32_t pid) = 0;
};

}  // namespace sentry
