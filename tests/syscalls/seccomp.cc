// seccomp(2): strict mode, filters and their actions, inheritance, threads, supervisors.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"

namespace test {
namespace {

using Code = std::vector<sock_filter>;

constexpr sock_filter LoadNumber() {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
}
constexpr sock_filter Return(uint32_t value) {
  return BPF_STMT(BPF_RET | BPF_K, value);
}

// `value` for one call, ALLOW for all others.
Code For(long number, uint32_t value) {
  return {LoadNumber(), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1),
          Return(value), Return(SECCOMP_RET_ALLOW)};
}

long Install(const Code& code, unsigned flags = 0) {
  sock_fprog program = {static_cast<unsigned short>(code.size()),
                        const_cast<sock_filter*>(code.data())};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

void NoNewPrivs() {
  CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

std::string StatusField(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.rfind(name + ":\t", 0) == 0) return line.substr(name.size() + 2);
  }
  return "";
}

TEST(Seccomp, ErrnoIsTheAnswer) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ERRNO | ENOTTY)) == 0);
                CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == ENOTTY);
                CHILD_CHECK(syscall(SYS_getpgid, 0) > 0);
              }),
              Exited(0));
}

TEST(Seccomp, ErrnoZeroIsSuccess) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ERRNO)) == 0);
                CHILD_CHECK(syscall(SYS_getppid) == 0);
              }),
              Exited(0));
}

TEST(Seccomp, CallsThatTheHostCouldDoObey) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                CHILD_CHECK(Install(For(SYS_sched_yield, SECCOMP_RET_ERRNO | EUSERS)) == 0);
                CHILD_CHECK(sched_yield() == -1 && errno == EUSERS);
                CHILD_CHECK(Install(For(SYS_futex, SECCOMP_RET_ERRNO | EXDEV)) == 0);
                int word = 0;
                CHILD_CHECK(syscall(SYS_futex, &word, 129, 1, nullptr, nullptr, 0) == -1);
                CHILD_CHECK(errno == EXDEV);
                CHILD_CHECK(Install(For(SYS_mmap, SECCOMP_RET_ERRNO | EDOM)) == 0);
                CHILD_CHECK(syscall(SYS_mmap, 0, 4096, 3, 0x22, -1, 0) == -1 && errno == EDOM);
              }),
              Exited(0));
}

// A filter that only looks at futexes closely: they go on working, waits and wake-ups too.
TEST(Seccomp, FutexesWorkUnderAFilterThatLooksAtThem) {
  EXPECT_THAT(
      ForkAndWait([] {
        NoNewPrivs();
        const Code code = {LoadNumber(),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 3),
                           BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 99, 0, 1),
                           Return(SECCOMP_RET_ERRNO | EXDEV),
                           Return(SECCOMP_RET_ALLOW)};
        CHILD_CHECK(Install(code) == 0);
        static std::atomic<int> word{0};
        std::thread waker([] {
          while (syscall(SYS_futex, &word, 129, 1, nullptr, nullptr, 0) == 0) sched_yield();
          word = 1;
          syscall(SYS_futex, &word, 129, 1, nullptr, nullptr, 0);
        });
        while (word == 0) syscall(SYS_futex, &word, 128, 0, nullptr, nullptr, 0);
        waker.join();
        const timespec soon = {0, 1000000};
        CHILD_CHECK(syscall(SYS_futex, &word, 128, 1, &soon, nullptr, 0) == -1);
        CHILD_CHECK(errno == ETIMEDOUT);
        CHILD_CHECK(syscall(SYS_futex, &word, 99, 1, nullptr, nullptr, 0) == -1 && errno == EXDEV);
      }),
      Exited(0));
}

TEST(Seccomp, KillProcessAndKillThread) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                Install(For(SYS_getppid, SECCOMP_RET_KILL_PROCESS));
                syscall(SYS_getppid);
              }),
              KilledBy(SIGSYS));
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                Install(For(SYS_getppid, SECCOMP_RET_KILL_THREAD));
                syscall(SYS_getppid);
              }),
              KilledBy(SIGSYS));
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                Install(For(SYS_getppid, 0x00010000));  // No Linux knows that one.
                syscall(SYS_getppid);
              }),
              KilledBy(SIGSYS));
}

