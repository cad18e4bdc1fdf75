// Answers that a thread may give itself (platform/answers.h): what makes calls that only ask who
// one is cheaper than any visit of the kernel.
#pragma once

namespace sentry {

class Task;

// Called by the handlers of those calls, so that who never asks costs nothing.  Does nothing while
// somebody watches the task's calls.
void PublishAnswers(Task& task);
// Called by whoever changes an answer or begins to watch.
void WithdrawAnswers(Task& task);

}  // namespace sentry
