// The functions of abi/linux; the numbers are checked when abi_check is compiled.
#include <gtest/gtest.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "abi/linux/signal.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "abi/linux/wait.h"

namespace abi {
namespace {

TEST(Dev, EncodesAsTheHost) {
  for (uint32_t major_no : {0U, 1U, 136U, 0xfffU, 0x1000U, 0xfffffU}) {
    for (uint32_t minor_no : {0U, 5U, 255U, 256U, 0xfffffU, 0xffffffU}) {
      uint64_t dev = MakeDev(major_no, minor_no);
      EXPECT_EQ(dev, makedev(major_no, minor_no));
      EXPECT_EQ(DevMajor(dev), major_no);
      EXPECT_EQ(DevMinor(dev), minor_no);
    }
  }
}

TEST(WaitStatus, ReadsBackWithTheHostsMacros) {
  EXPECT_TRUE(WIFEXITED(WaitStatusExited(300)));
  EXPECT_EQ(WEXITSTATUS(WaitStatusExited(300)), 300 & 0xff);
  EXPECT_TRUE(WIFSIGNALED(WaitStatusSignaled(SIGSEGV, true)));
  EXPECT_EQ(WTERMSIG(WaitStatusSignaled(SIGSEGV, true)), SIGSEGV);
  EXPECT_TRUE(WCOREDUMP(WaitStatusSignaled(SIGSEGV, true)));
  EXPECT_TRUE(WIFSTOPPED(WaitStatusStopped(SIGSTOP)));
  EXPECT_EQ(WSTOPSIG(WaitStatusStopped(SIGTRAP, 3)), SIGTRAP);
  EXPECT_TRUE(WIFCONTINUED(kWaitContinued));
}

TEST(Signal, MaskBitsStartAtOne) {
  EXPECT_EQ(SigMask(kSigHup), 1U);
  EXPECT_EQ(SigMask(kSigRtMax), 1ULL << 63);
}

TEST(Time, Validity) {
  EXPECT_TRUE(IsValid(Timespec{0, 999'999'999}));
  EXPECT_FALSE(IsValid(Timespec{0, 1'000'000'000}));
  EXPECT_FALSE(IsValid(Timespec{-1, 0}));
}

}  // namespace
}  // namespace abi