siginfo_t g_info;
volatile long g_rax = 0;
void OnSigsys(int, siginfo_t* info, void* context) {
  g_info = *info;
  auto* uc = static_cast<ucontext_t*>(context);
  g_rax = uc->uc_mcontext.gregs[REG_RAX];
  uc->uc_mcontext.gregs[REG_RAX] = 4242;
}

TEST(Seccomp, TrapIsASignal) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                struct sigaction action = {};
                action.sa_sigaction = OnSigsys;
                action.sa_flags = SA_SIGINFO;
                CHILD_CHECK(sigaction(SIGSYS, &action, nullptr) == 0);
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_TRAP | 7)) == 0);
                CHILD_CHECK(syscall(SYS_getppid) == 4242);
                CHILD_CHECK(g_info.si_signo == SIGSYS && g_info.si_code == 1);
                CHILD_CHECK(g_info.si_errno == 7 && g_info.si_syscall == SYS_getppid);
                CHILD_CHECK(g_info.si_arch == AUDIT_ARCH_X86_64 && g_rax == SYS_getppid);
              }),
              Exited(0));
}

TEST(Seccomp, TrapThatIsBlockedKills) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                sigset_t set;
                sigfillset(&set);
                sigprocmask(SIG_BLOCK, &set, nullptr);
                Install(For(SYS_getppid, SECCOMP_RET_TRAP));
                syscall(SYS_getppid);
              }),
              KilledBy(SIGSYS));
}

TEST(Seccomp, TheStrictestFilterHolds) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ERRNO | 11)) == 0);
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ALLOW)) == 0);
                CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == 11);
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ERRNO | 12)) == 0);
                CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == 12);
                CHILD_CHECK(StatusField("Seccomp") == "2");
                CHILD_CHECK(StatusField("Seccomp_filters") == "3");
                CHILD_CHECK(prctl(PR_GET_SECCOMP) == 2);
              }),
              Exited(0));
}

TEST(Seccomp, ArgumentsAreSeen) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                const Code code = {
                    LoadNumber(),
                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close, 0, 3),
                    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 999, 0, 1),
                    Return(SECCOMP_RET_ERRNO | EIO),
                    Return(SECCOMP_RET_ALLOW)};
                CHILD_CHECK(Install(code) == 0);
                CHILD_CHECK(close(999) == -1 && errno == EIO);
                CHILD_CHECK(close(998) == -1 && errno == EBADF);
              }),
              Exited(0));
}

TEST(Seccomp, ForkAndExecInherit) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                CHILD_CHECK(Install(For(SYS_sync, SECCOMP_RET_ERRNO | EUSERS)) == 0);
                const int status =
                    ForkAndWait([] { return syscall(SYS_sync) == -1 && errno == EUSERS ? 3 : 4; });
                CHILD_CHECK(WEXITSTATUS(status) == 3);
                execl("/bin/grep", "grep", "-q", "^Seccomp:.2$", "/proc/self/status", nullptr);
                _exit(9);
              }),
              Exited(0));
}

TEST(Seccomp, StrictModeAllowsFourCalls) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
                syscall(SYS_write, -1, "", 0);
                syscall(SYS_exit, 5);
              }),
              Exited(5));
  EXPECT_THAT(ForkAndWait([] {
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
                syscall(SYS_getpid);
              }),
              KilledBy(SIGKILL));
  EXPECT_THAT(ForkAndWait([] {
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
                syscall(SYS_sched_yield);
              }),
              KilledBy(SIGKILL));
}

TEST(Seccomp, OperationsAreChecked) {
  EXPECT_THAT(syscall(SYS_seccomp, 77, 0, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0x8000, nullptr), SyscallFails(EINVAL));
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, 8), SyscallFails(EFAULT));
  EXPECT_THAT(Install({}, 0), SyscallFails(EINVAL));
  uint32_t action = SECCOMP_RET_USER_NOTIF;
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), SyscallSucceeds());
  action = 0x12340000;
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), SyscallFails(EOPNOTSUPP));
  seccomp_notif_sizes sizes = {};
  EXPECT_THAT(syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes), SyscallSucceeds());
  EXPECT_EQ(sizes.seccomp_notif, sizeof(seccomp_notif));
  EXPECT_EQ(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp));
  EXPECT_EQ(sizes.seccomp_data, sizeof(seccomp_data));
}

