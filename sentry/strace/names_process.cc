// Flags and numbers of processes, signals, scheduling, time and privileges.
#include "abi/linux/capability.h"
#include "abi/linux/keyctl.h"
#include "abi/linux/prctl.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/resource.h"
#include "abi/linux/rseq.h"
#include "abi/linux/sched.h"
#include "abi/linux/seccomp.h"
#include "abi/linux/signal.h"
#include "abi/linux/time.h"
#include "abi/linux/utsname.h"
#include "abi/linux/wait.h"
#include "sentry/strace/names.h"

namespace sentry {
namespace {

constexpr NamedValue kCloneFlagsRows[] = {
    {abi::kCloneVm, "CLONE_VM"},
    {abi::kCloneFs, "CLONE_FS"},
    {abi::kCloneFiles, "CLONE_FILES"},
    {abi::kCloneSighand, "CLONE_SIGHAND"},
    {abi::kClonePidfd, "CLONE_PIDFD"},
    {abi::kClonePtrace, "CLONE_PTRACE"},
    {abi::kCloneVfork, "CLONE_VFORK"},
    {abi::kCloneParent, "CLONE_PARENT"},
    {abi::kCloneThread, "CLONE_THREAD"},
    {abi::kCloneNewns, "CLONE_NEWNS"},
    {abi::kCloneSysvsem, "CLONE_SYSVSEM"},
    {abi::kCloneSettls, "CLONE_SETTLS"},
    {abi::kCloneParentSettid, "CLONE_PARENT_SETTID"},
    {abi::kCloneChildCleartid, "CLONE_CHILD_CLEARTID"},
    {abi::kCloneDetached, "CLONE_DETACHED"},
    {abi::kCloneUntraced, "CLONE_UNTRACED"},
    {abi::kCloneChildSettid, "CLONE_CHILD_SETTID"},
    {abi::kCloneNewcgroup, "CLONE_NEWCGROUP"},
    {abi::kCloneNewuts, "CLONE_NEWUTS"},
    {abi::kCloneNewipc, "CLONE_NEWIPC"},
    {abi::kCloneNewuser, "CLONE_NEWUSER"},
    {abi::kCloneNewpid, "CLONE_NEWPID"},
    {abi::kCloneNewnet, "CLONE_NEWNET"},
    {abi::kCloneIo, "CLONE_IO"},
    {abi::kCloneClearSighand, "CLONE_CLEAR_SIGHAND"},
    {abi::kCloneIntoCgroup, "CLONE_INTO_CGROUP"},
};

constexpr NamedValue kNamespaceFlagsRows[] = {
    {abi::kCloneNewtime, "CLONE_NEWTIME"},
    {abi::kCloneVm, "CLONE_VM"},
    {abi::kCloneFs, "CLONE_FS"},
    {abi::kCloneFiles, "CLONE_FILES"},
    {abi::kCloneSighand, "CLONE_SIGHAND"},
    {abi::kCloneThread, "CLONE_THREAD"},
    {abi::kCloneNewns, "CLONE_NEWNS"},
    {abi::kCloneSysvsem, "CLONE_SYSVSEM"},
    {abi::kCloneNewcgroup, "CLONE_NEWCGROUP"},
    {abi::kCloneNewuts, "CLONE_NEWUTS"},
    {abi::kCloneNewipc, "CLONE_NEWIPC"},
    {abi::kCloneNewuser, "CLONE_NEWUSER"},
    {abi::kCloneNewpid, "CLONE_NEWPID"},
    {abi::kCloneNewnet, "CLONE_NEWNET"},
};

constexpr NamedValue kSchedPoliciesRows[] = {
    {0, "SCHED_OTHER"},
    {abi::kSchedFifo, "SCHED_FIFO"},
    {abi::kSchedRr, "SCHED_RR"},
    {abi::kSchedBatch, "SCHED_BATCH"},
    {abi::kSchedIdle, "SCHED_IDLE"},
    {abi::kSchedDeadline, "SCHED_DEADLINE"},
    {abi::kSchedExt, "SCHED_EXT"},
};

constexpr NamedValue kSchedFlagsRows[] = {
    {abi::kSchedFlagResetOnFork, "SCHED_FLAG_RESET_ON_FORK"},
    {abi::kSchedFlagReclaim, "SCHED_FLAG_RECLAIM"},
    {abi::kSchedFlagDlOverrun, "SCHED_FLAG_DL_OVERRUN"},
    {abi::kSchedFlagKeepPolicy, "SCHED_FLAG_KEEP_POLICY"},
    {abi::kSchedFlagKeepParams, "SCHED_FLAG_KEEP_PARAMS"},
    {abi::kSchedFlagUtilClampMin, "SCHED_FLAG_UTIL_CLAMP_MIN"},
    {abi::kSchedFlagUtilClampMax, "SCHED_FLAG_UTIL_CLAMP_MAX"},
};

constexpr NamedValue kPidfdFlagsRows[] = {
    {abi::kPidfdNonblock, "PIDFD_NONBLOCK"},
    {abi::kPidfdThread, "PIDFD_THREAD"},
};

constexpr NamedValue kPidfdSignalFlagsRows[] = {
    {abi::kPidfdSignalThread, "PIDFD_SIGNAL_THREAD"},
    {abi::kPidfdSignalThreadGroup, "PIDFD_SIGNAL_THREAD_GROUP"},
    {abi::kPidfdSignalProcessGroup, "PIDFD_SIGNAL_PROCESS_GROUP"},
};

constexpr NamedValue kKcmpTypesRows[] = {
    {abi::kKcmpFile, "KCMP_FILE"},       {abi::kKcmpVm, "KCMP_VM"},
    {abi::kKcmpFiles, "KCMP_FILES"},     {abi::kKcmpFs, "KCMP_FS"},
    {abi::kKcmpSighand, "KCMP_SIGHAND"}, {abi::kKcmpIo, "KCMP_IO"},
    {abi::kKcmpSysvsem, "KCMP_SYSVSEM"}, {abi::kKcmpEpollTfd, "KCMP_EPOLL_TFD"},
};

constexpr NamedValue kWaitOptionsRows[] = {
    {abi::kWnohang, "WNOHANG"}, {abi::kWstopped, "WSTOPPED"},
    {abi::kWexited, "WEXITED"}, {abi::kWcontinued, "WCONTINUED"},
    {abi::kWnowait, "WNOWAIT"}, {abi::kWnothread, "__WNOTHREAD"},
    {abi::kWall, "__WALL"},     {abi::kWclone, "__WCLONE"},
};

constexpr NamedValue kIdTypesRows[] = {
    {abi::kPAll, "P_ALL"},
    {abi::kPPid, "P_PID"},
    {abi::kPPgid, "P_PGID"},
    {abi::kPPidfd, "P_PIDFD"},
};

constexpr NamedValue kSignalsRows[] = {
    {abi::kSigHup, "SIGHUP"},       {abi::kSigInt, "SIGINT"},       {abi::kSigQuit, "SIGQUIT"},
    {abi::kSigIll, "SIGILL"},       {abi::kSigTrap, "SIGTRAP"},     {abi::kSigAbrt, "SIGABRT"},
    {abi::kSigBus, "SIGBUS"},       {abi::kSigFpe, "SIGFPE"},       {abi::kSigKill, "SIGKILL"},
    {abi::kSigUsr1, "SIGUSR1"},     {abi::kSigSegv, "SIGSEGV"},     {abi::kSigUsr2, "SIGUSR2"},
    {abi::kSigPipe, "SIGPIPE"},     {abi::kSigAlrm, "SIGALRM"},     {abi::kSigTerm, "SIGTERM"},
    {abi::kSigStkflt, "SIGSTKFLT"}, {abi::kSigChld, "SIGCHLD"},     {abi::kSigCont, "SIGCONT"},
    {abi::kSigStop, "SIGSTOP"},     {abi::kSigTstp, "SIGTSTP"},     {abi::kSigTtin, "SIGTTIN"},
    {abi::kSigTtou, "SIGTTOU"},     {abi::kSigUrg, "SIGURG"},       {abi::kSigXcpu, "SIGXCPU"},
    {abi::kSigXfsz, "SIGXFSZ"},     {abi::kSigVtalrm, "SIGVTALRM"}, {abi::kSigProf, "SIGPROF"},
    {abi::kSigWinch, "SIGWINCH"},   {abi::kSigIo, "SIGIO"},         {abi::kSigPwr, "SIGPWR"},
    {abi::kSigSys, "SIGSYS"},
};

constexpr NamedValue kSigHowsRows[] = {
    {abi::kSigBlock, "SIG_BLOCK"},
    {abi::kSigUnblock, "SIG_UNBLOCK"},
    {abi::kSigSetmask, "SIG_SETMASK"},
};

constexpr NamedValue kSigActionFlagsRows[] = {
    {abi::kSaRestorer, "SA_RESTORER"},   {abi::kSaOnstack, "SA_ONSTACK"},
    {abi::kSaRestart, "SA_RESTART"},     {0x20000000, "SA_INTERRUPT"},
    {abi::kSaNodefer, "SA_NODEFER"},     {abi::kSaResethand, "SA_RESETHAND"},
    {abi::kSaSiginfo, "SA_SIGINFO"},     {abi::kSaNocldstop, "SA_NOCLDSTOP"},
    {abi::kSaNocldwait, "SA_NOCLDWAIT"},
};

constexpr NamedValue kStackFlagsRows[] = {
    {abi::kSsOnstack, "SS_ONSTACK"},
    {abi::kSsDisable, "SS_DISABLE"},
    {abi::kSsAutodisarm, "SS_AUTODISARM"},
};

constexpr NamedValue kSignalCodesRows[] = {
    {static_cast<uint32_t>(abi::kSiUser), "SI_USER"},
    {static_cast<uint32_t>(abi::kSiKernel), "SI_KERNEL"},
    {static_cast<uint32_t>(abi::kSiQueue), "SI_QUEUE"},
    {static_cast<uint32_t>(abi::kSiTimer), "SI_TIMER"},
    {static_cast<uint32_t>(abi::kSiMesgq), "SI_MESGQ"},
    {static_cast<uint32_t>(abi::kSiAsyncio), "SI_ASYNCIO"},
    {static_cast<uint32_t>(abi::kSiSigio), "SI_SIGIO"},
    {static_cast<uint32_t>(abi::kSiTkill), "SI_TKILL"},
};

constexpr NamedValue kIllCodesRows[] = {
    {abi::kIllIllopc, "ILL_ILLOPC"}, {abi::kIllIllopn, "ILL_ILLOPN"},
    {abi::kIllIlladr, "ILL_ILLADR"}, {abi::kIllIlltrp, "ILL_ILLTRP"},
    {abi::kIllPrvopc, "ILL_PRVOPC"}, {abi::kIllPrvreg, "ILL_PRVREG"},
    {abi::kIllCoproc, "ILL_COPROC"}, {abi::kIllBadstk, "ILL_BADSTK"},
};

constexpr NamedValue kFpeCodesRows[] = {
    {abi::kFpeIntdiv, "FPE_INTDIV"}, {abi::kFpeIntovf, "FPE_INTOVF"},
    {abi::kFpeFltdiv, "FPE_FLTDIV"}, {abi::kFpeFltovf, "FPE_FLTOVF"},
    {abi::kFpeFltund, "FPE_FLTUND"}, {abi::kFpeFltres, "FPE_FLTRES"},
    {abi::kFpeFltinv, "FPE_FLTINV"}, {abi::kFpeFltsub, "FPE_FLTSUB"},
};

constexpr NamedValue kSegvCodesRows[] = {
    {abi::kSegvMaperr, "SEGV_MAPERR"},
    {abi::kSegvAccerr, "SEGV_ACCERR"},
    {abi::kSegvBnderr, "SEGV_BNDERR"},
    {abi::kSegvPkuerr, "SEGV_PKUERR"},
};

constexpr NamedValue kBusCodesRows[] = {
    {abi::kBusAdraln, "BUS_ADRALN"},      {abi::kBusAdrerr, "BUS_ADRERR"},
    {abi::kBusObjerr, "BUS_OBJERR"},      {abi::kBusMceerrAr, "BUS_MCEERR_AR"},
    {abi::kBusMceerrAo, "BUS_MCEERR_AO"},
};

constexpr NamedValue kTrapCodesRows[] = {
    {abi::kTrapBrkpt, "TRAP_BRKPT"},
    {abi::kTrapTrace, "TRAP_TRACE"},
    {abi::kTrapBranch, "TRAP_BRANCH"},
    {abi::kTrapHwbkpt, "TRAP_HWBKPT"},
};

constexpr NamedValue kChildCodesRows[] = {
    {abi::kCldExited, "CLD_EXITED"},   {abi::kCldKilled, "CLD_KILLED"},
    {abi::kCldDumped, "CLD_DUMPED"},   {abi::kCldTrapped, "CLD_TRAPPED"},
    {abi::kCldStopped, "CLD_STOPPED"}, {abi::kCldContinued, "CLD_CONTINUED"},
};

constexpr NamedValue kSysCodesRows[] = {
    {abi::kSysCodeSeccomp, "SYS_SECCOMP"},
    {abi::kSysCodeUserDispatch, "SYS_USER_DISPATCH"},
};

constexpr NamedValue kSigevNotifiesRows[] = {
    {abi::kSigevSignal, "SIGEV_SIGNAL"},
    {abi::kSigevNone, "SIGEV_NONE"},
    {abi::kSigevThread, "SIGEV_THREAD"},
    {abi::kSigevThreadId, "SIGEV_THREAD_ID"},
};

constexpr NamedValue kClocksRows[] = {
    {abi::kClockRealtime, "CLOCK_REALTIME"},
    {abi::kClockMonotonic, "CLOCK_MONOTONIC"},
    {abi::kClockProcessCputimeId, "CLOCK_PROCESS_CPUTIME_ID"},
    {abi::kClockThreadCputimeId, "CLOCK_THREAD_CPUTIME_ID"},
    {abi::kClockMonotonicRaw, "CLOCK_MONOTONIC_RAW"},
    {abi::kClockRealtimeCoarse, "CLOCK_REALTIME_COARSE"},
    {abi::kClockMonotonicCoarse, "CLOCK_MONOTONIC_COARSE"},
    {abi::kClockBoottime, "CLOCK_BOOTTIME"},
    {abi::kClockRealtimeAlarm, "CLOCK_REALTIME_ALARM"},
    {abi::kClockBoottimeAlarm, "CLOCK_BOOTTIME_ALARM"},
    {abi::kClockTai, "CLOCK_TAI"},
};

constexpr NamedValue kItimersRows[] = {
    {abi::kItimerReal, "ITIMER_REAL"},
    {abi::kItimerVirtual, "ITIMER_VIRTUAL"},
    {abi::kItimerProf, "ITIMER_PROF"},
};

constexpr NamedValue kTimerFlagsRows[] = {
    {abi::kTimerAbstime, "TIMER_ABSTIME"},
};

constexpr NamedValue kResourcesRows[] = {
    {abi::kRlimitCpu, "RLIMIT_CPU"},           {abi::kRlimitFsize, "RLIMIT_FSIZE"},
    {abi::kRlimitData, "RLIMIT_DATA"},         {abi::kRlimitStack, "RLIMIT_STACK"},
    {abi::kRlimitCore, "RLIMIT_CORE"},         {abi::kRlimitRss, "RLIMIT_RSS"},
    {abi::kRlimitNproc, "RLIMIT_NPROC"},       {abi::kRlimitNofile, "RLIMIT_NOFILE"},
    {abi::kRlimitMemlock, "RLIMIT_MEMLOCK"},   {abi::kRlimitAs, "RLIMIT_AS"},
    {abi::kRlimitLocks, "RLIMIT_LOCKS"},       {abi::kRlimitSigpending, "RLIMIT_SIGPENDING"},
    {abi::kRlimitMsgqueue, "RLIMIT_MSGQUEUE"}, {abi::kRlimitNice, "RLIMIT_NICE"},
    {abi::kRlimitRtprio, "RLIMIT_RTPRIO"},     {abi::kRlimitRttime, "RLIMIT_RTTIME"},
};

constexpr NamedValue kUsageWhosRows[] = {
    {abi::kRusageSelf, "RUSAGE_SELF"},
    {static_cast<uint32_t>(abi::kRusageChildren), "RUSAGE_CHILDREN"},
    {abi::kRusageThread, "RUSAGE_THREAD"},
};

constexpr NamedValue kPriorityWhichsRows[] = {
    {abi::kPrioProcess, "PRIO_PROCESS"},
    {abi::kPrioPgrp, "PRIO_PGRP"},
    {abi::kPrioUser, "PRIO_USER"},
};

constexpr NamedValue kIoprioWhosRows[] = {
    {abi::kIoprioWhoProcess, "IOPRIO_WHO_PROCESS"},
    {abi::kIoprioWhoPgrp, "IOPRIO_WHO_PGRP"},
    {abi::kIoprioWhoUser, "IOPRIO_WHO_USER"},
};

constexpr NamedValue kIoprioClassesRows[] = {
    {abi::kIoprioClassNone, "IOPRIO_CLASS_NONE"},
    {abi::kIoprioClassRt, "IOPRIO_CLASS_RT"},
    {abi::kIoprioClassBe, "IOPRIO_CLASS_BE"},
    {abi::kIoprioClassIdle, "IOPRIO_CLASS_IDLE"},
};

constexpr NamedValue kPrctlOptionsRows[] = {
    {abi::kPrSetPdeathsig, "PR_SET_PDEATHSIG"},
    {abi::kPrGetPdeathsig, "PR_GET_PDEATHSIG"},
    {abi::kPrGetDumpable, "PR_GET_DUMPABLE"},
    {abi::kPrSetDumpable, "PR_SET_DUMPABLE"},
    {abi::kPrGetKeepcaps, "PR_GET_KEEPCAPS"},
    {abi::kPrSetKeepcaps, "PR_SET_KEEPCAPS"},
    {abi::kPrGetTiming, "PR_GET_TIMING"},
    {abi::kPrSetTiming, "PR_SET_TIMING"},
    {abi::kPrSetName, "PR_SET_NAME"},
    {abi::kPrGetName, "PR_GET_NAME"},
    {abi::kPrGetSeccomp, "PR_GET_SECCOMP"},
    {abi::kPrSetSeccomp, "PR_SET_SECCOMP"},
    {abi::kPrCapbsetRead, "PR_CAPBSET_READ"},
    {abi::kPrCapbsetDrop, "PR_CAPBSET_DROP"},
    {abi::kPrGetTsc, "PR_GET_TSC"},
    {abi::kPrSetTsc, "PR_SET_TSC"},
    {abi::kPrGetSecurebits, "PR_GET_SECUREBITS"},
    {abi::kPrSetSecurebits, "PR_SET_SECUREBITS"},
    {abi::kPrSetTimerslack, "PR_SET_TIMERSLACK"},
    {abi::kPrGetTimerslack, "PR_GET_TIMERSLACK"},
    {abi::kPrTaskPerfEventsDisable, "PR_TASK_PERF_EVENTS_DISABLE"},
    {abi::kPrTaskPerfEventsEnable, "PR_TASK_PERF_EVENTS_ENABLE"},
    {abi::kPrMceKill, "PR_MCE_KILL"},
    {abi::kPrMceKillGet, "PR_MCE_KILL_GET"},
    {abi::kPrSetMm, "PR_SET_MM"},
    {abi::kPrSetChildSubreaper, "PR_SET_CHILD_SUBREAPER"},
    {abi::kPrGetChildSubreaper, "PR_GET_CHILD_SUBREAPER"},
    {abi::kPrSetNoNewPrivs, "PR_SET_NO_NEW_PRIVS"},
    {abi::kPrGetNoNewPrivs, "PR_GET_NO_NEW_PRIVS"},
    {abi::kPrGetTidAddress, "PR_GET_TID_ADDRESS"},
    {abi::kPrSetThpDisable, "PR_SET_THP_DISABLE"},
    {abi::kPrGetThpDisable, "PR_GET_THP_DISABLE"},
    {abi::kPrCapAmbient, "PR_CAP_AMBIENT"},
    {abi::kPrGetSpeculationCtrl, "PR_GET_SPECULATION_CTRL"},
    {abi::kPrSetSpeculationCtrl, "PR_SET_SPECULATION_CTRL"},
    {abi::kPrSetIoFlusher, "PR_SET_IO_FLUSHER"},
    {abi::kPrGetIoFlusher, "PR_GET_IO_FLUSHER"},
    {abi::kPrSetSyscallUserDispatch, "PR_SET_SYSCALL_USER_DISPATCH"},
    {abi::kPrSchedCore, "PR_SCHED_CORE"},
    {abi::kPrSetMdwe, "PR_SET_MDWE"},
    {abi::kPrGetMdwe, "PR_GET_MDWE"},
    {abi::kPrSetMemoryMerge, "PR_SET_MEMORY_MERGE"},
    {abi::kPrGetMemoryMerge, "PR_GET_MEMORY_MERGE"},
    {abi::kPrSetPtracer, "PR_SET_PTRACER"},
    {abi::kPrSetVma, "PR_SET_VMA"},
    {abi::kPrGetAuxv, "PR_GET_AUXV"},
};

constexpr NamedValue kArchPrctlOptionsRows[] = {
    {abi::kArchSetGs, "ARCH_SET_GS"},
    {abi::kArchSetFs, "ARCH_SET_FS"},
    {abi::kArchGetFs, "ARCH_GET_FS"},
    {abi::kArchGetGs, "ARCH_GET_GS"},
    {abi::kArchGetCpuid, "ARCH_GET_CPUID"},
    {abi::kArchSetCpuid, "ARCH_SET_CPUID"},
    {abi::kArchGetXcompSupp, "ARCH_GET_XCOMP_SUPP"},
    {abi::kArchGetXcompPerm, "ARCH_GET_XCOMP_PERM"},
    {abi::kArchReqXcompPerm, "ARCH_REQ_XCOMP_PERM"},
    {abi::kArchMapVdso64, "ARCH_MAP_VDSO_64"},
    {abi::kArchShstkStatus, "ARCH_SHSTK_STATUS"},
};

constexpr NamedValue kPtraceRequestsRows[] = {
    {abi::kPtraceTraceme, "PTRACE_TRACEME"},
    {abi::kPtracePeektext, "PTRACE_PEEKTEXT"},
    {abi::kPtracePeekdata, "PTRACE_PEEKDATA"},
    {3, "PTRACE_PEEKUSER"},
    {abi::kPtracePoketext, "PTRACE_POKETEXT"},
    {abi::kPtracePokedata, "PTRACE_POKEDATA"},
    {6, "PTRACE_POKEUSER"},
    {abi::kPtraceCont, "PTRACE_CONT"},
    {abi::kPtraceKill, "PTRACE_KILL"},
    {abi::kPtraceSinglestep, "PTRACE_SINGLESTEP"},
    {abi::kPtraceGetregs, "PTRACE_GETREGS"},
    {abi::kPtraceSetregs, "PTRACE_SETREGS"},
    {abi::kPtraceGetfpregs, "PTRACE_GETFPREGS"},
    {abi::kPtraceSetfpregs, "PTRACE_SETFPREGS"},
    {abi::kPtraceAttach, "PTRACE_ATTACH"},
    {abi::kPtraceDetach, "PTRACE_DETACH"},
    {abi::kPtraceSyscall, "PTRACE_SYSCALL"},
    {abi::kPtraceArchPrctl, "PTRACE_ARCH_PRCTL"},
    {abi::kPtraceSysemu, "PTRACE_SYSEMU"},
    {abi::kPtraceSysemuSinglestep, "PTRACE_SYSEMU_SINGLESTEP"},
    {abi::kPtraceSetoptions, "PTRACE_SETOPTIONS"},
    {abi::kPtraceGeteventmsg, "PTRACE_GETEVENTMSG"},
    {abi::kPtraceGetsiginfo, "PTRACE_GETSIGINFO"},
    {abi::kPtraceSetsiginfo, "PTRACE_SETSIGINFO"},
    {abi::kPtraceGetregset, "PTRACE_GETREGSET"},
    {abi::kPtraceSetregset, "PTRACE_SETREGSET"},
    {abi::kPtraceSeize, "PTRACE_SEIZE"},
    {abi::kPtraceInterrupt, "PTRACE_INTERRUPT"},
    {abi::kPtraceListen, "PTRACE_LISTEN"},
    {abi::kPtracePeeksiginfo, "PTRACE_PEEKSIGINFO"},
    {abi::kPtraceGetsigmask, "PTRACE_GETSIGMASK"},
    {abi::kPtraceSetsigmask, "PTRACE_SETSIGMASK"},
    {abi::kPtraceSeccompGetFilter, "PTRACE_SECCOMP_GET_FILTER"},
    {abi::kPtraceSeccompGetMetadata, "PTRACE_SECCOMP_GET_METADATA"},
    {abi::kPtraceGetSyscallInfo, "PTRACE_GET_SYSCALL_INFO"},
    {abi::kPtraceGetRseqConfiguration, "PTRACE_GET_RSEQ_CONFIGURATION"},
    {abi::kPtraceSingleblock, "PTRACE_SINGLEBLOCK"},
};

constexpr NamedValue kSeccompOperationsRows[] = {
    {abi::kSeccompSetModeStrict, "SECCOMP_SET_MODE_STRICT"},
    {abi::kSeccompSetModeFilter, "SECCOMP_SET_MODE_FILTER"},
    {abi::kSeccompGetActionAvail, "SECCOMP_GET_ACTION_AVAIL"},
    {abi::kSeccompGetNotifSizes, "SECCOMP_GET_NOTIF_SIZES"},
};

constexpr NamedValue kSeccompFlagsRows[] = {
    {abi::kSeccompFilterFlagTsync, "SECCOMP_FILTER_FLAG_TSYNC"},
    {abi::kSeccompFilterFlagLog, "SECCOMP_FILTER_FLAG_LOG"},
    {abi::kSeccompFilterFlagSpecAllow, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
    {abi::kSeccompFilterFlagNewListener, "SECCOMP_FILTER_FLAG_NEW_LISTENER"},
    {abi::kSeccompFilterFlagTsyncEsrch, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"},
    {abi::kSeccompFilterFlagWaitKillableRecv, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"},
};

constexpr NamedValue kCapabilitiesRows[] = {
    {uint64_t{1} << abi::kCapChown, "CAP_CHOWN"},
    {uint64_t{1} << abi::kCapDacOverride, "CAP_DAC_OVERRIDE"},
    {uint64_t{1} << abi::kCapDacReadSearch, "CAP_DAC_READ_SEARCH"},
    {uint64_t{1} << abi::kCapFowner, "CAP_FOWNER"},
    {uint64_t{1} << abi::kCapFsetid, "CAP_FSETID"},
    {uint64_t{1} << abi::kCapKill, "CAP_KILL"},
    {uint64_t{1} << abi::kCapSetgid, "CAP_SETGID"},
    {uint64_t{1} << abi::kCapSetuid, "CAP_SETUID"},
    {uint64_t{1} << abi::kCapSetpcap, "CAP_SETPCAP"},
    {uint64_t{1} << abi::kCapLinuxImmutable, "CAP_LINUX_IMMUTABLE"},
    {uint64_t{1} << abi::kCapNetBindService, "CAP_NET_BIND_SERVICE"},
    {uint64_t{1} << abi::kCapNetBroadcast, "CAP_NET_BROADCAST"},
    {uint64_t{1} << abi::kCapNetAdmin, "CAP_NET_ADMIN"},
    {uint64_t{1} << abi::kCapNetRaw, "CAP_NET_RAW"},
    {uint64_t{1} << abi::kCapIpcLock, "CAP_IPC_LOCK"},
    {uint64_t{1} << abi::kCapIpcOwner, "CAP_IPC_OWNER"},
    {uint64_t{1} << abi::kCapSysModule, "CAP_SYS_MODULE"},
    {uint64_t{1} << abi::kCapSysRawio, "CAP_SYS_RAWIO"},
    {uint64_t{1} << abi::kCapSysChroot, "CAP_SYS_CHROOT"},
    {uint64_t{1} << abi::kCapSysPtrace, "CAP_SYS_PTRACE"},
    {uint64_t{1} << abi::kCapSysPacct, "CAP_SYS_PACCT"},
    {uint64_t{1} << abi::kCapSysAdmin, "CAP_SYS_ADMIN"},
    {uint64_t{1} << abi::kCapSysBoot, "CAP_SYS_BOOT"},
    {uint64_t{1} << abi::kCapSysNice, "CAP_SYS_NICE"},
    {uint64_t{1} << abi::kCapSysResource, "CAP_SYS_RESOURCE"},
    {uint64_t{1} << abi::kCapSysTime, "CAP_SYS_TIME"},
    {uint64_t{1} << abi::kCapSysTtyConfig, "CAP_SYS_TTY_CONFIG"},
    {uint64_t{1} << abi::kCapMknod, "CAP_MKNOD"},
    {uint64_t{1} << abi::kCapLease, "CAP_LEASE"},
    {uint64_t{1} << abi::kCapAuditWrite, "CAP_AUDIT_WRITE"},
    {uint64_t{1} << abi::kCapAuditControl, "CAP_AUDIT_CONTROL"},
    {uint64_t{1} << abi::kCapSetfcap, "CAP_SETFCAP"},
    {uint64_t{1} << abi::kCapMacOverride, "CAP_MAC_OVERRIDE"},
    {uint64_t{1} << abi::kCapMacAdmin, "CAP_MAC_ADMIN"},
    {uint64_t{1} << abi::kCapSyslog, "CAP_SYSLOG"},
    {uint64_t{1} << abi::kCapWakeAlarm, "CAP_WAKE_ALARM"},
    {uint64_t{1} << abi::kCapBlockSuspend, "CAP_BLOCK_SUSPEND"},
    {uint64_t{1} << abi::kCapAuditRead, "CAP_AUDIT_READ"},
    {uint64_t{1} << abi::kCapPerfmon, "CAP_PERFMON"},
    {uint64_t{1} << abi::kCapBpf, "CAP_BPF"},
    {uint64_t{1} << abi::kCapCheckpointRestore, "CAP_CHECKPOINT_RESTORE"},
};

constexpr NamedValue kCapVersionsRows[] = {
    {abi::kLinuxCapabilityVersion1, "_LINUX_CAPABILITY_VERSION_1"},
    {abi::kLinuxCapabilityVersion2, "_LINUX_CAPABILITY_VERSION_2"},
    {abi::kLinuxCapabilityVersion3, "_LINUX_CAPABILITY_VERSION_3"},
};

constexpr NamedValue kPersonalitiesRows[] = {
    {abi::kPerLinux32, "PER_LINUX32"},
    {abi::kUname26, "UNAME26"},
    {abi::kAddrNoRandomize, "ADDR_NO_RANDOMIZE"},
    {abi::kFdpicFuncptrs, "FDPIC_FUNCPTRS"},
    {abi::kMmapPageZero, "MMAP_PAGE_ZERO"},
    {abi::kAddrCompatLayout, "ADDR_COMPAT_LAYOUT"},
    {abi::kReadImpliesExec, "READ_IMPLIES_EXEC"},
    {abi::kAddrLimit32bit, "ADDR_LIMIT_32BIT"},
    {abi::kShortInode, "SHORT_INODE"},
    {abi::kWholeSeconds, "WHOLE_SECONDS"},
    {abi::kStickyTimeouts, "STICKY_TIMEOUTS"},
    {abi::kAddrLimit3gb, "ADDR_LIMIT_3GB"},
};

constexpr NamedValue kRandomFlagsRows[] = {
    {abi::kGrndNonblock, "GRND_NONBLOCK"},
    {abi::kGrndRandom, "GRND_RANDOM"},
    {abi::kGrndInsecure, "GRND_INSECURE"},
};

constexpr NamedValue kRebootCommandsRows[] = {
    {abi::kLinuxRebootCmdRestart, "LINUX_REBOOT_CMD_RESTART"},
    {abi::kLinuxRebootCmdHalt, "LINUX_REBOOT_CMD_HALT"},
    {abi::kLinuxRebootCmdCadOn, "LINUX_REBOOT_CMD_CAD_ON"},
    {abi::kLinuxRebootCmdCadOff, "LINUX_REBOOT_CMD_CAD_OFF"},
    {abi::kLinuxRebootCmdPowerOff, "LINUX_REBOOT_CMD_POWER_OFF"},
};

constexpr NamedValue kSyslogActionsRows[] = {
    {abi::kSyslogActionClose, "SYSLOG_ACTION_CLOSE"},
    {abi::kSyslogActionOpen, "SYSLOG_ACTION_OPEN"},
    {abi::kSyslogActionRead, "SYSLOG_ACTION_READ"},
    {abi::kSyslogActionReadAll, "SYSLOG_ACTION_READ_ALL"},
    {abi::kSyslogActionReadClear, "SYSLOG_ACTION_READ_CLEAR"},
    {abi::kSyslogActionClear, "SYSLOG_ACTION_CLEAR"},
    {abi::kSyslogActionConsoleOff, "SYSLOG_ACTION_CONSOLE_OFF"},
    {abi::kSyslogActionConsoleOn, "SYSLOG_ACTION_CONSOLE_ON"},
    {abi::kSyslogActionConsoleLevel, "SYSLOG_ACTION_CONSOLE_LEVEL"},
    {abi::kSyslogActionSizeUnread, "SYSLOG_ACTION_SIZE_UNREAD"},
    {abi::kSyslogActionSizeBuffer, "SYSLOG_ACTION_SIZE_BUFFER"},
};

constexpr NamedValue kRseqFlagsRows[] = {
    {abi::kRseqFlagUnregister, "RSEQ_FLAG_UNREGISTER"},
};

constexpr NamedValue kKeyctlOperationsRows[] = {
    {abi::kKeyctlGetKeyringId, "KEYCTL_GET_KEYRING_ID"},
    {abi::kKeyctlJoinSessionKeyring, "KEYCTL_JOIN_SESSION_KEYRING"},
    {abi::kKeyctlUpdate, "KEYCTL_UPDATE"},
    {abi::kKeyctlRevoke, "KEYCTL_REVOKE"},
    {abi::kKeyctlChown, "KEYCTL_CHOWN"},
    {abi::kKeyctlSetperm, "KEYCTL_SETPERM"},
    {abi::kKeyctlDescribe, "KEYCTL_DESCRIBE"},
    {abi::kKeyctlClear, "KEYCTL_CLEAR"},
    {abi::kKeyctlLink, "KEYCTL_LINK"},
    {abi::kKeyctlUnlink, "KEYCTL_UNLINK"},
    {abi::kKeyctlSearch, "KEYCTL_SEARCH"},
    {abi::kKeyctlRead, "KEYCTL_READ"},
    {abi::kKeyctlInstantiate, "KEYCTL_INSTANTIATE"},
    {abi::kKeyctlNegate, "KEYCTL_NEGATE"},
    {abi::kKeyctlSetReqkeyKeyring, "KEYCTL_SET_REQKEY_KEYRING"},
    {abi::kKeyctlSetTimeout, "KEYCTL_SET_TIMEOUT"},
    {abi::kKeyctlAssumeAuthority, "KEYCTL_ASSUME_AUTHORITY"},
    {abi::kKeyctlGetSecurity, "KEYCTL_GET_SECURITY"},
    {abi::kKeyctlSessionToParent, "KEYCTL_SESSION_TO_PARENT"},
    {abi::kKeyctlReject, "KEYCTL_REJECT"},
    {abi::kKeyctlInstantiateIov, "KEYCTL_INSTANTIATE_IOV"},
    {abi::kKeyctlInvalidate, "KEYCTL_INVALIDATE"},
    {abi::kKeyctlGetPersistent, "KEYCTL_GET_PERSISTENT"},
    {abi::kKeyctlCapabilities, "KEYCTL_CAPABILITIES"},
};

constexpr NamedValue kKeySpecsRows[] = {
    {static_cast<uint32_t>(abi::kKeySpecThreadKeyring), "KEY_SPEC_THREAD_KEYRING"},
    {static_cast<uint32_t>(abi::kKeySpecProcessKeyring), "KEY_SPEC_PROCESS_KEYRING"},
    {static_cast<uint32_t>(abi::kKeySpecSessionKeyring), "KEY_SPEC_SESSION_KEYRING"},
    {static_cast<uint32_t>(abi::kKeySpecUserKeyring), "KEY_SPEC_USER_KEYRING"},
    {static_cast<uint32_t>(abi::kKeySpecUserSessionKeyring), "KEY_SPEC_USER_SESSION_KEYRING"},
};

}  // namespace

constexpr NameSet kCloneFlagsNames{kCloneFlagsRows, "CLONE_???", ""};
constexpr NameSet kNamespaceFlagsNames{kNamespaceFlagsRows, "CLONE_???", ""};
constexpr NameSet kSchedPoliciesNames{kSchedPoliciesRows, "SCHED_???", ""};
constexpr NameSet kSchedFlagsNames{kSchedFlagsRows, "SCHED_FLAG_???", ""};
constexpr NameSet kPidfdFlagsNames{kPidfdFlagsRows, "PIDFD_???", ""};
constexpr NameSet kPidfdSignalFlagsNames{kPidfdSignalFlagsRows, "PIDFD_SIGNAL_???", ""};
constexpr NameSet kKcmpTypesNames{kKcmpTypesRows, "KCMP_???", ""};
constexpr NameSet kWaitOptionsNames{kWaitOptionsRows, "W???", ""};
constexpr NameSet kIdTypesNames{kIdTypesRows, "P_???", ""};
constexpr NameSet kSignalsNames{kSignalsRows, "SIG???", ""};
constexpr NameSet kSigHowsNames{kSigHowsRows, "SIG_???", ""};
constexpr NameSet kSigActionFlagsNames{kSigActionFlagsRows, "SA_???", ""};
constexpr NameSet kStackFlagsNames{kStackFlagsRows, "SS_???", ""};
constexpr NameSet kSignalCodesNames{kSignalCodesRows, "SI_???", ""};
constexpr NameSet kIllCodesNames{kIllCodesRows, "ILL_???", ""};
constexpr NameSet kFpeCodesNames{kFpeCodesRows, "FPE_???", ""};
constexpr NameSet kSegvCodesNames{kSegvCodesRows, "SEGV_???", ""};
constexpr NameSet kBusCodesNames{kBusCodesRows, "BUS_???", ""};
constexpr NameSet kTrapCodesNames{kTrapCodesRows, "TRAP_???", ""};
constexpr NameSet kChildCodesNames{kChildCodesRows, "CLD_???", ""};
constexpr NameSet kSysCodesNames{kSysCodesRows, "SYS_???", ""};
constexpr NameSet kSigevNotifiesNames{kSigevNotifiesRows, "SIGEV_???", ""};
constexpr NameSet kClocksNames{kClocksRows, "CLOCK_???", ""};
constexpr NameSet kItimersNames{kItimersRows, "ITIMER_???", ""};
constexpr NameSet kTimerFlagsNames{kTimerFlagsRows, "TIMER_???", ""};
constexpr NameSet kResourcesNames{kResourcesRows, "RLIMIT_???", ""};
constexpr NameSet kUsageWhosNames{kUsageWhosRows, "RUSAGE_???", ""};
constexpr NameSet kPriorityWhichsNames{kPriorityWhichsRows, "PRIO_???", ""};
constexpr NameSet kIoprioWhosNames{kIoprioWhosRows, "IOPRIO_WHO_???", ""};
constexpr NameSet kIoprioClassesNames{kIoprioClassesRows, "IOPRIO_CLASS_???", ""};
constexpr NameSet kPrctlOptionsNames{kPrctlOptionsRows, "PR_???", ""};
constexpr NameSet kArchPrctlOptionsNames{kArchPrctlOptionsRows, "ARCH_???", ""};
constexpr NameSet kPtraceRequestsNames{kPtraceRequestsRows, "PTRACE_???", ""};
constexpr NameSet kSeccompOperationsNames{kSeccompOperationsRows, "SECCOMP_???", ""};
constexpr NameSet kSeccompFlagsNames{kSeccompFlagsRows, "SECCOMP_FILTER_FLAG_???", ""};
constexpr NameSet kCapabilitiesNames{kCapabilitiesRows, "CAP_???", ""};
constexpr NameSet kCapVersionsNames{kCapVersionsRows, "_LINUX_CAPABILITY_VERSION_???", ""};
constexpr NameSet kPersonalitiesNames{kPersonalitiesRows, "", "PER_LINUX"};
constexpr NameSet kRandomFlagsNames{kRandomFlagsRows, "GRND_???", ""};
constexpr NameSet kRebootCommandsNames{kRebootCommandsRows, "LINUX_REBOOT_CMD_???", ""};
constexpr NameSet kSyslogActionsNames{kSyslogActionsRows, "SYSLOG_ACTION_???", ""};
constexpr NameSet kRseqFlagsNames{kRseqFlagsRows, "RSEQ_???", ""};
constexpr NameSet kKeyctlOperationsNames{kKeyctlOperationsRows, "KEYCTL_???", ""};
constexpr NameSet kKeySpecsNames{kKeySpecsRows, "KEY_SPEC_???", ""};

}  // namespace sentry
