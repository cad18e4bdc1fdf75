// What only the ptrace backend has: the zygote.
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "platform/ptrace/ptrace.h"
#include "platform_suite.h"

namespace platform::testing {
namespace {

class ZygoteTest : public PlatformTest {
 protected:
  // All stubs are in its process group.
  int Zygote(Thread* guest) { return ::getpgid(guest->host_pid()); }
};
INSTANTIATE_TEST_SUITE_P(Ptrace, ZygoteTest,
                         ::testing::Values(Backend{.name = "ptrace", .create = CreatePtrace}),
                         BackendName);

TEST_P(ZygoteTest, ItsEndIsTheEndOfThePlatform) {
  Thread* guest = NewGuest();
  Start(guest, Entry().spin);
  ASSERT_GT(Zygote(guest), 1);
  ::kill(Zygote(guest), SIGKILL);
  EXPECT_TRUE(platform().Wait().Is(EPIPE));
  EXPECT_FALSE(platform().NewProcess().ok());
}

TEST_P(ZygoteTest, SignalsDoNotDisturbIt) {
  Thread* guest = NewGuest();
  for (const int signal : {SIGTERM, SIGSTOP, SIGTSTP, SIGSEGV, SIGTRAP, SIGUSR1}) {
    ::kill(Zygote(guest), signal);
    for (int i = 0; i < 3; ++i) NewGuest();
  }
}

// The Sentry blocks the signals that it passes on; the tracer is woken by one.
TEST(PtraceZygote, DoesNotInheritBlockedSignals) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Result<std::unique_ptr<Platform>> made = CreatePtrace(Options{});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(made.ok());
  Result<Thread*> guest = (*made)->NewProcess();
  ASSERT_TRUE(guest.ok());
  std::ifstream status("/proc/" + std::to_string((*guest)->host_pid()) + "/status");
  std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_NE(text.find("SigBlk:\t0000000000000000"), std::string::npos) << text;
}

TEST(PtraceProbe, SaysWhetherItWorks) {
  const PtraceSupport support = PtraceProbe();
  EXPECT_EQ(support.usable, support.problem.empty());
  EXPECT_TRUE(support.usable) << support.problem;
}

}  // namespace
}  // namespace platform::testing