TEST(Seccomp, UnprivilegedNeedsNoNewPrivs) {
  EXPECT_THAT(ForkAndWait([] {
                if (geteuid() == 0) CHILD_CHECK(setresuid(65534, 65534, 65534) == 0);
                CHILD_CHECK(Install({Return(SECCOMP_RET_ALLOW)}) == -1 && errno == EACCES);
                NoNewPrivs();
                CHILD_CHECK(Install({Return(SECCOMP_RET_ALLOW)}) == 0);
              }),
              Exited(0));
}

// One broken program each.
TEST(Seccomp, ProgramsAreVerified) {
  EXPECT_THAT(
      ForkAndWait([] {
        NoNewPrivs();
        const sock_filter allow = Return(SECCOMP_RET_ALLOW);
        const Code bad[] = {
            {BPF_STMT(BPF_LD | BPF_IMM, 0)},                        // No return.
            {BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), allow},           // Past the end.
            {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), allow},  // Past the end.
            {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), allow},        // Past the data.
            {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), allow},         // Unaligned.
            {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), allow},         // Not a word.
            {BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), allow},         // Packets only.
            {BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), allow},        // Packets only.
            {BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), allow},        // Not for seccomp.
            {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), allow},        // By zero.
            {BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), allow},       // Too far.
            {BPF_STMT(BPF_ST, 16), allow},                          // No such word.
            {BPF_STMT(BPF_LD | BPF_MEM, 3), allow},                 // Not written.
            {BPF_STMT(0xffff, 0), allow},                           // No instruction.
        };
        for (const Code& code : bad) CHILD_CHECK(Install(code) == -1 && errno == EINVAL);
        CHILD_CHECK(Install(Code(4097, allow)) == -1 && errno == EINVAL);
        CHILD_CHECK(Install({BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), allow}) == 0);
        CHILD_CHECK(Install({BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3), allow}) == 0);
      }),
      Exited(0));
}

TEST(Seccomp, FiltersTogetherAreBounded) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                const Code big(4096, Return(SECCOMP_RET_ALLOW));
                int installed = 0;
                while (Install(big) == 0) ++installed;
                CHILD_CHECK(errno == ENOMEM);
                // 32768 instructions, as the kernel translates them.
                CHILD_CHECK(installed >= 3 && installed <= 7);
              }),
              Exited(0));
}

TEST(Seccomp, DivisionByZeroEndsWithZero) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                Install({LoadNumber(), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 2),
                         BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
                         Return(SECCOMP_RET_ALLOW)});
                syscall(SYS_getppid);
              }),
              KilledBy(SIGSYS));  // 0 is KILL_THREAD.
}

TEST(Seccomp, TsyncReachesAllThreads) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                std::atomic<bool> go{false};
                std::atomic<int> result{-1};
                std::thread other([&] {
                  go.wait(false);
                  result = syscall(SYS_getppid) == -1 && errno == EUSERS;
                });
                CHILD_CHECK(Install(For(SYS_getppid, SECCOMP_RET_ERRNO | EUSERS),
                                    SECCOMP_FILTER_FLAG_TSYNC) == 0);
                go = true;
                go.notify_all();
                other.join();
                CHILD_CHECK(result == 1);
              }),
              Exited(0));
}

TEST(Seccomp, TsyncFailsWhereAThreadHasItsOwn) {
  EXPECT_THAT(
      ForkAndWait([] {
        NoNewPrivs();
        std::atomic<pid_t> tid{0};
        std::atomic<bool> done{false};
        std::thread other([&] {
          Install({Return(SECCOMP_RET_ALLOW)});
          tid = gettid();
          tid.notify_all();
          done.wait(false);
        });
        tid.wait(0);
        CHILD_CHECK(Install({Return(SECCOMP_RET_ALLOW)}, SECCOMP_FILTER_FLAG_TSYNC) == tid);
        CHILD_CHECK(Install({Return(SECCOMP_RET_ALLOW)},
                            SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH) == -1);
        CHILD_CHECK(errno == ESRCH);
        done = true;
        done.notify_all();
        other.join();
      }),
      Exited(0));
}

