#include "sentry/boot/first_program.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "sentry/boot/guest_streams.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/task_builder.h"
#include "sentry/syscalls/exec.h"

extern char** environ;

namespace sentry {
namespace {

constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;

Errno Say(int status, const std::string& what, const char* why) {
  std::fprintf(stderr, "sentry: %s: %s\n", what.c_str(), why);
  return Errno(status);
}

std::array<abi::Rlimit, 16> GuestLimits(const Config& config) {
  std::array<abi::Rlimit, 16> limits{};
  for (size_t i = 0; i < limits.size(); ++i) {
    rlimit host;
    if (::getrlimit(static_cast<__rlimit_resource_t>(i), &host) == 0)
      limits[i] = {host.rlim_cur, host.rlim_max};
  }
  if (config.file_size != 0) limits[abi::kRlimitFsize] = {config.file_size, config.file_size};
  return limits;
}

std::vector<std::string> GuestEnvironment(const Config& config, const GuestView& view) {
  std::vector<std::string> env;
  auto set = [&env](const std::string& entry) {
    std::string key = entry.substr(0, entry.find('=') + 1);
    std::erase_if(env, [&key](const std::string& old) { return old.starts_with(key); });
    env.push_back(entry);
  };
  if (!config.clear_env) {
    for (char** entry = environ; *entry != nullptr; ++entry) env.emplace_back(*entry);
    set("HOME=" + view.home);
  }
  for (const std::string& entry : config.env) {
    if (entry.find('=') != std::string::npos) set(entry);
  }
  return env;
}

std::string Lookup(const std::vector<std::string>& env, std::string_view key) {
  for (const std::string& entry : env) {
    if (entry.starts_with(key)) return entry.substr(key.size());
  }
  return {};
}

// execvp(3): the first of the PATH's directories that has it; errno of the failure that matters.
Result<ExecPlan> PlanByName(Task& task, const std::vector<std::string>& argv,
                            const std::vector<std::string>& env) {
  auto plan_at = [&](std::string path) {
    ExecRequest request{.from = task.WalkFromCwd(),
                        .path = std::move(path),
                        .opened = {},
                        .argv = argv,
                        .envp = env};
    return PlanExec(task, std::move(request));
  };
  const std::string& name = argv.front();
  if (name.empty()) return Errno(ENOENT);
  if (name.find('/') != std::string::npos) return plan_at(name);
  std::string path = Lookup(env, "PATH=");
  if (path.empty()) path = "/usr/local/bin:/usr/bin:/bin";
  int failure = ENOENT;
  for (size_t start = 0; start <= path.size();) {
    size_t end = std::min(path.find(':', start), path.size());
    std::string directory = path.substr(start, end - start);
    Result<ExecPlan> plan = plan_at((directory.empty() ? "." : directory) + "/" + name);
    if (plan.ok()) return plan;
    int error = plan.error().value();
    if (error == EACCES) failure = EACCES;
    if (error != ENOENT && error != ENOTDIR && error != EACCES) return plan;
    start = end + 1;
  }
  return Errno(failure);
}

const char* Explain(int error, const std::string& program) {
  switch (error) {
    case ENOENT:
      return program.find('/') == std::string::npos ? "not found in PATH, as the guest sees it"
                                                    : "no such file, or its interpreter is missing "
                                                      "(is it visible to the guest? see --ro)";
    case EACCES:
      return "permission denied: not an executable file, or a directory";
    case ENOEXEC:
      return "exec format error: not a program for this machine (x86-64 ELF or #! script), or "
             "truncated";
    case EMFILE:
    case ENFILE:
      return "too many open files for the sandbox itself: raise the limit (ulimit -n)";
    case ELIBBAD:
      return "its interpreter is damaged";
    default:
      return std::strerror(error);
  }
}

Result<Path> FindCwd(Kernel& kernel, Task& task, const Config& config, const std::string& cwd) {
  OpContext ctx = task.context();
  Result<Path> found = WalkPath(ctx, task.WalkFromCwd(), cwd, WalkOptions{.want_directory = true});
  if (found.ok()) return found;
  if (!config.cwd.empty())
    return Say(kSandboxFailed, config.cwd, "--cwd: no such directory in the guest");
  return kernel.root_mounts->Root();
}

// As execve(2) of a program started natively would keep them.
void InheritSignals(Task& task, const StandardDescriptors& standard) {
  for (int signal = 1; signal <= abi::kNumSignals; ++signal) {
    if ((standard.ignored_signals & abi::SigMask(signal)) == 0) continue;
    task.group().actions->actions[static_cast<size_t>(signal)].handler = abi::kSigIgn;
  }
  task.SetBlocked(standard.blocked_signals);
}

}  // namespace

Result<Ref<ThreadGroup>> StartFirstProgram(Kernel& kernel, const Config& config,
                                           const GuestView& view,
                                           const StandardDescriptors& standard) {
  TaskBuilder builder(kernel);
  builder.creds = Credentials::ForUser(view.uid, view.gid, view.groups);
  builder.fds = MakeRef<FdTable>();
  constexpr uint32_t kUmask = 022;
  builder.fs = MakeRef<FsContext>(kernel.root_mounts->Root(), kernel.root_mounts->Root(), kUmask);
  builder.mm = MakeRef<MemoryManager>();
  builder.mounts = kernel.root_mounts;
  Result<Ref<Task>> built = builder.BuildFirst(GuestLimits(config));
  if (!built.ok())
    return Say(kSandboxFailed, "the first process", std::strerror(built.error().value()));
  Task& task = **built;
  task.fs().cwd = TRY(FindCwd(kernel, task, config, view.cwd));
  OpenStandard(kernel, task, standard);
  InheritSignals(task, standard);
  std::vector<std::string> env = GuestEnvironment(config, view);
  Result<ExecPlan> plan = PlanByName(task, config.argv, env);
  if (!plan.ok()) {
    int error = plan.error().value();
    bool missing = error == ENOENT || error == ENOTDIR;
    bool ours = error == EMFILE || error == ENFILE || error == EIO;
    return Say(missing ? kNotFound
               : ours  ? kSandboxFailed
                       : kCannotExecute,
               config.argv.front(), Explain(error, config.argv.front()));
  }
  Result<void> started = task.BeginExec(std::move(*plan));
  if (!started.ok())
    return Say(kSandboxFailed, "the first process", std::strerror(started.error().value()));
  return task.group_ref();
}

}  // namespace sentry
