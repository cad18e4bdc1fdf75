// Compile-time proof that the layouts and numbers of abi/linux are those of the host's uapi
// headers. This target is the only place which includes them; constants newer than the installed
// headers are compared once the headers know them.
#include "abi/linux/abi_check.h"

// These headers need this order.
// clang-format off
#include <stddef.h>
#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <linux/elf.h>
#include <linux/auxvec.h>
#include <asm/auxvec.h>
#include <linux/elf-em.h>
#include <linux/eventpoll.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>
#include <linux/types.h>
#include <linux/openat2.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/fadvise.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <linux/inotify.h>
#include <asm/termbits.h>
#include <asm/ioctls.h>
#include <linux/termios.h>
#include <linux/tty.h>
#include <linux/sockios.h>
#include <linux/fiemap.h>
#include <linux/nsfs.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <linux/random.h>
#include <linux/ipc.h>
#include <asm/ipcbuf.h>
#include <linux/sem.h>
#include <asm/sembuf.h>
#include <linux/msg.h>
#include <asm/msgbuf.h>
#include <linux/shm.h>
#include <asm/shmbuf.h>
#include <linux/keyctl.h>
#include <linux/mman.h>
#include <linux/memfd.h>
#include <asm/mman.h>
#include <linux/mempolicy.h>
#include <linux/membarrier.h>
#include <linux/mount.h>
#include <linux/mqueue.h>
#include <asm/poll.h>
#include <linux/time_types.h>
#include <linux/posix_types.h>
#include <linux/prctl.h>
#include <asm/prctl.h>
#include <asm/ptrace-abi.h>
#include <linux/ptrace.h>
#include <asm/ptrace.h>
#include <linux/time.h>
#include <linux/resource.h>
#include <linux/ioprio.h>
#include <linux/rseq.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/kcmp.h>
#include <linux/reboot.h>
#include <linux/ioctl.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <linux/bpf_common.h>
#include <linux/audit.h>
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
#include <linux/utsname.h>
#include <linux/sysinfo.h>
#include <linux/personality.h>
#include <linux/reboot.h>
#include <linux/wait.h>
// clang-format on

#include "abi/linux/aio.h"
#include "abi/linux/capability.h"
#include "abi/linux/dirent.h"
#include "abi/linux/elf.h"
#include "abi/linux/epoll.h"
#include "abi/linux/errno.h"
#include "abi/linux/eventfd.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/futex.h"
#include "abi/linux/inotify.h"
#include "abi/linux/ioctl.h"
#include "abi/linux/ipc.h"
#include "abi/linux/keyctl.h"
#include "abi/linux/mman.h"
#include "abi/linux/mount.h"
#include "abi/linux/mqueue.h"
#include "abi/linux/poll.h"
#include "abi/linux/prctl.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/reboot.h"
#include "abi/linux/resource.h"
#include "abi/linux/rseq.h"
#include "abi/linux/sched.h"
#include "abi/linux/seccomp.h"
#include "abi/linux/signal.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "abi/linux/tty.h"
#include "abi/linux/utsname.h"
#include "abi/linux/wait.h"

