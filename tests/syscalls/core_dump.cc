// Core dumps (core(5)): when there is one, and what stands in it.
#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/procfs.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"

namespace test {
namespace {

// Where files named "core" go, unless a pipe takes them.
bool CoreIsAFile() {
  std::ifstream file("/proc/sys/kernel/core_pattern");
  std::string pattern;
  std::getline(file, pattern);
  return pattern == "core";
}

void LimitCore(rlim_t size) {
  const rlimit limit = {size, size};
  CHILD_CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
}

volatile uint64_t g_mark = 0;

[[noreturn]] void Crash() {
  g_mark = 0x1122334455667788;
  abort();
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CoreDump : public testing::Test {
 protected:
  void SetUp() override {
    rlimit limit = {};
    getrlimit(RLIMIT_CORE, &limit);
    if (limit.rlim_max == 0) GTEST_SKIP() << "the hard limit forbids cores";
    if (!CoreIsAFile()) GTEST_SKIP() << "core_pattern is not plain";
  }
  // In a directory of its own.
  template <typename Body>
  int Run(const Body& body) {
    return ForkAndWait([&] {
      CHILD_CHECK(chdir(directory_.path().c_str()) == 0);
      body();
    });
  }
  // The file, whether its name has the pid or not.
  std::string Core() const {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      if (entry.path().filename().string().rfind("core", 0) == 0) return entry.path();
    }
    return "";
  }

  TempDir directory_ = TempDir::Create();
};

TEST_F(CoreDump, IsWrittenAndTold) {
  const int status = Run([] {
    LimitCore(RLIM_INFINITY);
    Crash();
  });
  EXPECT_THAT(status, KilledBy(SIGABRT));
  EXPECT_TRUE(WCOREDUMP(status));
  ASSERT_NE(Core(), "");
  struct stat info = {};
  ASSERT_THAT(stat(Core().c_str(), &info), SyscallSucceeds());
  EXPECT_EQ(info.st_mode, static_cast<mode_t>(S_IFREG | 0600));
}

TEST_F(CoreDump, NoneWithoutLimit) {
  const int status = Run([] {
    LimitCore(0);
    Crash();
  });
  EXPECT_THAT(status, KilledBy(SIGABRT));
  EXPECT_FALSE(WCOREDUMP(status));
  EXPECT_EQ(Core(), "");
}

TEST_F(CoreDump, NoneOfOneThatIsNotDumpable) {
  const int status = Run([] {
    LimitCore(RLIM_INFINITY);
    CHILD_CHECK(prctl(PR_SET_DUMPABLE, 0) == 0);
    Crash();
  });
  EXPECT_FALSE(WCOREDUMP(status));
  EXPECT_EQ(Core(), "");
}

TEST_F(CoreDump, NotForSignalsThatOnlyEnd) {
  const int status = Run([] {
    LimitCore(RLIM_INFINITY);
    raise(SIGTERM);
  });
  EXPECT_THAT(status, KilledBy(SIGTERM));
  EXPECT_FALSE(WCOREDUMP(status));
}

TEST_F(CoreDump, WaitidSaysDumped) {
  const pid_t child = Fork([this] {
    CHILD_CHECK(chdir(directory_.path().c_str()) == 0);
    LimitCore(RLIM_INFINITY);
    Crash();
  });
  siginfo_t info = {};
  ASSERT_THAT(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED), SyscallSucceeds());
  EXPECT_EQ(info.si_code, CLD_DUMPED);
  EXPECT_EQ(info.si_status, SIGABRT);
}

TEST_F(CoreDump, HasNotesAndMemory) {
  Run([] {
    LimitCore(RLIM_INFINITY);
    Crash();
  });
  const std::string core = Contents(Core());
  ASSERT_GT(core.size(), sizeof(Elf64_Ehdr));
  Elf64_Ehdr header;
  memcpy(&header, core.data(), sizeof(header));
  ASSERT_EQ(memcmp(header.e_ident, ELFMAG, SELFMAG), 0);
  EXPECT_EQ(header.e_type, ET_CORE);
  std::set<uint32_t> notes;
  bool mark = false;
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    memcpy(&segment, core.data() + header.e_phoff + i * sizeof(segment), sizeof(segment));
    if (segment.p_type == PT_LOAD) {
      const auto address = reinterpret_cast<uint64_t>(&g_mark);
      if (address - segment.p_vaddr >= segment.p_filesz) continue;
      uint64_t value = 0;
      memcpy(&value, core.data() + segment.p_offset + (address - segment.p_vaddr), sizeof(value));
      mark = value == 0x1122334455667788;
    }
    if (segment.p_type != PT_NOTE) continue;
    for (uint64_t at = 0; at + sizeof(Elf64_Nhdr) <= segment.p_filesz;) {
      Elf64_Nhdr note;
      memcpy(&note, core.data() + segment.p_offset + at, sizeof(note));
      notes.insert(note.n_type);
      const char* body =
          core.data() + segment.p_offset + at + sizeof(note) + ((note.n_namesz + 3) & ~3u);
      if (note.n_type == NT_PRSTATUS) {
        prstatus_t status;
        memcpy(&status, body, sizeof(status));
        EXPECT_EQ(status.pr_cursig, SIGABRT);
      }
      at += sizeof(note) + ((note.n_namesz + 3) & ~3u) + ((note.n_descsz + 3) & ~3u);
    }
  }
  EXPECT_TRUE(mark);
  for (uint32_t wanted :
       {NT_PRSTATUS, NT_PRPSINFO, NT_SIGINFO, NT_AUXV, NT_FILE, NT_FPREGSET, NT_X86_XSTATE}) {
    EXPECT_EQ(notes.count(wanted), 1u) << std::hex << wanted;
  }
}

}  // namespace
}  // namespace test