TEST(Seccomp, TraceWithoutATracerIsEnosys) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                Install(For(SYS_getppid, SECCOMP_RET_TRACE));
                CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == ENOSYS);
              }),
              Exited(0));
}

TEST(Seccomp, TraceStopsForTheTracer) {
  const pid_t child = Fork([] {
    NoNewPrivs();
    CHILD_CHECK(ptrace(PTRACE_TRACEME, 0, 0, 0) == 0);
    raise(SIGSTOP);
    Install(For(SYS_getppid, SECCOMP_RET_TRACE | 21));
    return syscall(SYS_getppid) > 0 ? 0 : 1;
  });
  int status = 0;
  ASSERT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  ASSERT_THAT(ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL),
              SyscallSucceeds());
  ASSERT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallSucceeds());
  ASSERT_THAT(waitpid(child, &status, 0), SyscallReturns(child));
  EXPECT_EQ(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8) << std::hex << status;
  unsigned long message = 0;
  EXPECT_THAT(ptrace(PTRACE_GETEVENTMSG, child, 0, &message), SyscallSucceeds());
  EXPECT_EQ(message, 21u);
  ASSERT_THAT(ptrace(PTRACE_CONT, child, 0, 0), SyscallSucceeds());
  EXPECT_THAT(WaitFor(child), Exited(0));
}

// --- supervisors ---

// A child whose calls of `number` wait for the supervisor; its listener is sent to the parent.
struct Supervised {
  pid_t child = -1;
  Fd listener;
};

void SendFd(int socket, int fd) {
  char control[CMSG_SPACE(sizeof(int))] = {};
  char byte = 0;
  iovec iov = {&byte, 1};
  msghdr message = {};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &fd, sizeof(fd));
  CHILD_CHECK(sendmsg(socket, &message, 0) == 1);
}

int ReceiveFd(int socket) {
  char control[CMSG_SPACE(sizeof(int))] = {};
  char byte = 0;
  iovec iov = {&byte, 1};
  msghdr message = {};
  message.msg_iov = &iov;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  if (recvmsg(socket, &message, 0) != 1 || CMSG_FIRSTHDR(&message) == nullptr) return -1;
  int fd = -1;
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
  return fd;
}

template <typename Body>
Supervised Supervise(long number, const Body& body) {
  int sockets[2];
  EXPECT_THAT(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), SyscallSucceeds());
  Supervised result;
  result.child = Fork([&] {
    close(sockets[0]);
    NoNewPrivs();
    const long listener =
        Install(For(number, SECCOMP_RET_USER_NOTIF), SECCOMP_FILTER_FLAG_NEW_LISTENER);
    CHILD_CHECK(listener >= 0);
    SendFd(sockets[1], static_cast<int>(listener));
    close(static_cast<int>(listener));
    return body();
  });
  close(sockets[1]);
  result.listener = Fd(ReceiveFd(sockets[0]));
  close(sockets[0]);
  return result;
}

seccomp_notif Receive(int listener) {
  seccomp_notif notification = {};
  EXPECT_THAT(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification), SyscallSucceeds());
  return notification;
}

