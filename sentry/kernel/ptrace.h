// GuestTracer: a tracee's side of ptrace(2).
#pragma once

namespace sentry {

class GuestTracer {};

}  // namespace sentry
