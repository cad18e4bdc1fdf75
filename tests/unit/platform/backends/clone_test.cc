// Threads and processes: how they are made, and how they end.
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <set>
#include <vector>

#include "platform/base/fd.h"
#include "platform_suite.h"

#if defined(__SANITIZE_THREAD__)
// GuestsDieWithTheSentry forks a Sentry of its own, beside the suite's threads.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() {
  return "die_after_fork=0";
}
#endif

namespace platform::testing {
namespace {

CloneRequest ForkRequest(const Registers& registers) {
  CloneRequest request;
  request.registers = registers;
  return request;
}

CloneRequest ThreadRequest(const Registers& registers) {
  CloneRequest request;
  request.share_memory = true;
  request.same_process = true;
  request.registers = registers;
  return request;
}

// Waits for the end of host process `pid`, which need not be a child.
bool EndsSoon(int pid) {
  const base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process.valid()) return errno == ESRCH;
  pollfd waiting{process.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 5000) == 1;
}

class CloneTest : public PlatformTest {
 protected:
  // `parent` is captured in its call, as in clone(2).
  void EnterCall(Thread* parent) {
    Start(parent, Entry().syscall, {.rax = SYS_clone, .rbx = 1});
    NextOf(parent, Kind::kSyscall);
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, CloneTest, ::testing::ValuesIn(Backends()), BackendName);

TEST_P(CloneTest, ForkedMemoryIsACopy) {
  Thread* parent = NewGuest();
  WriteWord(parent, kDataAt, 1);
  EnterCall(parent);
  CloneRequest request = ForkRequest(RegistersFor(Entry().store, {.rax = 2, .rdi = kDataAt}));
  request.set_tid_address = kDataAt + 64;
  request.set_tid_value = 4711;
  Thread* child = Clone(parent, request);
  NextTrap(child);
  EXPECT_NE(child->host_pid(), parent->host_pid());
  EXPECT_EQ(ReadWord(child, kDataAt), 2U);
  EXPECT_EQ(ReadWord(child, kDataAt + 64), 4711U);
  EXPECT_EQ(ReadWord(parent, kDataAt), 1U);
  EXPECT_EQ(ReadWord(parent, kDataAt + 64), 0U);
  parent->FinishSyscall(33);
  EXPECT_EQ(NextTrap(parent).rax, 33U);
  EXPECT_EQ(parent->registers().rbx, 1U);
}

TEST_P(CloneTest, ProcessCanShareMemory) {
  Thread* parent = NewGuest();
  EnterCall(parent);
  CloneRequest request = ForkRequest(RegistersFor(Entry().store, {.rax = 2, .rdi = kDataAt}));
  request.share_memory = true;
  Thread* child = Clone(parent, request);
  NextTrap(child);
  EXPECT_NE(child->host_pid(), parent->host_pid());
  EXPECT_EQ(ReadWord(parent, kDataAt), 2U);
  child->KillProcess();
  parent->FinishSyscall(0);
  NextTrap(parent);
}

TEST_P(CloneTest, ThreadSharesMemoryAndHasItsOwnTls) {
  Thread* parent = NewGuest();
  EnterCall(parent);
  Registers registers = RegistersFor(Entry().store, {.rax = 2, .rdi = kDataAt});
  registers.fs_base = kDataAt + 256;
  registers.rsp = kDataAt + 4096;
  Thread* child = Clone(parent, ThreadRequest(registers));
  NextTrap(child);
  EXPECT_EQ(child->host_pid(), parent->host_pid());
  EXPECT_NE(child->host_tid(), parent->host_tid());
  EXPECT_EQ(child->registers().fs_base, kDataAt + 256);
  EXPECT_EQ(child->registers().rsp, kDataAt + 4096);
  EXPECT_EQ(ReadWord(parent, kDataAt), 2U);
}

TEST_P(CloneTest, ChildInheritsFpState) {
  Thread* parent = NewGuest();
  WriteWord(parent, kDataAt, 0x12345678);
  Start(parent, Entry().xmm_load, {.rdi = kDataAt});
  NextTrap(parent);
  EnterCall(parent);
  Thread* child = Clone(parent, ForkRequest(RegistersFor(Entry().xmm_save, {.rdi = kDataAt + 32})));
  NextTrap(child);
  EXPECT_EQ(ReadWord(child, kDataAt + 32), 0x12345678U);
}

TEST_P(CloneTest, EndOfAThreadClearsItsTid) {
  Thread* parent = NewGuest();
  WriteWord(parent, kDataAt, 77);
  EnterCall(parent);
  CloneRequest request = ThreadRequest(RegistersFor(Entry().syscall, {.rax = SYS_exit}));
  request.clear_tid_address = kDataAt;
  Thread* child = Clone(parent, request);
  NextOf(child, Kind::kSyscall);
  // The host wakes a waiter that is not private, as pthread_join() is.
  Start(parent, Entry().syscall, WaitForWord(parent, kDataAt, 77, kDataAt + 64));
  NextOf(parent, Kind::kSyscall);
  parent->ContinueSyscall();
  child->ExitThread();
  const auto result = static_cast<int64_t>(NextTrap(parent).rax);
  EXPECT_TRUE(result == 0 || result == -EAGAIN) << result;
  EXPECT_EQ(ReadWord(parent, kDataAt), 0U);
}

TEST_P(CloneTest, FirstThreadMayEndBeforeTheOthers) {
  Thread* parent = NewGuest();
  EnterCall(parent);
  Thread* child = Clone(parent, ThreadRequest(RegistersFor(Entry().syscall, {.rax = SYS_getpid})));
  NextOf(child, Kind::kSyscall);
  const int pid = parent->host_pid();
  parent->ExitThread();
  child->FinishSyscallAndCapture(3);
  NextOf(child, Kind::kCaptured);
  EXPECT_EQ(ReadWord(child, kDataAt), 0U);
  EXPECT_EQ(Inject(child, {SYS_sched_yield, {}}), 0);
  child->Resume();
  NextTrap(child);
  EXPECT_TRUE(HostProcessExists(pid));
  child->KillProcess();
  EXPECT_TRUE(IsReaped(pid));
}

TEST_P(CloneTest, ChainOfForks) {
  Thread* guest = NewGuest();
  for (uint32_t i = 1; i <= 50; ++i) {
    EnterCall(guest);
    const StartRegisters start{.rax = i, .rdi = kDataAt};
    Thread* child = Clone(guest, ForkRequest(RegistersFor(Entry().store, start)));
    NextTrap(child);
    EXPECT_EQ(ReadWord(child, kDataAt), i);
    EXPECT_EQ(ReadWord(guest, kDataAt), i - 1);
    guest->KillProcess();
    guest = child;
  }
}

TEST_P(CloneTest, AThousandThreads) {
  constexpr int kThreads = 1000;
  Thread* first = NewGuest();
  std::set<Thread*> waiting;
  std::set<Thread*> children;
  EnterCall(first);
  for (uint64_t i = 0; i < kThreads; ++i) {
    Result<Thread*> child =
        first->Clone(ThreadRequest(RegistersFor(Entry().syscall, {.rax = SYS_read, .rdi = i})));
    ASSERT_TRUE(child.ok());
    children.insert(*child);
    for (;;) {  // Elder children's calls come in between.
      Result<Event> event = platform().Wait();
      ASSERT_TRUE(event.ok());
      if (event->kind == Kind::kCloned) {
        ASSERT_EQ(event->error, 0);
        break;
      }
      ASSERT_EQ(static_cast<int>(event->kind), static_cast<int>(Kind::kSyscall));
      waiting.insert(event->thread);
    }
  }
  while (waiting.size() < kThreads) waiting.insert(Next(Kind::kSyscall).thread);
  EXPECT_EQ(waiting, children);
  // One by one they go on, with an answer of their own.
  int64_t result = 0;
  for (Thread* thread : waiting) {
    thread->FinishSyscall(++result);
    EXPECT_EQ(NextTrap(thread).rax, static_cast<uint64_t>(result));
  }
  for (Thread* thread : waiting) thread->ExitThread();
  first->FinishSyscall(8);
  EXPECT_EQ(NextTrap(first).rax, 8U);
}

TEST_P(CloneTest, KilledProcessIsSilent) {
  Thread* other = NewGuest();
  Thread* guest = NewGuest();
  EnterCall(guest);
  for (int i = 0; i < 5; ++i) Clone(guest, ThreadRequest(RegistersFor(Entry().spin, {})));
  Result<Thread*> unborn = guest->Clone(ThreadRequest(RegistersFor(Entry().spin, {})));
  EXPECT_TRUE(unborn.ok());
  const int pid = guest->host_pid();
  guest->KillProcess();
  EXPECT_TRUE(IsReaped(pid));
  Start(other, Entry().call_forever);
  for (int i = 0; i < 100; ++i) {
    NextOf(other, Kind::kSyscall);
    other->FinishSyscall(0);
  }
}

TEST_P(CloneTest, ChildOfAKilledParentIsReportedGone) {
  Thread* guest = NewGuest();
  EnterCall(guest);
  Result<Thread*> child = guest->Clone(ForkRequest(RegistersFor(Entry().spin, {})));
  ASSERT_TRUE(child.ok());
  guest->KillProcess();
  // Either it was made before, then it runs, or it never will be.
  (*child)->Capture();
  const Event event = platform().Wait().value();
  EXPECT_EQ(event.thread, *child);
  EXPECT_TRUE(event.kind == Kind::kGone || event.kind == Kind::kCaptured);
}

TEST_P(CloneTest, StubKilledFromOutsideIsReported) {
  Thread* guest = NewGuest();
  EnterCall(guest);
  Thread* second = Clone(guest, ThreadRequest(RegistersFor(Entry().spin, {})));
  Thread* third = Clone(guest, ThreadRequest(RegistersFor(Entry().spin, {})));
  ::kill(guest->host_pid(), SIGKILL);
  std::set<Thread*> gone;
  for (int i = 0; i < 3; ++i) {
    const Event event = Next(Kind::kGone);
    EXPECT_TRUE(WIFSIGNALED(event.status));
    EXPECT_EQ(WTERMSIG(event.status), SIGKILL);
    gone.insert(event.thread);
  }
  EXPECT_EQ(gone, (std::set<Thread*>{guest, second, third}));
  // Others are not touched by it.
  Thread* other = NewGuest();
  Start(other, Entry().after_call);
  NextTrap(other);
}

TEST_P(CloneTest, StubKilledWhileItIsWorkedWith) {
  for (int i = 0; i < 20; ++i) {
    Thread* guest = NewGuest();
    EnterCall(guest);
    const std::vector<HostCall> calls(20, HostCall{SYS_sched_yield, {}});
    ASSERT_TRUE(guest->Inject(calls).ok());
    ::kill(guest->host_pid(), SIGKILL);
    for (;;) {
      Result<Event> event = platform().Wait();
      ASSERT_TRUE(event.ok());
      ASSERT_EQ(event->thread, guest);
      if (event->kind == Kind::kGone) break;
      guest->FinishSyscall(0);
    }
  }
}

TEST_P(CloneTest, ShutdownLeavesNothingBehind) {
  std::vector<int> pids;
  for (int i = 0; i < 3; ++i) {
    Thread* guest = NewGuest();
    pids.push_back(guest->host_pid());
    Start(guest, Entry().spin);
  }
  platform().Shutdown();
  for (const int pid : pids) EXPECT_FALSE(HostProcessExists(pid));
}

// The Sentry is killed while its guests compute: none of them may live on.
TEST_P(CloneTest, GuestsDieWithTheSentry) {
  constexpr int kGuests = 3;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t sentry = ::fork();
  if (sentry == 0) {
    platform_.release();  // The parent's.
    platform_ = GetParam().create(Options{}).value();
    int pids[kGuests + 1];
    for (int i = 0; i < kGuests; ++i) {
      Thread* guest = NewGuest();
      if (i == 0) {
        EnterCall(guest);
        pids[kGuests] = Clone(guest, ForkRequest(RegistersFor(Entry().spin, {})))->host_pid();
      }
      Start(guest, i == kGuests - 1 ? Entry().call_forever : Entry().spin);
      pids[i] = guest->host_pid();
    }
    if (::write(ends[1], pids, sizeof(pids)) != sizeof(pids)) ::_exit(1);
    while (platform_->Wait().ok()) {
    }
  }
  ::close(ends[1]);
  int pids[kGuests + 1];
  ASSERT_EQ(::read(ends[0], pids, sizeof(pids)), static_cast<ssize_t>(sizeof(pids)));
  for (const int pid : pids) EXPECT_TRUE(HostProcessExists(pid));
  ::kill(sentry, SIGKILL);
  ASSERT_EQ(::waitpid(sentry, nullptr, 0), sentry);
  for (const int pid : pids) EXPECT_TRUE(EndsSoon(pid)) << pid;
  ::close(ends[0]);
}

}  // namespace
}  // namespace platform::testing
