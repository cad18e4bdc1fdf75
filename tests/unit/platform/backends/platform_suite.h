// Fixture for tests that every backend must pass.  A test plays the kernel: it makes guests from
// the code of guest_code.h, starts them at one of its entries, and answers their events.
//
//   TEST_P(PlatformTest, AnswersACall) {
//     Thread* guest = NewGuest();
//     Start(guest, Entry().syscall, {.rax = SYS_getpid});
//     ASSERT_EQ(Next(Kind::kSyscall).call.number, SYS_getpid);
//     guest->FinishSyscall(77);
//     EXPECT_EQ(NextTrap(guest).rax, 77u);
//   }
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>

#include "backends.h"
#include "guest_code.h"
#include "platform/platform.h"

namespace platform::testing {

using Kind = Event::Kind;

inline constexpr uint64_t kCodeAt = 0x400000;
inline constexpr uint64_t kDataAt =
    0x500000;  // Zeroed, writable, kDataSize bytes; the stack grows down from its end.
inline constexpr uint64_t kDataSize = 0x20000;
inline constexpr uint64_t kNowhere = 0x700000;  // Not mapped.

// Registers that a guest starts with; the others are zero.
struct StartRegisters {
  uint64_t rax = 0, rdi = 0, rsi = 0, rdx = 0, r10 = 0, r8 = 0, r9 = 0, rbx = 0, rcx = 0, r11 = 0;
};

class PlatformTest : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Platform& platform() { return *platform_; }

  // A process with code and data mapped, captured.
  Thread* NewGuest();
  // What a captured thread is to run from now on.
  static Registers RegistersFor(uint64_t entry, const StartRegisters& start);
  static void Start(Thread* thread, uint64_t entry, const StartRegisters& start = {});
  // The next event must be of this kind (and of this thread).
  Event Next(Kind kind);
  Event NextOf(Thread* thread, Kind kind);
  // The next event must be the ud2 that entries end with.
  Registers& NextTrap(Thread* thread);
  // Has the backend do what was asked for, without waiting for an event.
  void LetGuestsRun();
  // Host process `pid`, killed before, is gone for good within seconds.
  bool IsReaped(int pid);
  // Runs one injected call.
  int64_t Inject(Thread* thread, const HostCall& call);
  // Has a captured thread clone; the child's registers are in `request`.
  Thread* Clone(Thread* parent, const CloneRequest& request);

  uint32_t ReadWord(Thread* thread, uint64_t address);
  void WriteWord(Thread* thread, uint64_t address, uint32_t value);
  // Registers of a futex_waitv(2) that waits while the word at `address` is `value`: no backend
  // lets the host do that without asking.  The list of words is written to `list`.
  StartRegisters WaitForWord(Thread* thread, uint64_t address, uint32_t value, uint64_t list);

  std::unique_ptr<Platform> platform_;
};

std::string BackendName(const ::testing::TestParamInfo<Backend>& info);

bool HostProcessExists(int pid);

}  // namespace platform::testing
