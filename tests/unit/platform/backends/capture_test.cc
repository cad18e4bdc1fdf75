// Capture of running threads, faults, and the state that is seen then.
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "platform_suite.h"

namespace platform::testing {
namespace {

TEST_P(PlatformTest, BusyLoopIsCapturedAndGoesOn) {
  Thread* guest = NewGuest();
  Start(guest, Entry().spin);
  uint64_t last = 0;
  for (int i = 0; i < 20 || last == 0; ++i) {
    LetGuestsRun();
    guest->Capture();
    EXPECT_TRUE(NextOf(guest, Kind::kCaptured).captured);
    EXPECT_GE(guest->registers().rbx, last);
    EXPECT_GE(guest->registers().rip, kCodeAt + Entry().spin);
    EXPECT_LT(guest->registers().rip, kCodeAt + Entry().load);
    last = guest->registers().rbx;
    guest->Resume();
  }
}

TEST_P(PlatformTest, CaptureIsRememberedUntilTheThreadRuns) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall, {.rax = SYS_getpid});
  NextOf(guest, Kind::kSyscall);
  guest->Capture();
  guest->FinishSyscall(42);
  NextOf(guest, Kind::kCaptured);
  EXPECT_EQ(guest->registers().rax, 42U);
  EXPECT_EQ(guest->registers().rip, kCodeAt + Entry().after_call);
  guest->Resume();
  NextTrap(guest);
}

TEST_P(PlatformTest, CaptureBetweenCallsIsNeverLost) {
  Thread* guest = NewGuest();
  Start(guest, Entry().call_forever);
  for (int i = 0; i < 200; ++i) {
    guest->Capture();
    for (;;) {
      Result<Event> event = platform().Wait();
      ASSERT_TRUE(event.ok());
      if (event->kind == Kind::kCaptured) break;
      ASSERT_EQ(static_cast<int>(event->kind), static_cast<int>(Kind::kSyscall));
      guest->FinishSyscall(0);
    }
    guest->Resume();
  }
}

// The registers say that the call is to be made again, and it is.
TEST_P(PlatformTest, CaptureCutsAContinuedCallShort) {
  Thread* guest = NewGuest();
  const auto wait = [&] {
    const Event event = NextOf(guest, Kind::kSyscall);
    EXPECT_EQ(event.call.number, SYS_futex_waitv);
    guest->ContinueSyscall();
  };
  StartRegisters start = WaitForWord(guest, kDataAt, 0, kDataAt + 64);
  start.rbx = 3;
  Start(guest, Entry().syscall, start);
  wait();
  for (int i = 0; i < 10; ++i) {
    guest->Capture();
    NextOf(guest, Kind::kCaptured);
    const Registers& now = guest->registers();
    ASSERT_EQ(now.rip, kCodeAt + Entry().syscall);
    ASSERT_EQ(now.rax, static_cast<uint64_t>(SYS_futex_waitv));
    ASSERT_EQ(now.rdi, kDataAt + 64);
    ASSERT_EQ(now.rbx, 3U);
    guest->Resume();
    wait();
  }
  guest->Capture();
  NextOf(guest, Kind::kCaptured);
  WriteWord(guest, kDataAt, 1);
  guest->Resume();
  wait();
  EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -EAGAIN);
}

TEST_P(PlatformTest, CaptureEndsATimedWaitWithEintr) {
  Thread* guest = NewGuest();
  const timespec timeout = {1000, 0};
  ASSERT_TRUE(guest->WriteMemory(kDataAt + 64, std::as_bytes(std::span(&timeout, 1))).ok());
  // Private: ptrace lets the host do this one without asking, notify does not.
  const bool asks = platform().name() == std::string_view("notify");
  Start(guest, Entry().syscall,
        {.rax = SYS_futex, .rdi = kDataAt, .rsi = FUTEX_WAIT_PRIVATE, .r10 = kDataAt + 64});
  // It may be captured before or behind the call's beginning: until it was in it.
  for (;;) {
    if (asks) {
      NextOf(guest, Kind::kSyscall);
      guest->ContinueSyscall();
    }
    LetGuestsRun();
    guest->Capture();
    NextOf(guest, Kind::kCaptured);
    if (guest->registers().rip != kCodeAt + Entry().syscall) break;
    guest->Resume();
  }
  EXPECT_EQ(static_cast<int64_t>(guest->registers().rax), -EINTR);
  EXPECT_EQ(guest->registers().rip, kCodeAt + Entry().after_call);
  guest->Resume();
  EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -EINTR);
}

