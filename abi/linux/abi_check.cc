// Compile-time proof that the layouts and numbers of abi/linux are those of the host's uapi
// headers. This target is the only place which includes them; constants newer than the installed
// headers are compared once the headers know them.
#include "abi/linux/abi_check.h"

// These headers need this order.
// clang-format off
#include <linux/elf.h>
#include <linux/auxvec.h>
#include <asm/auxvec.h>
#include <linux/elf-em.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/fadvise.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/memfd.h>
#include <asm/mman.h>
#include <linux/mempolicy.h>
#include <linux/membarrier.h>
#include <asm/poll.h>
#include <linux/time_types.h>
#include <linux/posix_types.h>
#include <linux/time.h>
#include <linux/resource.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/types.h>
#include <linux/kcmp.h>
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <linux/stat.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/xattr.h>
#include <linux/limits.h>
#include <linux/utime.h>
#include <linux/times.h>
#include <linux/timerfd.h>
#include <linux/timex.h>
#include <linux/wait.h>
// clang-format on

#include "abi/linux/elf.h"
#include "abi/linux/epoll.h"
#include "abi/linux/errno.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/futex.h"
#include "abi/linux/mman.h"
#include "abi/linux/poll.h"
#include "abi/linux/resource.h"
#include "abi/linux/sched.h"
#include "abi/linux/signal.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "abi/linux/wait.h"

