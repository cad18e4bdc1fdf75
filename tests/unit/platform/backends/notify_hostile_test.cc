// Guests that attack what they share with the Sentry: the shim's code, their slots, their signal
// mask.  Whatever they do, nobody else notices.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "abi/linux/signal.h"
#include "abi/stub/shim_numbers.h"
#include "abi/stub/slot.h"
#include "platform/notify/notify.h"
#include "platform_suite.h"

namespace platform::testing {
namespace {

Result<std::unique_ptr<Platform>> MakeImpatient(const Options& options) {
  NotifyOptions full;
  static_cast<Options&>(full) = options;
  full.kick_deadline = 1;
  return CreateNotify(full);
}

struct Range {
  uint64_t start = 0;
  uint64_t end = 0;
};

// The first mapping of `pid` from `from` on whose line has `permissions`.
Range FindMapping(int pid, uint64_t from, const char* permissions) {
  char path[64], line[512];
  std::snprintf(path, sizeof(path), "/proc/%d/maps", pid);
  std::FILE* maps = std::fopen(path, "re");
  Range found;
  while (maps != nullptr && std::fgets(line, sizeof(line), maps) != nullptr) {
    unsigned long start = 0, end = 0;
    char mode[8] = {};
    if (std::sscanf(line, "%lx-%lx %4s", &start, &end, mode) != 3) continue;
    if (start < from || std::strcmp(mode, permissions) != 0) continue;
    found = {start, end};
    break;
  }
  if (maps != nullptr) std::fclose(maps);
  return found;
}

class NotifyHostileTest : public PlatformTest {
 protected:
  // Interrupts the waiting test every now and then: a guest may have nothing more to say.
  void SetUp() override {
    PlatformTest::SetUp();
    clock_ = std::thread([this] {
      while (!stop_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        platform().Interrupt();
      }
    });
  }
  void TearDown() override {
    stop_ = true;
    clock_.join();
    PlatformTest::TearDown();
  }

  Result<Event> NextEvent() { return platform().Wait(); }

  // Serves the guest like a kernel that has no call, until it faults, ends, or is boring.
  void Serve(Thread* guest, int most = 200) {
    int idle = 0;
    for (int i = 0; i < most; ++i) {
      Result<Event> event = NextEvent();
      if (!event.ok()) {
        ASSERT_TRUE(event.Is(ECANCELED));
        if (++idle == 3) break;
        continue;
      }
      ASSERT_EQ(event->thread, guest);
      if (event->kind == Kind::kGone) return;
      if (event->kind == Kind::kFault) break;
      if (event->kind == Kind::kSyscall) guest->FinishSyscall(-ENOSYS);
      if (event->kind == Kind::kCaptured) guest->Resume();
    }
    guest->KillProcess();
  }

  // NewGuest() of the base expects events in order; interruptions do not fit.
  Thread* MakeGuest() {
    Result<Thread*> made = platform().NewProcess();
    EXPECT_TRUE(made.ok());
    constexpr uint64_t kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    constexpr uint64_t kAll = PROT_READ | PROT_WRITE | PROT_EXEC;
    const HostCall calls[] = {{SYS_mmap, {kCodeAt, 4096, kAll, kFlags, ~uint64_t{0}, 0}},
                              {SYS_mmap, {kDataAt, kDataSize, kAll, kFlags, ~uint64_t{0}, 0}}};
    EXPECT_TRUE((*made)->Inject(calls).ok());
    EXPECT_TRUE(AwaitEvent(*made, Kind::kInjected));
    EXPECT_TRUE((*made)->WriteMemory(kCodeAt, GuestCode()).ok());
    return *made;
  }

  bool AwaitEvent(Thread* thread, Kind kind) {
    while (true) {
      Result<Event> event = NextEvent();
      if (event.ok()) {
        EXPECT_EQ(event->thread, thread);
        EXPECT_EQ(static_cast<int>(event->kind), static_cast<int>(kind));
        return event->thread == thread && event->kind == kind;
      }
      if (!event.Is(ECANCELED)) return false;
    }
  }

  void ExpectPlatformWorks() {
    Thread* guest = MakeGuest();
    Start(guest, Entry().syscall, {.rax = SYS_getppid});
    EXPECT_TRUE(AwaitEvent(guest, Kind::kSyscall));
    guest->KillProcess();
  }

  Range Code() { return FindMapping(::getpid(), platform().GuestAddressLimit(), "r-xp"); }

