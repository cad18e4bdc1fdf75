#include "sentry/strace/signatures.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "abi/linux/syscall_numbers.h"
#include "sentry/strace/arg_printer.h"

namespace sentry {
namespace {

TEST(Signatures, EveryNumberHasARow) {
  for (int nr = 0; nr <= abi::kMaxSyscall; ++nr) {
    bool gap = nr > abi::kSysUprobe && nr < abi::kSysPidfdSendSignal;
    EXPECT_EQ(FindSignature(nr) == nullptr, gap) << nr;
  }
  EXPECT_EQ(FindSignature(-1), nullptr);
  EXPECT_EQ(FindSignature(abi::kMaxSyscall + 1), nullptr);
}

TEST(Signatures, NamesAreTerminated) {
  for (const Signature& row : Signatures()) {
    EXPECT_LT(strnlen(row.name, sizeof(row.name)), sizeof(row.name)) << row.number;
    EXPECT_NE(row.name[0], '\0') << row.number;
  }
}

TEST(ArgPrinters, EveryKindHasOne) {
  for (int kind = 1; kind < static_cast<int>(ArgKind::kCount_); ++kind) {
    EXPECT_NE(FindArgPrinter(static_cast<ArgKind>(kind)), nullptr) << kind;
  }
}

// An optional argument decides by itself whether a comma is due, so nothing may follow it that
// counts on one, except another of its kind.
TEST(Signatures, OptionalArgumentsComeLast) {
  for (const Signature& row : Signatures()) {
    bool optional = false;
    for (size_t i = 0; i < row.arg_count(); ++i) {
      bool now = FindArgPrinter(row.args[i])->optional;
      EXPECT_TRUE(now || !optional) << row.name;
      optional = now;
    }
  }
}

TEST(Names, FitTheirSets) {
  for (const NameSet* set : {&kOpenFlagsNames, &kCloneFlagsNames, &kSockOptionsNames}) {
    for (const NamedValue& row : set->rows) {
      EXPECT_EQ(row.text[sizeof(row.text) - 1], '\0');
    }
  }
}

}  // namespace
}  // namespace sentry
