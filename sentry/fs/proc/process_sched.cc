// /proc/[pid]: what a task is doing, and how it is scheduled.
#include <algorithm>
#include <cstdlib>

#include "abi/linux/capability.h"
#include "abi/linux/sched.h"
#include "sentry/fs/proc/host_figures.h"

namespace sentry {

Result<std::string> SchedText(const ProcessView& view) {
  const Task& task = view.task;
  std::string text = Format("%s (%d, #threads: %zu)\n", task.comm.c_str(),
                            view.NumberOf(task.tid()), view.group.tasks.size());
  text.append(67, '-').append("\n");
  // Figures of the run queue are the host's scheduler's.
  std::string host = HostFile(view, "sched", true);
  size_t begin = host.find("se.exec_start"), end = host.find("policy  ");
  if (begin != host.npos && end != host.npos) text.append(host, begin, end - begin);
  int policy = task.sched_policy & ~abi::kSchedResetOnFork;
  bool realtime = policy == abi::kSchedFifo || policy == abi::kSchedRr;
  Append(text, "%-45s:%21d\n", "policy", policy);
  Append(text, "%-45s:%21d\n", "prio", realtime ? 99 - task.sched_priority : 120 + task.nice);
  return text;
}

Result<std::string> SchedstatText(const ProcessView& view) {
  std::string host = HostFile(view, "schedstat");
  return host.empty() ? std::string("0 0 0\n") : host;
}

// Names of functions of a kernel that there is not.
Result<std::string> WchanText(const ProcessView&) {
  return std::string("0");
}

Result<std::string> StackText(const ProcessView& view) {
  if (!view.ctx.creds.HasCapability(abi::kCapSysAdmin)) return Errno(EACCES);
  return std::string();
}

Result<std::string> SyscallText(const ProcessView& view) {
  const Task& task = view.task;
  if (task.dead() || StateOf(view) == 'R') {
    if (&task != view.ctx.task) return std::string("running\n");
  } else if (task.state() != Task::State::kBlocked) {
    // Out of the kernel, or in a call that the host does.
    return Format("-1 0x0 0x%llx\n", static_cast<unsigned long long>(task.call().ip));
  }
  const platform::Syscall& call = task.call();
  std::string text = std::to_string(call.number);
  for (uint64_t arg : call.args) Append(text, " 0x%llx", static_cast<unsigned long long>(arg));
  Append(text, " 0x0 0x%llx\n", static_cast<unsigned long long>(call.ip));
  return text;
}

// Of this thread, not of its process.
Result<std::string> ChildrenText(const ProcessView& view) {
  std::vector<int> pids;
  for (const ThreadGroup* child : view.group.children) {
    if (child->parent_task == view.task.tid()) pids.push_back(view.NumberOf(child->pid));
  }
  std::sort(pids.begin(), pids.end());
  std::string text;
  for (int pid : pids) text += std::to_string(pid) + " ";
  return text;
}

Result<std::string> TimersText(const ProcessView&) {
  return std::string();
}

}  // namespace sentry