  std::vector<uint64_t> SyscallInstructions() {
    const Range code = Code();
    std::vector<uint64_t> found;
    for (uint64_t at = code.start; at + 1 < code.end; ++at) {
      const auto* bytes = reinterpret_cast<const unsigned char*>(at);
      if (bytes[0] == 0x0f && bytes[1] == 0x05) found.push_back(at);
    }
    return found;
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread clock_;
};
INSTANTIATE_TEST_SUITE_P(Notify, NotifyHostileTest,
                         ::testing::Values(Backend{"notify", MakeImpatient}), BackendName);

TEST_P(NotifyHostileTest, EverySyscallInstructionOfTheShim) {
  const std::vector<uint64_t> sites = SyscallInstructions();
  ASSERT_GE(sites.size(), 8U);
  const uint64_t numbers[] = {SYS_read,   SYS_open,       SYS_mprotect,     SYS_munmap,
                              SYS_clone,  SYS_fork,       SYS_vfork,        SYS_clone3,
                              SYS_execve, SYS_exit,       SYS_kill,         SYS_ptrace,
                              SYS_prctl,  SYS_exit_group, SYS_rt_sigreturn, SYS_close_range};
  const uint64_t slots = platform().GuestAddressLimit();
  const uint64_t headers[] = {kNowhere, kDataAt, Code().start - SHIM_HEADER_SIZE};
  for (const uint64_t site : sites) {
    for (const uint64_t number : numbers) {
      for (const uint64_t header : headers) {
        Thread* guest = MakeGuest();
        Registers registers =
            RegistersFor(0, {.rax = number, .rdi = slots, .rsi = SHIM_SLOT_SIZE, .rdx = 7});
        registers.rip = site;
        registers.r12 = registers.r14 = header;
        registers.r9 = slots;
        registers.rsp = kDataAt + 4096;
        guest->registers() = registers;
        guest->Resume();
        Serve(guest, 20);
      }
    }
  }
  ExpectPlatformWorks();
}

TEST_P(NotifyHostileTest, EveryRingOfTheDoorbell) {
  const uint64_t limit = platform().GuestAddressLimit();
  std::vector<uint64_t> kinds = {
      0, ~uint64_t{0}, SHIM_RING_PARKED, SHIM_RING_OPS, SHIM_RING_CLONED, SHIM_RING_AGAIN};
  for (uint64_t signal = 1; signal <= 64; ++signal) kinds.push_back(signal);
  const uint64_t frames[] = {
      0, ~uint64_t{0}, kDataAt, limit, Code().start - SHIM_SLOT_SIZE, Code().start - 600};
  const std::vector<uint64_t> sites = SyscallInstructions();
  for (const uint64_t kind : kinds) {
    for (const uint64_t frame : frames) {
      Thread* guest = MakeGuest();
      Registers registers = RegistersFor(0, {.rax = SHIM_DOORBELL, .rdi = kind, .rsi = frame});
      registers.rip = sites[0];
      guest->registers() = registers;
      guest->Resume();
      Serve(guest, 20);
    }
  }
  ExpectPlatformWorks();
}

// xorshift over [rdi, rdi + rsi), for ever.
asm(R"(
.pushsection .rodata
scribble_begin:
  mov $88172645463325252, %rax
1:mov %rdi, %rcx
  lea (%rdi, %rsi), %rdx
2:mov %rax, %rbx
  shl $13, %rbx
  xor %rbx, %rax
  mov %rax, %rbx
  shr $7, %rbx
  xor %rbx, %rax
  mov %rax, %rbx
  shl $17, %rbx
  xor %rbx, %rax
  mov %rax, (%rcx)
  add $8, %rcx
  cmp %rdx, %rcx
  jb 2b
  jmp 1b
scribble_end:
.popsection
)");
extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte scribble_begin[], scribble_end[];
}

// The victim is captured again and again while another thread writes into its slot.
TEST_P(NotifyHostileTest, SlotIsScribbledOver) {
  for (int round = 0; round < 20; ++round) {
    Thread* victim = MakeGuest();
    const Range slot = FindMapping(victim->host_pid(), platform().GuestAddressLimit(), "rw-s");
    ASSERT_NE(slot.start, 0U);
    ASSERT_TRUE(victim->WriteMemory(kDataAt + 8192, {scribble_begin, scribble_end}).ok());
    CloneRequest request;
    request.share_memory = request.same_process = true;
    // All of it; then the frames alone, and then the operations.
    const uint64_t from = slot.start + (round % 2 == 0 ? 0 : SHIM_HEADER_OFFSET - 2048);
    request.registers = RegistersFor(0, {.rdi = from, .rsi = slot.end - from});
    request.registers.rip = kDataAt + 8192;
    ASSERT_TRUE(victim->Clone(request).ok());
    if (AwaitEvent(victim, Kind::kCloned)) {
      Start(victim, Entry().call_forever);
      for (int i = 0; i < 300; ++i) {
        Result<Event> event = NextEvent();
        if (!event.ok()) continue;
        if (event->kind == Kind::kGone) break;
        Thread* thread = event->thread;
        if (event->kind == Kind::kSyscall && i % 3 == 0) {
          thread->FinishSyscallAndCapture(0);
        } else if (event->kind == Kind::kSyscall) {
          thread->FinishSyscall(0);
        } else if (event->kind == Kind::kFault || i % 2 == 0) {
          Start(thread, Entry().call_forever);
        } else {
          const HostCall call = {SYS_getpid, {}};
          ASSERT_TRUE(thread->Inject({&call, 1}).ok());
        }
      }
    }
    if (victim->owner == nullptr) victim->KillProcess();
    while (NextEvent().ok()) {
    }
  }
  ExpectPlatformWorks();
}

// rt_sigreturn at the shim's own place loads any mask: the kick no longer arrives.
TEST_P(NotifyHostileTest, KickIsBlocked) {
  Thread* guest = MakeGuest();
  abi::UContext context = {};
  context.uc_sigmask = ~uint64_t{0};
  context.uc_mcontext.rip = kCodeAt + Entry().spin;
  context.uc_mcontext.cs = 0x33;
  context.uc_mcontext.ss = 0x2b;
  context.uc_mcontext.rdi = kDataAt;
  ASSERT_TRUE(guest->WriteMemory(kDataAt + 4096, std::as_bytes(std::span(&context, 1))).ok());
  Registers registers = RegistersFor(0, {.rax = SYS_rt_sigreturn});
  registers.rip = SyscallInstructions()[1];
  registers.rsp = kDataAt + 4096;
  guest->registers() = registers;
  guest->Resume();
  EXPECT_TRUE(NextEvent().Is(ECANCELED));
  guest->Capture();
  EXPECT_TRUE(AwaitEvent(guest, Kind::kGone));
  ExpectPlatformWorks();
}

// Jumps into the code that answers rewritten sites, which believes its registers.
TEST_P(NotifyHostileTest, AnswersWithForgedRegisters) {
  abi::stub::ShimHeader code;
  std::memcpy(&code, reinterpret_cast<const void*>(Code().start), sizeof(code));
  ASSERT_LT(code.answers_begin, code.answers_end);
  const uint64_t slot = Code().start - SHIM_HEADER_SIZE;
  const uint64_t not_canonical = uint64_t{1} << 63;
  for (uint32_t at = code.answers_begin; at < code.answers_end; at += 37) {
    for (const uint64_t pointer : {uint64_t{0}, uint64_t{kDataAt}, slot, not_canonical}) {
      for (const uint64_t back :
           {uint64_t{0}, Code().start + at, Code().start + code.answers_begin + 2, not_canonical}) {
        // Endless loops in there take their time: one of a kind is enough.
        if (back == Code().start + code.answers_begin + 2 && pointer != slot) continue;
        Thread* guest = MakeGuest();
        Registers registers = RegistersFor(0, {.rax = SYS_getpid});
        registers.rip = Code().start + at;
        registers.rcx = pointer;
        registers.r11 = back;
        guest->registers() = registers;
        guest->Resume();
        Serve(guest, 20);
      }
    }
  }
  ExpectPlatformWorks();
}

// A kernel that forgot to refuse it: the guest alone suffers.
TEST_P(NotifyHostileTest, ShimIsUnmapped) {
  for (const bool slots_too : {false, true}) {
    const Range code = Code();
    const uint64_t start = slots_too ? platform().GuestAddressLimit() : code.start;
    Thread* guest = MakeGuest();
    Start(guest, Entry().syscall, {.rax = SYS_munmap, .rdi = start, .rsi = code.end - start});
    ASSERT_TRUE(AwaitEvent(guest, Kind::kSyscall));
    guest->ContinueSyscall();
    EXPECT_TRUE(AwaitEvent(guest, Kind::kGone));  // The ud2 behind the call has no handler.
  }
  ExpectPlatformWorks();
}

}  // namespace
}  // namespace platform::testing
