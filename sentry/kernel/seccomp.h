// SeccompFilters: the filters that a task has installed (seccomp(2)).
#pragma once

#include "platform/base/ref.h"

namespace sentry {

class SeccompFilters final : public base::RefCounted {};

}  // namespace sentry