TEST_P(PlatformTest, FaultsCarryWhatTheProcessorSaid) {
  Thread* guest = NewGuest();
  struct {
    uint64_t entry;
    StartRegisters start;
    int signal;
    int code;
    uint64_t address;
    uint64_t trap;
  } const cases[] = {
      {Entry().load, {.rdi = kNowhere + 8}, SIGSEGV, SEGV_MAPERR, kNowhere + 8, 14},
      {Entry().store, {.rdi = kCodeAt}, SIGSEGV, SEGV_ACCERR, kCodeAt, 14},
      {Entry().load, {.rdi = 0x8000000000000000}, SIGSEGV, SI_KERNEL, 0, 13},
      {Entry().divide, {.rax = 1, .rcx = 0}, SIGFPE, FPE_INTDIV, kCodeAt + Entry().divide + 2, 0},
      {Entry().after_call, {}, SIGILL, ILL_ILLOPN, kCodeAt + Entry().after_call, 6},
      {Entry().breakpoint, {}, SIGTRAP, SI_KERNEL, 0, 3},
  };
  for (const auto& c : cases) {
    Start(guest, c.entry, c.start);
    const Event event = NextOf(guest, Kind::kFault);
    EXPECT_TRUE(event.captured);
    EXPECT_EQ(event.fault.signal, c.signal);
    EXPECT_EQ(event.fault.code, c.code) << c.signal;
    EXPECT_EQ(event.fault.address, c.address) << c.signal;
    EXPECT_EQ(event.fault.trap_number, c.trap) << c.signal;
    EXPECT_EQ(guest->registers().rdi, c.start.rdi);
  }
}

TEST_P(PlatformTest, FaultCanBeMendedAndTheInstructionRunAgain) {
  Thread* guest = NewGuest();
  Start(guest, Entry().store, {.rax = 99, .rdi = kNowhere});
  EXPECT_EQ(NextOf(guest, Kind::kFault).fault.signal, SIGSEGV);
  EXPECT_EQ(Inject(guest, {SYS_mmap,
                           {kNowhere, 4096, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, ~uint64_t{0}, 0}}),
            static_cast<int64_t>(kNowhere));
  guest->Resume();
  NextTrap(guest);
  EXPECT_EQ(ReadWord(guest, kNowhere), 99U);
}

TEST_P(PlatformTest, FpStateGoesBothWays) {
  constexpr char kValue[16] = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h',
                               'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'};
  constexpr size_t kXmm7 = 160 + 7 * 16;
  Thread* guest = NewGuest();
  ASSERT_GE(platform().FpStateSize(), 576U);
  std::vector<std::byte> state(platform().FpStateSize());

  ASSERT_TRUE(guest->WriteMemory(kDataAt, std::as_bytes(std::span(kValue))).ok());
  Start(guest, Entry().xmm_load, {.rdi = kDataAt});
  NextTrap(guest);
  ASSERT_TRUE(guest->GetFpState(state).ok());
  EXPECT_EQ(std::memcmp(state.data() + kXmm7, kValue, sizeof(kValue)), 0);

  // The other way, with another value.
  std::memset(state.data() + kXmm7, 'z', sizeof(kValue));
  ASSERT_TRUE(guest->SetFpState(state).ok());
  Start(guest, Entry().xmm_save, {.rdi = kDataAt});
  NextTrap(guest);
  EXPECT_EQ(ReadWord(guest, kDataAt), 0x7a7a7a7aU);

  // It survives a capture and a call.
  Start(guest, Entry().syscall, {.rax = SYS_getpid});
  NextOf(guest, Kind::kSyscall);
  guest->FinishSyscallAndCapture(0);
  NextOf(guest, Kind::kCaptured);
  WriteWord(guest, kDataAt, 0);
  Start(guest, Entry().xmm_save, {.rdi = kDataAt});
  NextTrap(guest);
  EXPECT_EQ(ReadWord(guest, kDataAt), 0x7a7a7a7aU);

  ASSERT_TRUE(guest->SetFpState({}).ok());
  Start(guest, Entry().xmm_save, {.rdi = kDataAt});
  NextTrap(guest);
  EXPECT_EQ(ReadWord(guest, kDataAt), 0U);
  ASSERT_TRUE(guest->GetFpState(state).ok());
  uint32_t mxcsr = 0;
  std::memcpy(&mxcsr, state.data() + 24, sizeof(mxcsr));
  EXPECT_EQ(mxcsr, 0x1f80U);
}

