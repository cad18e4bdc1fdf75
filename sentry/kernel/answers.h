// What a thread may do without the kernel (platform/answers.h): answer calls that only ask who it
// is, change its own signal mask and robust list, and return from a handler.
//
// These two are the task's (Task::blocked, robust_list) while it stands in the kernel.  While it
// runs and they are lent to it, they are where the thread can change them, so whoever looks at
// another task's fetches them first.
#pragma once

namespace sentry {

class Task;

// Called by the handlers of those calls, so that who never asks costs nothing.  Does nothing while
// somebody watches the task's calls.
void PublishAnswers(Task& task);
// Called by whoever changes an answer or begins to watch.
void WithdrawAnswers(Task& task);

// A tracer may look at its code.
void LeaveCodeAlone(Task& task);

// From now on, unless something is against it; the task is in a call, or its thread has not begun.
void LendOwn(Task& task);
// A new thread with a TLS of its own may what its parent may.
void InheritLending(Task& parent, Task& child);
// Somebody begins to watch, so the thread has to make its calls from now on.  What it does just now
// may still count: FetchOwn() sees it.
void RevokeOwn(Task& task);
// Brings the task up to date if its thread runs.
void FetchOwn(Task& task);
// The thread stands still and will go on: it gets what the task has now.
void SettleOwn(Task& task);
// A signal of the task's is pending, so that a change of its mask has consequences: before anybody
// looks at the mask.
void TellOwn(Task& task);

}  // namespace sentry