namespace abi {
namespace {

// Layouts.

// elf.h
ABI_SIZE(Elf64Ehdr, Elf64_Ehdr);
ABI_FIELD(Elf64Ehdr, e_ident, Elf64_Ehdr, e_ident);
ABI_FIELD(Elf64Ehdr, e_type, Elf64_Ehdr, e_type);
ABI_FIELD(Elf64Ehdr, e_machine, Elf64_Ehdr, e_machine);
ABI_FIELD(Elf64Ehdr, e_version, Elf64_Ehdr, e_version);
ABI_FIELD(Elf64Ehdr, e_entry, Elf64_Ehdr, e_entry);
ABI_FIELD(Elf64Ehdr, e_phoff, Elf64_Ehdr, e_phoff);
ABI_FIELD(Elf64Ehdr, e_shoff, Elf64_Ehdr, e_shoff);
ABI_FIELD(Elf64Ehdr, e_flags, Elf64_Ehdr, e_flags);
ABI_FIELD(Elf64Ehdr, e_ehsize, Elf64_Ehdr, e_ehsize);
ABI_FIELD(Elf64Ehdr, e_phentsize, Elf64_Ehdr, e_phentsize);
ABI_FIELD(Elf64Ehdr, e_phnum, Elf64_Ehdr, e_phnum);
ABI_FIELD(Elf64Ehdr, e_shentsize, Elf64_Ehdr, e_shentsize);
ABI_FIELD(Elf64Ehdr, e_shnum, Elf64_Ehdr, e_shnum);
ABI_FIELD(Elf64Ehdr, e_shstrndx, Elf64_Ehdr, e_shstrndx);
ABI_SIZE(Elf64Phdr, Elf64_Phdr);
ABI_FIELD(Elf64Phdr, p_type, Elf64_Phdr, p_type);
ABI_FIELD(Elf64Phdr, p_flags, Elf64_Phdr, p_flags);
ABI_FIELD(Elf64Phdr, p_offset, Elf64_Phdr, p_offset);
ABI_FIELD(Elf64Phdr, p_vaddr, Elf64_Phdr, p_vaddr);
ABI_FIELD(Elf64Phdr, p_paddr, Elf64_Phdr, p_paddr);
ABI_FIELD(Elf64Phdr, p_filesz, Elf64_Phdr, p_filesz);
ABI_FIELD(Elf64Phdr, p_memsz, Elf64_Phdr, p_memsz);
ABI_FIELD(Elf64Phdr, p_align, Elf64_Phdr, p_align);
ABI_SIZE(Elf64Shdr, Elf64_Shdr);
ABI_FIELD(Elf64Shdr, sh_name, Elf64_Shdr, sh_name);
ABI_FIELD(Elf64Shdr, sh_type, Elf64_Shdr, sh_type);
ABI_FIELD(Elf64Shdr, sh_flags, Elf64_Shdr, sh_flags);
ABI_FIELD(Elf64Shdr, sh_addr, Elf64_Shdr, sh_addr);
ABI_FIELD(Elf64Shdr, sh_offset, Elf64_Shdr, sh_offset);
ABI_FIELD(Elf64Shdr, sh_size, Elf64_Shdr, sh_size);
ABI_FIELD(Elf64Shdr, sh_link, Elf64_Shdr, sh_link);
ABI_FIELD(Elf64Shdr, sh_info, Elf64_Shdr, sh_info);
ABI_FIELD(Elf64Shdr, sh_addralign, Elf64_Shdr, sh_addralign);
ABI_FIELD(Elf64Shdr, sh_entsize, Elf64_Shdr, sh_entsize);
ABI_SIZE(Elf64Nhdr, Elf64_Nhdr);
ABI_FIELD(Elf64Nhdr, n_namesz, Elf64_Nhdr, n_namesz);
ABI_FIELD(Elf64Nhdr, n_descsz, Elf64_Nhdr, n_descsz);
ABI_FIELD(Elf64Nhdr, n_type, Elf64_Nhdr, n_type);
ABI_SIZE(Elf64Dyn, Elf64_Dyn);
ABI_FIELD(Elf64Dyn, d_tag, Elf64_Dyn, d_tag);
ABI_OFFSET(Elf64Dyn, d_val, Elf64_Dyn, d_un);
ABI_SIZE(Elf64Sym, Elf64_Sym);
ABI_FIELD(Elf64Sym, st_name, Elf64_Sym, st_name);
ABI_FIELD(Elf64Sym, st_info, Elf64_Sym, st_info);
ABI_FIELD(Elf64Sym, st_other, Elf64_Sym, st_other);
ABI_FIELD(Elf64Sym, st_shndx, Elf64_Sym, st_shndx);
ABI_FIELD(Elf64Sym, st_value, Elf64_Sym, st_value);
ABI_FIELD(Elf64Sym, st_size, Elf64_Sym, st_size);

// epoll.h
ABI_SIZE(EpollEvent, struct epoll_event);
ABI_FIELD(EpollEvent, events, struct epoll_event, events);
ABI_FIELD(EpollEvent, data, struct epoll_event, data);

// fcntl.h
ABI_SIZE(OpenHow, struct open_how);
ABI_FIELD(OpenHow, flags, struct open_how, flags);
ABI_FIELD(OpenHow, mode, struct open_how, mode);
ABI_FIELD(OpenHow, resolve, struct open_how, resolve);
ABI_SIZE(Flock, struct flock);
ABI_FIELD(Flock, l_type, struct flock, l_type);
ABI_FIELD(Flock, l_whence, struct flock, l_whence);
ABI_FIELD(Flock, l_start, struct flock, l_start);
ABI_FIELD(Flock, l_len, struct flock, l_len);
ABI_FIELD(Flock, l_pid, struct flock, l_pid);
ABI_SIZE(FOwnerEx, struct f_owner_ex);
ABI_FIELD(FOwnerEx, type, struct f_owner_ex, type);
ABI_FIELD(FOwnerEx, pid, struct f_owner_ex, pid);

// futex.h
ABI_SIZE(RobustList, struct robust_list);
ABI_FIELD(RobustList, next, struct robust_list, next);
ABI_SIZE(RobustListHead, struct robust_list_head);
ABI_FIELD(RobustListHead, list, struct robust_list_head, list);
ABI_FIELD(RobustListHead, futex_offset, struct robust_list_head, futex_offset);
ABI_FIELD(RobustListHead, list_op_pending, struct robust_list_head, list_op_pending);
ABI_SIZE(FutexWaitv, struct futex_waitv);
ABI_FIELD(FutexWaitv, val, struct futex_waitv, val);
ABI_FIELD(FutexWaitv, uaddr, struct futex_waitv, uaddr);
ABI_FIELD(FutexWaitv, flags, struct futex_waitv, flags);

// poll.h
ABI_SIZE(PollFd, struct pollfd);
ABI_FIELD(PollFd, fd, struct pollfd, fd);
ABI_FIELD(PollFd, events, struct pollfd, events);
ABI_FIELD(PollFd, revents, struct pollfd, revents);

// resource.h
ABI_SIZE(Rlimit, struct rlimit64);
ABI_FIELD(Rlimit, rlim_cur, struct rlimit64, rlim_cur);
ABI_FIELD(Rlimit, rlim_max, struct rlimit64, rlim_max);
ABI_SIZE(Rusage, struct rusage);
ABI_FIELD(Rusage, ru_utime, struct rusage, ru_utime);
ABI_FIELD(Rusage, ru_stime, struct rusage, ru_stime);
ABI_FIELD(Rusage, ru_maxrss, struct rusage, ru_maxrss);
ABI_FIELD(Rusage, ru_ixrss, struct rusage, ru_ixrss);
ABI_FIELD(Rusage, ru_idrss, struct rusage, ru_idrss);
ABI_FIELD(Rusage, ru_isrss, struct rusage, ru_isrss);
ABI_FIELD(Rusage, ru_minflt, struct rusage, ru_minflt);
ABI_FIELD(Rusage, ru_majflt, struct rusage, ru_majflt);
ABI_FIELD(Rusage, ru_nswap, struct rusage, ru_nswap);
ABI_FIELD(Rusage, ru_inblock, struct rusage, ru_inblock);
ABI_FIELD(Rusage, ru_oublock, struct rusage, ru_oublock);
ABI_FIELD(Rusage, ru_msgsnd, struct rusage, ru_msgsnd);
ABI_FIELD(Rusage, ru_msgrcv, struct rusage, ru_msgrcv);
ABI_FIELD(Rusage, ru_nsignals, struct rusage, ru_nsignals);
ABI_FIELD(Rusage, ru_nvcsw, struct rusage, ru_nvcsw);
ABI_FIELD(Rusage, ru_nivcsw, struct rusage, ru_nivcsw);

// sched.h
ABI_SIZE(CloneArgs, struct clone_args);
ABI_FIELD(CloneArgs, flags, struct clone_args, flags);
ABI_FIELD(CloneArgs, pidfd, struct clone_args, pidfd);
ABI_FIELD(CloneArgs, child_tid, struct clone_args, child_tid);
ABI_FIELD(CloneArgs, parent_tid, struct clone_args, parent_tid);
ABI_FIELD(CloneArgs, exit_signal, struct clone_args, exit_signal);
ABI_FIELD(CloneArgs, stack, struct clone_args, stack);
ABI_FIELD(CloneArgs, stack_size, struct clone_args, stack_size);
ABI_FIELD(CloneArgs, tls, struct clone_args, tls);
ABI_FIELD(CloneArgs, set_tid, struct clone_args, set_tid);
ABI_FIELD(CloneArgs, set_tid_size, struct clone_args, set_tid_size);
ABI_FIELD(CloneArgs, cgroup, struct clone_args, cgroup);
ABI_SIZE(SchedAttr, struct sched_attr);
ABI_FIELD(SchedAttr, size, struct sched_attr, size);
ABI_FIELD(SchedAttr, sched_policy, struct sched_attr, sched_policy);
ABI_FIELD(SchedAttr, sched_flags, struct sched_attr, sched_flags);
ABI_FIELD(SchedAttr, sched_nice, struct sched_attr, sched_nice);
ABI_FIELD(SchedAttr, sched_priority, struct sched_attr, sched_priority);
ABI_FIELD(SchedAttr, sched_runtime, struct sched_attr, sched_runtime);
ABI_FIELD(SchedAttr, sched_deadline, struct sched_attr, sched_deadline);
ABI_FIELD(SchedAttr, sched_period, struct sched_attr, sched_period);
ABI_FIELD(SchedAttr, sched_util_min, struct sched_attr, sched_util_min);
ABI_FIELD(SchedAttr, sched_util_max, struct sched_attr, sched_util_max);

// signal.h
ABI_SIZE(SigAction, struct sigaction);
ABI_OFFSET(SigAction, handler, struct sigaction, sa_handler);
ABI_OFFSET(SigAction, flags, struct sigaction, sa_flags);
ABI_OFFSET(SigAction, restorer, struct sigaction, sa_restorer);
ABI_OFFSET(SigAction, mask, struct sigaction, sa_mask);
ABI_SIZE(StackT, stack_t);
ABI_FIELD(StackT, ss_sp, stack_t, ss_sp);
ABI_FIELD(StackT, ss_flags, stack_t, ss_flags);
ABI_FIELD(StackT, ss_size, stack_t, ss_size);
ABI_SIZE(SigInfo, siginfo_t);
ABI_FIELD(SigInfo, si_signo, siginfo_t, si_signo);
ABI_FIELD(SigInfo, si_errno, siginfo_t, si_errno);
ABI_FIELD(SigInfo, si_code, siginfo_t, si_code);
ABI_SIZE(SigEvent, struct sigevent);
ABI_OFFSET(SigEvent, value, struct sigevent, sigev_value);
ABI_OFFSET(SigEvent, signo, struct sigevent, sigev_signo);
ABI_OFFSET(SigEvent, notify, struct sigevent, sigev_notify);
ABI_OFFSET(SigEvent, tid, struct sigevent, _sigev_un._tid);
ABI_SIZE(FpxSwBytes, struct _fpx_sw_bytes);
ABI_FIELD(FpxSwBytes, magic1, struct _fpx_sw_bytes, magic1);
ABI_FIELD(FpxSwBytes, extended_size, struct _fpx_sw_bytes, extended_size);
ABI_FIELD(FpxSwBytes, xfeatures, struct _fpx_sw_bytes, xfeatures);
ABI_FIELD(FpxSwBytes, xstate_size, struct _fpx_sw_bytes, xstate_size);
ABI_SIZE(FpState, struct _fpstate_64);
ABI_FIELD(FpState, cwd, struct _fpstate_64, cwd);
ABI_FIELD(FpState, swd, struct _fpstate_64, swd);
ABI_FIELD(FpState, twd, struct _fpstate_64, twd);
ABI_FIELD(FpState, fop, struct _fpstate_64, fop);
ABI_FIELD(FpState, rip, struct _fpstate_64, rip);
ABI_FIELD(FpState, rdp, struct _fpstate_64, rdp);
ABI_FIELD(FpState, mxcsr, struct _fpstate_64, mxcsr);
ABI_FIELD(FpState, mxcsr_mask, struct _fpstate_64, mxcsr_mask);
ABI_FIELD(FpState, st_space, struct _fpstate_64, st_space);
ABI_FIELD(FpState, xmm_space, struct _fpstate_64, xmm_space);
ABI_FIELD(FpState, sw_reserved, struct _fpstate_64, sw_reserved);
ABI_SIZE(XstateHeader, struct _header);
ABI_FIELD(XstateHeader, xfeatures, struct _header, xfeatures);
ABI_SIZE(SigContext, struct sigcontext);
ABI_FIELD(SigContext, r8, struct sigcontext, r8);
ABI_FIELD(SigContext, r9, struct sigcontext, r9);
ABI_FIELD(SigContext, r10, struct sigcontext, r10);
ABI_FIELD(SigContext, r11, struct sigcontext, r11);
ABI_FIELD(SigContext, r12, struct sigcontext, r12);
ABI_FIELD(SigContext, r13, struct sigcontext, r13);
ABI_FIELD(SigContext, r14, struct sigcontext, r14);
ABI_FIELD(SigContext, r15, struct sigcontext, r15);
ABI_FIELD(SigContext, rdi, struct sigcontext, rdi);
ABI_FIELD(SigContext, rsi, struct sigcontext, rsi);
ABI_FIELD(SigContext, rbp, struct sigcontext, rbp);
ABI_FIELD(SigContext, rbx, struct sigcontext, rbx);
ABI_FIELD(SigContext, rdx, struct sigcontext, rdx);
ABI_FIELD(SigContext, rax, struct sigcontext, rax);
ABI_FIELD(SigContext, rcx, struct sigcontext, rcx);
ABI_FIELD(SigContext, rsp, struct sigcontext, rsp);
ABI_FIELD(SigContext, rip, struct sigcontext, rip);
ABI_FIELD(SigContext, eflags, struct sigcontext, eflags);
ABI_FIELD(SigContext, cs, struct sigcontext, cs);
ABI_FIELD(SigContext, gs, struct sigcontext, gs);
ABI_FIELD(SigContext, fs, struct sigcontext, fs);
ABI_FIELD(SigContext, ss, struct sigcontext, ss);
ABI_FIELD(SigContext, err, struct sigcontext, err);
ABI_FIELD(SigContext, trapno, struct sigcontext, trapno);
ABI_FIELD(SigContext, oldmask, struct sigcontext, oldmask);
ABI_FIELD(SigContext, cr2, struct sigcontext, cr2);
ABI_FIELD(SigContext, fpstate, struct sigcontext, fpstate);
ABI_SIZE(UContext, struct ucontext);
ABI_FIELD(UContext, uc_flags, struct ucontext, uc_flags);
ABI_FIELD(UContext, uc_link, struct ucontext, uc_link);
ABI_FIELD(UContext, uc_stack, struct ucontext, uc_stack);
ABI_FIELD(UContext, uc_mcontext, struct ucontext, uc_mcontext);
ABI_FIELD(UContext, uc_sigmask, struct ucontext, uc_sigmask);

// stat.h
ABI_SIZE(Stat, struct stat);
ABI_FIELD(Stat, st_dev, struct stat, st_dev);
ABI_FIELD(Stat, st_ino, struct stat, st_ino);
ABI_FIELD(Stat, st_nlink, struct stat, st_nlink);
ABI_FIELD(Stat, st_mode, struct stat, st_mode);
ABI_FIELD(Stat, st_uid, struct stat, st_uid);
ABI_FIELD(Stat, st_gid, struct stat, st_gid);
ABI_FIELD(Stat, st_rdev, struct stat, st_rdev);
ABI_FIELD(Stat, st_size, struct stat, st_size);
ABI_FIELD(Stat, st_blksize, struct stat, st_blksize);
ABI_FIELD(Stat, st_blocks, struct stat, st_blocks);
ABI_OFFSET(Stat, st_atim, struct stat, st_atime);
ABI_OFFSET(Stat, st_mtim, struct stat, st_mtime);
ABI_OFFSET(Stat, st_ctim, struct stat, st_ctime);
ABI_SIZE(StatxTimestamp, struct statx_timestamp);
ABI_FIELD(StatxTimestamp, tv_sec, struct statx_timestamp, tv_sec);
ABI_FIELD(StatxTimestamp, tv_nsec, struct statx_timestamp, tv_nsec);
ABI_SIZE(Statx, struct statx);
ABI_FIELD(Statx, stx_mask, struct statx, stx_mask);
ABI_FIELD(Statx, stx_blksize, struct statx, stx_blksize);
ABI_FIELD(Statx, stx_attributes, struct statx, stx_attributes);
ABI_FIELD(Statx, stx_nlink, struct statx, stx_nlink);
ABI_FIELD(Statx, stx_uid, struct statx, stx_uid);
ABI_FIELD(Statx, stx_gid, struct statx, stx_gid);
ABI_FIELD(Statx, stx_mode, struct statx, stx_mode);
ABI_FIELD(Statx, stx_ino, struct statx, stx_ino);
ABI_FIELD(Statx, stx_size, struct statx, stx_size);
ABI_FIELD(Statx, stx_blocks, struct statx, stx_blocks);
ABI_FIELD(Statx, stx_attributes_mask, struct statx, stx_attributes_mask);
ABI_FIELD(Statx, stx_atime, struct statx, stx_atime);
ABI_FIELD(Statx, stx_btime, struct statx, stx_btime);
ABI_FIELD(Statx, stx_ctime, struct statx, stx_ctime);
ABI_FIELD(Statx, stx_mtime, struct statx, stx_mtime);
ABI_FIELD(Statx, stx_rdev_major, struct statx, stx_rdev_major);
ABI_FIELD(Statx, stx_rdev_minor, struct statx, stx_rdev_minor);
ABI_FIELD(Statx, stx_dev_major, struct statx, stx_dev_major);
ABI_FIELD(Statx, stx_dev_minor, struct statx, stx_dev_minor);
ABI_FIELD(Statx, stx_mnt_id, struct statx, stx_mnt_id);
ABI_FIELD(Statx, stx_dio_mem_align, struct statx, stx_dio_mem_align);
ABI_FIELD(Statx, stx_dio_offset_align, struct statx, stx_dio_offset_align);
ABI_SIZE(Statfs, struct statfs);
ABI_FIELD(Statfs, f_type, struct statfs, f_type);
ABI_FIELD(Statfs, f_bsize, struct statfs, f_bsize);
ABI_FIELD(Statfs, f_blocks, struct statfs, f_blocks);
ABI_FIELD(Statfs, f_bfree, struct statfs, f_bfree);
ABI_FIELD(Statfs, f_bavail, struct statfs, f_bavail);
ABI_FIELD(Statfs, f_files, struct statfs, f_files);
ABI_FIELD(Statfs, f_ffree, struct statfs, f_ffree);
ABI_FIELD(Statfs, f_fsid, struct statfs, f_fsid);
ABI_FIELD(Statfs, f_namelen, struct statfs, f_namelen);
ABI_FIELD(Statfs, f_frsize, struct statfs, f_frsize);
ABI_FIELD(Statfs, f_flags, struct statfs, f_flags);
ABI_FIELD(Statfs, f_spare, struct statfs, f_spare);
ABI_SIZE(Utimbuf, struct utimbuf);
ABI_FIELD(Utimbuf, actime, struct utimbuf, actime);
ABI_FIELD(Utimbuf, modtime, struct utimbuf, modtime);

// time.h
ABI_SIZE(Timespec, struct __kernel_timespec);
ABI_FIELD(Timespec, tv_sec, struct __kernel_timespec, tv_sec);
ABI_FIELD(Timespec, tv_nsec, struct __kernel_timespec, tv_nsec);
ABI_SIZE(Timeval, struct timeval);
ABI_FIELD(Timeval, tv_sec, struct timeval, tv_sec);
ABI_FIELD(Timeval, tv_usec, struct timeval, tv_usec);
ABI_SIZE(Itimerspec, struct __kernel_itimerspec);
ABI_FIELD(Itimerspec, it_interval, struct __kernel_itimerspec, it_interval);
ABI_FIELD(Itimerspec, it_value, struct __kernel_itimerspec, it_value);
ABI_SIZE(Itimerval, struct itimerval);
ABI_FIELD(Itimerval, it_interval, struct itimerval, it_interval);
ABI_FIELD(Itimerval, it_value, struct itimerval, it_value);
ABI_SIZE(Timezone, struct timezone);
ABI_FIELD(Timezone, tz_minuteswest, struct timezone, tz_minuteswest);
ABI_FIELD(Timezone, tz_dsttime, struct timezone, tz_dsttime);
ABI_SIZE(Tms, struct tms);
ABI_FIELD(Tms, tms_utime, struct tms, tms_utime);
ABI_FIELD(Tms, tms_stime, struct tms, tms_stime);
ABI_FIELD(Tms, tms_cutime, struct tms, tms_cutime);
ABI_FIELD(Tms, tms_cstime, struct tms, tms_cstime);
ABI_SIZE(Timex, struct __kernel_timex);
ABI_FIELD(Timex, modes, struct __kernel_timex, modes);
ABI_FIELD(Timex, offset, struct __kernel_timex, offset);
ABI_FIELD(Timex, freq, struct __kernel_timex, freq);
ABI_FIELD(Timex, maxerror, struct __kernel_timex, maxerror);
ABI_FIELD(Timex, esterror, struct __kernel_timex, esterror);
ABI_FIELD(Timex, status, struct __kernel_timex, status);
ABI_FIELD(Timex, constant, struct __kernel_timex, constant);
ABI_FIELD(Timex, precision, struct __kernel_timex, precision);
ABI_FIELD(Timex, tolerance, struct __kernel_timex, tolerance);
ABI_FIELD(Timex, time, struct __kernel_timex, time);
ABI_FIELD(Timex, tick, struct __kernel_timex, tick);
ABI_FIELD(Timex, ppsfreq, struct __kernel_timex, ppsfreq);
ABI_FIELD(Timex, jitter, struct __kernel_timex, jitter);
ABI_FIELD(Timex, shift, struct __kernel_timex, shift);
ABI_FIELD(Timex, stabil, struct __kernel_timex, stabil);
ABI_FIELD(Timex, jitcnt, struct __kernel_timex, jitcnt);
ABI_FIELD(Timex, calcnt, struct __kernel_timex, calcnt);
ABI_FIELD(Timex, errcnt, struct __kernel_timex, errcnt);
ABI_FIELD(Timex, stbcnt, struct __kernel_timex, stbcnt);
ABI_FIELD(Timex, tai, struct __kernel_timex, tai);

// Numbers.

// elf.h
ABI_SAME(kEiClass, EI_CLASS);
ABI_SAME(kEiData, EI_DATA);
ABI_SAME(kEiVersion, EI_VERSION);
ABI_SAME(kEiOsabi, EI_OSABI);
ABI_SAME(kElfclass32, ELFCLASS32);
ABI_SAME(kElfclass64, ELFCLASS64);
ABI_SAME(kElfdata2lsb, ELFDATA2LSB);
ABI_SAME(kEvCurrent, EV_CURRENT);
ABI_SAME(kEtNone, ET_NONE);
ABI_SAME(kEtRel, ET_REL);
ABI_SAME(kEtExec, ET_EXEC);
ABI_SAME(kEtDyn, ET_DYN);
ABI_SAME(kEtCore, ET_CORE);
ABI_SAME(kEm386, EM_386);
ABI_SAME(kEmX8664, EM_X86_64);
ABI_SAME(kEmAarch64, EM_AARCH64);
ABI_SAME(kPnXnum, PN_XNUM);
ABI_SAME(kPtNull, PT_NULL);
ABI_SAME(kPtLoad, PT_LOAD);
ABI_SAME(kPtDynamic, PT_DYNAMIC);
ABI_SAME(kPtInterp, PT_INTERP);
ABI_SAME(kPtNote, PT_NOTE);
ABI_SAME(kPtShlib, PT_SHLIB);
ABI_SAME(kPtPhdr, PT_PHDR);
ABI_SAME(kPtTls, PT_TLS);
ABI_SAME(kPtGnuEhFrame, PT_GNU_EH_FRAME);
ABI_SAME(kPtGnuStack, PT_GNU_STACK);
ABI_SAME(kPtGnuRelro, PT_GNU_RELRO);
ABI_SAME(kPtGnuProperty, PT_GNU_PROPERTY);
ABI_SAME(kPfX, PF_X);
ABI_SAME(kPfW, PF_W);
ABI_SAME(kPfR, PF_R);
ABI_SAME(kShtNull, SHT_NULL);
ABI_SAME(kShtProgbits, SHT_PROGBITS);
ABI_SAME(kShtSymtab, SHT_SYMTAB);
ABI_SAME(kShtStrtab, SHT_STRTAB);
ABI_SAME(kShtNote, SHT_NOTE);
ABI_SAME(kShtNobits, SHT_NOBITS);
ABI_SAME(kShtDynsym, SHT_DYNSYM);
ABI_SAME(kDtNull, DT_NULL);
ABI_SAME(kDtHash, DT_HASH);
ABI_SAME(kDtStrtab, DT_STRTAB);
ABI_SAME(kDtSymtab, DT_SYMTAB);
ABI_SAME(kDtStrsz, DT_STRSZ);
ABI_SAME(kDtSyment, DT_SYMENT);
ABI_SAME(kDtSoname, DT_SONAME);
ABI_SAME(kNtPrstatus, NT_PRSTATUS);
ABI_SAME(kNtPrfpreg, NT_PRFPREG);
ABI_SAME(kNtPrpsinfo, NT_PRPSINFO);
ABI_SAME(kNtAuxv, NT_AUXV);
ABI_SAME(kNtSiginfo, NT_SIGINFO);
ABI_SAME(kNtFile, NT_FILE);
ABI_SAME(kNtX86Xstate, NT_X86_XSTATE);
ABI_SAME(kAtNull, AT_NULL);
ABI_SAME(kAtIgnore, AT_IGNORE);
ABI_SAME(kAtExecfd, AT_EXECFD);
ABI_SAME(kAtPhdr, AT_PHDR);
ABI_SAME(kAtPhent, AT_PHENT);
ABI_SAME(kAtPhnum, AT_PHNUM);
ABI_SAME(kAtPagesz, AT_PAGESZ);
ABI_SAME(kAtBase, AT_BASE);
ABI_SAME(kAtFlags, AT_FLAGS);
ABI_SAME(kAtEntry, AT_ENTRY);
ABI_SAME(kAtNotelf, AT_NOTELF);
ABI_SAME(kAtUid, AT_UID);
ABI_SAME(kAtEuid, AT_EUID);
ABI_SAME(kAtGid, AT_GID);
ABI_SAME(kAtEgid, AT_EGID);
ABI_SAME(kAtPlatform, AT_PLATFORM);
ABI_SAME(kAtHwcap, AT_HWCAP);
ABI_SAME(kAtClktck, AT_CLKTCK);
ABI_SAME(kAtSecure, AT_SECURE);
ABI_SAME(kAtBasePlatform, AT_BASE_PLATFORM);
ABI_SAME(kAtRandom, AT_RANDOM);
ABI_SAME(kAtHwcap2, AT_HWCAP2);
#ifdef AT_RSEQ_FEATURE_SIZE
ABI_SAME(kAtRseqFeatureSize, AT_RSEQ_FEATURE_SIZE);
#endif
#ifdef AT_RSEQ_ALIGN
ABI_SAME(kAtRseqAlign, AT_RSEQ_ALIGN);
#endif
ABI_SAME(kAtExecfn, AT_EXECFN);
ABI_SAME(kAtSysinfoEhdr, AT_SYSINFO_EHDR);
ABI_SAME(kAtMinsigstksz, AT_MINSIGSTKSZ);

// epoll.h
ABI_SAME(kEpollCtlAdd, EPOLL_CTL_ADD);
ABI_SAME(kEpollCtlDel, EPOLL_CTL_DEL);
ABI_SAME(kEpollCtlMod, EPOLL_CTL_MOD);
ABI_SAME(kEpollCloexec, EPOLL_CLOEXEC);
ABI_SAME(kEpollIn, EPOLLIN);
ABI_SAME(kEpollPri, EPOLLPRI);
ABI_SAME(kEpollOut, EPOLLOUT);
ABI_SAME(kEpollErr, EPOLLERR);
ABI_SAME(kEpollHup, EPOLLHUP);
ABI_SAME(kEpollNval, EPOLLNVAL);
ABI_SAME(kEpollRdnorm, EPOLLRDNORM);
ABI_SAME(kEpollRdband, EPOLLRDBAND);
ABI_SAME(kEpollWrnorm, EPOLLWRNORM);
ABI_SAME(kEpollWrband, EPOLLWRBAND);
ABI_SAME(kEpollMsg, EPOLLMSG);
ABI_SAME(kEpollRdhup, EPOLLRDHUP);
ABI_SAME(kEpollExclusive, EPOLLEXCLUSIVE);
ABI_SAME(kEpollWakeup, EPOLLWAKEUP);
ABI_SAME(kEpollOneshot, EPOLLONESHOT);
ABI_SAME(kEpollEt, EPOLLET);

// fcntl.h
ABI_SAME(kOAccmode, O_ACCMODE);
ABI_SAME(kORdonly, O_RDONLY);
ABI_SAME(kOWronly, O_WRONLY);
ABI_SAME(kORdwr, O_RDWR);
ABI_SAME(kOCreat, O_CREAT);
ABI_SAME(kOExcl, O_EXCL);
ABI_SAME(kONoctty, O_NOCTTY);
ABI_SAME(kOTrunc, O_TRUNC);
ABI_SAME(kOAppend, O_APPEND);
ABI_SAME(kONonblock, O_NONBLOCK);
ABI_SAME(kODsync, O_DSYNC);
ABI_SAME(kFasync, FASYNC);
ABI_SAME(kODirect, O_DIRECT);
ABI_SAME(kOLargefile, O_LARGEFILE);
ABI_SAME(kODirectory, O_DIRECTORY);
ABI_SAME(kONofollow, O_NOFOLLOW);
ABI_SAME(kONoatime, O_NOATIME);
ABI_SAME(kOCloexec, O_CLOEXEC);
ABI_SAME(kOSync, O_SYNC);
ABI_SAME(kOPath, O_PATH);
ABI_SAME(kOTmpfile, O_TMPFILE);
ABI_SAME(kResolveNoXdev, RESOLVE_NO_XDEV);
ABI_SAME(kResolveNoMagiclinks, RESOLVE_NO_MAGICLINKS);
ABI_SAME(kResolveNoSymlinks, RESOLVE_NO_SYMLINKS);
ABI_SAME(kResolveBeneath, RESOLVE_BENEATH);
ABI_SAME(kResolveInRoot, RESOLVE_IN_ROOT);
ABI_SAME(kResolveCached, RESOLVE_CACHED);
ABI_SAME(kAtFdcwd, AT_FDCWD);
ABI_SAME(kAtSymlinkNofollow, AT_SYMLINK_NOFOLLOW);
ABI_SAME(kAtEaccess, AT_EACCESS);
ABI_SAME(kAtRemovedir, AT_REMOVEDIR);
ABI_SAME(kAtSymlinkFollow, AT_SYMLINK_FOLLOW);
ABI_SAME(kAtNoAutomount, AT_NO_AUTOMOUNT);
ABI_SAME(kAtEmptyPath, AT_EMPTY_PATH);
ABI_SAME(kAtStatxSyncType, AT_STATX_SYNC_TYPE);
ABI_SAME(kAtStatxSyncAsStat, AT_STATX_SYNC_AS_STAT);
ABI_SAME(kAtStatxForceSync, AT_STATX_FORCE_SYNC);
ABI_SAME(kAtStatxDontSync, AT_STATX_DONT_SYNC);
ABI_SAME(kAtRecursive, AT_RECURSIVE);
#ifdef AT_HANDLE_FID
ABI_SAME(kAtHandleFid, AT_HANDLE_FID);
#endif
#ifdef AT_EXECVE_CHECK
ABI_SAME(kAtExecveCheck, AT_EXECVE_CHECK);
#endif
ABI_SAME(kRenameNoreplace, RENAME_NOREPLACE);
ABI_SAME(kRenameExchange, RENAME_EXCHANGE);
ABI_SAME(kRenameWhiteout, RENAME_WHITEOUT);
ABI_SAME(kFDupfd, F_DUPFD);
ABI_SAME(kFGetfd, F_GETFD);
ABI_SAME(kFSetfd, F_SETFD);
ABI_SAME(kFGetfl, F_GETFL);
ABI_SAME(kFSetfl, F_SETFL);
ABI_SAME(kFGetlk, F_GETLK);
ABI_SAME(kFSetlk, F_SETLK);
ABI_SAME(kFSetlkw, F_SETLKW);
ABI_SAME(kFSetown, F_SETOWN);
ABI_SAME(kFGetown, F_GETOWN);
ABI_SAME(kFSetsig, F_SETSIG);
ABI_SAME(kFGetsig, F_GETSIG);
ABI_SAME(kFSetownEx, F_SETOWN_EX);
ABI_SAME(kFGetownEx, F_GETOWN_EX);
ABI_SAME(kFGetownerUids, F_GETOWNER_UIDS);
ABI_SAME(kFOfdGetlk, F_OFD_GETLK);
ABI_SAME(kFOfdSetlk, F_OFD_SETLK);
ABI_SAME(kFOfdSetlkw, F_OFD_SETLKW);
ABI_SAME(kFSetlease, F_SETLEASE);
ABI_SAME(kFGetlease, F_GETLEASE);
#ifdef F_DUPFD_QUERY
ABI_SAME(kFDupfdQuery, F_DUPFD_QUERY);
#endif
#ifdef F_CREATED_QUERY
ABI_SAME(kFCreatedQuery, F_CREATED_QUERY);
#endif
ABI_SAME(kFCancellk, F_CANCELLK);
ABI_SAME(kFDupfdCloexec, F_DUPFD_CLOEXEC);
ABI_SAME(kFNotify, F_NOTIFY);
ABI_SAME(kFSetpipeSz, F_SETPIPE_SZ);
ABI_SAME(kFGetpipeSz, F_GETPIPE_SZ);
ABI_SAME(kFAddSeals, F_ADD_SEALS);
ABI_SAME(kFGetSeals, F_GET_SEALS);
ABI_SAME(kFGetRwHint, F_GET_RW_HINT);
ABI_SAME(kFSetRwHint, F_SET_RW_HINT);
ABI_SAME(kFGetFileRwHint, F_GET_FILE_RW_HINT);
ABI_SAME(kFSetFileRwHint, F_SET_FILE_RW_HINT);
ABI_SAME(kFdCloexec, FD_CLOEXEC);
ABI_SAME(kFRdlck, F_RDLCK);
ABI_SAME(kFWrlck, F_WRLCK);
ABI_SAME(kFUnlck, F_UNLCK);
ABI_SAME(kFExlck, F_EXLCK);
ABI_SAME(kFShlck, F_SHLCK);
ABI_SAME(kFOwnerTid, F_OWNER_TID);
ABI_SAME(kFOwnerPid, F_OWNER_PID);
ABI_SAME(kFOwnerPgrp, F_OWNER_PGRP);
ABI_SAME(kLockSh, LOCK_SH);
ABI_SAME(kLockEx, LOCK_EX);
ABI_SAME(kLockNb, LOCK_NB);
ABI_SAME(kLockUn, LOCK_UN);
ABI_SAME(kLockMand, LOCK_MAND);
ABI_SAME(kLockRead, LOCK_READ);
ABI_SAME(kLockWrite, LOCK_WRITE);
ABI_SAME(kLockRw, LOCK_RW);
ABI_SAME(kFSealSeal, F_SEAL_SEAL);
ABI_SAME(kFSealShrink, F_SEAL_SHRINK);
ABI_SAME(kFSealGrow, F_SEAL_GROW);
ABI_SAME(kFSealWrite, F_SEAL_WRITE);
ABI_SAME(kFSealFutureWrite, F_SEAL_FUTURE_WRITE);
#ifdef F_SEAL_EXEC
ABI_SAME(kFSealExec, F_SEAL_EXEC);
#endif
ABI_SAME(kDnAccess, DN_ACCESS);
ABI_SAME(kDnModify, DN_MODIFY);
ABI_SAME(kDnCreate, DN_CREATE);
ABI_SAME(kDnDelete, DN_DELETE);
ABI_SAME(kDnRename, DN_RENAME);
ABI_SAME(kDnAttrib, DN_ATTRIB);
ABI_SAME(kDnMultishot, DN_MULTISHOT);
ABI_SAME(kSeekSet, SEEK_SET);
ABI_SAME(kSeekCur, SEEK_CUR);
ABI_SAME(kSeekEnd, SEEK_END);
ABI_SAME(kSeekData, SEEK_DATA);
ABI_SAME(kSeekHole, SEEK_HOLE);
ABI_SAME(kFallocFlKeepSize, FALLOC_FL_KEEP_SIZE);
ABI_SAME(kFallocFlPunchHole, FALLOC_FL_PUNCH_HOLE);
ABI_SAME(kFallocFlNoHideStale, FALLOC_FL_NO_HIDE_STALE);
ABI_SAME(kFallocFlCollapseRange, FALLOC_FL_COLLAPSE_RANGE);
ABI_SAME(kFallocFlZeroRange, FALLOC_FL_ZERO_RANGE);
ABI_SAME(kFallocFlInsertRange, FALLOC_FL_INSERT_RANGE);
ABI_SAME(kFallocFlUnshareRange, FALLOC_FL_UNSHARE_RANGE);
ABI_SAME(kPosixFadvNormal, POSIX_FADV_NORMAL);
ABI_SAME(kPosixFadvRandom, POSIX_FADV_RANDOM);
ABI_SAME(kPosixFadvSequential, POSIX_FADV_SEQUENTIAL);
ABI_SAME(kPosixFadvWillneed, POSIX_FADV_WILLNEED);
ABI_SAME(kPosixFadvDontneed, POSIX_FADV_DONTNEED);
ABI_SAME(kPosixFadvNoreuse, POSIX_FADV_NOREUSE);
ABI_SAME(kCloseRangeUnshare, CLOSE_RANGE_UNSHARE);
ABI_SAME(kCloseRangeCloexec, CLOSE_RANGE_CLOEXEC);
ABI_SAME(kSyncFileRangeWaitBefore, SYNC_FILE_RANGE_WAIT_BEFORE);
ABI_SAME(kSyncFileRangeWrite, SYNC_FILE_RANGE_WRITE);
ABI_SAME(kSyncFileRangeWaitAfter, SYNC_FILE_RANGE_WAIT_AFTER);
ABI_SAME(kRwfHipri, RWF_HIPRI);
ABI_SAME(kRwfDsync, RWF_DSYNC);
ABI_SAME(kRwfSync, RWF_SYNC);
ABI_SAME(kRwfNowait, RWF_NOWAIT);
ABI_SAME(kRwfAppend, RWF_APPEND);
#ifdef RWF_NOAPPEND
ABI_SAME(kRwfNoappend, RWF_NOAPPEND);
#endif
#ifdef RWF_ATOMIC
ABI_SAME(kRwfAtomic, RWF_ATOMIC);
#endif
#ifdef RWF_DONTCACHE
ABI_SAME(kRwfDontcache, RWF_DONTCACHE);
#endif
#ifdef SPLICE_F_MOVE
ABI_SAME(kSpliceFMove, SPLICE_F_MOVE);
#endif
#ifdef SPLICE_F_NONBLOCK
ABI_SAME(kSpliceFNonblock, SPLICE_F_NONBLOCK);
#endif
#ifdef SPLICE_F_MORE
ABI_SAME(kSpliceFMore, SPLICE_F_MORE);
#endif
#ifdef SPLICE_F_GIFT
ABI_SAME(kSpliceFGift, SPLICE_F_GIFT);
#endif

// futex.h
ABI_SAME(kFutexWait, FUTEX_WAIT);
ABI_SAME(kFutexWake, FUTEX_WAKE);
ABI_SAME(kFutexFd, FUTEX_FD);
ABI_SAME(kFutexRequeue, FUTEX_REQUEUE);
ABI_SAME(kFutexCmpRequeue, FUTEX_CMP_REQUEUE);
ABI_SAME(kFutexWakeOp, FUTEX_WAKE_OP);
ABI_SAME(kFutexLockPi, FUTEX_LOCK_PI);
ABI_SAME(kFutexUnlockPi, FUTEX_UNLOCK_PI);
ABI_SAME(kFutexTrylockPi, FUTEX_TRYLOCK_PI);
ABI_SAME(kFutexWaitBitset, FUTEX_WAIT_BITSET);
ABI_SAME(kFutexWakeBitset, FUTEX_WAKE_BITSET);
ABI_SAME(kFutexWaitRequeuePi, FUTEX_WAIT_REQUEUE_PI);
ABI_SAME(kFutexCmpRequeuePi, FUTEX_CMP_REQUEUE_PI);
ABI_SAME(kFutexLockPi2, FUTEX_LOCK_PI2);
ABI_SAME(kFutexPrivateFlag, FUTEX_PRIVATE_FLAG);
ABI_SAME(kFutexClockRealtime, FUTEX_CLOCK_REALTIME);
ABI_SAME(kFutexCmdMask, FUTEX_CMD_MASK);
ABI_SAME(kFutexWaiters, FUTEX_WAITERS);
ABI_SAME(kFutexOwnerDied, FUTEX_OWNER_DIED);
ABI_SAME(kFutexTidMask, FUTEX_TID_MASK);
ABI_SAME(kFutexBitsetMatchAny, FUTEX_BITSET_MATCH_ANY);
ABI_SAME(kFutexOpSet, FUTEX_OP_SET);
ABI_SAME(kFutexOpAdd, FUTEX_OP_ADD);
ABI_SAME(kFutexOpOr, FUTEX_OP_OR);
ABI_SAME(kFutexOpAndn, FUTEX_OP_ANDN);
ABI_SAME(kFutexOpXor, FUTEX_OP_XOR);
ABI_SAME(kFutexOpOpargShift, FUTEX_OP_OPARG_SHIFT);
ABI_SAME(kFutexOpCmpEq, FUTEX_OP_CMP_EQ);
ABI_SAME(kFutexOpCmpNe, FUTEX_OP_CMP_NE);
ABI_SAME(kFutexOpCmpLt, FUTEX_OP_CMP_LT);
ABI_SAME(kFutexOpCmpLe, FUTEX_OP_CMP_LE);
ABI_SAME(kFutexOpCmpGt, FUTEX_OP_CMP_GT);
ABI_SAME(kFutexOpCmpGe, FUTEX_OP_CMP_GE);
ABI_SAME(kRobustListLimit, ROBUST_LIST_LIMIT);
ABI_SAME(kFutex32, FUTEX_32);
ABI_SAME(kFutexWaitvMax, FUTEX_WAITV_MAX);
#ifdef FUTEX2_SIZE_U8
ABI_SAME(kFutex2SizeU8, FUTEX2_SIZE_U8);
#endif
#ifdef FUTEX2_SIZE_U16
ABI_SAME(kFutex2SizeU16, FUTEX2_SIZE_U16);
#endif
#ifdef FUTEX2_SIZE_U32
ABI_SAME(kFutex2SizeU32, FUTEX2_SIZE_U32);
#endif
#ifdef FUTEX2_SIZE_U64
ABI_SAME(kFutex2SizeU64, FUTEX2_SIZE_U64);
#endif
#ifdef FUTEX2_NUMA
ABI_SAME(kFutex2Numa, FUTEX2_NUMA);
#endif
#ifdef FUTEX2_PRIVATE
ABI_SAME(kFutex2Private, FUTEX2_PRIVATE);
#endif

// mman.h
ABI_SAME(kProtNone, PROT_NONE);
ABI_SAME(kProtRead, PROT_READ);
ABI_SAME(kProtWrite, PROT_WRITE);
ABI_SAME(kProtExec, PROT_EXEC);
ABI_SAME(kProtSem, PROT_SEM);
ABI_SAME(kProtGrowsdown, PROT_GROWSDOWN);
ABI_SAME(kProtGrowsup, PROT_GROWSUP);
ABI_SAME(kMapType, MAP_TYPE);
ABI_SAME(kMapShared, MAP_SHARED);
ABI_SAME(kMapPrivate, MAP_PRIVATE);
ABI_SAME(kMapSharedValidate, MAP_SHARED_VALIDATE);
#ifdef MAP_DROPPABLE
ABI_SAME(kMapDroppable, MAP_DROPPABLE);
#endif
ABI_SAME(kMapFixed, MAP_FIXED);
ABI_SAME(kMapAnonymous, MAP_ANONYMOUS);
ABI_SAME(kMap32bit, MAP_32BIT);
#ifdef MAP_ABOVE4G
ABI_SAME(kMapAbove4g, MAP_ABOVE4G);
#endif
ABI_SAME(kMapGrowsdown, MAP_GROWSDOWN);
ABI_SAME(kMapDenywrite, MAP_DENYWRITE);
ABI_SAME(kMapExecutable, MAP_EXECUTABLE);
ABI_SAME(kMapLocked, MAP_LOCKED);
ABI_SAME(kMapNoreserve, MAP_NORESERVE);
ABI_SAME(kMapPopulate, MAP_POPULATE);
ABI_SAME(kMapNonblock, MAP_NONBLOCK);
ABI_SAME(kMapStack, MAP_STACK);
ABI_SAME(kMapHugetlb, MAP_HUGETLB);
ABI_SAME(kMapSync, MAP_SYNC);
ABI_SAME(kMapFixedNoreplace, MAP_FIXED_NOREPLACE);
ABI_SAME(kMapUninitialized, MAP_UNINITIALIZED);
ABI_SAME(kMapHugeShift, MAP_HUGE_SHIFT);
ABI_SAME(kMapHugeMask, MAP_HUGE_MASK);
ABI_SAME(kMadvNormal, MADV_NORMAL);
ABI_SAME(kMadvRandom, MADV_RANDOM);
ABI_SAME(kMadvSequential, MADV_SEQUENTIAL);
ABI_SAME(kMadvWillneed, MADV_WILLNEED);
ABI_SAME(kMadvDontneed, MADV_DONTNEED);
ABI_SAME(kMadvFree, MADV_FREE);
ABI_SAME(kMadvRemove, MADV_REMOVE);
ABI_SAME(kMadvDontfork, MADV_DONTFORK);
ABI_SAME(kMadvDofork, MADV_DOFORK);
ABI_SAME(kMadvMergeable, MADV_MERGEABLE);
ABI_SAME(kMadvUnmergeable, MADV_UNMERGEABLE);
ABI_SAME(kMadvHugepage, MADV_HUGEPAGE);
ABI_SAME(kMadvNohugepage, MADV_NOHUGEPAGE);
ABI_SAME(kMadvDontdump, MADV_DONTDUMP);
ABI_SAME(kMadvDodump, MADV_DODUMP);
ABI_SAME(kMadvWipeonfork, MADV_WIPEONFORK);
ABI_SAME(kMadvKeeponfork, MADV_KEEPONFORK);
ABI_SAME(kMadvCold, MADV_COLD);
ABI_SAME(kMadvPageout, MADV_PAGEOUT);
ABI_SAME(kMadvPopulateRead, MADV_POPULATE_READ);
ABI_SAME(kMadvPopulateWrite, MADV_POPULATE_WRITE);
ABI_SAME(kMadvDontneedLocked, MADV_DONTNEED_LOCKED);
ABI_SAME(kMadvCollapse, MADV_COLLAPSE);
#ifdef MADV_GUARD_INSTALL
ABI_SAME(kMadvGuardInstall, MADV_GUARD_INSTALL);
#endif
#ifdef MADV_GUARD_REMOVE
ABI_SAME(kMadvGuardRemove, MADV_GUARD_REMOVE);
#endif
ABI_SAME(kMadvHwpoison, MADV_HWPOISON);
ABI_SAME(kMadvSoftOffline, MADV_SOFT_OFFLINE);
ABI_SAME(kMremapMaymove, MREMAP_MAYMOVE);
ABI_SAME(kMremapFixed, MREMAP_FIXED);
ABI_SAME(kMremapDontunmap, MREMAP_DONTUNMAP);
ABI_SAME(kMsAsync, MS_ASYNC);
ABI_SAME(kMsInvalidate, MS_INVALIDATE);
ABI_SAME(kMsSync, MS_SYNC);
ABI_SAME(kMclCurrent, MCL_CURRENT);
ABI_SAME(kMclFuture, MCL_FUTURE);
ABI_SAME(kMclOnfault, MCL_ONFAULT);
ABI_SAME(kMlockOnfault, MLOCK_ONFAULT);
ABI_SAME(kMfdCloexec, MFD_CLOEXEC);
ABI_SAME(kMfdAllowSealing, MFD_ALLOW_SEALING);
ABI_SAME(kMfdHugetlb, MFD_HUGETLB);
#ifdef MFD_NOEXEC_SEAL
ABI_SAME(kMfdNoexecSeal, MFD_NOEXEC_SEAL);
#endif
#ifdef MFD_EXEC
ABI_SAME(kMfdExec, MFD_EXEC);
#endif
ABI_SAME(kPkeyDisableAccess, PKEY_DISABLE_ACCESS);
ABI_SAME(kPkeyDisableWrite, PKEY_DISABLE_WRITE);
ABI_SAME(kMpolDefault, MPOL_DEFAULT);
ABI_SAME(kMpolPreferred, MPOL_PREFERRED);
ABI_SAME(kMpolBind, MPOL_BIND);
ABI_SAME(kMpolInterleave, MPOL_INTERLEAVE);
ABI_SAME(kMpolLocal, MPOL_LOCAL);
ABI_SAME(kMpolPreferredMany, MPOL_PREFERRED_MANY);
ABI_SAME(kMpolFNode, MPOL_F_NODE);
ABI_SAME(kMpolFAddr, MPOL_F_ADDR);
ABI_SAME(kMpolFMemsAllowed, MPOL_F_MEMS_ALLOWED);
ABI_SAME(kMpolFStaticNodes, MPOL_F_STATIC_NODES);
ABI_SAME(kMpolFRelativeNodes, MPOL_F_RELATIVE_NODES);
ABI_SAME(kMpolFNumaBalancing, MPOL_F_NUMA_BALANCING);
ABI_SAME(kMpolMfStrict, MPOL_MF_STRICT);
ABI_SAME(kMpolMfMove, MPOL_MF_MOVE);
ABI_SAME(kMpolMfMoveAll, MPOL_MF_MOVE_ALL);
ABI_SAME(kMembarrierCmdQuery, MEMBARRIER_CMD_QUERY);
ABI_SAME(kMembarrierCmdGlobal, MEMBARRIER_CMD_GLOBAL);
ABI_SAME(kMembarrierCmdGlobalExpedited, MEMBARRIER_CMD_GLOBAL_EXPEDITED);
ABI_SAME(kMembarrierCmdRegisterGlobalExpedited, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);
ABI_SAME(kMembarrierCmdPrivateExpedited, MEMBARRIER_CMD_PRIVATE_EXPEDITED);
ABI_SAME(kMembarrierCmdRegisterPrivateExpedited, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
ABI_SAME(kMembarrierCmdPrivateExpeditedSyncCore, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
ABI_SAME(kMembarrierCmdRegisterPrivateExpeditedSyncCore,
         MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
ABI_SAME(kMembarrierCmdPrivateExpeditedRseq, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ);
ABI_SAME(kMembarrierCmdRegisterPrivateExpeditedRseq,
         MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ);

// poll.h
ABI_SAME(kPollIn, POLLIN);
ABI_SAME(kPollPri, POLLPRI);
ABI_SAME(kPollOut, POLLOUT);
ABI_SAME(kPollErr, POLLERR);
ABI_SAME(kPollHup, POLLHUP);
ABI_SAME(kPollNval, POLLNVAL);
ABI_SAME(kPollRdnorm, POLLRDNORM);
ABI_SAME(kPollRdband, POLLRDBAND);
ABI_SAME(kPollWrnorm, POLLWRNORM);
ABI_SAME(kPollWrband, POLLWRBAND);
ABI_SAME(kPollMsg, POLLMSG);
ABI_SAME(kPollRdhup, POLLRDHUP);

// resource.h
ABI_SAME(kRlimitCpu, RLIMIT_CPU);
ABI_SAME(kRlimitFsize, RLIMIT_FSIZE);
ABI_SAME(kRlimitData, RLIMIT_DATA);
ABI_SAME(kRlimitStack, RLIMIT_STACK);
ABI_SAME(kRlimitCore, RLIMIT_CORE);
ABI_SAME(kRlimitRss, RLIMIT_RSS);
ABI_SAME(kRlimitNproc, RLIMIT_NPROC);
ABI_SAME(kRlimitNofile, RLIMIT_NOFILE);
ABI_SAME(kRlimitMemlock, RLIMIT_MEMLOCK);
ABI_SAME(kRlimitAs, RLIMIT_AS);
ABI_SAME(kRlimitLocks, RLIMIT_LOCKS);
ABI_SAME(kRlimitSigpending, RLIMIT_SIGPENDING);
ABI_SAME(kRlimitMsgqueue, RLIMIT_MSGQUEUE);
ABI_SAME(kRlimitNice, RLIMIT_NICE);
ABI_SAME(kRlimitRtprio, RLIMIT_RTPRIO);
ABI_SAME(kRlimitRttime, RLIMIT_RTTIME);
ABI_SAME(kRusageSelf, RUSAGE_SELF);
ABI_SAME(kRusageChildren, RUSAGE_CHILDREN);
ABI_SAME(kRusageThread, RUSAGE_THREAD);
ABI_SAME(kRusageBoth, RUSAGE_BOTH);
ABI_SAME(kPrioProcess, PRIO_PROCESS);
ABI_SAME(kPrioPgrp, PRIO_PGRP);
ABI_SAME(kPrioUser, PRIO_USER);
ABI_SAME(kPrioMin, PRIO_MIN);
ABI_SAME(kPrioMax, PRIO_MAX);
ABI_SAME(kIoprioWhoProcess, IOPRIO_WHO_PROCESS);
ABI_SAME(kIoprioWhoPgrp, IOPRIO_WHO_PGRP);
ABI_SAME(kIoprioWhoUser, IOPRIO_WHO_USER);
ABI_SAME(kIoprioClassNone, IOPRIO_CLASS_NONE);
ABI_SAME(kIoprioClassRt, IOPRIO_CLASS_RT);
ABI_SAME(kIoprioClassBe, IOPRIO_CLASS_BE);
ABI_SAME(kIoprioClassIdle, IOPRIO_CLASS_IDLE);

// sched.h
ABI_SAME(kCloneVm, CLONE_VM);
ABI_SAME(kCloneFs, CLONE_FS);
ABI_SAME(kCloneFiles, CLONE_FILES);
ABI_SAME(kCloneSighand, CLONE_SIGHAND);
ABI_SAME(kClonePidfd, CLONE_PIDFD);
ABI_SAME(kClonePtrace, CLONE_PTRACE);
ABI_SAME(kCloneVfork, CLONE_VFORK);
ABI_SAME(kCloneParent, CLONE_PARENT);
ABI_SAME(kCloneThread, CLONE_THREAD);
ABI_SAME(kCloneNewns, CLONE_NEWNS);
ABI_SAME(kCloneSysvsem, CLONE_SYSVSEM);
ABI_SAME(kCloneSettls, CLONE_SETTLS);
ABI_SAME(kCloneParentSettid, CLONE_PARENT_SETTID);
ABI_SAME(kCloneChildCleartid, CLONE_CHILD_CLEARTID);
ABI_SAME(kCloneDetached, CLONE_DETACHED);
ABI_SAME(kCloneUntraced, CLONE_UNTRACED);
ABI_SAME(kCloneChildSettid, CLONE_CHILD_SETTID);
ABI_SAME(kCloneNewcgroup, CLONE_NEWCGROUP);
ABI_SAME(kCloneNewuts, CLONE_NEWUTS);
ABI_SAME(kCloneNewipc, CLONE_NEWIPC);
ABI_SAME(kCloneNewuser, CLONE_NEWUSER);
ABI_SAME(kCloneNewpid, CLONE_NEWPID);
ABI_SAME(kCloneNewnet, CLONE_NEWNET);
ABI_SAME(kCloneIo, CLONE_IO);
ABI_SAME(kCloneClearSighand, CLONE_CLEAR_SIGHAND);
ABI_SAME(kCloneIntoCgroup, CLONE_INTO_CGROUP);
ABI_SAME(kCloneNewtime, CLONE_NEWTIME);
ABI_SAME(kCloneArgsSizeVer0, CLONE_ARGS_SIZE_VER0);
ABI_SAME(kCloneArgsSizeVer1, CLONE_ARGS_SIZE_VER1);
ABI_SAME(kCloneArgsSizeVer2, CLONE_ARGS_SIZE_VER2);
ABI_SAME(kSchedNormal, SCHED_NORMAL);
ABI_SAME(kSchedFifo, SCHED_FIFO);
ABI_SAME(kSchedRr, SCHED_RR);
ABI_SAME(kSchedBatch, SCHED_BATCH);
ABI_SAME(kSchedIdle, SCHED_IDLE);
ABI_SAME(kSchedDeadline, SCHED_DEADLINE);
#ifdef SCHED_EXT
ABI_SAME(kSchedExt, SCHED_EXT);
#endif
ABI_SAME(kSchedResetOnFork, SCHED_RESET_ON_FORK);
ABI_SAME(kSchedFlagResetOnFork, SCHED_FLAG_RESET_ON_FORK);
ABI_SAME(kSchedFlagReclaim, SCHED_FLAG_RECLAIM);
ABI_SAME(kSchedFlagDlOverrun, SCHED_FLAG_DL_OVERRUN);
ABI_SAME(kSchedFlagKeepPolicy, SCHED_FLAG_KEEP_POLICY);
ABI_SAME(kSchedFlagKeepParams, SCHED_FLAG_KEEP_PARAMS);
ABI_SAME(kSchedFlagUtilClampMin, SCHED_FLAG_UTIL_CLAMP_MIN);
ABI_SAME(kSchedFlagUtilClampMax, SCHED_FLAG_UTIL_CLAMP_MAX);
ABI_SAME(kSchedAttrSizeVer0, SCHED_ATTR_SIZE_VER0);
ABI_SAME(kSchedAttrSizeVer1, SCHED_ATTR_SIZE_VER1);
#ifdef PIDFD_NONBLOCK
ABI_SAME(kPidfdNonblock, PIDFD_NONBLOCK);
#endif
#ifdef PIDFD_THREAD
ABI_SAME(kPidfdThread, PIDFD_THREAD);
#endif
#ifdef PIDFD_SIGNAL_THREAD
ABI_SAME(kPidfdSignalThread, PIDFD_SIGNAL_THREAD);
#endif
#ifdef PIDFD_SIGNAL_THREAD_GROUP
ABI_SAME(kPidfdSignalThreadGroup, PIDFD_SIGNAL_THREAD_GROUP);
#endif
#ifdef PIDFD_SIGNAL_PROCESS_GROUP
ABI_SAME(kPidfdSignalProcessGroup, PIDFD_SIGNAL_PROCESS_GROUP);
#endif
ABI_SAME(kKcmpFile, KCMP_FILE);
ABI_SAME(kKcmpVm, KCMP_VM);
ABI_SAME(kKcmpFiles, KCMP_FILES);
ABI_SAME(kKcmpFs, KCMP_FS);
ABI_SAME(kKcmpSighand, KCMP_SIGHAND);
ABI_SAME(kKcmpIo, KCMP_IO);
ABI_SAME(kKcmpSysvsem, KCMP_SYSVSEM);
ABI_SAME(kKcmpEpollTfd, KCMP_EPOLL_TFD);

// signal.h
ABI_SAME(kSigHup, SIGHUP);
ABI_SAME(kSigInt, SIGINT);
ABI_SAME(kSigQuit, SIGQUIT);
ABI_SAME(kSigIll, SIGILL);
ABI_SAME(kSigTrap, SIGTRAP);
ABI_SAME(kSigAbrt, SIGABRT);
ABI_SAME(kSigBus, SIGBUS);
ABI_SAME(kSigFpe, SIGFPE);
ABI_SAME(kSigKill, SIGKILL);
ABI_SAME(kSigUsr1, SIGUSR1);
ABI_SAME(kSigSegv, SIGSEGV);
ABI_SAME(kSigUsr2, SIGUSR2);
ABI_SAME(kSigPipe, SIGPIPE);
ABI_SAME(kSigAlrm, SIGALRM);
ABI_SAME(kSigTerm, SIGTERM);
ABI_SAME(kSigStkflt, SIGSTKFLT);
ABI_SAME(kSigChld, SIGCHLD);
ABI_SAME(kSigCont, SIGCONT);
ABI_SAME(kSigStop, SIGSTOP);
ABI_SAME(kSigTstp, SIGTSTP);
ABI_SAME(kSigTtin, SIGTTIN);
ABI_SAME(kSigTtou, SIGTTOU);
ABI_SAME(kSigUrg, SIGURG);
ABI_SAME(kSigXcpu, SIGXCPU);
ABI_SAME(kSigXfsz, SIGXFSZ);
ABI_SAME(kSigVtalrm, SIGVTALRM);
ABI_SAME(kSigProf, SIGPROF);
ABI_SAME(kSigWinch, SIGWINCH);
ABI_SAME(kSigIo, SIGIO);
ABI_SAME(kSigPwr, SIGPWR);
ABI_SAME(kSigSys, SIGSYS);
ABI_SAME(kSigBlock, SIG_BLOCK);
ABI_SAME(kSigUnblock, SIG_UNBLOCK);
ABI_SAME(kSigSetmask, SIG_SETMASK);
ABI_SAME(kSaNocldstop, SA_NOCLDSTOP);
ABI_SAME(kSaNocldwait, SA_NOCLDWAIT);
ABI_SAME(kSaSiginfo, SA_SIGINFO);
ABI_SAME(kSaUnsupported, SA_UNSUPPORTED);
ABI_SAME(kSaExposeTagbits, SA_EXPOSE_TAGBITS);
ABI_SAME(kSaRestorer, SA_RESTORER);
ABI_SAME(kSaOnstack, SA_ONSTACK);
ABI_SAME(kSaRestart, SA_RESTART);
ABI_SAME(kSaNodefer, SA_NODEFER);
ABI_SAME(kSaResethand, SA_RESETHAND);
#ifdef SS_ONSTACK
ABI_SAME(kSsOnstack, SS_ONSTACK);
#endif
#ifdef SS_DISABLE
ABI_SAME(kSsDisable, SS_DISABLE);
#endif
#ifdef SS_AUTODISARM
ABI_SAME(kSsAutodisarm, SS_AUTODISARM);
#endif
ABI_SAME(kMinsigstksz, MINSIGSTKSZ);
ABI_SAME(kSigStksz, SIGSTKSZ);
ABI_SAME(kSiUser, SI_USER);
ABI_SAME(kSiKernel, SI_KERNEL);
ABI_SAME(kSiQueue, SI_QUEUE);
ABI_SAME(kSiTimer, SI_TIMER);
ABI_SAME(kSiMesgq, SI_MESGQ);
ABI_SAME(kSiAsyncio, SI_ASYNCIO);
ABI_SAME(kSiSigio, SI_SIGIO);
ABI_SAME(kSiTkill, SI_TKILL);
ABI_SAME(kSiDethread, SI_DETHREAD);
ABI_SAME(kSiAsyncnl, SI_ASYNCNL);
ABI_SAME(kIllIllopc, ILL_ILLOPC);
ABI_SAME(kIllIllopn, ILL_ILLOPN);
ABI_SAME(kIllIlladr, ILL_ILLADR);
ABI_SAME(kIllIlltrp, ILL_ILLTRP);
ABI_SAME(kIllPrvopc, ILL_PRVOPC);
ABI_SAME(kIllPrvreg, ILL_PRVREG);
ABI_SAME(kIllCoproc, ILL_COPROC);
ABI_SAME(kIllBadstk, ILL_BADSTK);
ABI_SAME(kFpeIntdiv, FPE_INTDIV);
ABI_SAME(kFpeIntovf, FPE_INTOVF);
ABI_SAME(kFpeFltdiv, FPE_FLTDIV);
ABI_SAME(kFpeFltovf, FPE_FLTOVF);
ABI_SAME(kFpeFltund, FPE_FLTUND);
ABI_SAME(kFpeFltres, FPE_FLTRES);
ABI_SAME(kFpeFltinv, FPE_FLTINV);
ABI_SAME(kFpeFltsub, FPE_FLTSUB);
ABI_SAME(kFpeFltunk, FPE_FLTUNK);
ABI_SAME(kSegvMaperr, SEGV_MAPERR);
ABI_SAME(kSegvAccerr, SEGV_ACCERR);
ABI_SAME(kSegvBnderr, SEGV_BNDERR);
ABI_SAME(kSegvPkuerr, SEGV_PKUERR);
ABI_SAME(kBusAdraln, BUS_ADRALN);
ABI_SAME(kBusAdrerr, BUS_ADRERR);
ABI_SAME(kBusObjerr, BUS_OBJERR);
ABI_SAME(kBusMceerrAr, BUS_MCEERR_AR);
ABI_SAME(kBusMceerrAo, BUS_MCEERR_AO);
ABI_SAME(kTrapBrkpt, TRAP_BRKPT);
ABI_SAME(kTrapTrace, TRAP_TRACE);
ABI_SAME(kTrapBranch, TRAP_BRANCH);
ABI_SAME(kTrapHwbkpt, TRAP_HWBKPT);
ABI_SAME(kTrapUnk, TRAP_UNK);
ABI_SAME(kTrapPerf, TRAP_PERF);
ABI_SAME(kCldExited, CLD_EXITED);
ABI_SAME(kCldKilled, CLD_KILLED);
ABI_SAME(kCldDumped, CLD_DUMPED);
ABI_SAME(kCldTrapped, CLD_TRAPPED);
ABI_SAME(kCldStopped, CLD_STOPPED);
ABI_SAME(kCldContinued, CLD_CONTINUED);
ABI_SAME(kPollCodeIn, POLL_IN);
ABI_SAME(kPollCodeOut, POLL_OUT);
ABI_SAME(kPollCodeMsg, POLL_MSG);
ABI_SAME(kPollCodeErr, POLL_ERR);
ABI_SAME(kPollCodePri, POLL_PRI);
ABI_SAME(kPollCodeHup, POLL_HUP);
ABI_SAME(kSysSeccomp, SYS_SECCOMP);
ABI_SAME(kSysUserDispatch, SYS_USER_DISPATCH);
ABI_SAME(kSigevSignal, SIGEV_SIGNAL);
ABI_SAME(kSigevNone, SIGEV_NONE);
ABI_SAME(kSigevThread, SIGEV_THREAD);
ABI_SAME(kSigevThreadId, SIGEV_THREAD_ID);
ABI_SAME(kFpXstateMagic1, FP_XSTATE_MAGIC1);
ABI_SAME(kFpXstateMagic2, FP_XSTATE_MAGIC2);
ABI_SAME(kUcFpXstate, UC_FP_XSTATE);
ABI_SAME(kUcSigcontextSs, UC_SIGCONTEXT_SS);
ABI_SAME(kUcStrictRestoreSs, UC_STRICT_RESTORE_SS);

// stat.h
ABI_SAME(kStatxType, STATX_TYPE);
ABI_SAME(kStatxMode, STATX_MODE);
ABI_SAME(kStatxNlink, STATX_NLINK);
ABI_SAME(kStatxUid, STATX_UID);
ABI_SAME(kStatxGid, STATX_GID);
ABI_SAME(kStatxAtime, STATX_ATIME);
ABI_SAME(kStatxMtime, STATX_MTIME);
ABI_SAME(kStatxCtime, STATX_CTIME);
ABI_SAME(kStatxIno, STATX_INO);
ABI_SAME(kStatxSize, STATX_SIZE);
ABI_SAME(kStatxBlocks, STATX_BLOCKS);
ABI_SAME(kStatxBasicStats, STATX_BASIC_STATS);
ABI_SAME(kStatxBtime, STATX_BTIME);
ABI_SAME(kStatxAll, STATX_ALL);
ABI_SAME(kStatxMntId, STATX_MNT_ID);
ABI_SAME(kStatxDioalign, STATX_DIOALIGN);
#ifdef STATX_MNT_ID_UNIQUE
ABI_SAME(kStatxMntIdUnique, STATX_MNT_ID_UNIQUE);
#endif
#ifdef STATX_SUBVOL
ABI_SAME(kStatxSubvol, STATX_SUBVOL);
#endif
#ifdef STATX_RESERVED
ABI_SAME(kStatxReserved, STATX_RESERVED);
#endif
ABI_SAME(kStatxAttrCompressed, STATX_ATTR_COMPRESSED);
ABI_SAME(kStatxAttrImmutable, STATX_ATTR_IMMUTABLE);
ABI_SAME(kStatxAttrAppend, STATX_ATTR_APPEND);
ABI_SAME(kStatxAttrNodump, STATX_ATTR_NODUMP);
ABI_SAME(kStatxAttrEncrypted, STATX_ATTR_ENCRYPTED);
ABI_SAME(kStatxAttrAutomount, STATX_ATTR_AUTOMOUNT);
ABI_SAME(kStatxAttrMountRoot, STATX_ATTR_MOUNT_ROOT);
ABI_SAME(kStatxAttrVerity, STATX_ATTR_VERITY);
ABI_SAME(kStatxAttrDax, STATX_ATTR_DAX);
#ifdef ST_RDONLY
ABI_SAME(kStRdonly, ST_RDONLY);
#endif
#ifdef ST_NOSUID
ABI_SAME(kStNosuid, ST_NOSUID);
#endif
#ifdef ST_NODEV
ABI_SAME(kStNodev, ST_NODEV);
#endif
#ifdef ST_NOEXEC
ABI_SAME(kStNoexec, ST_NOEXEC);
#endif
#ifdef ST_SYNCHRONOUS
ABI_SAME(kStSynchronous, ST_SYNCHRONOUS);
#endif
#ifdef ST_VALID
ABI_SAME(kStValid, ST_VALID);
#endif
#ifdef ST_MANDLOCK
ABI_SAME(kStMandlock, ST_MANDLOCK);
#endif
#ifdef ST_NOATIME
ABI_SAME(kStNoatime, ST_NOATIME);
#endif
#ifdef ST_NODIRATIME
ABI_SAME(kStNodiratime, ST_NODIRATIME);
#endif
#ifdef ST_RELATIME
ABI_SAME(kStRelatime, ST_RELATIME);
#endif
#ifdef ST_NOSYMFOLLOW
ABI_SAME(kStNosymfollow, ST_NOSYMFOLLOW);
#endif
ABI_SAME(kTmpfsMagic, TMPFS_MAGIC);
ABI_SAME(kRamfsMagic, RAMFS_MAGIC);
ABI_SAME(kProcSuperMagic, PROC_SUPER_MAGIC);
ABI_SAME(kSysfsMagic, SYSFS_MAGIC);
ABI_SAME(kDevptsSuperMagic, DEVPTS_SUPER_MAGIC);
ABI_SAME(kPipefsMagic, PIPEFS_MAGIC);
ABI_SAME(kSockfsMagic, SOCKFS_MAGIC);
ABI_SAME(kAnonInodeFsMagic, ANON_INODE_FS_MAGIC);
ABI_SAME(kOverlayfsSuperMagic, OVERLAYFS_SUPER_MAGIC);
ABI_SAME(kExt4SuperMagic, EXT4_SUPER_MAGIC);
ABI_SAME(kXfsSuperMagic, XFS_SUPER_MAGIC);
ABI_SAME(kBtrfsSuperMagic, BTRFS_SUPER_MAGIC);
ABI_SAME(kCgroupSuperMagic, CGROUP_SUPER_MAGIC);
ABI_SAME(kCgroup2SuperMagic, CGROUP2_SUPER_MAGIC);
ABI_SAME(kNsfsMagic, NSFS_MAGIC);
ABI_SAME(kSecurityfsMagic, SECURITYFS_MAGIC);
ABI_SAME(kDebugfsMagic, DEBUGFS_MAGIC);
ABI_SAME(kTracefsMagic, TRACEFS_MAGIC);
ABI_SAME(kBinfmtfsMagic, BINFMTFS_MAGIC);
ABI_SAME(kHugetlbfsMagic, HUGETLBFS_MAGIC);
ABI_SAME(kV9fsMagic, V9FS_MAGIC);
ABI_SAME(kNfsSuperMagic, NFS_SUPER_MAGIC);
ABI_SAME(kSquashfsMagic, SQUASHFS_MAGIC);
ABI_SAME(kErofsSuperMagicV1, EROFS_SUPER_MAGIC_V1);
ABI_SAME(kFuseSuperMagic, FUSE_SUPER_MAGIC);
ABI_SAME(kBpfFsMagic, BPF_FS_MAGIC);
#ifdef MQUEUE_MAGIC
ABI_SAME(kMqueueMagic, MQUEUE_MAGIC);
#endif
#ifdef PID_FS_MAGIC
ABI_SAME(kPidFsMagic, PID_FS_MAGIC);
#endif
ABI_SAME(kXattrCreate, XATTR_CREATE);
ABI_SAME(kXattrReplace, XATTR_REPLACE);
ABI_SAME(kXattrNameMax, XATTR_NAME_MAX);
ABI_SAME(kXattrSizeMax, XATTR_SIZE_MAX);
ABI_SAME(kXattrListMax, XATTR_LIST_MAX);

// time.h
ABI_SAME(kTimeOk, TIME_OK);
ABI_SAME(kTimeError, TIME_ERROR);
ABI_SAME(kStaUnsync, STA_UNSYNC);
ABI_SAME(kStaNano, STA_NANO);
ABI_SAME(kClockRealtime, CLOCK_REALTIME);
ABI_SAME(kClockMonotonic, CLOCK_MONOTONIC);
ABI_SAME(kClockProcessCputimeId, CLOCK_PROCESS_CPUTIME_ID);
ABI_SAME(kClockThreadCputimeId, CLOCK_THREAD_CPUTIME_ID);
ABI_SAME(kClockMonotonicRaw, CLOCK_MONOTONIC_RAW);
ABI_SAME(kClockRealtimeCoarse, CLOCK_REALTIME_COARSE);
ABI_SAME(kClockMonotonicCoarse, CLOCK_MONOTONIC_COARSE);
ABI_SAME(kClockBoottime, CLOCK_BOOTTIME);
ABI_SAME(kClockRealtimeAlarm, CLOCK_REALTIME_ALARM);
ABI_SAME(kClockBoottimeAlarm, CLOCK_BOOTTIME_ALARM);
ABI_SAME(kClockTai, CLOCK_TAI);
ABI_SAME(kItimerReal, ITIMER_REAL);
ABI_SAME(kItimerVirtual, ITIMER_VIRTUAL);
ABI_SAME(kItimerProf, ITIMER_PROF);
ABI_SAME(kTimerAbstime, TIMER_ABSTIME);
ABI_SAME(kTfdTimerAbstime, TFD_TIMER_ABSTIME);
ABI_SAME(kTfdTimerCancelOnSet, TFD_TIMER_CANCEL_ON_SET);
ABI_SAME(kTfdCloexec, TFD_CLOEXEC);
ABI_SAME(kTfdNonblock, TFD_NONBLOCK);
#ifdef UTIME_NOW
ABI_SAME(kUtimeNow, UTIME_NOW);
#endif
#ifdef UTIME_OMIT
ABI_SAME(kUtimeOmit, UTIME_OMIT);
#endif

// wait.h
ABI_SAME(kWnohang, WNOHANG);
ABI_SAME(kWuntraced, WUNTRACED);
ABI_SAME(kWstopped, WSTOPPED);
ABI_SAME(kWexited, WEXITED);
ABI_SAME(kWcontinued, WCONTINUED);
ABI_SAME(kWnowait, WNOWAIT);
ABI_SAME(kWnothread, __WNOTHREAD);
ABI_SAME(kWall, __WALL);
ABI_SAME(kWclone, __WCLONE);
ABI_SAME(kPAll, P_ALL);
ABI_SAME(kPPid, P_PID);
ABI_SAME(kPPgid, P_PGID);
ABI_SAME(kPPidfd, P_PIDFD);

}  // namespace
}  // namespace abi