TEST_P(PlatformTest, MalformedFpStateIsRefused) {
  Thread* guest = NewGuest();
  Start(guest, Entry().after_call);
  NextTrap(guest);
  std::vector<std::byte> good(platform().FpStateSize());
  ASSERT_TRUE(guest->GetFpState(good).ok());
  const auto refused = [&](size_t offset, uint32_t value) {
    std::vector<std::byte> bad = good;
    std::memcpy(bad.data() + offset, &value, sizeof(value));
    return guest->SetFpState(bad).Is(EINVAL);
  };
  EXPECT_TRUE(refused(24, 0xffffffff)) << "mxcsr";
  EXPECT_TRUE(refused(512 + 4, 0x80000000)) << "unknown feature";
  EXPECT_TRUE(refused(512 + 12, 0x80000000)) << "compacted";
  EXPECT_TRUE(refused(512 + 40, 1)) << "reserved";
  EXPECT_TRUE(guest->SetFpState(std::span(good).first(100)).Is(EINVAL)) << "too short";
  EXPECT_TRUE(guest->SetFpState(good).ok());
}

TEST_P(PlatformTest, RegistersThatNoProgramCanHaveDoNotHarm) {
  Thread* guest = NewGuest();
  Registers registers = RegistersFor(Entry().after_call, {.rax = 5});
  registers.cs = 0x10;
  registers.ss = 0x18;
  registers.fs = 0xfff;
  registers.fs_base = 0xffff800000000000;
  registers.gs_base = 0xffff800000000000;
  registers.eflags = ~uint64_t{0} & ~uint64_t{0x100};
  guest->registers() = registers;
  guest->Resume();
  EXPECT_EQ(NextTrap(guest).rax, 5U);
  // A non-canonical place to go to is the guest's own fault.
  registers = RegistersFor(0, {});
  registers.rip = 0x8000000000000000;
  guest->registers() = registers;
  guest->Resume();
  EXPECT_EQ(NextOf(guest, Kind::kFault).fault.signal, SIGSEGV);
}

TEST_P(PlatformTest, SignalsFromOutsideAreNotSeen) {
  Thread* guest = NewGuest();
  Start(guest, Entry().spin_until, {.rdi = kDataAt});
  for (const int signal : {SIGTERM, SIGINT, SIGSEGV, SIGSTOP, SIGCONT, SIGCHLD, SIGTSTP}) {
    ::kill(guest->host_pid(), signal);
    guest->Capture();
    NextOf(guest, Kind::kCaptured);
    guest->Resume();
  }
  WriteWord(guest, kDataAt, 1);
  NextTrap(guest);
}

TEST_P(PlatformTest, OtherThreadsMayAnswer) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall, {.rax = SYS_read});
  NextOf(guest, Kind::kSyscall);
  for (int i = 0; i < 100; ++i) {
    std::thread answer([&] { guest->FinishSyscallAndCapture(i); });
    NextOf(guest, Kind::kCaptured);
    answer.join();
    EXPECT_EQ(guest->registers().rax, static_cast<uint64_t>(i));
    std::thread resume([&] { Start(guest, Entry().syscall, {.rax = SYS_read}); });
    NextOf(guest, Kind::kSyscall);
    resume.join();
  }
}

TEST_P(PlatformTest, OtherThreadsMayMakeProcesses) {
  Thread* guest = nullptr;
  std::thread maker([&] {
    for (int i = 0; i < 3; ++i) {  // More than are kept ready.
      Result<Thread*> made = platform().NewProcess();
      ASSERT_TRUE(made.ok());
      guest = *made;
      const HostCall call{SYS_sched_yield, {}};
      ASSERT_TRUE(guest->Inject({&call, 1}).ok());
    }
  });
  maker.join();
  for (int i = 0; i < 3; ++i) Next(Kind::kInjected);
  EXPECT_GT(guest->host_pid(), 0);
}

TEST_P(PlatformTest, InterruptEndsWait) {
  platform().Interrupt();
  EXPECT_TRUE(platform().Wait().Is(ECANCELED));
  std::thread other([&] { platform().Interrupt(); });
  EXPECT_TRUE(platform().Wait().Is(ECANCELED));
  other.join();
}

}  // namespace
}  // namespace platform::testing
