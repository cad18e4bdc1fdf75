#include "platform_suite.h"

#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <chrono>

namespace platform::testing {

void PlatformTest::SetUp() {
  Result<std::unique_ptr<Platform>> made = GetParam().create(Options{});
  ASSERT_TRUE(made.ok()) << "errno " << made.error().value();
  platform_ = std::move(made).value();
}

void PlatformTest::TearDown() {
  if (platform_ != nullptr) platform_->Shutdown();
}

Event PlatformTest::Next(Kind kind) {
  Result<Event> event = platform_->Wait();
  if (!event.ok()) {
    ADD_FAILURE() << "Wait: errno " << event.error().value();
    return Event{.kind = kind, .thread = nullptr};
  }
  EXPECT_EQ(static_cast<int>(event->kind), static_cast<int>(kind))
      << "call " << event->call.number << " signal " << event->fault.signal << " status "
      << event->status << " address " << event->fault.address;
  return *event;
}

Event PlatformTest::NextOf(Thread* thread, Kind kind) {
  const Event event = Next(kind);
  EXPECT_EQ(event.thread, thread);
  return event;
}

Registers& PlatformTest::NextTrap(Thread* thread) {
  const Event event = NextOf(thread, Kind::kFault);
  EXPECT_EQ(event.fault.signal, SIGILL) << "at " << event.fault.address;
  EXPECT_TRUE(event.captured);
  return thread->registers();
}

void PlatformTest::LetGuestsRun() {
  platform_->Interrupt();
  EXPECT_TRUE(platform_->Wait().Is(ECANCELED));
}

int64_t PlatformTest::Inject(Thread* thread, const HostCall& call) {
  EXPECT_TRUE(thread->Inject({&call, 1}).ok());
  NextOf(thread, Kind::kInjected);
  EXPECT_EQ(thread->InjectedResults().size(), 1U);
  return thread->InjectedResults().empty() ? -ESRCH : thread->InjectedResults()[0];
}

Thread* PlatformTest::NewGuest() {
  Result<Thread*> made = platform_->NewProcess();
  EXPECT_TRUE(made.ok());
  Thread* thread = *made;
  constexpr uint64_t kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  constexpr uint64_t kNoFd = ~uint64_t{0};
  const HostCall calls[] = {
      {SYS_mmap, {kCodeAt, 4096, PROT_READ | PROT_WRITE, kFlags, kNoFd, 0}},
      {SYS_mmap, {kDataAt, kDataSize, PROT_READ | PROT_WRITE, kFlags, kNoFd, 0}},
  };
  EXPECT_TRUE(thread->Inject(calls).ok());
  NextOf(thread, Kind::kInjected);
  EXPECT_EQ(thread->InjectedResults().size(), 2U);
  Result<size_t> written = thread->WriteMemory(kCodeAt, GuestCode());
  EXPECT_TRUE(written.ok() && *written == GuestCode().size());
  EXPECT_EQ(Inject(thread, {SYS_mprotect, {kCodeAt, 4096, PROT_READ | PROT_EXEC}}), 0);
  return thread;
}

Registers PlatformTest::RegistersFor(uint64_t entry, const StartRegisters& start) {
  Registers registers{};
  registers.cs = 0x33;
  registers.ss = 0x2b;
  registers.eflags = 0x202;
  registers.rip = kCodeAt + entry;
  registers.rsp = kDataAt + kDataSize;
  registers.rax = start.rax;
  registers.rdi = start.rdi;
  registers.rsi = start.rsi;
  registers.rdx = start.rdx;
  registers.r10 = start.r10;
  registers.r8 = start.r8;
  registers.r9 = start.r9;
  registers.rbx = start.rbx;
  registers.rcx = start.rcx;
  registers.r11 = start.r11;
  return registers;
}

void PlatformTest::Start(Thread* thread, uint64_t entry, const StartRegisters& start) {
  thread->registers() = RegistersFor(entry, start);
  thread->Resume();
}

Thread* PlatformTest::Clone(Thread* parent, const CloneRequest& request) {
  Result<Thread*> child = parent->Clone(request);
  EXPECT_TRUE(child.ok());
  EXPECT_EQ(NextOf(parent, Kind::kCloned).error, 0);
  return *child;
}

uint32_t PlatformTest::ReadWord(Thread* thread, uint64_t address) {
  uint32_t value = 0;
  Result<size_t> read = thread->ReadMemory(address, std::as_writable_bytes(std::span(&value, 1)));
  EXPECT_TRUE(read.ok() && *read == sizeof(value));
  return value;
}

void PlatformTest::WriteWord(Thread* thread, uint64_t address, uint32_t value) {
  Result<size_t> written = thread->WriteMemory(address, std::as_bytes(std::span(&value, 1)));
  EXPECT_TRUE(written.ok() && *written == sizeof(value));
}

StartRegisters PlatformTest::WaitForWord(Thread* thread, uint64_t address, uint32_t value,
                                         uint64_t list) {
  const futex_waitv word = {.val = value, .uaddr = address, .flags = FUTEX_32, .__reserved = 0};
  Result<size_t> written = thread->WriteMemory(list, std::as_bytes(std::span(&word, 1)));
  EXPECT_TRUE(written.ok() && *written == sizeof(word));
  return {.rax = SYS_futex_waitv, .rdi = list, .rsi = 1};
}

std::string BackendName(const ::testing::TestParamInfo<Backend>& info) {
  return info.param.name;
}

bool PlatformTest::IsReaped(int pid) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (HostProcessExists(pid)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    LetGuestsRun();
  }
  return true;
}

bool HostProcessExists(int pid) {
  return ::kill(pid, 0) == 0;
}

}  // namespace platform::testing
