// SIGPIPE of a task that wrote where nobody reads.
#pragma once

namespace sentry {

class Task;

void SendSigPipe(Task& task);

}  // namespace sentry
