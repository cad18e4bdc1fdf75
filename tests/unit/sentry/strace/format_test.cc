#include "sentry/strace/format.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "abi/linux/dirent.h"
#include "abi/linux/epoll.h"
#include "abi/linux/errno.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/futex.h"
#include "abi/linux/ioctl.h"
#include "abi/linux/mman.h"
#include "abi/linux/poll.h"
#include "abi/linux/resource.h"
#include "abi/linux/sched.h"
#include "abi/linux/signal.h"
#include "abi/linux/socket.h"
#include "abi/linux/stat.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/time.h"
#include "abi/linux/wait.h"
#include "tests/unit/sentry/strace/fake_memory.h"

namespace sentry {
namespace {

constexpr uint64_t kBad = 0x1;  // An address without memory.

class StraceFormat : public testing::Test {
 protected:
  // The line of a call that returns at once.
  std::string Line(int nr, std::array<uint64_t, 6> args, int64_t result) {
    return FormatEntry(nr, args, memory_) + FormatReturn(nr, args, result, memory_);
  }
  static std::string HexOf(uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%#lx", static_cast<unsigned long>(value));
    return text;
  }

  FakeMemory memory_;
};

constexpr uint64_t kCwd = static_cast<uint64_t>(int64_t{abi::kAtFdcwd});

TEST_F(StraceFormat, OpenAt) {
  uint64_t path = memory_.PutString("/etc/passwd");
  EXPECT_EQ(Line(abi::kSysOpenat, {kCwd, path, abi::kORdonly | abi::kOCloexec}, 3),
            "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");
  EXPECT_EQ(
      Line(abi::kSysOpenat, {kCwd, path, abi::kORdwr | abi::kOCreat | abi::kOExcl, 0644}, -2),
      "openat(AT_FDCWD, \"/etc/passwd\", O_RDWR|O_CREAT|O_EXCL, 0644) = -1 ENOENT (No such file "
      "or directory)");
  EXPECT_EQ(Line(abi::kSysOpenat, {5, kBad, abi::kOPath}, -EFAULT),
            "openat(5, 0x1, O_RDONLY|O_PATH) = -1 EFAULT (Bad address)");
  EXPECT_EQ(Line(abi::kSysOpen, {0, abi::kOWronly | abi::kOTmpfile, 0600}, -EFAULT),
            "open(NULL, O_WRONLY|O_TMPFILE, 0600) = -1 EFAULT (Bad address)");
}

TEST_F(StraceFormat, ReadShowsItsBufferAtReturn) {
  uint64_t buffer = memory_.Put("root:x:0:0:root:/root:/bin/bash\nmore");
  std::array<uint64_t, 6> args = {3, buffer, 50};
  EXPECT_EQ(FormatEntry(abi::kSysRead, args, memory_), "read(3, ");
  EXPECT_EQ(FormatReturn(abi::kSysRead, args, 36, memory_),
            "\"root:x:0:0:root:/root:/bin/bash\\n\"..., 50) = 36");
  EXPECT_EQ(Line(abi::kSysRead, args, 4), "read(3, \"root\", 50) = 4");
  EXPECT_EQ(Line(abi::kSysRead, args, 0), "read(3, \"\", 50) = 0");
  EXPECT_EQ(Line(abi::kSysRead, {3, 0x777, 50}, -EAGAIN),
            "read(3, 0x777, 50) = -1 EAGAIN (Resource temporarily unavailable)");
}

TEST_F(StraceFormat, StringsAreEscapedAndCut) {
  uint64_t text = memory_.Put("hello\n\t\001\377 \"x\\\0012");
  EXPECT_EQ(Line(abi::kSysWrite, {1, text, 13}, 13),
            "write(1, \"hello\\n\\t\\1\\377 \\\"x\\\\\", 13) = 13");
  EXPECT_EQ(Line(abi::kSysWrite, {1, text + 12, 3}, 3), "write(1, \"\\\\\\0012\", 3) = 3");
  // Exactly 32 bytes are not cut.
  uint64_t exact = memory_.Put(std::string(32, 'a'));
  EXPECT_EQ(Line(abi::kSysWrite, {1, exact, 32}, 32),
            "write(1, \"" + std::string(32, 'a') + "\", 32) = 32");
  uint64_t longer = memory_.Put(std::string(33, 'a'));
  EXPECT_EQ(Line(abi::kSysWrite, {1, longer, 33}, 33),
            "write(1, \"" + std::string(32, 'a') + "\"..., 33) = 33");
}

TEST_F(StraceFormat, PathsAreNotCut) {
  std::string path = "/" + std::string(300, 'p');
  EXPECT_EQ(Line(abi::kSysChdir, {memory_.PutString(path)}, 0), "chdir(\"" + path + "\") = 0");
  // Ends at the end of readable memory, without a NUL.
  uint64_t open_ended = memory_.Put("/etc");
  EXPECT_EQ(Line(abi::kSysChdir, {open_ended}, -EFAULT),
            "chdir(" + HexOf(open_ended) + ") = -1 EFAULT (Bad address)");
}

TEST_F(StraceFormat, Mmap) {
  EXPECT_EQ(Line(abi::kSysMmap,
                 {0, 8192, abi::kProtRead | abi::kProtWrite, abi::kMapPrivate | abi::kMapAnonymous,
                  ~uint64_t{0}, 0},
                 0x7f0000000000),
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
            "0x7f0000000000");
  EXPECT_EQ(
      Line(abi::kSysMmap, {0x1000, 4096, 0, abi::kMapShared | abi::kMapFixed, 3, 0x26000}, -1),
      "mmap(0x1000, 4096, PROT_NONE, MAP_SHARED|MAP_FIXED, 3, 0x26000) = -1 EPERM (Operation "
      "not permitted)");
  EXPECT_EQ(Line(abi::kSysMadvise, {0x1000, 4096, abi::kMadvDontneed}, 0),
            "madvise(0x1000, 4096, MADV_DONTNEED) = 0");
  EXPECT_EQ(Line(abi::kSysBrk, {0}, 0x5000), "brk(NULL) = 0x5000");
  EXPECT_EQ(Line(abi::kSysMremap, {0x1000, 4096, 8192, abi::kMremapMaymove, 0x9999}, 0x2000),
            "mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x2000");
}

TEST_F(StraceFormat, Stat) {
  abi::Stat stat = {};
  stat.st_mode = abi::kSIfreg | 0644;
  stat.st_size = 1221;
  uint64_t path = memory_.PutString("/etc/passwd");
  EXPECT_EQ(
      Line(abi::kSysNewfstatat, {kCwd, path, memory_.PutValue(stat), 0}, 0),
      "newfstatat(AT_FDCWD, \"/etc/passwd\", {st_mode=S_IFREG|0644, st_size=1221, ...}, 0) = 0");
  stat.st_mode = abi::kSIfchr | 0666;
  stat.st_rdev = abi::MakeDev(1, 3);
  EXPECT_EQ(Line(abi::kSysFstat, {3, memory_.PutValue(stat)}, 0),
            "fstat(3, {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0");
  stat.st_mode = abi::kSIfdir | 01777;
  EXPECT_EQ(Line(abi::kSysFstat, {3, memory_.PutValue(stat)}, 0),
            "fstat(3, {st_mode=S_IFDIR|S_ISVTX|0777, st_size=1221, ...}) = 0");
  EXPECT_EQ(Line(abi::kSysStat, {path, 0x1234}, -ENOENT),
            "stat(\"/etc/passwd\", 0x1234) = -1 ENOENT (No such file or directory)");
}

TEST_F(StraceFormat, Signals) {
  abi::SigAction action = {0x401000, abi::kSaRestorer | abi::kSaRestart | abi::kSaSiginfo, 0x402000,
                           abi::SigMask(abi::kSigChld)};
  EXPECT_EQ(Line(abi::kSysRtSigaction, {10, memory_.PutValue(action), 0, 8}, 0),
            "rt_sigaction(SIGUSR1, {sa_handler=0x401000, sa_mask=[CHLD], "
            "sa_flags=SA_RESTORER|SA_RESTART|SA_SIGINFO, sa_restorer=0x402000}, NULL, 8) = 0");
  uint64_t some = memory_.PutValue(abi::SigMask(abi::kSigUsr1) | abi::SigMask(40));
  uint64_t most = memory_.PutValue(~(abi::SigMask(abi::kSigInt) | abi::SigMask(32)));
  EXPECT_EQ(Line(abi::kSysRtSigprocmask, {0, some, most, 8}, 0),
            "rt_sigprocmask(SIG_BLOCK, [USR1 RT_8], ~[INT RTMIN], 8) = 0");
  EXPECT_EQ(Line(abi::kSysKill, {static_cast<uint64_t>(-7), 9}, 0), "kill(-7, SIGKILL) = 0");
  EXPECT_EQ(Line(abi::kSysTgkill, {7, 8, 0}, 0), "tgkill(7, 8, 0) = 0");
}

TEST_F(StraceFormat, SignalLines) {
  abi::SigInfo info = {};
  info.si_signo = abi::kSigChld;
  info.si_code = abi::kCldExited;
  info.fields.chld = {42, 1000, 3, 0, 1, 2};
  EXPECT_EQ(
      FormatSignal(info),
      "--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=42, si_uid=1000, si_status=3, "
      "si_utime=1, si_stime=2} ---");
  info = {};
  info.si_signo = abi::kSigSegv;
  info.si_code = abi::kSegvMaperr;
  EXPECT_EQ(FormatSignal(info),
            "--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---");
  info = {};
  info.si_signo = abi::kSigInt;
  info.si_code = abi::kSiKernel;
  EXPECT_EQ(FormatSignal(info), "--- SIGINT {si_signo=SIGINT, si_code=SI_KERNEL} ---");
  info.si_code = abi::kSiTkill;
  info.fields.kill = {7, 0};
  EXPECT_EQ(FormatSignal(info),
            "--- SIGINT {si_signo=SIGINT, si_code=SI_TKILL, si_pid=7, si_uid=0} ---");
}

TEST_F(StraceFormat, ProcessLines) {
  EXPECT_EQ(FormatEnd(abi::WaitStatusExited(3)), "+++ exited with 3 +++");
  EXPECT_EQ(FormatEnd(abi::WaitStatusSignaled(abi::kSigKill, false)), "+++ killed by SIGKILL +++");
  EXPECT_EQ(FormatEnd(abi::WaitStatusSignaled(abi::kSigSegv, true)),
            "+++ killed by SIGSEGV (core dumped) +++");
  EXPECT_EQ(FormatUnfinished("read(3, "), "read(3,  <unfinished ...>");
  EXPECT_EQ(FormatResumed(abi::kSysRead), "<... read resumed>");
}

TEST_F(StraceFormat, Clone) {
  uint64_t flags = abi::kCloneChildCleartid | abi::kCloneChildSettid | uint64_t{17};
  EXPECT_EQ(Line(abi::kSysClone, {flags, 0, 0, 0x7000, 0x9000}, 12),
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, "
            "child_tidptr=0x7000) = 12");
  EXPECT_EQ(Line(abi::kSysClone, {abi::kCloneVm | abi::kCloneSettls, 0x5000, 0, 0, 0x9000}, 12),
            "clone(child_stack=0x5000, flags=CLONE_VM|CLONE_SETTLS, tls=0x9000) = 12");
  abi::CloneArgs args = {};
  args.flags = abi::kCloneVm | abi::kCloneVfork;
  args.exit_signal = 17;
  args.stack = 0x5000;
  args.stack_size = 0x9000;
  EXPECT_EQ(Line(abi::kSysClone3, {memory_.PutValue(args), sizeof(args)}, 12),
            "clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x5000, "
            "stack_size=0x9000}, 88) = 12");
}

TEST_F(StraceFormat, Execve) {
  uint64_t path = memory_.PutString("/bin/a");
  uint64_t argv = memory_.PutValue(
      std::array<uint64_t, 3>{memory_.PutString("a"), memory_.PutString("b c"), 0});
  uint64_t envp = memory_.PutValue(std::array<uint64_t, 2>{memory_.PutString("X=1"), 0});
  EXPECT_EQ(Line(abi::kSysExecve, {path, argv, envp}, 0),
            "execve(\"/bin/a\", [\"a\", \"b c\"], " + HexOf(envp) + " /* 1 var */) = 0");
}

TEST_F(StraceFormat, WaitAndExit) {
  uint64_t status = memory_.PutValue(abi::WaitStatusExited(3));
  EXPECT_EQ(Line(abi::kSysWait4, {~uint64_t{0}, status, abi::kWnohang, 0}, 12),
            "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], WNOHANG, NULL) = 12");
  EXPECT_EQ(Line(abi::kSysWait4, {12, 0x7000, 0, 0}, -ECHILD),
            "wait4(12, 0x7000, 0, NULL) = -1 ECHILD (No child processes)");
  EXPECT_EQ(Line(abi::kSysExitGroup, {3}, 0), "exit_group(3) = ?");
}

TEST_F(StraceFormat, RestartCodes) {
  EXPECT_EQ(Line(abi::kSysPause, {}, -abi::kERestartNoHand),
            "pause() = ? ERESTARTNOHAND (To be restarted if no handler)");
  EXPECT_EQ(Line(abi::kSysRead, {0, 0x7000, 1}, -abi::kERestartSys),
            "read(0, 0x7000, 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
}

TEST_F(StraceFormat, Futex) {
  uint64_t timeout = memory_.PutValue(abi::Timespec{1, 5});
  EXPECT_EQ(Line(abi::kSysFutex, {0x5000, abi::kFutexWake | abi::kFutexPrivateFlag, 1, 9, 9, 9}, 1),
            "futex(0x5000, FUTEX_WAKE_PRIVATE, 1) = 1");
  EXPECT_EQ(Line(abi::kSysFutex, {0x5000, abi::kFutexWait, 7, timeout}, -ETIMEDOUT),
            "futex(0x5000, FUTEX_WAIT, 7, {tv_sec=1, tv_nsec=5}) = -1 ETIMEDOUT (Connection timed "
            "out)");
  EXPECT_EQ(
      Line(abi::kSysFutex,
           {0x5000, abi::kFutexWaitBitset | abi::kFutexClockRealtime, 7, 0, 0, ~uint64_t{0}}, 0),
      "futex(0x5000, FUTEX_WAIT_BITSET|FUTEX_CLOCK_REALTIME, 7, NULL, "
      "FUTEX_BITSET_MATCH_ANY) = 0");
}

TEST_F(StraceFormat, Sockets) {
  EXPECT_EQ(Line(abi::kSysSocket, {2, abi::kSockStream | abi::kSockCloexec, 0}, 3),
            "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3");
  abi::SockAddrIn inet = {};
  inet.sin_family = 2;
  inet.sin_port = __builtin_bswap16(80);
  inet.sin_addr = __builtin_bswap32(0x7f000001);
  uint64_t at = memory_.PutValue(inet);
  EXPECT_EQ(
      Line(abi::kSysConnect, {3, at, sizeof(inet)}, 0),
      "connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, "
      "16) = 0");
  uint64_t length = memory_.PutValue(uint32_t{16});
  EXPECT_EQ(Line(abi::kSysAccept, {3, at, length}, 4),
            "accept(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, "
            "[16]) = 4");
  abi::SockAddrIn6 inet6 = {};
  inet6.sin6_family = 10;
  inet6.sin6_addr[15] = 1;
  EXPECT_EQ(Line(abi::kSysBind, {3, memory_.PutValue(inet6), sizeof(inet6)}, 0),
            "bind(3, {sa_family=AF_INET6, sin6_port=htons(0), sin6_flowinfo=htonl(0), "
            "inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0");
  abi::SockAddrUn un = {1, "/tmp/foo"};
  EXPECT_EQ(Line(abi::kSysConnect, {3, memory_.PutValue(un), sizeof(un)}, 0),
            "connect(3, {sa_family=AF_UNIX, sun_path=\"/tmp/foo\"}, 110) = 0");
  abi::SockAddrUn abstract = {1, "\0tmp"};
  EXPECT_EQ(Line(abi::kSysConnect, {3, memory_.PutValue(abstract), 6}, 0),
            "connect(3, {sa_family=AF_UNIX, sun_path=@\"tmp\"}, 6) = 0");
  EXPECT_EQ(Line(abi::kSysConnect, {3, memory_.PutValue(un), 1}, -EINVAL).substr(0, 13),
            "connect(3, 0x");
  uint64_t one = memory_.PutValue(int32_t{1});
  EXPECT_EQ(Line(abi::kSysSetsockopt, {3, abi::kSolSocket, abi::kSoReuseaddr, one, 4}, 0),
            "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
}

TEST_F(StraceFormat, Messages) {
  std::array<abi::Iovec, 2> vectors = {{{memory_.Put("ab"), 2}, {memory_.Put("cd"), 2}}};
  uint64_t iov = memory_.PutValue(vectors);
  EXPECT_EQ(Line(abi::kSysWritev, {1, iov, 2}, 4),
            "writev(1, [{iov_base=\"ab\", iov_len=2}, {iov_base=\"cd\", iov_len=2}], 2) = 4");
  EXPECT_EQ(Line(abi::kSysReadv, {1, iov, 2}, 3),
            "readv(1, [{iov_base=\"ab\", iov_len=2}, {iov_base=\"c\", iov_len=2}], 2) = 3");
  struct {
    abi::CmsgHdr header{20, abi::kSolSocket, abi::kScmRights};
    int32_t fd = 5;
    int32_t pad = 0;
  } control;
  abi::MsgHdr message = {};
  message.msg_iov = iov;
  message.msg_iovlen = 1;
  message.msg_control = memory_.PutValue(control);
  message.msg_controllen = sizeof(control);
  EXPECT_EQ(Line(abi::kSysSendmsg, {3, memory_.PutValue(message), abi::kMsgNosignal}, 2),
            "sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"ab\", iov_len=2}], "
            "msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, "
            "cmsg_data=[5]}], msg_controllen=24, msg_flags=0}, MSG_NOSIGNAL) = 2");
}

TEST_F(StraceFormat, PollAndEpoll) {
  std::array<abi::PollFd, 2> fds = {{{3, abi::kPollIn | abi::kPollOut, abi::kPollOut}, {-1, 0, 0}}};
  uint64_t at = memory_.PutValue(fds);
  EXPECT_EQ(
      Line(abi::kSysPoll, {at, 2, 10}, 1),
      "poll([{fd=3, events=POLLIN|POLLOUT}, {fd=-1}], 2, 10) = 1 ([{fd=3, revents=POLLOUT}])");
  EXPECT_EQ(Line(abi::kSysPoll, {at, 2, 10}, 0),
            "poll([{fd=3, events=POLLIN|POLLOUT}, {fd=-1}], 2, 10) = 0 (Timeout)");
  uint64_t set = memory_.PutValue(std::array<uint64_t, 16>{0x8});
  EXPECT_EQ(Line(abi::kSysPselect6, {10, set, 0, 0, 0, 0}, 1),
            "pselect6(10, [3], NULL, NULL, NULL, NULL) = 1 (in [3])");
  abi::EpollEvent event = {abi::kEpollIn | abi::kEpollEt, 7};
  uint64_t event_at = memory_.PutValue(event);
  EXPECT_EQ(Line(abi::kSysEpollCtl, {4, abi::kEpollCtlAdd, 3, event_at}, 0),
            "epoll_ctl(4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, data={u32=7, u64=7}}) = 0");
  EXPECT_EQ(Line(abi::kSysEpollWait, {4, event_at, 1, ~uint64_t{0}}, 1),
            "epoll_wait(4, [{events=EPOLLIN|EPOLLET, data={u32=7, u64=7}}], 1, -1) = 1");
}

TEST_F(StraceFormat, Fcntl) {
  EXPECT_EQ(Line(abi::kSysFcntl, {3, abi::kFGetfl, 9}, 0x8000),
            "fcntl(3, F_GETFL) = 0x8000 (flags O_RDONLY|O_LARGEFILE)");
  EXPECT_EQ(Line(abi::kSysFcntl, {3, abi::kFGetfd, 9}, 1),
            "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
  EXPECT_EQ(Line(abi::kSysFcntl, {3, abi::kFDupfdCloexec, 10}, 16),
            "fcntl(3, F_DUPFD_CLOEXEC, 10) = 16");
  abi::Flock lock = {abi::kFRdlck, abi::kSeekSet, 0, 0, 5, 0, 0};
  uint64_t at = memory_.PutValue(lock);
  std::array<uint64_t, 6> get = {3, abi::kFGetlk, at};
  EXPECT_EQ(FormatEntry(abi::kSysFcntl, get, memory_), "fcntl(3, F_GETLK");
  EXPECT_EQ(
      Line(abi::kSysFcntl, get, 0),
      "fcntl(3, F_GETLK, {l_type=F_RDLCK, l_whence=SEEK_SET, l_start=0, l_len=5, l_pid=0}) = 0");
}

TEST_F(StraceFormat, Ioctl) {
  uint64_t size = memory_.PutValue(abi::Winsize{24, 80, 0, 0});
  EXPECT_EQ(Line(abi::kSysIoctl, {1, abi::kTiocgwinsz, size}, 0),
            "ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
  EXPECT_EQ(Line(abi::kSysIoctl, {1, abi::kFioclex, 0}, 0), "ioctl(1, FIOCLEX) = 0");
  EXPECT_EQ(Line(abi::kSysIoctl, {1, 0xc0181234, 0x5000}, -ENOTTY),
            "ioctl(1, _IOC(_IOC_READ|_IOC_WRITE, 0x12, 0x34, 0x18), 0x5000) = -1 ENOTTY "
            "(Inappropriate ioctl for device)");
}

TEST_F(StraceFormat, Times) {
  uint64_t time = memory_.PutValue(abi::Timespec{1, 5});
  EXPECT_EQ(Line(abi::kSysClockGettime, {1, time}, 0),
            "clock_gettime(CLOCK_MONOTONIC, {tv_sec=1, tv_nsec=5}) = 0");
  EXPECT_EQ(Line(abi::kSysClockNanosleep, {0, 0, time, time}, -abi::kERestartRestartBlock),
            "clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=5}, {tv_sec=1, tv_nsec=5}) = ? "
            "ERESTART_RESTARTBLOCK (Interrupted by signal)");
  uint64_t pair = memory_.PutValue(std::array<abi::Timespec, 2>{{{0, abi::kUtimeNow}, {1, 2}}});
  EXPECT_EQ(Line(abi::kSysUtimensat, {kCwd, memory_.PutString("/a"), pair, 0}, 0),
            "utimensat(AT_FDCWD, \"/a\", [UTIME_NOW, {tv_sec=1, tv_nsec=2}], 0) = 0");
}

TEST_F(StraceFormat, Limits) {
  uint64_t limit = memory_.PutValue(abi::Rlimit{8192 * 1024, abi::kRlimInfinity});
  EXPECT_EQ(Line(abi::kSysPrlimit64, {0, abi::kRlimitStack, 0, limit}, 0),
            "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0");
}

TEST_F(StraceFormat, DirectoryEntriesAreCounted) {
  struct {
    abi::LinuxDirent64 first{1, 1, 24, 0};
    abi::LinuxDirent64 second{2, 2, 24, 0};
  } records;
  uint64_t at = memory_.PutValue(records);
  EXPECT_EQ(Line(abi::kSysGetdents64, {3, at, 4096}, 48),
            "getdents64(3, " + HexOf(at) + " /* 2 entries */, 4096) = 48");
}

TEST_F(StraceFormat, UnknownThings) {
  EXPECT_EQ(Line(500, {1, 2, 3, 4, 5, 6}, -ENOSYS),
            "syscall_0x1f4(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)");
  EXPECT_EQ(Line(abi::kSysUmount2, {0, 0x100}, -EINVAL),
            "umount2(NULL, 0x100 /* MNT_??? */) = -1 EINVAL (Invalid argument)");
  EXPECT_EQ(Line(abi::kSysGetpid, {}, -4000), "getpid() = -1 (errno 4000)");
  EXPECT_EQ(Line(abi::kSysUmask, {022}, 022), "umask(022) = 022");
}

TEST(Errno, Names) {
  EXPECT_STREQ(ErrnoName(ENOENT), "ENOENT");
  EXPECT_STREQ(ErrnoName(EAGAIN), "EAGAIN");
  EXPECT_STREQ(ErrnoName(EHWPOISON), "EHWPOISON");
  EXPECT_STREQ(ErrnoName(abi::kERestartSys), "ERESTARTSYS");
  EXPECT_EQ(ErrnoName(0), nullptr);
  EXPECT_EQ(ErrnoName(4000), nullptr);
}

// Whatever the registers hold, a line comes out.
TEST_F(StraceFormat, EveryCallSurvivesArbitraryArguments) {
  uint64_t zeros = memory_.Put(std::string(4096, '\0'));
  uint64_t ones = memory_.Put(std::string(4096, '\xff'));
  for (int nr = -1; nr <= abi::kMaxSyscall + 1; ++nr) {
    for (uint64_t value :
         {uint64_t{0}, uint64_t{1}, zeros, ones, ~uint64_t{0}, uint64_t{1} << 63}) {
      std::array<uint64_t, 6> args;
      args.fill(value);
      for (int64_t result : {int64_t{0}, int64_t{1}, int64_t{-22}, INT64_MAX, INT64_MIN}) {
        EXPECT_NE(Line(nr, args, result).find(") = "), std::string::npos) << nr;
      }
    }
  }
}

}  // namespace
}  // namespace sentry
