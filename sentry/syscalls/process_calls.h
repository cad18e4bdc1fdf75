// The calls of processes, threads and signals, for the table.
#pragma once

#include "abi/linux/resource.h"
#include "abi/linux/sched.h"
#include "abi/linux/signal.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"

namespace sentry {

using abi::SignalNumber;

// sigaction.cc
Result<void> SysRtSigaction(Task& task, int signal, UserPtr<const abi::SigAction> act,
                            UserPtr<abi::SigAction> old, size_t size);
Result<void> SysRtSigprocmask(Task& task, int how, UserPtr<const Sigset> set, UserPtr<Sigset> old,
                              size_t size);
Result<void> SysRtSigpending(Task& task, UserPtr<Sigset> set, size_t size);
Result<void> SysSigaltstack(Task& task, UserPtr<const abi::StackT> stack, UserPtr<abi::StackT> old);
Result<uint64_t> SysRtSigreturn(Task& task);

// sigwait.cc
Result<uint64_t> SysRtSigsuspend(Task& task, UserPtr<const Sigset> set, size_t size);
Result<uint64_t> SysRtSigtimedwait(Task& task, UserPtr<const Sigset> set,
                                   UserPtr<abi::SigInfo> info, UserPtr<const abi::Timespec> timeout,
                                   size_t size);
Result<uint64_t> SysPause(Task& task);

// kill.cc
Result<void> SysKill(Task& task, int pid, int signal);
Result<void> SysTkill(Task& task, int tid, int signal);
Result<void> SysTgkill(Task& task, int tgid, int tid, int signal);
Result<void> SysRtSigqueueinfo(Task& task, int pid, int signal, UserPtr<const abi::SigInfo> info);
Result<void> SysRtTgsigqueueinfo(Task& task, int tgid, int tid, int signal,
                                 UserPtr<const abi::SigInfo> info);

// clone.cc
Result<uint64_t> SysClone(Task& task, uint64_t flags, uint64_t stack, UserPtr<int32_t> parent_tid,
                          UserPtr<int32_t> child_tid, uint64_t tls);
Result<uint64_t> SysClone3(Task& task, UserPtr<abi::CloneArgs> args, size_t size);
Result<uint64_t> SysFork(Task& task);
Result<uint64_t> SysVfork(Task& task);

// exit.cc
Result<uint64_t> SysExit(Task& task, int status);
Result<uint64_t> SysExitGroup(Task& task, int status);

// wait.cc
Result<uint64_t> SysWait4(Task& task, int pid, UserPtr<int32_t> status, uint32_t options,
                          UserPtr<abi::Rusage> usage);
Result<uint64_t> SysWaitid(Task& task, int which, int id, UserPtr<abi::SigInfo> info,
                           uint32_t options, UserPtr<abi::Rusage> usage);

// pid.cc
Result<Tid> SysGetpid(Task& task);
Result<Tid> SysGettid(Task& task);
Result<Tid> SysGetppid(Task& task);
Result<Tid> SysGetpgrp(Task& task);
Result<Tid> SysGetpgid(Task& task, Tid pid);
Result<Tid> SysGetsid(Task& task, Tid pid);
Result<void> SysSetpgid(Task& task, Tid pid, Tid pgid);
Result<Tid> SysSetsid(Task& task);
Result<Tid> SysSetTidAddress(Task& task, uint64_t address);

// robust_list.cc
Result<void> SysSetRobustList(Task& task, uint64_t head, size_t size);
Result<void> SysGetRobustList(Task& task, Tid pid, UserPtr<uint64_t> head, UserPtr<uint64_t> size);

}  // namespace sentry