TEST(SeccompNotify, SupervisorAnswers) {
  Supervised s = Supervise(SYS_getppid, [] {
    CHILD_CHECK(syscall(SYS_getppid) == 77);
    CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == EUSERS);
    CHILD_CHECK(syscall(SYS_getppid) > 1);
  });
  const int fd = s.listener.get();
  seccomp_notif n = Receive(fd);
  EXPECT_EQ(n.data.nr, SYS_getppid);
  EXPECT_EQ(n.pid, static_cast<uint32_t>(s.child));
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &n.id), SyscallSucceeds());
  pollfd poll_fd = {fd, POLLIN | POLLOUT, 0};
  EXPECT_THAT(poll(&poll_fd, 1, 0), SyscallReturns(1));
  EXPECT_EQ(poll_fd.revents, POLLOUT);
  seccomp_notif_resp answer = {.id = n.id, .val = 77, .error = 0, .flags = 0};
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer), SyscallSucceeds());
  n = Receive(fd);
  answer = {.id = n.id, .val = 0, .error = -EUSERS, .flags = 0};
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer), SyscallSucceeds());
  n = Receive(fd);
  answer = {.id = n.id, .val = 1, .error = 0, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer), SyscallFails(EINVAL));
  answer.val = 0;
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer), SyscallSucceeds());
  EXPECT_THAT(WaitFor(s.child), Exited(0));
  answer.id = n.id + 100;
  answer.flags = 0;
  EXPECT_THAT(ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer), SyscallFails(ENOENT));
  EXPECT_THAT(poll(&poll_fd, 1, 5000), SyscallReturns(1));
  EXPECT_EQ(poll_fd.revents, POLLHUP);
}

TEST(SeccompNotify, DescriptorsCanBeGiven) {
  Supervised s = Supervise(SYS_getppid, [] {
    const long fd = syscall(SYS_getppid);
    char buffer[2] = {};
    CHILD_CHECK(fd >= 0 && read(static_cast<int>(fd), buffer, 2) == 2 && buffer[1] == 'i');
    CHILD_CHECK(fcntl(static_cast<int>(fd), F_GETFD) == FD_CLOEXEC);
  });
  const seccomp_notif n = Receive(s.listener.get());
  int pipes[2];
  ASSERT_THAT(pipe(pipes), SyscallSucceeds());
  ASSERT_THAT(write(pipes[1], "hi", 2), SyscallReturns(2));
  seccomp_notif_addfd add = {.id = n.id,
                             .flags = SECCOMP_ADDFD_FLAG_SEND,
                             .srcfd = static_cast<uint32_t>(pipes[0]),
                             .newfd = 7,
                             .newfd_flags = O_CLOEXEC};
  EXPECT_THAT(ioctl(s.listener.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &add), SyscallFails(EINVAL));
  add.newfd = 0;
  add.srcfd = 999;
  EXPECT_THAT(ioctl(s.listener.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &add), SyscallFails(EBADF));
  add.srcfd = static_cast<uint32_t>(pipes[0]);
  EXPECT_THAT(ioctl(s.listener.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &add), SyscallSucceeds());
  EXPECT_THAT(WaitFor(s.child), Exited(0));
  close(pipes[0]);
  close(pipes[1]);
}

TEST(SeccompNotify, WithoutASupervisorTheAnswerIsEnosys) {
  Supervised s = Supervise(SYS_getppid, [] {
    CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == ENOSYS);
    CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == ENOSYS);
  });
  Receive(s.listener.get());
  s.listener = Fd();
  EXPECT_THAT(WaitFor(s.child), Exited(0));
}

TEST(SeccompNotify, OnlyOneListener) {
  EXPECT_THAT(ForkAndWait([] {
                NoNewPrivs();
                const Code code = For(SYS_getppid, SECCOMP_RET_USER_NOTIF);
                CHILD_CHECK(Install(code, SECCOMP_FILTER_FLAG_NEW_LISTENER) >= 0);
                CHILD_CHECK(Install(code, SECCOMP_FILTER_FLAG_NEW_LISTENER) == -1);
                CHILD_CHECK(errno == EBUSY);
              }),
              Exited(0));
}

void Nothing(int) {}

TEST(SeccompNotify, ASignalEndsTheWait) {
  Supervised s = Supervise(SYS_getppid, [] {
    struct sigaction action = {};
    action.sa_handler = Nothing;
    CHILD_CHECK(sigaction(SIGUSR1, &action, nullptr) == 0);
    CHILD_CHECK(syscall(SYS_getppid) == -1 && errno == EINTR);
  });
  const seccomp_notif n = Receive(s.listener.get());
  kill(s.child, SIGUSR1);
  EXPECT_THAT(WaitFor(s.child), Exited(0));
  uint64_t id = n.id;
  EXPECT_THAT(ioctl(s.listener.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id), SyscallFails(ENOENT));
}

}  // namespace
}  // namespace test
