// The least that a call answered by another process can cost: one filter, one thread that receives
// and answers, nothing else.  What the sandbox adds to it is ours.
//
// bare_notify [ROUNDS]   prints the median nanoseconds of getppid(2) so answered
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS  // Linux 6.6
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

namespace {

constexpr int kCalls = 5000;

int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void Require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  ::_exit(1);
}

int Install() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program = {4, code};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const long listener =
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  Require(listener >= 0, "seccomp");
  return static_cast<int>(listener);
}

void SendFd(int socket, int fd) {
  char byte = 0;
  iovec range = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &range;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_len = CMSG_LEN(sizeof(int));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  Require(::sendmsg(socket, &message, 0) == 1, "sendmsg");
}

int ReceiveFd(int socket) {
  char byte = 0;
  iovec range = {&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &range;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  Require(::recvmsg(socket, &message, 0) == 1, "recvmsg");
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
  return fd;
}

// The caller: measures itself, writes its medians into the shared page.
void Call(int socket, int rounds, double* result) {
  const int listener = Install();
  SendFd(socket, listener);
  ::close(listener);
  std::vector<double> each;
  for (int i = 0; i <= rounds; ++i) {  // The first is for warming up.
    const int64_t start = Now();
    for (int call = 0; call < kCalls; ++call) ::syscall(SYS_getppid);
    if (i > 0) each.push_back(static_cast<double>(Now() - start) / kCalls);
  }
  std::sort(each.begin(), each.end());
  result[0] = each[each.size() / 2];
  result[1] = each[0];
  ::_exit(0);
}

void Answer(int listener) {
  ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  seccomp_notif request;
  for (;;) {
    std::memset(&request, 0, sizeof(request));
    if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) return;  // The caller ended.
    seccomp_notif_resp response = {};
    response.id = request.id;
    response.val = 1;
    ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? ::atoi(argv[1]) : 7;
  int ends[2];
  Require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
  auto* result = static_cast<double*>(
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t pid = ::fork();
  Require(pid >= 0, "fork");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Call(ends[1], rounds, result);
  }
  Answer(ReceiveFd(ends[0]));
  ::waitpid(pid, nullptr, 0);
  std::printf("notify\t%.1f\t%.1f\n", result[0], result[1]);
  return *result > 0 ? 0 : 1;
}
