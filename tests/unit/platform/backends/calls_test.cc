// System calls: how they arrive, and the ways to answer them.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "platform/base/fd.h"
#include "platform_suite.h"

namespace platform::testing {
namespace {

INSTANTIATE_TEST_SUITE_P(Backends, PlatformTest, ::testing::ValuesIn(Backends()), BackendName);

constexpr char kText[] = "text of a file";

// A memory file with kText in it.
base::Fd TextFile() {
  base::Fd fd(static_cast<int>(::syscall(SYS_memfd_create, "text", 0)));
  EXPECT_EQ(::write(fd.get(), kText, sizeof(kText)), static_cast<ssize_t>(sizeof(kText)));
  return fd;
}

std::string ReadText(Thread* thread, uint64_t address) {
  char text[sizeof(kText)] = {};
  EXPECT_TRUE(thread->ReadMemory(address, std::as_writable_bytes(std::span(text))).ok());
  return text;
}

TEST_P(PlatformTest, CallArrivesWithItsRegistersAndIsAnswered) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall,
        {.rax = SYS_write, .rdi = 1, .rsi = 2, .rdx = 3, .r10 = 4, .r8 = 5, .r9 = 6, .rbx = 7});
  const Event event = NextOf(guest, Kind::kSyscall);
  EXPECT_FALSE(event.captured);
  EXPECT_EQ(event.call.number, SYS_write);
  for (uint64_t i = 0; i < 6; ++i) EXPECT_EQ(event.call.args[i], i + 1);
  EXPECT_EQ(event.call.ip, kCodeAt + Entry().after_call);
  guest->FinishSyscall(77);
  const Registers& after = NextTrap(guest);
  EXPECT_EQ(after.rax, 77U);
  EXPECT_EQ(after.rbx, 7U);
  EXPECT_EQ(after.rip, kCodeAt + Entry().after_call);
}

TEST_P(PlatformTest, ErrorReachesTheGuest) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall, {.rax = SYS_openat});
  NextOf(guest, Kind::kSyscall);
  guest->FinishSyscall(-ENOENT);
  EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -ENOENT);
}

TEST_P(PlatformTest, NumbersWithoutACallArriveToo) {
  Thread* guest = NewGuest();
  for (const uint64_t number : {uint64_t{1000}, uint64_t{0x3fffffff}}) {
    Start(guest, Entry().syscall, {.rax = number});
    EXPECT_EQ(NextOf(guest, Kind::kSyscall).call.number, static_cast<int64_t>(number));
    guest->FinishSyscall(-ENOSYS);
    EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -ENOSYS);
  }
}

TEST_P(PlatformTest, OtherCallTablesDoNotExist) {
  Thread* guest = NewGuest();
  Start(guest, Entry().int80, {.rax = 20});
  const Event event = NextOf(guest, Kind::kFault);
  // Where the host has no IA-32 emulation the gate is shut, and the instruction itself faults.
  if (event.fault.signal != SIGSEGV) {
    EXPECT_EQ(event.fault.signal, SIGILL);
    EXPECT_EQ(static_cast<int32_t>(guest->registers().rax), -ENOSYS);
  }
  Start(guest, Entry().syscall, {.rax = 0x40000000 | SYS_getpid});
  EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -ENOSYS);
}

TEST_P(PlatformTest, ManyCallsInARow) {
  Thread* guest = NewGuest();
  Start(guest, Entry().call_forever);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(NextOf(guest, Kind::kSyscall).call.number, SYS_getppid);
    guest->FinishSyscall(i);
  }
}

TEST_P(PlatformTest, ContinuedCallIsTheHosts) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall,
        {.rax = SYS_mmap,
         .rdi = kNowhere,
         .rsi = 4096,
         .rdx = PROT_READ | PROT_WRITE,
         .r10 = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
         .r8 = ~uint64_t{0}});
  NextOf(guest, Kind::kSyscall);
  guest->ContinueSyscall();
  EXPECT_EQ(NextTrap(guest).rax, kNowhere);
  WriteWord(guest, kNowhere, 5);
}

TEST_P(PlatformTest, FinishedCallCanBeCapturedBehindIt) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall, {.rax = SYS_read, .rdi = 3, .rbx = 9});
  NextOf(guest, Kind::kSyscall);
  guest->FinishSyscallAndCapture(-EINTR);
  EXPECT_TRUE(NextOf(guest, Kind::kCaptured).captured);
  EXPECT_EQ(static_cast<int64_t>(guest->registers().rax), -EINTR);
  EXPECT_EQ(guest->registers().rip, kCodeAt + Entry().after_call);
  EXPECT_EQ(guest->registers().rdi, 3U);
  EXPECT_EQ(guest->registers().rbx, 9U);
  // As a signal handler would be entered.
  Start(guest, Entry().load, {.rdi = kDataAt});
  EXPECT_EQ(NextTrap(guest).rax, 0U);
}

