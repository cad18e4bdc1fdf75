// /proc/[pid]/status (proc_pid_status(5)).
#include <algorithm>
#include <bit>

#include "abi/linux/fcntl.h"
#include "sentry/fs/kernfs/cpu_text.h"
#include "sentry/fs/proc/host_figures.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/seccomp.h"

namespace sentry {
namespace {

// The lines of the host's status between two names, both included; nothing when it has not got
// them.
std::string HostLines(std::string_view host, std::string_view first, std::string_view last) {
  size_t begin = host.find("\n" + std::string(first) + ":");
  size_t end = host.find("\n" + std::string(last) + ":");
  if (begin == host.npos || end == host.npos) return {};
  end = std::min(host.find('\n', end + 1), host.size());
  return std::string(host.substr(begin + 1, end - begin - 1)) + "\n";
}

void AddIdentity(std::string& text, const ProcessView& view) {
  const Task& task = view.task;
  std::string name;
  for (char c : task.comm) {
    if (c == '\n') {
      name += "\\n";
    } else if (c == '\\') {
      name += "\\\\";
    } else {
      name += c;
    }
  }
  Append(text, "Name:\t%s\n", name.c_str());
  if (!task.dead()) Append(text, "Umask:\t%04o\n", task.fs().umask);
  Append(text, "State:\t%s\n", std::string(StateName(StateOf(view))).c_str());
  Append(text, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
         view.NumberOf(view.group.pid), view.NumberOf(task.tid()), ParentPid(view),
         TracerPid(view));
}

// fdtable's size in Linux: a power of two from 64 up.
size_t FdSize(const Task& task) {
  if (task.dead()) return 0;
  size_t used = static_cast<size_t>(std::max(task.fds().highest(), 0)) + 1;
  return std::max<size_t>(64, std::bit_ceil(used));
}

// In every namespace from the viewer's down to its own.
void AddNumbers(std::string& text, const ProcessView& view, const char* name, Tid global) {
  std::vector<int> numbers;
  for (const PidNamespace* ns = view.group.pid_ns.get(); ns != nullptr; ns = ns->parent.get()) {
    if (!ns->IsWithin(view.numbers)) break;
    numbers.push_back(ns->NumberOf(global));
  }
  text += name;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    Append(text, "\t%d", *number);
  }
  text += "\n";
}

void AddCredentials(std::string& text, const ProcessView& view) {
  const Credentials& creds = view.task.creds();
  const UserNamespace* ns = view.ctx.creds.user_ns.get();
  auto uid = [ns](uint32_t id) { return ShownUid(ns, id); };
  auto gid = [ns](uint32_t id) { return ShownGid(ns, id); };
  Append(text, "Uid:\t%u\t%u\t%u\t%u\n", uid(creds.uid), uid(creds.euid), uid(creds.suid),
         uid(creds.fsuid));
  Append(text, "Gid:\t%u\t%u\t%u\t%u\n", gid(creds.gid), gid(creds.egid), gid(creds.sgid),
         gid(creds.fsgid));
  Append(text, "FDSize:\t%zu\nGroups:\t", FdSize(view.task));
  for (uint32_t group : creds.groups) Append(text, "%u ", gid(group));
  text += creds.groups.empty() ? " \n" : "\n";
  AddNumbers(text, view, "NStgid:", view.group.pid);
  AddNumbers(text, view, "NSpid:", view.task.tid());
  AddNumbers(text, view, "NSpgid:", view.group.process_group->id);
  AddNumbers(text, view, "NSsid:", view.group.session().id);
}

void AddSignals(std::string& text, const ProcessView& view) {
  HandledSignals handled = HandledSignalsOf(view.group);
  size_t queued = view.task.pending.size() + view.group.pending.size();
  Append(text, "Threads:\t%zu\nSigQ:\t%zu/%llu\n", std::max<size_t>(view.group.tasks.size(), 1),
         queued, static_cast<unsigned long long>(view.group.limit(abi::kRlimitSigpending)));
  auto set = [&text](const char* name, uint64_t bits) {
    Append(text, "%s:\t%016llx\n", name, static_cast<unsigned long long>(bits));
  };
  FetchOwn(view.task);
  set("SigPnd", view.task.pending.pending());
  set("ShdPnd", view.group.pending.pending());
  set("SigBlk", view.task.blocked);
  set("SigIgn", handled.ignored);
  set("SigCgt", handled.caught);
  const Credentials& creds = view.task.creds();
  set("CapInh", creds.inheritable);
  set("CapPrm", creds.permitted);
  set("CapEff", creds.effective);
  set("CapBnd", creds.bounding);
  set("CapAmb", creds.ambient);
  Append(text, "NoNewPrivs:\t%d\n", creds.no_new_privs ? 1 : 0);
}

// The host's thread is bound as the guest's is; only --cpus shows in no figure of the host.
void AddPlacement(std::string& text, const ProcessView& view, std::string_view host) {
  CpuSet cpus = GuestCpus(view.kernel);
  std::string bound = HostLines(host, "Cpus_allowed", "Cpus_allowed_list");
  if (!bound.empty() && view.kernel.options().cpus == 0) {
    text += bound;
  } else {
    Append(text, "Cpus_allowed:\t%s\n", CpuMaskText(cpus, cpus).c_str());
    Append(text, "Cpus_allowed_list:\t%s\n", CpuListText(cpus).c_str());
  }
  text += "Mems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n";
}

}  // namespace

Result<std::string> StatusText(const ProcessView& view) {
  std::string text;
  std::string host = HostFile(view, "status");
  AddIdentity(text, view);
  AddCredentials(text, view);
  text += "Kthread:\t0\n";
  if (view.has_memory) {
    text += HostLines(host, "VmPeak", "VmSwap");
    text += "HugetlbPages:\t       0 kB\nCoreDumping:\t0\nTHP_enabled:\t1\n";
    text += "untag_mask:\t0xffffffffffffffff\n";
  }
  AddSignals(text, view);
  Append(text, "Seccomp:\t%d\nSeccomp_filters:\t%d\n", view.task.seccomp_mode,
         static_cast<int>(view.task.seccomp ? view.task.seccomp->Count() : 0));
  text += "Speculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n";
  AddPlacement(text, view, host);
  std::string switches = HostLines(host, "voluntary_ctxt_switches", "nonvoluntary_ctxt_switches");
  return text + (switches.empty() ? "voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n"
                                  : switches);
}

}  // namespace sentry