namespace abi {
namespace {

// Layouts.

// aio.h
ABI_SIZE(Iocb, struct iocb);
ABI_FIELD(Iocb, aio_data, struct iocb, aio_data);
ABI_FIELD(Iocb, aio_key, struct iocb, aio_key);
ABI_FIELD(Iocb, aio_rw_flags, struct iocb, aio_rw_flags);
ABI_FIELD(Iocb, aio_lio_opcode, struct iocb, aio_lio_opcode);
ABI_FIELD(Iocb, aio_reqprio, struct iocb, aio_reqprio);
ABI_FIELD(Iocb, aio_fildes, struct iocb, aio_fildes);
ABI_FIELD(Iocb, aio_buf, struct iocb, aio_buf);
ABI_FIELD(Iocb, aio_nbytes, struct iocb, aio_nbytes);
ABI_FIELD(Iocb, aio_offset, struct iocb, aio_offset);
ABI_FIELD(Iocb, aio_flags, struct iocb, aio_flags);
ABI_FIELD(Iocb, aio_resfd, struct iocb, aio_resfd);
ABI_SIZE(IoEvent, struct io_event);
ABI_FIELD(IoEvent, data, struct io_event, data);
ABI_FIELD(IoEvent, obj, struct io_event, obj);
ABI_FIELD(IoEvent, res, struct io_event, res);
ABI_FIELD(IoEvent, res2, struct io_event, res2);

// capability.h
ABI_SIZE(CapUserHeader, struct __user_cap_header_struct);
ABI_FIELD(CapUserHeader, version, struct __user_cap_header_struct, version);
ABI_FIELD(CapUserHeader, pid, struct __user_cap_header_struct, pid);
ABI_SIZE(CapUserData, struct __user_cap_data_struct);
ABI_FIELD(CapUserData, effective, struct __user_cap_data_struct, effective);
ABI_FIELD(CapUserData, permitted, struct __user_cap_data_struct, permitted);
ABI_FIELD(CapUserData, inheritable, struct __user_cap_data_struct, inheritable);
ABI_SIZE(VfsNsCapData, struct vfs_ns_cap_data);
ABI_FIELD(VfsNsCapData, magic_etc, struct vfs_ns_cap_data, magic_etc);
ABI_FIELD(VfsNsCapData, rootid, struct vfs_ns_cap_data, rootid);

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

// eventfd.h
ABI_SIZE(SignalfdSiginfo, struct signalfd_siginfo);
ABI_FIELD(SignalfdSiginfo, ssi_signo, struct signalfd_siginfo, ssi_signo);
ABI_FIELD(SignalfdSiginfo, ssi_errno, struct signalfd_siginfo, ssi_errno);
ABI_FIELD(SignalfdSiginfo, ssi_code, struct signalfd_siginfo, ssi_code);
ABI_FIELD(SignalfdSiginfo, ssi_pid, struct signalfd_siginfo, ssi_pid);
ABI_FIELD(SignalfdSiginfo, ssi_uid, struct signalfd_siginfo, ssi_uid);
ABI_FIELD(SignalfdSiginfo, ssi_fd, struct signalfd_siginfo, ssi_fd);
ABI_FIELD(SignalfdSiginfo, ssi_tid, struct signalfd_siginfo, ssi_tid);
ABI_FIELD(SignalfdSiginfo, ssi_band, struct signalfd_siginfo, ssi_band);
ABI_FIELD(SignalfdSiginfo, ssi_overrun, struct signalfd_siginfo, ssi_overrun);
ABI_FIELD(SignalfdSiginfo, ssi_trapno, struct signalfd_siginfo, ssi_trapno);
ABI_FIELD(SignalfdSiginfo, ssi_status, struct signalfd_siginfo, ssi_status);
ABI_FIELD(SignalfdSiginfo, ssi_int, struct signalfd_siginfo, ssi_int);
ABI_FIELD(SignalfdSiginfo, ssi_ptr, struct signalfd_siginfo, ssi_ptr);
ABI_FIELD(SignalfdSiginfo, ssi_utime, struct signalfd_siginfo, ssi_utime);
ABI_FIELD(SignalfdSiginfo, ssi_stime, struct signalfd_siginfo, ssi_stime);
ABI_FIELD(SignalfdSiginfo, ssi_addr, struct signalfd_siginfo, ssi_addr);
ABI_FIELD(SignalfdSiginfo, ssi_addr_lsb, struct signalfd_siginfo, ssi_addr_lsb);
ABI_FIELD(SignalfdSiginfo, ssi_syscall, struct signalfd_siginfo, ssi_syscall);
ABI_FIELD(SignalfdSiginfo, ssi_call_addr, struct signalfd_siginfo, ssi_call_addr);
ABI_FIELD(SignalfdSiginfo, ssi_arch, struct signalfd_siginfo, ssi_arch);

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

// inotify.h
ABI_SIZE(InotifyEvent, struct inotify_event);
ABI_FIELD(InotifyEvent, wd, struct inotify_event, wd);
ABI_FIELD(InotifyEvent, mask, struct inotify_event, mask);
ABI_FIELD(InotifyEvent, cookie, struct inotify_event, cookie);
ABI_FIELD(InotifyEvent, len, struct inotify_event, len);

// ioctl.h
ABI_SIZE(Termios, struct termios);
ABI_FIELD(Termios, c_iflag, struct termios, c_iflag);
ABI_FIELD(Termios, c_oflag, struct termios, c_oflag);
ABI_FIELD(Termios, c_cflag, struct termios, c_cflag);
ABI_FIELD(Termios, c_lflag, struct termios, c_lflag);
ABI_FIELD(Termios, c_line, struct termios, c_line);
ABI_FIELD(Termios, c_cc, struct termios, c_cc);
ABI_SIZE(Termios2, struct termios2);
ABI_FIELD(Termios2, c_iflag, struct termios2, c_iflag);
ABI_FIELD(Termios2, c_oflag, struct termios2, c_oflag);
ABI_FIELD(Termios2, c_cflag, struct termios2, c_cflag);
ABI_FIELD(Termios2, c_lflag, struct termios2, c_lflag);
ABI_FIELD(Termios2, c_line, struct termios2, c_line);
ABI_FIELD(Termios2, c_cc, struct termios2, c_cc);
ABI_FIELD(Termios2, c_ispeed, struct termios2, c_ispeed);
ABI_FIELD(Termios2, c_ospeed, struct termios2, c_ospeed);
ABI_SIZE(Termio, struct termio);
ABI_FIELD(Termio, c_iflag, struct termio, c_iflag);
ABI_FIELD(Termio, c_oflag, struct termio, c_oflag);
ABI_FIELD(Termio, c_cflag, struct termio, c_cflag);
ABI_FIELD(Termio, c_lflag, struct termio, c_lflag);
ABI_FIELD(Termio, c_line, struct termio, c_line);
ABI_FIELD(Termio, c_cc, struct termio, c_cc);
ABI_SIZE(Winsize, struct winsize);
ABI_FIELD(Winsize, ws_row, struct winsize, ws_row);
ABI_FIELD(Winsize, ws_col, struct winsize, ws_col);
ABI_FIELD(Winsize, ws_xpixel, struct winsize, ws_xpixel);
ABI_FIELD(Winsize, ws_ypixel, struct winsize, ws_ypixel);
ABI_SIZE(FileCloneRange, struct file_clone_range);
ABI_FIELD(FileCloneRange, src_fd, struct file_clone_range, src_fd);
ABI_FIELD(FileCloneRange, src_offset, struct file_clone_range, src_offset);
ABI_FIELD(FileCloneRange, src_length, struct file_clone_range, src_length);
ABI_FIELD(FileCloneRange, dest_offset, struct file_clone_range, dest_offset);

// ipc.h
ABI_SIZE(IpcPerm, struct ipc64_perm);
ABI_FIELD(IpcPerm, key, struct ipc64_perm, key);
ABI_FIELD(IpcPerm, uid, struct ipc64_perm, uid);
ABI_FIELD(IpcPerm, gid, struct ipc64_perm, gid);
ABI_FIELD(IpcPerm, cuid, struct ipc64_perm, cuid);
ABI_FIELD(IpcPerm, cgid, struct ipc64_perm, cgid);
ABI_FIELD(IpcPerm, mode, struct ipc64_perm, mode);
ABI_FIELD(IpcPerm, seq, struct ipc64_perm, seq);
ABI_SIZE(SemidDs, struct semid64_ds);
ABI_FIELD(SemidDs, sem_perm, struct semid64_ds, sem_perm);
ABI_FIELD(SemidDs, sem_otime, struct semid64_ds, sem_otime);
ABI_FIELD(SemidDs, sem_ctime, struct semid64_ds, sem_ctime);
ABI_FIELD(SemidDs, sem_nsems, struct semid64_ds, sem_nsems);
ABI_SIZE(Sembuf, struct sembuf);
ABI_FIELD(Sembuf, sem_num, struct sembuf, sem_num);
ABI_FIELD(Sembuf, sem_op, struct sembuf, sem_op);
ABI_FIELD(Sembuf, sem_flg, struct sembuf, sem_flg);
ABI_SIZE(Seminfo, struct seminfo);
ABI_FIELD(Seminfo, semmap, struct seminfo, semmap);
ABI_FIELD(Seminfo, semmni, struct seminfo, semmni);
ABI_FIELD(Seminfo, semmns, struct seminfo, semmns);
ABI_FIELD(Seminfo, semmnu, struct seminfo, semmnu);
ABI_FIELD(Seminfo, semmsl, struct seminfo, semmsl);
ABI_FIELD(Seminfo, semopm, struct seminfo, semopm);
ABI_FIELD(Seminfo, semume, struct seminfo, semume);
ABI_FIELD(Seminfo, semusz, struct seminfo, semusz);
ABI_FIELD(Seminfo, semvmx, struct seminfo, semvmx);
ABI_FIELD(Seminfo, semaem, struct seminfo, semaem);
ABI_SIZE(MsqidDs, struct msqid64_ds);
ABI_FIELD(MsqidDs, msg_perm, struct msqid64_ds, msg_perm);
ABI_FIELD(MsqidDs, msg_stime, struct msqid64_ds, msg_stime);
ABI_FIELD(MsqidDs, msg_rtime, struct msqid64_ds, msg_rtime);
ABI_FIELD(MsqidDs, msg_ctime, struct msqid64_ds, msg_ctime);
ABI_FIELD(MsqidDs, msg_cbytes, struct msqid64_ds, msg_cbytes);
ABI_FIELD(MsqidDs, msg_qnum, struct msqid64_ds, msg_qnum);
ABI_FIELD(MsqidDs, msg_qbytes, struct msqid64_ds, msg_qbytes);
ABI_FIELD(MsqidDs, msg_lspid, struct msqid64_ds, msg_lspid);
ABI_FIELD(MsqidDs, msg_lrpid, struct msqid64_ds, msg_lrpid);
ABI_SIZE(Msginfo, struct msginfo);
ABI_FIELD(Msginfo, msgpool, struct msginfo, msgpool);
ABI_FIELD(Msginfo, msgmap, struct msginfo, msgmap);
ABI_FIELD(Msginfo, msgmax, struct msginfo, msgmax);
ABI_FIELD(Msginfo, msgmnb, struct msginfo, msgmnb);
ABI_FIELD(Msginfo, msgmni, struct msginfo, msgmni);
ABI_FIELD(Msginfo, msgssz, struct msginfo, msgssz);
ABI_FIELD(Msginfo, msgtql, struct msginfo, msgtql);
ABI_FIELD(Msginfo, msgseg, struct msginfo, msgseg);
ABI_SIZE(ShmidDs, struct shmid64_ds);
ABI_FIELD(ShmidDs, shm_perm, struct shmid64_ds, shm_perm);
ABI_FIELD(ShmidDs, shm_segsz, struct shmid64_ds, shm_segsz);
ABI_FIELD(ShmidDs, shm_atime, struct shmid64_ds, shm_atime);
ABI_FIELD(ShmidDs, shm_dtime, struct shmid64_ds, shm_dtime);
ABI_FIELD(ShmidDs, shm_ctime, struct shmid64_ds, shm_ctime);
ABI_FIELD(ShmidDs, shm_cpid, struct shmid64_ds, shm_cpid);
ABI_FIELD(ShmidDs, shm_lpid, struct shmid64_ds, shm_lpid);
ABI_FIELD(ShmidDs, shm_nattch, struct shmid64_ds, shm_nattch);
ABI_SIZE(Shminfo, struct shminfo64);
ABI_FIELD(Shminfo, shmmax, struct shminfo64, shmmax);
ABI_FIELD(Shminfo, shmmin, struct shminfo64, shmmin);
ABI_FIELD(Shminfo, shmmni, struct shminfo64, shmmni);
ABI_FIELD(Shminfo, shmseg, struct shminfo64, shmseg);
ABI_FIELD(Shminfo, shmall, struct shminfo64, shmall);
ABI_SIZE(ShmInfo, struct shm_info);
ABI_FIELD(ShmInfo, used_ids, struct shm_info, used_ids);
ABI_FIELD(ShmInfo, shm_tot, struct shm_info, shm_tot);
ABI_FIELD(ShmInfo, shm_rss, struct shm_info, shm_rss);
ABI_FIELD(ShmInfo, shm_swp, struct shm_info, shm_swp);
ABI_FIELD(ShmInfo, swap_attempts, struct shm_info, swap_attempts);
ABI_FIELD(ShmInfo, swap_successes, struct shm_info, swap_successes);

// mount.h
ABI_SIZE(MountAttr, struct mount_attr);
ABI_FIELD(MountAttr, attr_set, struct mount_attr, attr_set);
ABI_FIELD(MountAttr, attr_clr, struct mount_attr, attr_clr);
ABI_FIELD(MountAttr, propagation, struct mount_attr, propagation);
ABI_FIELD(MountAttr, userns_fd, struct mount_attr, userns_fd);

// mqueue.h
ABI_SIZE(MqAttr, struct mq_attr);
ABI_FIELD(MqAttr, mq_flags, struct mq_attr, mq_flags);
ABI_FIELD(MqAttr, mq_maxmsg, struct mq_attr, mq_maxmsg);
ABI_FIELD(MqAttr, mq_msgsize, struct mq_attr, mq_msgsize);
ABI_FIELD(MqAttr, mq_curmsgs, struct mq_attr, mq_curmsgs);

// poll.h
ABI_SIZE(PollFd, struct pollfd);
ABI_FIELD(PollFd, fd, struct pollfd, fd);
ABI_FIELD(PollFd, events, struct pollfd, events);
ABI_FIELD(PollFd, revents, struct pollfd, revents);

// ptrace.h
ABI_SIZE(PtracePeeksiginfoArgs, struct ptrace_peeksiginfo_args);
ABI_FIELD(PtracePeeksiginfoArgs, off, struct ptrace_peeksiginfo_args, off);
ABI_FIELD(PtracePeeksiginfoArgs, flags, struct ptrace_peeksiginfo_args, flags);
ABI_FIELD(PtracePeeksiginfoArgs, nr, struct ptrace_peeksiginfo_args, nr);
ABI_SIZE(PtraceSyscallInfo, struct ptrace_syscall_info);
ABI_FIELD(PtraceSyscallInfo, op, struct ptrace_syscall_info, op);
ABI_FIELD(PtraceSyscallInfo, arch, struct ptrace_syscall_info, arch);
ABI_FIELD(PtraceSyscallInfo, instruction_pointer, struct ptrace_syscall_info, instruction_pointer);
ABI_FIELD(PtraceSyscallInfo, stack_pointer, struct ptrace_syscall_info, stack_pointer);
ABI_SIZE(PtraceRseqConfiguration, struct ptrace_rseq_configuration);
ABI_FIELD(PtraceRseqConfiguration, rseq_abi_pointer, struct ptrace_rseq_configuration,
          rseq_abi_pointer);
ABI_FIELD(PtraceRseqConfiguration, rseq_abi_size, struct ptrace_rseq_configuration, rseq_abi_size);
ABI_FIELD(PtraceRseqConfiguration, signature, struct ptrace_rseq_configuration, signature);
ABI_FIELD(PtraceRseqConfiguration, flags, struct ptrace_rseq_configuration, flags);

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

// rseq.h
ABI_SIZE(Rseq, struct rseq);
ABI_FIELD(Rseq, cpu_id_start, struct rseq, cpu_id_start);
ABI_FIELD(Rseq, cpu_id, struct rseq, cpu_id);
ABI_FIELD(Rseq, rseq_cs, struct rseq, rseq_cs);
ABI_FIELD(Rseq, flags, struct rseq, flags);
ABI_SIZE(RseqCs, struct rseq_cs);
ABI_FIELD(RseqCs, version, struct rseq_cs, version);
ABI_FIELD(RseqCs, flags, struct rseq_cs, flags);
ABI_FIELD(RseqCs, start_ip, struct rseq_cs, start_ip);
ABI_FIELD(RseqCs, post_commit_offset, struct rseq_cs, post_commit_offset);
ABI_FIELD(RseqCs, abort_ip, struct rseq_cs, abort_ip);

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

// seccomp.h
ABI_SIZE(SockFilter, struct sock_filter);
ABI_FIELD(SockFilter, code, struct sock_filter, code);
ABI_FIELD(SockFilter, jt, struct sock_filter, jt);
ABI_FIELD(SockFilter, jf, struct sock_filter, jf);
ABI_FIELD(SockFilter, k, struct sock_filter, k);
ABI_SIZE(SockFprog, struct sock_fprog);
ABI_FIELD(SockFprog, len, struct sock_fprog, len);
ABI_FIELD(SockFprog, filter, struct sock_fprog, filter);
ABI_SIZE(SeccompData, struct seccomp_data);
ABI_FIELD(SeccompData, nr, struct seccomp_data, nr);
ABI_FIELD(SeccompData, arch, struct seccomp_data, arch);
ABI_FIELD(SeccompData, instruction_pointer, struct seccomp_data, instruction_pointer);
ABI_FIELD(SeccompData, args, struct seccomp_data, args);
ABI_SIZE(SeccompNotif, struct seccomp_notif);
ABI_FIELD(SeccompNotif, id, struct seccomp_notif, id);
ABI_FIELD(SeccompNotif, pid, struct seccomp_notif, pid);
ABI_FIELD(SeccompNotif, flags, struct seccomp_notif, flags);
ABI_FIELD(SeccompNotif, data, struct seccomp_notif, data);
ABI_SIZE(SeccompNotifResp, struct seccomp_notif_resp);
ABI_FIELD(SeccompNotifResp, id, struct seccomp_notif_resp, id);
ABI_FIELD(SeccompNotifResp, val, struct seccomp_notif_resp, val);
ABI_FIELD(SeccompNotifResp, error, struct seccomp_notif_resp, error);
ABI_FIELD(SeccompNotifResp, flags, struct seccomp_notif_resp, flags);
ABI_SIZE(SeccompNotifAddfd, struct seccomp_notif_addfd);
ABI_FIELD(SeccompNotifAddfd, id, struct seccomp_notif_addfd, id);
ABI_FIELD(SeccompNotifAddfd, flags, struct seccomp_notif_addfd, flags);
ABI_FIELD(SeccompNotifAddfd, srcfd, struct seccomp_notif_addfd, srcfd);
ABI_FIELD(SeccompNotifAddfd, newfd, struct seccomp_notif_addfd, newfd);
ABI_FIELD(SeccompNotifAddfd, newfd_flags, struct seccomp_notif_addfd, newfd_flags);
ABI_SIZE(SeccompNotifSizes, struct seccomp_notif_sizes);
ABI_FIELD(SeccompNotifSizes, seccomp_notif, struct seccomp_notif_sizes, seccomp_notif);
ABI_FIELD(SeccompNotifSizes, seccomp_notif_resp, struct seccomp_notif_sizes, seccomp_notif_resp);
ABI_FIELD(SeccompNotifSizes, seccomp_data, struct seccomp_notif_sizes, seccomp_data);

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
ABI_FIELD(SigInfo, fields.kill.pid, siginfo_t, _sifields._kill._pid);
ABI_FIELD(SigInfo, fields.kill.uid, siginfo_t, _sifields._kill._uid);
ABI_FIELD(SigInfo, fields.timer.tid, siginfo_t, _sifields._timer._tid);
ABI_FIELD(SigInfo, fields.timer.overrun, siginfo_t, _sifields._timer._overrun);
ABI_FIELD(SigInfo, fields.timer.value, siginfo_t, _sifields._timer._sigval);
ABI_FIELD(SigInfo, fields.timer.sys_private, siginfo_t, _sifields._timer._sys_private);
ABI_FIELD(SigInfo, fields.rt.value, siginfo_t, _sifields._rt._sigval);
ABI_FIELD(SigInfo, fields.chld.status, siginfo_t, _sifields._sigchld._status);
ABI_FIELD(SigInfo, fields.chld.utime, siginfo_t, _sifields._sigchld._utime);
ABI_FIELD(SigInfo, fields.chld.stime, siginfo_t, _sifields._sigchld._stime);
ABI_FIELD(SigInfo, fields.fault.addr, siginfo_t, _sifields._sigfault._addr);
ABI_FIELD(SigInfo, fields.fault.addr_lsb, siginfo_t, _sifields._sigfault._addr_lsb);
ABI_FIELD(SigInfo, fields.fault.lower, siginfo_t, _sifields._sigfault._addr_bnd._lower);
ABI_FIELD(SigInfo, fields.fault.upper, siginfo_t, _sifields._sigfault._addr_bnd._upper);
ABI_FIELD(SigInfo, fields.poll.band, siginfo_t, _sifields._sigpoll._band);
ABI_FIELD(SigInfo, fields.poll.fd, siginfo_t, _sifields._sigpoll._fd);
ABI_FIELD(SigInfo, fields.sys.call_addr, siginfo_t, _sifields._sigsys._call_addr);
ABI_FIELD(SigInfo, fields.sys.syscall, siginfo_t, _sifields._sigsys._syscall);
ABI_FIELD(SigInfo, fields.sys.arch, siginfo_t, _sifields._sigsys._arch);
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

// utsname.h
ABI_SIZE(UtsName, struct new_utsname);
ABI_FIELD(UtsName, sysname, struct new_utsname, sysname);
ABI_FIELD(UtsName, nodename, struct new_utsname, nodename);
ABI_FIELD(UtsName, release, struct new_utsname, release);
ABI_FIELD(UtsName, version, struct new_utsname, version);
ABI_FIELD(UtsName, machine, struct new_utsname, machine);
ABI_FIELD(UtsName, domainname, struct new_utsname, domainname);
ABI_SIZE(SysInfo, struct sysinfo);
ABI_FIELD(SysInfo, uptime, struct sysinfo, uptime);
ABI_FIELD(SysInfo, loads, struct sysinfo, loads);
ABI_FIELD(SysInfo, totalram, struct sysinfo, totalram);
ABI_FIELD(SysInfo, freeram, struct sysinfo, freeram);
ABI_FIELD(SysInfo, sharedram, struct sysinfo, sharedram);
ABI_FIELD(SysInfo, bufferram, struct sysinfo, bufferram);
ABI_FIELD(SysInfo, totalswap, struct sysinfo, totalswap);
ABI_FIELD(SysInfo, freeswap, struct sysinfo, freeswap);
ABI_FIELD(SysInfo, procs, struct sysinfo, procs);
ABI_FIELD(SysInfo, totalhigh, struct sysinfo, totalhigh);
ABI_FIELD(SysInfo, freehigh, struct sysinfo, freehigh);
ABI_FIELD(SysInfo, mem_unit, struct sysinfo, mem_unit);

// Numbers.

// aio.h
ABI_SAME(kIocbCmdPread, IOCB_CMD_PREAD);
ABI_SAME(kIocbCmdPwrite, IOCB_CMD_PWRITE);
ABI_SAME(kIocbCmdFsync, IOCB_CMD_FSYNC);
ABI_SAME(kIocbCmdFdsync, IOCB_CMD_FDSYNC);
ABI_SAME(kIocbCmdPoll, IOCB_CMD_POLL);
ABI_SAME(kIocbCmdNoop, IOCB_CMD_NOOP);
ABI_SAME(kIocbCmdPreadv, IOCB_CMD_PREADV);
ABI_SAME(kIocbCmdPwritev, IOCB_CMD_PWRITEV);
ABI_SAME(kIocbFlagResfd, IOCB_FLAG_RESFD);
ABI_SAME(kIocbFlagIoprio, IOCB_FLAG_IOPRIO);

// capability.h
ABI_SAME(kLinuxCapabilityVersion1, _LINUX_CAPABILITY_VERSION_1);
ABI_SAME(kLinuxCapabilityVersion2, _LINUX_CAPABILITY_VERSION_2);
ABI_SAME(kLinuxCapabilityVersion3, _LINUX_CAPABILITY_VERSION_3);
ABI_SAME(kCapChown, CAP_CHOWN);
ABI_SAME(kCapDacOverride, CAP_DAC_OVERRIDE);
ABI_SAME(kCapDacReadSearch, CAP_DAC_READ_SEARCH);
ABI_SAME(kCapFowner, CAP_FOWNER);
ABI_SAME(kCapFsetid, CAP_FSETID);
ABI_SAME(kCapKill, CAP_KILL);
ABI_SAME(kCapSetgid, CAP_SETGID);
ABI_SAME(kCapSetuid, CAP_SETUID);
ABI_SAME(kCapSetpcap, CAP_SETPCAP);
ABI_SAME(kCapLinuxImmutable, CAP_LINUX_IMMUTABLE);
ABI_SAME(kCapNetBindService, CAP_NET_BIND_SERVICE);
ABI_SAME(kCapNetBroadcast, CAP_NET_BROADCAST);
ABI_SAME(kCapNetAdmin, CAP_NET_ADMIN);
ABI_SAME(kCapNetRaw, CAP_NET_RAW);
ABI_SAME(kCapIpcLock, CAP_IPC_LOCK);
ABI_SAME(kCapIpcOwner, CAP_IPC_OWNER);
ABI_SAME(kCapSysModule, CAP_SYS_MODULE);
ABI_SAME(kCapSysRawio, CAP_SYS_RAWIO);
ABI_SAME(kCapSysChroot, CAP_SYS_CHROOT);
ABI_SAME(kCapSysPtrace, CAP_SYS_PTRACE);
ABI_SAME(kCapSysPacct, CAP_SYS_PACCT);
ABI_SAME(kCapSysAdmin, CAP_SYS_ADMIN);
ABI_SAME(kCapSysBoot, CAP_SYS_BOOT);
ABI_SAME(kCapSysNice, CAP_SYS_NICE);
ABI_SAME(kCapSysResource, CAP_SYS_RESOURCE);
ABI_SAME(kCapSysTime, CAP_SYS_TIME);
ABI_SAME(kCapSysTtyConfig, CAP_SYS_TTY_CONFIG);
ABI_SAME(kCapMknod, CAP_MKNOD);
ABI_SAME(kCapLease, CAP_LEASE);
ABI_SAME(kCapAuditWrite, CAP_AUDIT_WRITE);
ABI_SAME(kCapAuditControl, CAP_AUDIT_CONTROL);
ABI_SAME(kCapSetfcap, CAP_SETFCAP);
ABI_SAME(kCapMacOverride, CAP_MAC_OVERRIDE);
ABI_SAME(kCapMacAdmin, CAP_MAC_ADMIN);
ABI_SAME(kCapSyslog, CAP_SYSLOG);
ABI_SAME(kCapWakeAlarm, CAP_WAKE_ALARM);
ABI_SAME(kCapBlockSuspend, CAP_BLOCK_SUSPEND);
ABI_SAME(kCapAuditRead, CAP_AUDIT_READ);
ABI_SAME(kCapPerfmon, CAP_PERFMON);
ABI_SAME(kCapBpf, CAP_BPF);
ABI_SAME(kCapCheckpointRestore, CAP_CHECKPOINT_RESTORE);
ABI_SAME(kCapLastCap, CAP_LAST_CAP);
ABI_SAME(kSecbitNoroot, SECBIT_NOROOT);
ABI_SAME(kSecbitNorootLocked, SECBIT_NOROOT_LOCKED);
ABI_SAME(kSecbitNoSetuidFixup, SECBIT_NO_SETUID_FIXUP);
ABI_SAME(kSecbitNoSetuidFixupLocked, SECBIT_NO_SETUID_FIXUP_LOCKED);
ABI_SAME(kSecbitKeepCaps, SECBIT_KEEP_CAPS);
ABI_SAME(kSecbitKeepCapsLocked, SECBIT_KEEP_CAPS_LOCKED);
ABI_SAME(kSecbitNoCapAmbientRaise, SECBIT_NO_CAP_AMBIENT_RAISE);
ABI_SAME(kSecbitNoCapAmbientRaiseLocked, SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
ABI_SAME(kVfsCapRevisionMask, VFS_CAP_REVISION_MASK);
ABI_SAME(kVfsCapFlagsEffective, VFS_CAP_FLAGS_EFFECTIVE);
ABI_SAME(kVfsCapRevision2, VFS_CAP_REVISION_2);
ABI_SAME(kVfsCapRevision3, VFS_CAP_REVISION_3);

// dirent.h
#ifdef DT_UNKNOWN
ABI_SAME(kDtUnknown, DT_UNKNOWN);
#endif
#ifdef DT_FIFO
ABI_SAME(kDtFifo, DT_FIFO);
#endif
#ifdef DT_CHR
ABI_SAME(kDtChr, DT_CHR);
#endif
#ifdef DT_DIR
ABI_SAME(kDtDir, DT_DIR);
#endif
#ifdef DT_BLK
ABI_SAME(kDtBlk, DT_BLK);
#endif
#ifdef DT_REG
ABI_SAME(kDtReg, DT_REG);
#endif
#ifdef DT_LNK
ABI_SAME(kDtLnk, DT_LNK);
#endif
#ifdef DT_SOCK
ABI_SAME(kDtSock, DT_SOCK);
#endif

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

// eventfd.h
#ifdef EFD_SEMAPHORE
ABI_SAME(kEfdSemaphore, EFD_SEMAPHORE);
#endif
#ifdef EFD_CLOEXEC
ABI_SAME(kEfdCloexec, EFD_CLOEXEC);
#endif
#ifdef EFD_NONBLOCK
ABI_SAME(kEfdNonblock, EFD_NONBLOCK);
#endif
ABI_SAME(kSfdCloexec, SFD_CLOEXEC);
ABI_SAME(kSfdNonblock, SFD_NONBLOCK);

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

// inotify.h
ABI_SAME(kInCloexec, IN_CLOEXEC);
ABI_SAME(kInNonblock, IN_NONBLOCK);
ABI_SAME(kInAccess, IN_ACCESS);
ABI_SAME(kInModify, IN_MODIFY);
ABI_SAME(kInAttrib, IN_ATTRIB);
ABI_SAME(kInCloseWrite, IN_CLOSE_WRITE);
ABI_SAME(kInCloseNowrite, IN_CLOSE_NOWRITE);
ABI_SAME(kInOpen, IN_OPEN);
ABI_SAME(kInMovedFrom, IN_MOVED_FROM);
ABI_SAME(kInMovedTo, IN_MOVED_TO);
ABI_SAME(kInCreate, IN_CREATE);
ABI_SAME(kInDelete, IN_DELETE);
ABI_SAME(kInDeleteSelf, IN_DELETE_SELF);
ABI_SAME(kInMoveSelf, IN_MOVE_SELF);
ABI_SAME(kInUnmount, IN_UNMOUNT);
ABI_SAME(kInQOverflow, IN_Q_OVERFLOW);
ABI_SAME(kInIgnored, IN_IGNORED);
ABI_SAME(kInClose, IN_CLOSE);
ABI_SAME(kInMove, IN_MOVE);
ABI_SAME(kInOnlydir, IN_ONLYDIR);
ABI_SAME(kInDontFollow, IN_DONT_FOLLOW);
ABI_SAME(kInExclUnlink, IN_EXCL_UNLINK);
ABI_SAME(kInMaskCreate, IN_MASK_CREATE);
ABI_SAME(kInMaskAdd, IN_MASK_ADD);
ABI_SAME(kInIsdir, IN_ISDIR);
ABI_SAME(kInOneshot, IN_ONESHOT);
ABI_SAME(kInAllEvents, IN_ALL_EVENTS);

// ioctl.h
ABI_SAME(kTcgets, TCGETS);
ABI_SAME(kTcsets, TCSETS);
ABI_SAME(kTcsetsw, TCSETSW);
ABI_SAME(kTcsetsf, TCSETSF);
ABI_SAME(kTcgeta, TCGETA);
ABI_SAME(kTcseta, TCSETA);
ABI_SAME(kTcsetaw, TCSETAW);
ABI_SAME(kTcsetaf, TCSETAF);
ABI_SAME(kTcsbrk, TCSBRK);
ABI_SAME(kTcxonc, TCXONC);
ABI_SAME(kTcflsh, TCFLSH);
ABI_SAME(kTiocexcl, TIOCEXCL);
ABI_SAME(kTiocnxcl, TIOCNXCL);
ABI_SAME(kTiocsctty, TIOCSCTTY);
ABI_SAME(kTiocgpgrp, TIOCGPGRP);
ABI_SAME(kTiocspgrp, TIOCSPGRP);
ABI_SAME(kTiocoutq, TIOCOUTQ);
ABI_SAME(kTiocsti, TIOCSTI);
ABI_SAME(kTiocgwinsz, TIOCGWINSZ);
ABI_SAME(kTiocswinsz, TIOCSWINSZ);
ABI_SAME(kTiocmget, TIOCMGET);
ABI_SAME(kTiocmbis, TIOCMBIS);
ABI_SAME(kTiocmbic, TIOCMBIC);
ABI_SAME(kTiocmset, TIOCMSET);
ABI_SAME(kTiocgsoftcar, TIOCGSOFTCAR);
ABI_SAME(kTiocssoftcar, TIOCSSOFTCAR);
ABI_SAME(kTioclinux, TIOCLINUX);
ABI_SAME(kTioccons, TIOCCONS);
ABI_SAME(kTiocgserial, TIOCGSERIAL);
ABI_SAME(kTiocsserial, TIOCSSERIAL);
ABI_SAME(kTiocpkt, TIOCPKT);
ABI_SAME(kTiocnotty, TIOCNOTTY);
ABI_SAME(kTiocsetd, TIOCSETD);
ABI_SAME(kTiocgetd, TIOCGETD);
ABI_SAME(kTcsbrkp, TCSBRKP);
ABI_SAME(kTiocsbrk, TIOCSBRK);
ABI_SAME(kTioccbrk, TIOCCBRK);
ABI_SAME(kTiocgsid, TIOCGSID);
ABI_SAME(kTcgets2, TCGETS2);
ABI_SAME(kTcsets2, TCSETS2);
ABI_SAME(kTcsetsw2, TCSETSW2);
ABI_SAME(kTcsetsf2, TCSETSF2);
ABI_SAME(kTiocgptn, TIOCGPTN);
ABI_SAME(kTiocsptlck, TIOCSPTLCK);
ABI_SAME(kTiocgdev, TIOCGDEV);
ABI_SAME(kTiocsig, TIOCSIG);
ABI_SAME(kTiocvhangup, TIOCVHANGUP);
ABI_SAME(kTiocgpkt, TIOCGPKT);
ABI_SAME(kTiocgptlck, TIOCGPTLCK);
ABI_SAME(kTiocgexcl, TIOCGEXCL);
ABI_SAME(kTiocglcktrmios, TIOCGLCKTRMIOS);
ABI_SAME(kTiocslcktrmios, TIOCSLCKTRMIOS);
ABI_SAME(kTiocgptpeer, TIOCGPTPEER);
ABI_SAME(kTiocpktData, TIOCPKT_DATA);
ABI_SAME(kTiocpktFlushread, TIOCPKT_FLUSHREAD);
ABI_SAME(kTiocpktFlushwrite, TIOCPKT_FLUSHWRITE);
ABI_SAME(kTiocpktStop, TIOCPKT_STOP);
ABI_SAME(kTiocpktStart, TIOCPKT_START);
ABI_SAME(kTiocpktNostop, TIOCPKT_NOSTOP);
ABI_SAME(kTiocpktDostop, TIOCPKT_DOSTOP);
ABI_SAME(kTiocpktIoctl, TIOCPKT_IOCTL);
ABI_SAME(kTcooff, TCOOFF);
ABI_SAME(kTcoon, TCOON);
ABI_SAME(kTcioff, TCIOFF);
ABI_SAME(kTcion, TCION);
ABI_SAME(kTciflush, TCIFLUSH);
ABI_SAME(kTcoflush, TCOFLUSH);
ABI_SAME(kTcioflush, TCIOFLUSH);
ABI_SAME(kNTty, N_TTY);
ABI_SAME(kFionread, FIONREAD);
ABI_SAME(kFionbio, FIONBIO);
ABI_SAME(kFioasync, FIOASYNC);
ABI_SAME(kFionclex, FIONCLEX);
ABI_SAME(kFioclex, FIOCLEX);
ABI_SAME(kFioqsize, FIOQSIZE);
ABI_SAME(kFigetbsz, FIGETBSZ);
ABI_SAME(kFibmap, FIBMAP);
ABI_SAME(kFifreeze, FIFREEZE);
ABI_SAME(kFithaw, FITHAW);
ABI_SAME(kFitrim, FITRIM);
ABI_SAME(kFiclone, FICLONE);
ABI_SAME(kFiclonerange, FICLONERANGE);
ABI_SAME(kFideduperange, FIDEDUPERANGE);
ABI_SAME(kFsIocGetflags, FS_IOC_GETFLAGS);
ABI_SAME(kFsIocSetflags, FS_IOC_SETFLAGS);
ABI_SAME(kFsIocGetversion, FS_IOC_GETVERSION);
ABI_SAME(kFsIocFiemap, FS_IOC_FIEMAP);
ABI_SAME(kFsIocFsgetxattr, FS_IOC_FSGETXATTR);
ABI_SAME(kFsIocFssetxattr, FS_IOC_FSSETXATTR);
ABI_SAME(kFsIocGetfslabel, FS_IOC_GETFSLABEL);
ABI_SAME(kBlkgetsize, BLKGETSIZE);
ABI_SAME(kBlkgetsize64, BLKGETSIZE64);
ABI_SAME(kBlksszget, BLKSSZGET);
ABI_SAME(kBlkroget, BLKROGET);
ABI_SAME(kFsImmutableFl, FS_IMMUTABLE_FL);
ABI_SAME(kFsAppendFl, FS_APPEND_FL);
ABI_SAME(kFsNodumpFl, FS_NODUMP_FL);
ABI_SAME(kFsNoatimeFl, FS_NOATIME_FL);
ABI_SAME(kFsDirsyncFl, FS_DIRSYNC_FL);
ABI_SAME(kFsVerityFl, FS_VERITY_FL);
ABI_SAME(kFiosetown, FIOSETOWN);
ABI_SAME(kFiogetown, FIOGETOWN);
ABI_SAME(kSiocspgrp, SIOCSPGRP);
ABI_SAME(kSiocgpgrp, SIOCGPGRP);
ABI_SAME(kSiocatmark, SIOCATMARK);
ABI_SAME(kSiocgstampOld, SIOCGSTAMP_OLD);
ABI_SAME(kSiocinq, SIOCINQ);
ABI_SAME(kSiocoutq, SIOCOUTQ);
ABI_SAME(kSiocgifname, SIOCGIFNAME);
ABI_SAME(kSiocgifconf, SIOCGIFCONF);
ABI_SAME(kSiocgifflags, SIOCGIFFLAGS);
ABI_SAME(kSiocsifflags, SIOCSIFFLAGS);
ABI_SAME(kSiocgifaddr, SIOCGIFADDR);
ABI_SAME(kSiocsifaddr, SIOCSIFADDR);
ABI_SAME(kSiocgifdstaddr, SIOCGIFDSTADDR);
ABI_SAME(kSiocgifbrdaddr, SIOCGIFBRDADDR);
ABI_SAME(kSiocgifnetmask, SIOCGIFNETMASK);
ABI_SAME(kSiocsifnetmask, SIOCSIFNETMASK);
ABI_SAME(kSiocgifmetric, SIOCGIFMETRIC);
ABI_SAME(kSiocgifmtu, SIOCGIFMTU);
ABI_SAME(kSiocsifmtu, SIOCSIFMTU);
ABI_SAME(kSiocgifhwaddr, SIOCGIFHWADDR);
ABI_SAME(kSiocgifindex, SIOCGIFINDEX);
ABI_SAME(kSiocgiftxqlen, SIOCGIFTXQLEN);
ABI_SAME(kSiocaddrt, SIOCADDRT);
ABI_SAME(kSiocdelrt, SIOCDELRT);
ABI_SAME(kSiocgarp, SIOCGARP);
ABI_SAME(kSiocethtool, SIOCETHTOOL);
ABI_SAME(kSiocgskns, SIOCGSKNS);
ABI_SAME(kNsGetUserns, NS_GET_USERNS);
ABI_SAME(kNsGetParent, NS_GET_PARENT);
ABI_SAME(kNsGetNstype, NS_GET_NSTYPE);
ABI_SAME(kNsGetOwnerUid, NS_GET_OWNER_UID);
ABI_SAME(kRndgetentcnt, RNDGETENTCNT);
ABI_SAME(kRndaddtoentcnt, RNDADDTOENTCNT);
ABI_SAME(kRndaddentropy, RNDADDENTROPY);
ABI_SAME(kKdgkbtype, KDGKBTYPE);
ABI_SAME(kKdgetmode, KDGETMODE);
ABI_SAME(kKdgkbmode, KDGKBMODE);
ABI_SAME(kVtOpenqry, VT_OPENQRY);
ABI_SAME(kVtGetmode, VT_GETMODE);
ABI_SAME(kVtGetstate, VT_GETSTATE);
ABI_SAME(kVintr, VINTR);
ABI_SAME(kVquit, VQUIT);
ABI_SAME(kVerase, VERASE);
ABI_SAME(kVkill, VKILL);
ABI_SAME(kVeof, VEOF);
ABI_SAME(kVtime, VTIME);
ABI_SAME(kVmin, VMIN);
ABI_SAME(kVswtc, VSWTC);
ABI_SAME(kVstart, VSTART);
ABI_SAME(kVstop, VSTOP);
ABI_SAME(kVsusp, VSUSP);
ABI_SAME(kVeol, VEOL);
ABI_SAME(kVreprint, VREPRINT);
ABI_SAME(kVdiscard, VDISCARD);
ABI_SAME(kVwerase, VWERASE);
ABI_SAME(kVlnext, VLNEXT);
ABI_SAME(kVeol2, VEOL2);
ABI_SAME(kIgnbrk, IGNBRK);
ABI_SAME(kBrkint, BRKINT);
ABI_SAME(kIgnpar, IGNPAR);
ABI_SAME(kParmrk, PARMRK);
ABI_SAME(kInpck, INPCK);
ABI_SAME(kIstrip, ISTRIP);
ABI_SAME(kInlcr, INLCR);
ABI_SAME(kIgncr, IGNCR);
ABI_SAME(kIcrnl, ICRNL);
ABI_SAME(kIuclc, IUCLC);
ABI_SAME(kIxon, IXON);
ABI_SAME(kIxany, IXANY);
ABI_SAME(kIxoff, IXOFF);
ABI_SAME(kImaxbel, IMAXBEL);
ABI_SAME(kIutf8, IUTF8);
ABI_SAME(kOpost, OPOST);
ABI_SAME(kOlcuc, OLCUC);
ABI_SAME(kOnlcr, ONLCR);
ABI_SAME(kOcrnl, OCRNL);
ABI_SAME(kOnocr, ONOCR);
ABI_SAME(kOnlret, ONLRET);
ABI_SAME(kOfill, OFILL);
ABI_SAME(kOfdel, OFDEL);
ABI_SAME(kNldly, NLDLY);
ABI_SAME(kCrdly, CRDLY);
ABI_SAME(kTabdly, TABDLY);
ABI_SAME(kXtabs, XTABS);
ABI_SAME(kBsdly, BSDLY);
ABI_SAME(kVtdly, VTDLY);
ABI_SAME(kFfdly, FFDLY);
ABI_SAME(kCbaud, CBAUD);
ABI_SAME(kB0, B0);
ABI_SAME(kB9600, B9600);
ABI_SAME(kB38400, B38400);
ABI_SAME(kB115200, B115200);
ABI_SAME(kCsize, CSIZE);
ABI_SAME(kCs5, CS5);
ABI_SAME(kCs6, CS6);
ABI_SAME(kCs7, CS7);
ABI_SAME(kCs8, CS8);
ABI_SAME(kCstopb, CSTOPB);
ABI_SAME(kCread, CREAD);
ABI_SAME(kParenb, PARENB);
ABI_SAME(kParodd, PARODD);
ABI_SAME(kHupcl, HUPCL);
ABI_SAME(kClocal, CLOCAL);
ABI_SAME(kCrtscts, CRTSCTS);
ABI_SAME(kCibaud, CIBAUD);
ABI_SAME(kBother, BOTHER);
ABI_SAME(kIsig, ISIG);
ABI_SAME(kIcanon, ICANON);
ABI_SAME(kXcase, XCASE);
ABI_SAME(kEcho, ECHO);
ABI_SAME(kEchoe, ECHOE);
ABI_SAME(kEchok, ECHOK);
ABI_SAME(kEchonl, ECHONL);
ABI_SAME(kNoflsh, NOFLSH);
ABI_SAME(kTostop, TOSTOP);
ABI_SAME(kEchoctl, ECHOCTL);
ABI_SAME(kEchoprt, ECHOPRT);
ABI_SAME(kEchoke, ECHOKE);
ABI_SAME(kFlusho, FLUSHO);
ABI_SAME(kPendin, PENDIN);
ABI_SAME(kIexten, IEXTEN);
ABI_SAME(kExtproc, EXTPROC);

// ipc.h
ABI_SAME(kIpcPrivate, IPC_PRIVATE);
ABI_SAME(kIpcRmid, IPC_RMID);
ABI_SAME(kIpcSet, IPC_SET);
ABI_SAME(kIpcStat, IPC_STAT);
ABI_SAME(kIpcInfo, IPC_INFO);
ABI_SAME(kIpcCreat, IPC_CREAT);
ABI_SAME(kIpcExcl, IPC_EXCL);
ABI_SAME(kIpcNowait, IPC_NOWAIT);
ABI_SAME(kSemUndo, SEM_UNDO);
ABI_SAME(kGetpid, GETPID);
ABI_SAME(kGetval, GETVAL);
ABI_SAME(kGetall, GETALL);
ABI_SAME(kGetncnt, GETNCNT);
ABI_SAME(kGetzcnt, GETZCNT);
ABI_SAME(kSetval, SETVAL);
ABI_SAME(kSetall, SETALL);
ABI_SAME(kSemStat, SEM_STAT);
ABI_SAME(kSemInfo, SEM_INFO);
ABI_SAME(kSemStatAny, SEM_STAT_ANY);
ABI_SAME(kSemmni, SEMMNI);
ABI_SAME(kSemmsl, SEMMSL);
ABI_SAME(kSemmns, SEMMNS);
ABI_SAME(kSemopm, SEMOPM);
ABI_SAME(kSemvmx, SEMVMX);
ABI_SAME(kSemaem, SEMAEM);
ABI_SAME(kMsgNoerror, MSG_NOERROR);
ABI_SAME(kMsgExcept, MSG_EXCEPT);
ABI_SAME(kMsgCopy, MSG_COPY);
ABI_SAME(kMsgStat, MSG_STAT);
ABI_SAME(kMsgInfo, MSG_INFO);
ABI_SAME(kMsgStatAny, MSG_STAT_ANY);
ABI_SAME(kMsgmni, MSGMNI);
ABI_SAME(kMsgmax, MSGMAX);
ABI_SAME(kMsgmnb, MSGMNB);
ABI_SAME(kShmR, SHM_R);
ABI_SAME(kShmW, SHM_W);
ABI_SAME(kShmHugetlb, SHM_HUGETLB);
ABI_SAME(kShmNoreserve, SHM_NORESERVE);
ABI_SAME(kShmRdonly, SHM_RDONLY);
ABI_SAME(kShmRnd, SHM_RND);
ABI_SAME(kShmRemap, SHM_REMAP);
ABI_SAME(kShmExec, SHM_EXEC);
#ifdef SHM_DEST
ABI_SAME(kShmDest, SHM_DEST);
#endif
#ifdef SHM_LOCKED
ABI_SAME(kShmLocked, SHM_LOCKED);
#endif
ABI_SAME(kShmLock, SHM_LOCK);
ABI_SAME(kShmUnlock, SHM_UNLOCK);
ABI_SAME(kShmStat, SHM_STAT);
ABI_SAME(kShmInfo, SHM_INFO);
ABI_SAME(kShmStatAny, SHM_STAT_ANY);
ABI_SAME(kShmmin, SHMMIN);
ABI_SAME(kShmmni, SHMMNI);

// keyctl.h
ABI_SAME(kKeySpecThreadKeyring, KEY_SPEC_THREAD_KEYRING);
ABI_SAME(kKeySpecProcessKeyring, KEY_SPEC_PROCESS_KEYRING);
ABI_SAME(kKeySpecSessionKeyring, KEY_SPEC_SESSION_KEYRING);
ABI_SAME(kKeySpecUserKeyring, KEY_SPEC_USER_KEYRING);
ABI_SAME(kKeySpecUserSessionKeyring, KEY_SPEC_USER_SESSION_KEYRING);
ABI_SAME(kKeyctlGetKeyringId, KEYCTL_GET_KEYRING_ID);
ABI_SAME(kKeyctlJoinSessionKeyring, KEYCTL_JOIN_SESSION_KEYRING);
ABI_SAME(kKeyctlUpdate, KEYCTL_UPDATE);
ABI_SAME(kKeyctlRevoke, KEYCTL_REVOKE);
ABI_SAME(kKeyctlChown, KEYCTL_CHOWN);
ABI_SAME(kKeyctlSetperm, KEYCTL_SETPERM);
ABI_SAME(kKeyctlDescribe, KEYCTL_DESCRIBE);
ABI_SAME(kKeyctlClear, KEYCTL_CLEAR);
ABI_SAME(kKeyctlLink, KEYCTL_LINK);
ABI_SAME(kKeyctlUnlink, KEYCTL_UNLINK);
ABI_SAME(kKeyctlSearch, KEYCTL_SEARCH);
ABI_SAME(kKeyctlRead, KEYCTL_READ);
ABI_SAME(kKeyctlInstantiate, KEYCTL_INSTANTIATE);
ABI_SAME(kKeyctlNegate, KEYCTL_NEGATE);
ABI_SAME(kKeyctlSetReqkeyKeyring, KEYCTL_SET_REQKEY_KEYRING);
ABI_SAME(kKeyctlSetTimeout, KEYCTL_SET_TIMEOUT);
ABI_SAME(kKeyctlAssumeAuthority, KEYCTL_ASSUME_AUTHORITY);
ABI_SAME(kKeyctlGetSecurity, KEYCTL_GET_SECURITY);
ABI_SAME(kKeyctlSessionToParent, KEYCTL_SESSION_TO_PARENT);
ABI_SAME(kKeyctlReject, KEYCTL_REJECT);
ABI_SAME(kKeyctlInstantiateIov, KEYCTL_INSTANTIATE_IOV);
ABI_SAME(kKeyctlInvalidate, KEYCTL_INVALIDATE);
ABI_SAME(kKeyctlGetPersistent, KEYCTL_GET_PERSISTENT);
ABI_SAME(kKeyctlCapabilities, KEYCTL_CAPABILITIES);

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

// mount.h
ABI_SAME(kMsRdonly, MS_RDONLY);
ABI_SAME(kMsNosuid, MS_NOSUID);
ABI_SAME(kMsNodev, MS_NODEV);
ABI_SAME(kMsNoexec, MS_NOEXEC);
ABI_SAME(kMsSynchronous, MS_SYNCHRONOUS);
ABI_SAME(kMsRemount, MS_REMOUNT);
ABI_SAME(kMsMandlock, MS_MANDLOCK);
ABI_SAME(kMsDirsync, MS_DIRSYNC);
ABI_SAME(kMsNosymfollow, MS_NOSYMFOLLOW);
ABI_SAME(kMsNoatime, MS_NOATIME);
ABI_SAME(kMsNodiratime, MS_NODIRATIME);
ABI_SAME(kMsBind, MS_BIND);
ABI_SAME(kMsMove, MS_MOVE);
ABI_SAME(kMsRec, MS_REC);
ABI_SAME(kMsSilent, MS_SILENT);
ABI_SAME(kMsPosixacl, MS_POSIXACL);
ABI_SAME(kMsUnbindable, MS_UNBINDABLE);
ABI_SAME(kMsPrivate, MS_PRIVATE);
ABI_SAME(kMsSlave, MS_SLAVE);
ABI_SAME(kMsShared, MS_SHARED);
ABI_SAME(kMsRelatime, MS_RELATIME);
ABI_SAME(kMsStrictatime, MS_STRICTATIME);
ABI_SAME(kMsLazytime, MS_LAZYTIME);
ABI_SAME(kMsMgcVal, MS_MGC_VAL);
ABI_SAME(kMsMgcMsk, MS_MGC_MSK);
#ifdef MNT_FORCE
ABI_SAME(kMntForce, MNT_FORCE);
#endif
#ifdef MNT_DETACH
ABI_SAME(kMntDetach, MNT_DETACH);
#endif
#ifdef MNT_EXPIRE
ABI_SAME(kMntExpire, MNT_EXPIRE);
#endif
#ifdef UMOUNT_NOFOLLOW
ABI_SAME(kUmountNofollow, UMOUNT_NOFOLLOW);
#endif
ABI_SAME(kOpenTreeClone, OPEN_TREE_CLONE);
ABI_SAME(kOpenTreeCloexec, OPEN_TREE_CLOEXEC);
ABI_SAME(kMoveMountFSymlinks, MOVE_MOUNT_F_SYMLINKS);
ABI_SAME(kMoveMountFAutomounts, MOVE_MOUNT_F_AUTOMOUNTS);
ABI_SAME(kMoveMountFEmptyPath, MOVE_MOUNT_F_EMPTY_PATH);
ABI_SAME(kMoveMountTSymlinks, MOVE_MOUNT_T_SYMLINKS);
ABI_SAME(kMoveMountTAutomounts, MOVE_MOUNT_T_AUTOMOUNTS);
ABI_SAME(kMoveMountTEmptyPath, MOVE_MOUNT_T_EMPTY_PATH);
ABI_SAME(kMoveMountSetGroup, MOVE_MOUNT_SET_GROUP);
#ifdef MOVE_MOUNT_BENEATH
ABI_SAME(kMoveMountBeneath, MOVE_MOUNT_BENEATH);
#endif
ABI_SAME(kFsopenCloexec, FSOPEN_CLOEXEC);
ABI_SAME(kFspickCloexec, FSPICK_CLOEXEC);
ABI_SAME(kFspickSymlinkNofollow, FSPICK_SYMLINK_NOFOLLOW);
ABI_SAME(kFspickNoAutomount, FSPICK_NO_AUTOMOUNT);
ABI_SAME(kFspickEmptyPath, FSPICK_EMPTY_PATH);
ABI_SAME(kFsmountCloexec, FSMOUNT_CLOEXEC);
ABI_SAME(kFsconfigSetFlag, FSCONFIG_SET_FLAG);
ABI_SAME(kFsconfigSetString, FSCONFIG_SET_STRING);
ABI_SAME(kFsconfigSetBinary, FSCONFIG_SET_BINARY);
ABI_SAME(kFsconfigSetPath, FSCONFIG_SET_PATH);
ABI_SAME(kFsconfigSetPathEmpty, FSCONFIG_SET_PATH_EMPTY);
ABI_SAME(kFsconfigSetFd, FSCONFIG_SET_FD);
ABI_SAME(kFsconfigCmdCreate, FSCONFIG_CMD_CREATE);
ABI_SAME(kFsconfigCmdReconfigure, FSCONFIG_CMD_RECONFIGURE);
#ifdef FSCONFIG_CMD_CREATE_EXCL
ABI_SAME(kFsconfigCmdCreateExcl, FSCONFIG_CMD_CREATE_EXCL);
#endif
ABI_SAME(kMountAttrRdonly, MOUNT_ATTR_RDONLY);
ABI_SAME(kMountAttrNosuid, MOUNT_ATTR_NOSUID);
ABI_SAME(kMountAttrNodev, MOUNT_ATTR_NODEV);
ABI_SAME(kMountAttrNoexec, MOUNT_ATTR_NOEXEC);
ABI_SAME(kMountAttrAtime, MOUNT_ATTR__ATIME);
ABI_SAME(kMountAttrRelatime, MOUNT_ATTR_RELATIME);
ABI_SAME(kMountAttrNoatime, MOUNT_ATTR_NOATIME);
ABI_SAME(kMountAttrStrictatime, MOUNT_ATTR_STRICTATIME);
ABI_SAME(kMountAttrNodiratime, MOUNT_ATTR_NODIRATIME);
ABI_SAME(kMountAttrIdmap, MOUNT_ATTR_IDMAP);
ABI_SAME(kMountAttrNosymfollow, MOUNT_ATTR_NOSYMFOLLOW);
ABI_SAME(kMountAttrSizeVer0, MOUNT_ATTR_SIZE_VER0);

// mqueue.h
ABI_SAME(kMqPrioMax, MQ_PRIO_MAX);

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

// prctl.h
ABI_SAME(kPrSetPdeathsig, PR_SET_PDEATHSIG);
ABI_SAME(kPrGetPdeathsig, PR_GET_PDEATHSIG);
ABI_SAME(kPrGetDumpable, PR_GET_DUMPABLE);
ABI_SAME(kPrSetDumpable, PR_SET_DUMPABLE);
ABI_SAME(kPrGetUnalign, PR_GET_UNALIGN);
ABI_SAME(kPrSetUnalign, PR_SET_UNALIGN);
ABI_SAME(kPrGetKeepcaps, PR_GET_KEEPCAPS);
ABI_SAME(kPrSetKeepcaps, PR_SET_KEEPCAPS);
ABI_SAME(kPrGetFpemu, PR_GET_FPEMU);
ABI_SAME(kPrSetFpemu, PR_SET_FPEMU);
ABI_SAME(kPrGetFpexc, PR_GET_FPEXC);
ABI_SAME(kPrSetFpexc, PR_SET_FPEXC);
ABI_SAME(kPrGetTiming, PR_GET_TIMING);
ABI_SAME(kPrSetTiming, PR_SET_TIMING);
ABI_SAME(kPrSetName, PR_SET_NAME);
ABI_SAME(kPrGetName, PR_GET_NAME);
ABI_SAME(kPrGetEndian, PR_GET_ENDIAN);
ABI_SAME(kPrSetEndian, PR_SET_ENDIAN);
ABI_SAME(kPrGetSeccomp, PR_GET_SECCOMP);
ABI_SAME(kPrSetSeccomp, PR_SET_SECCOMP);
ABI_SAME(kPrCapbsetRead, PR_CAPBSET_READ);
ABI_SAME(kPrCapbsetDrop, PR_CAPBSET_DROP);
ABI_SAME(kPrGetTsc, PR_GET_TSC);
ABI_SAME(kPrSetTsc, PR_SET_TSC);
ABI_SAME(kPrGetSecurebits, PR_GET_SECUREBITS);
ABI_SAME(kPrSetSecurebits, PR_SET_SECUREBITS);
ABI_SAME(kPrSetTimerslack, PR_SET_TIMERSLACK);
ABI_SAME(kPrGetTimerslack, PR_GET_TIMERSLACK);
ABI_SAME(kPrTaskPerfEventsDisable, PR_TASK_PERF_EVENTS_DISABLE);
ABI_SAME(kPrTaskPerfEventsEnable, PR_TASK_PERF_EVENTS_ENABLE);
ABI_SAME(kPrMceKill, PR_MCE_KILL);
ABI_SAME(kPrMceKillGet, PR_MCE_KILL_GET);
ABI_SAME(kPrSetMm, PR_SET_MM);
ABI_SAME(kPrSetChildSubreaper, PR_SET_CHILD_SUBREAPER);
ABI_SAME(kPrGetChildSubreaper, PR_GET_CHILD_SUBREAPER);
ABI_SAME(kPrSetNoNewPrivs, PR_SET_NO_NEW_PRIVS);
ABI_SAME(kPrGetNoNewPrivs, PR_GET_NO_NEW_PRIVS);
ABI_SAME(kPrGetTidAddress, PR_GET_TID_ADDRESS);
ABI_SAME(kPrSetThpDisable, PR_SET_THP_DISABLE);
ABI_SAME(kPrGetThpDisable, PR_GET_THP_DISABLE);
ABI_SAME(kPrCapAmbient, PR_CAP_AMBIENT);
ABI_SAME(kPrGetSpeculationCtrl, PR_GET_SPECULATION_CTRL);
ABI_SAME(kPrSetSpeculationCtrl, PR_SET_SPECULATION_CTRL);
ABI_SAME(kPrSetIoFlusher, PR_SET_IO_FLUSHER);
ABI_SAME(kPrGetIoFlusher, PR_GET_IO_FLUSHER);
ABI_SAME(kPrSetSyscallUserDispatch, PR_SET_SYSCALL_USER_DISPATCH);
ABI_SAME(kPrSchedCore, PR_SCHED_CORE);
#ifdef PR_SET_MDWE
ABI_SAME(kPrSetMdwe, PR_SET_MDWE);
#endif
#ifdef PR_GET_MDWE
ABI_SAME(kPrGetMdwe, PR_GET_MDWE);
#endif
#ifdef PR_SET_MEMORY_MERGE
ABI_SAME(kPrSetMemoryMerge, PR_SET_MEMORY_MERGE);
#endif
#ifdef PR_GET_MEMORY_MERGE
ABI_SAME(kPrGetMemoryMerge, PR_GET_MEMORY_MERGE);
#endif
ABI_SAME(kPrSetPtracer, PR_SET_PTRACER);
ABI_SAME(kPrSetVma, PR_SET_VMA);
#ifdef PR_GET_AUXV
ABI_SAME(kPrGetAuxv, PR_GET_AUXV);
#endif
ABI_SAME(kPrSetVmaAnonName, PR_SET_VMA_ANON_NAME);
ABI_SAME(kPrCapAmbientIsSet, PR_CAP_AMBIENT_IS_SET);
ABI_SAME(kPrCapAmbientRaise, PR_CAP_AMBIENT_RAISE);
ABI_SAME(kPrCapAmbientLower, PR_CAP_AMBIENT_LOWER);
ABI_SAME(kPrCapAmbientClearAll, PR_CAP_AMBIENT_CLEAR_ALL);
ABI_SAME(kPrTscEnable, PR_TSC_ENABLE);
ABI_SAME(kPrTscSigsegv, PR_TSC_SIGSEGV);
ABI_SAME(kPrSetMmStartCode, PR_SET_MM_START_CODE);
ABI_SAME(kPrSetMmEndCode, PR_SET_MM_END_CODE);
ABI_SAME(kPrSetMmStartData, PR_SET_MM_START_DATA);
ABI_SAME(kPrSetMmEndData, PR_SET_MM_END_DATA);
ABI_SAME(kPrSetMmStartStack, PR_SET_MM_START_STACK);
ABI_SAME(kPrSetMmStartBrk, PR_SET_MM_START_BRK);
ABI_SAME(kPrSetMmBrk, PR_SET_MM_BRK);
ABI_SAME(kPrSetMmArgStart, PR_SET_MM_ARG_START);
ABI_SAME(kPrSetMmArgEnd, PR_SET_MM_ARG_END);
ABI_SAME(kPrSetMmEnvStart, PR_SET_MM_ENV_START);
ABI_SAME(kPrSetMmEnvEnd, PR_SET_MM_ENV_END);
ABI_SAME(kPrSetMmAuxv, PR_SET_MM_AUXV);
ABI_SAME(kPrSetMmExeFile, PR_SET_MM_EXE_FILE);
ABI_SAME(kPrSetMmMap, PR_SET_MM_MAP);
ABI_SAME(kPrSetMmMapSize, PR_SET_MM_MAP_SIZE);
ABI_SAME(kPrSysDispatchOff, PR_SYS_DISPATCH_OFF);
ABI_SAME(kPrSysDispatchOn, PR_SYS_DISPATCH_ON);
ABI_SAME(kPrSpecStoreBypass, PR_SPEC_STORE_BYPASS);
ABI_SAME(kPrSpecIndirectBranch, PR_SPEC_INDIRECT_BRANCH);
ABI_SAME(kPrSpecNotAffected, PR_SPEC_NOT_AFFECTED);
ABI_SAME(kPrSpecPrctl, PR_SPEC_PRCTL);
ABI_SAME(kPrSpecEnable, PR_SPEC_ENABLE);
ABI_SAME(kPrSpecDisable, PR_SPEC_DISABLE);
ABI_SAME(kPrSpecForceDisable, PR_SPEC_FORCE_DISABLE);
#ifdef PR_MDWE_REFUSE_EXEC_GAIN
ABI_SAME(kPrMdweRefuseExecGain, PR_MDWE_REFUSE_EXEC_GAIN);
#endif
ABI_SAME(kArchSetGs, ARCH_SET_GS);
ABI_SAME(kArchSetFs, ARCH_SET_FS);
ABI_SAME(kArchGetFs, ARCH_GET_FS);
ABI_SAME(kArchGetGs, ARCH_GET_GS);
ABI_SAME(kArchGetCpuid, ARCH_GET_CPUID);
ABI_SAME(kArchSetCpuid, ARCH_SET_CPUID);
ABI_SAME(kArchGetXcompSupp, ARCH_GET_XCOMP_SUPP);
ABI_SAME(kArchGetXcompPerm, ARCH_GET_XCOMP_PERM);
ABI_SAME(kArchReqXcompPerm, ARCH_REQ_XCOMP_PERM);
ABI_SAME(kArchMapVdso64, ARCH_MAP_VDSO_64);
#ifdef ARCH_SHSTK_STATUS
ABI_SAME(kArchShstkStatus, ARCH_SHSTK_STATUS);
#endif

// ptrace.h
ABI_SAME(kPtraceTraceme, PTRACE_TRACEME);
ABI_SAME(kPtracePeektext, PTRACE_PEEKTEXT);
ABI_SAME(kPtracePeekdata, PTRACE_PEEKDATA);
ABI_SAME(kPtracePeekusr, PTRACE_PEEKUSR);
ABI_SAME(kPtracePoketext, PTRACE_POKETEXT);
ABI_SAME(kPtracePokedata, PTRACE_POKEDATA);
ABI_SAME(kPtracePokeusr, PTRACE_POKEUSR);
ABI_SAME(kPtraceCont, PTRACE_CONT);
ABI_SAME(kPtraceKill, PTRACE_KILL);
ABI_SAME(kPtraceSinglestep, PTRACE_SINGLESTEP);
ABI_SAME(kPtraceGetregs, PTRACE_GETREGS);
ABI_SAME(kPtraceSetregs, PTRACE_SETREGS);
ABI_SAME(kPtraceGetfpregs, PTRACE_GETFPREGS);
ABI_SAME(kPtraceSetfpregs, PTRACE_SETFPREGS);
ABI_SAME(kPtraceAttach, PTRACE_ATTACH);
ABI_SAME(kPtraceDetach, PTRACE_DETACH);
ABI_SAME(kPtraceSyscall, PTRACE_SYSCALL);
ABI_SAME(kPtraceArchPrctl, PTRACE_ARCH_PRCTL);
ABI_SAME(kPtraceSysemu, PTRACE_SYSEMU);
ABI_SAME(kPtraceSysemuSinglestep, PTRACE_SYSEMU_SINGLESTEP);
ABI_SAME(kPtraceSetoptions, PTRACE_SETOPTIONS);
ABI_SAME(kPtraceGeteventmsg, PTRACE_GETEVENTMSG);
ABI_SAME(kPtraceGetsiginfo, PTRACE_GETSIGINFO);
ABI_SAME(kPtraceSetsiginfo, PTRACE_SETSIGINFO);
ABI_SAME(kPtraceGetregset, PTRACE_GETREGSET);
ABI_SAME(kPtraceSetregset, PTRACE_SETREGSET);
ABI_SAME(kPtraceSeize, PTRACE_SEIZE);
ABI_SAME(kPtraceInterrupt, PTRACE_INTERRUPT);
ABI_SAME(kPtraceListen, PTRACE_LISTEN);
ABI_SAME(kPtracePeeksiginfo, PTRACE_PEEKSIGINFO);
ABI_SAME(kPtraceGetsigmask, PTRACE_GETSIGMASK);
ABI_SAME(kPtraceSetsigmask, PTRACE_SETSIGMASK);
ABI_SAME(kPtraceSeccompGetFilter, PTRACE_SECCOMP_GET_FILTER);
ABI_SAME(kPtraceSeccompGetMetadata, PTRACE_SECCOMP_GET_METADATA);
ABI_SAME(kPtraceGetSyscallInfo, PTRACE_GET_SYSCALL_INFO);
ABI_SAME(kPtraceGetRseqConfiguration, PTRACE_GET_RSEQ_CONFIGURATION);
ABI_SAME(kPtraceSingleblock, PTRACE_SINGLEBLOCK);
ABI_SAME(kPtraceOTracesysgood, PTRACE_O_TRACESYSGOOD);
ABI_SAME(kPtraceOTracefork, PTRACE_O_TRACEFORK);
ABI_SAME(kPtraceOTracevfork, PTRACE_O_TRACEVFORK);
ABI_SAME(kPtraceOTraceclone, PTRACE_O_TRACECLONE);
ABI_SAME(kPtraceOTraceexec, PTRACE_O_TRACEEXEC);
ABI_SAME(kPtraceOTracevforkdone, PTRACE_O_TRACEVFORKDONE);
ABI_SAME(kPtraceOTraceexit, PTRACE_O_TRACEEXIT);
ABI_SAME(kPtraceOTraceseccomp, PTRACE_O_TRACESECCOMP);
ABI_SAME(kPtraceOExitkill, PTRACE_O_EXITKILL);
ABI_SAME(kPtraceOSuspendSeccomp, PTRACE_O_SUSPEND_SECCOMP);
ABI_SAME(kPtraceOMask, PTRACE_O_MASK);
ABI_SAME(kPtraceEventFork, PTRACE_EVENT_FORK);
ABI_SAME(kPtraceEventVfork, PTRACE_EVENT_VFORK);
ABI_SAME(kPtraceEventClone, PTRACE_EVENT_CLONE);
ABI_SAME(kPtraceEventExec, PTRACE_EVENT_EXEC);
ABI_SAME(kPtraceEventVforkDone, PTRACE_EVENT_VFORK_DONE);
ABI_SAME(kPtraceEventExit, PTRACE_EVENT_EXIT);
ABI_SAME(kPtraceEventSeccomp, PTRACE_EVENT_SECCOMP);
ABI_SAME(kPtraceEventStop, PTRACE_EVENT_STOP);
ABI_SAME(kPtraceEventmsgSyscallEntry, PTRACE_EVENTMSG_SYSCALL_ENTRY);
ABI_SAME(kPtraceEventmsgSyscallExit, PTRACE_EVENTMSG_SYSCALL_EXIT);
ABI_SAME(kPtracePeeksiginfoShared, PTRACE_PEEKSIGINFO_SHARED);
ABI_SAME(kPtraceSyscallInfoNone, PTRACE_SYSCALL_INFO_NONE);
ABI_SAME(kPtraceSyscallInfoEntry, PTRACE_SYSCALL_INFO_ENTRY);
ABI_SAME(kPtraceSyscallInfoExit, PTRACE_SYSCALL_INFO_EXIT);
ABI_SAME(kPtraceSyscallInfoSeccomp, PTRACE_SYSCALL_INFO_SECCOMP);

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

// rseq.h
ABI_SAME(kRseqFlagUnregister, RSEQ_FLAG_UNREGISTER);
ABI_SAME(kRseqCsFlagNoRestartOnPreempt, RSEQ_CS_FLAG_NO_RESTART_ON_PREEMPT);
ABI_SAME(kRseqCsFlagNoRestartOnSignal, RSEQ_CS_FLAG_NO_RESTART_ON_SIGNAL);
ABI_SAME(kRseqCsFlagNoRestartOnMigrate, RSEQ_CS_FLAG_NO_RESTART_ON_MIGRATE);
ABI_SAME(kRseqCpuIdUninitialized, RSEQ_CPU_ID_UNINITIALIZED);
ABI_SAME(kRseqCpuIdRegistrationFailed, RSEQ_CPU_ID_REGISTRATION_FAILED);

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
ABI_SIZE(KcmpEpollSlot, struct kcmp_epoll_slot);
ABI_FIELD(KcmpEpollSlot, efd, struct kcmp_epoll_slot, efd);
ABI_FIELD(KcmpEpollSlot, tfd, struct kcmp_epoll_slot, tfd);
ABI_FIELD(KcmpEpollSlot, toff, struct kcmp_epoll_slot, toff);

// reboot(2)
ABI_SAME(kRebootMagic1, LINUX_REBOOT_MAGIC1);
ABI_SAME(kRebootMagic2, LINUX_REBOOT_MAGIC2);
ABI_SAME(kRebootMagic2A, LINUX_REBOOT_MAGIC2A);
ABI_SAME(kRebootMagic2B, LINUX_REBOOT_MAGIC2B);
ABI_SAME(kRebootMagic2C, LINUX_REBOOT_MAGIC2C);
ABI_SAME(kRebootRestart, LINUX_REBOOT_CMD_RESTART);
ABI_SAME(kRebootRestart2, LINUX_REBOOT_CMD_RESTART2);
ABI_SAME(kRebootHalt, LINUX_REBOOT_CMD_HALT);
ABI_SAME(kRebootPowerOff, LINUX_REBOOT_CMD_POWER_OFF);

// seccomp.h
ABI_SAME(kSeccompModeDisabled, SECCOMP_MODE_DISABLED);
ABI_SAME(kSeccompModeStrict, SECCOMP_MODE_STRICT);
ABI_SAME(kSeccompModeFilter, SECCOMP_MODE_FILTER);
ABI_SAME(kSeccompSetModeStrict, SECCOMP_SET_MODE_STRICT);
ABI_SAME(kSeccompSetModeFilter, SECCOMP_SET_MODE_FILTER);
ABI_SAME(kSeccompGetActionAvail, SECCOMP_GET_ACTION_AVAIL);
ABI_SAME(kSeccompGetNotifSizes, SECCOMP_GET_NOTIF_SIZES);
ABI_SAME(kSeccompFilterFlagTsync, SECCOMP_FILTER_FLAG_TSYNC);
ABI_SAME(kSeccompFilterFlagLog, SECCOMP_FILTER_FLAG_LOG);
ABI_SAME(kSeccompFilterFlagSpecAllow, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
ABI_SAME(kSeccompFilterFlagNewListener, SECCOMP_FILTER_FLAG_NEW_LISTENER);
ABI_SAME(kSeccompFilterFlagTsyncEsrch, SECCOMP_FILTER_FLAG_TSYNC_ESRCH);
ABI_SAME(kSeccompFilterFlagWaitKillableRecv, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
ABI_SAME(kSeccompRetKillProcess, SECCOMP_RET_KILL_PROCESS);
ABI_SAME(kSeccompRetKillThread, SECCOMP_RET_KILL_THREAD);
ABI_SAME(kSeccompRetTrap, SECCOMP_RET_TRAP);
ABI_SAME(kSeccompRetErrno, SECCOMP_RET_ERRNO);
ABI_SAME(kSeccompRetUserNotif, SECCOMP_RET_USER_NOTIF);
ABI_SAME(kSeccompRetTrace, SECCOMP_RET_TRACE);
ABI_SAME(kSeccompRetLog, SECCOMP_RET_LOG);
ABI_SAME(kSeccompRetAllow, SECCOMP_RET_ALLOW);
ABI_SAME(kSeccompRetActionFull, SECCOMP_RET_ACTION_FULL);
ABI_SAME(kSeccompRetAction, SECCOMP_RET_ACTION);
ABI_SAME(kSeccompRetData, SECCOMP_RET_DATA);
ABI_SAME(kSeccompIoctlNotifRecv, SECCOMP_IOCTL_NOTIF_RECV);
ABI_SAME(kSeccompIoctlNotifSend, SECCOMP_IOCTL_NOTIF_SEND);
ABI_SAME(kSeccompIoctlNotifIdValid, SECCOMP_IOCTL_NOTIF_ID_VALID);
ABI_SAME(kSeccompIoctlNotifAddfd, SECCOMP_IOCTL_NOTIF_ADDFD);
#ifdef SECCOMP_IOCTL_NOTIF_SET_FLAGS
ABI_SAME(kSeccompIoctlNotifSetFlags, SECCOMP_IOCTL_NOTIF_SET_FLAGS);
#endif
ABI_SAME(kSeccompUserNotifFlagContinue, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
ABI_SAME(kSeccompAddfdFlagSetfd, SECCOMP_ADDFD_FLAG_SETFD);
ABI_SAME(kSeccompAddfdFlagSend, SECCOMP_ADDFD_FLAG_SEND);
#ifdef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
ABI_SAME(kSeccompUserNotifFdSyncWakeUp, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
#endif
ABI_SAME(kAuditArchX8664, AUDIT_ARCH_X86_64);
ABI_SAME(kAuditArchI386, AUDIT_ARCH_I386);
ABI_SAME(kBpfMaxinsns, BPF_MAXINSNS);
ABI_SAME(kBpfLd, BPF_LD);
ABI_SAME(kBpfLdx, BPF_LDX);
ABI_SAME(kBpfSt, BPF_ST);
ABI_SAME(kBpfStx, BPF_STX);
ABI_SAME(kBpfAlu, BPF_ALU);
ABI_SAME(kBpfJmp, BPF_JMP);
ABI_SAME(kBpfRet, BPF_RET);
ABI_SAME(kBpfMisc, BPF_MISC);
ABI_SAME(kBpfW, BPF_W);
ABI_SAME(kBpfH, BPF_H);
ABI_SAME(kBpfB, BPF_B);
ABI_SAME(kBpfImm, BPF_IMM);
ABI_SAME(kBpfAbs, BPF_ABS);
ABI_SAME(kBpfInd, BPF_IND);
ABI_SAME(kBpfMem, BPF_MEM);
ABI_SAME(kBpfLen, BPF_LEN);
ABI_SAME(kBpfMsh, BPF_MSH);
ABI_SAME(kBpfAdd, BPF_ADD);
ABI_SAME(kBpfSub, BPF_SUB);
ABI_SAME(kBpfMul, BPF_MUL);
ABI_SAME(kBpfDiv, BPF_DIV);
ABI_SAME(kBpfOr, BPF_OR);
ABI_SAME(kBpfAnd, BPF_AND);
ABI_SAME(kBpfLsh, BPF_LSH);
ABI_SAME(kBpfRsh, BPF_RSH);
ABI_SAME(kBpfNeg, BPF_NEG);
ABI_SAME(kBpfMod, BPF_MOD);
ABI_SAME(kBpfXor, BPF_XOR);
ABI_SAME(kBpfJa, BPF_JA);
ABI_SAME(kBpfJeq, BPF_JEQ);
ABI_SAME(kBpfJgt, BPF_JGT);
ABI_SAME(kBpfJge, BPF_JGE);
ABI_SAME(kBpfJset, BPF_JSET);
ABI_SAME(kBpfK, BPF_K);
ABI_SAME(kBpfX, BPF_X);
ABI_SAME(kBpfA, BPF_A);
ABI_SAME(kBpfTax, BPF_TAX);
ABI_SAME(kBpfTxa, BPF_TXA);
ABI_SAME(kBpfMemwords, BPF_MEMWORDS);

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
ABI_SAME(kSysCodeSeccomp, SYS_SECCOMP);
ABI_SAME(kSysCodeUserDispatch, SYS_USER_DISPATCH);
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

// utsname.h
ABI_SAME(kUname26, UNAME26);
ABI_SAME(kAddrNoRandomize, ADDR_NO_RANDOMIZE);
ABI_SAME(kFdpicFuncptrs, FDPIC_FUNCPTRS);
ABI_SAME(kMmapPageZero, MMAP_PAGE_ZERO);
ABI_SAME(kAddrCompatLayout, ADDR_COMPAT_LAYOUT);
ABI_SAME(kReadImpliesExec, READ_IMPLIES_EXEC);
ABI_SAME(kAddrLimit32bit, ADDR_LIMIT_32BIT);
ABI_SAME(kShortInode, SHORT_INODE);
ABI_SAME(kWholeSeconds, WHOLE_SECONDS);
ABI_SAME(kStickyTimeouts, STICKY_TIMEOUTS);
ABI_SAME(kAddrLimit3gb, ADDR_LIMIT_3GB);
ABI_SAME(kPerLinux, PER_LINUX);
ABI_SAME(kPerLinux32, PER_LINUX32);
ABI_SAME(kPerMask, PER_MASK);
ABI_SAME(kGrndNonblock, GRND_NONBLOCK);
ABI_SAME(kGrndRandom, GRND_RANDOM);
ABI_SAME(kGrndInsecure, GRND_INSECURE);
ABI_SAME(kLinuxRebootMagic1, LINUX_REBOOT_MAGIC1);
ABI_SAME(kLinuxRebootMagic2, LINUX_REBOOT_MAGIC2);
ABI_SAME(kLinuxRebootCmdRestart, LINUX_REBOOT_CMD_RESTART);
ABI_SAME(kLinuxRebootCmdHalt, LINUX_REBOOT_CMD_HALT);
ABI_SAME(kLinuxRebootCmdCadOn, LINUX_REBOOT_CMD_CAD_ON);
ABI_SAME(kLinuxRebootCmdCadOff, LINUX_REBOOT_CMD_CAD_OFF);
ABI_SAME(kLinuxRebootCmdPowerOff, LINUX_REBOOT_CMD_POWER_OFF);
#ifdef SYSLOG_ACTION_CLOSE
ABI_SAME(kSyslogActionClose, SYSLOG_ACTION_CLOSE);
#endif
#ifdef SYSLOG_ACTION_OPEN
ABI_SAME(kSyslogActionOpen, SYSLOG_ACTION_OPEN);
#endif
#ifdef SYSLOG_ACTION_READ
ABI_SAME(kSyslogActionRead, SYSLOG_ACTION_READ);
#endif
#ifdef SYSLOG_ACTION_READ_ALL
ABI_SAME(kSyslogActionReadAll, SYSLOG_ACTION_READ_ALL);
#endif
#ifdef SYSLOG_ACTION_READ_CLEAR
ABI_SAME(kSyslogActionReadClear, SYSLOG_ACTION_READ_CLEAR);
#endif
#ifdef SYSLOG_ACTION_CLEAR
ABI_SAME(kSyslogActionClear, SYSLOG_ACTION_CLEAR);
#endif
#ifdef SYSLOG_ACTION_CONSOLE_OFF
ABI_SAME(kSyslogActionConsoleOff, SYSLOG_ACTION_CONSOLE_OFF);
#endif
#ifdef SYSLOG_ACTION_CONSOLE_ON
ABI_SAME(kSyslogActionConsoleOn, SYSLOG_ACTION_CONSOLE_ON);
#endif
#ifdef SYSLOG_ACTION_CONSOLE_LEVEL
ABI_SAME(kSyslogActionConsoleLevel, SYSLOG_ACTION_CONSOLE_LEVEL);
#endif
#ifdef SYSLOG_ACTION_SIZE_UNREAD
ABI_SAME(kSyslogActionSizeUnread, SYSLOG_ACTION_SIZE_UNREAD);
#endif
#ifdef SYSLOG_ACTION_SIZE_BUFFER
ABI_SAME(kSyslogActionSizeBuffer, SYSLOG_ACTION_SIZE_BUFFER);
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