TEST_P(PlatformTest, CallsThatNeedRegistersArriveCaptured) {
  Thread* guest = NewGuest();
  for (const uint64_t number : {SYS_fork, SYS_vfork, SYS_clone, SYS_clone3, SYS_rt_sigreturn}) {
    Start(guest, Entry().syscall, {.rax = number, .rbx = 11, .r11 = 12});
    const Event event = NextOf(guest, Kind::kSyscall);
    EXPECT_EQ(event.call.number, static_cast<int64_t>(number));
    EXPECT_TRUE(event.captured);
    EXPECT_EQ(guest->registers().rbx, 11U);
    EXPECT_EQ(guest->registers().rip, kCodeAt + Entry().after_call);
    guest->FinishSyscall(-EAGAIN);
    EXPECT_EQ(static_cast<int64_t>(NextTrap(guest).rax), -EAGAIN);
  }
}

TEST_P(PlatformTest, CapturedCallCanBeReplacedByOtherRegisters) {
  Thread* guest = NewGuest();
  WriteWord(guest, kDataAt, 4711);
  Start(guest, Entry().syscall, {.rax = SYS_rt_sigreturn});
  NextOf(guest, Kind::kSyscall);
  Start(guest, Entry().load, {.rdi = kDataAt, .rcx = 0x1234, .r11 = 0x5678});
  const Registers& after = NextTrap(guest);
  EXPECT_EQ(after.rax, 4711U);
  EXPECT_EQ(after.rcx, 0x1234U);
  EXPECT_EQ(after.r11, 0x5678U);
}

TEST_P(PlatformTest, InstalledFdIsMappedByTheGuestsOwnCall) {
  Thread* guest = NewGuest();
  const base::Fd file = TextFile();
  // Small and large, some of which the backend may use itself.
  for (const int number : {0, 3, 60, 61, 255, 1000, 3}) {
    Start(guest, Entry().syscall,
          {.rax = SYS_mmap,
           .rdi = kNowhere,
           .rsi = 4096,
           .rdx = PROT_READ,
           .r10 = MAP_PRIVATE | MAP_FIXED,
           .r8 = static_cast<uint64_t>(number),
           .rbx = 5});
    NextOf(guest, Kind::kSyscall);
    ASSERT_TRUE(guest->InstallFd(file.get(), number).ok()) << number;
    guest->ContinueSyscall();
    const Registers& after = NextTrap(guest);
    EXPECT_EQ(after.rax, kNowhere) << number;
    EXPECT_EQ(after.rbx, 5U);
    EXPECT_EQ(after.rip, kCodeAt + Entry().after_call);
    EXPECT_EQ(ReadText(guest, kNowhere), kText);
    EXPECT_EQ(Inject(guest, {SYS_munmap, {kNowhere, 4096}}), 0);
  }
  EXPECT_FALSE(guest->InstallFd(file.get(), -1).ok());
  EXPECT_FALSE(guest->InstallFd(file.get(), 1 << 30).ok());
}

TEST_P(PlatformTest, InjectedCallsRunInOrderUntilOneFails) {
  Thread* guest = NewGuest();
  const base::Fd file = TextFile();
  const HostCall calls[] = {
      {.number = SYS_mmap,
       .args = {kNowhere, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, 0, 0},
       .fd_arg = 4,
       .host_fd = file.get()},
      {.number = SYS_munmap, .args = {1, 1}},
      {.number = SYS_munmap, .args = {kNowhere, 4096}},
  };
  ASSERT_TRUE(guest->Inject(calls).ok());
  NextOf(guest, Kind::kInjected);
  ASSERT_EQ(guest->InjectedResults().size(), 2U);
  EXPECT_EQ(guest->InjectedResults()[0], static_cast<int64_t>(kNowhere));
  EXPECT_EQ(guest->InjectedResults()[1], -EINVAL);
  EXPECT_EQ(ReadText(guest, kNowhere), kText);
  // No descriptor is left behind.
  for (uint64_t fd = 0; fd < 10; ++fd) EXPECT_EQ(Inject(guest, {SYS_close, {fd}}), -EBADF);
}

TEST_P(PlatformTest, InjectionLeavesRegistersAlone) {
  Thread* guest = NewGuest();
  Start(guest, Entry().syscall, {.rax = SYS_clone, .rdi = 1, .rsi = 2, .rbx = 3, .rcx = 0});
  NextOf(guest, Kind::kSyscall);
  EXPECT_EQ(Inject(guest, {SYS_sched_yield, {}}), 0);
  guest->FinishSyscall(5);
  const Registers& after = NextTrap(guest);
  EXPECT_EQ(after.rax, 5U);
  EXPECT_EQ(after.rdi, 1U);
  EXPECT_EQ(after.rsi, 2U);
  EXPECT_EQ(after.rbx, 3U);
}

}  // namespace
}  // namespace platform::testing
