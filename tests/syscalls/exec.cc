// execve(2), execveat(2): arguments, scripts, what survives, what does not.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"
#include "tests/support/process.h"
#include "tests/support/temp_path.h"
#include "tests/support/thread.h"

extern char** environ;

namespace test {
namespace {

// Runs `program` with `args` in a child, standard output into the string that comes back.
struct Outcome {
  int status;
  std::string output;
};

Outcome Execute(const std::string& program, std::vector<std::string> args,
                const std::vector<std::string>& environment = {}) {
  Pipe out = Pipe::Create();
  pid_t child = Fork([&] {
    dup2(out.write_end.get(), 1);
    std::vector<char*> argv, envp;
    for (std::string& arg : args) argv.push_back(arg.data());
    for (const std::string& entry : environment) envp.push_back(const_cast<char*>(entry.data()));
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    execve(program.c_str(), argv.data(), envp.data());
    return errno == ENOEXEC ? 200 : errno;
  });
  out.write_end.reset();
  Outcome outcome;
  char block[4096];
  ssize_t n;
  while ((n = read(out.read_end.get(), block, sizeof block)) > 0) {
    outcome.output.append(block, static_cast<size_t>(n));
  }
  outcome.status = WaitFor(child);
  return outcome;
}

// The errno of an execve() that fails, 0 when it did not.
int ExecError(const std::string& program, char* const* argv = nullptr,
              char* const* envp = nullptr) {
  char name[] = "x";
  char* just_name[] = {name, nullptr};
  int status = ForkAndWait([&] {
    execve(program.c_str(), argv != nullptr ? argv : just_name, envp != nullptr ? envp : environ);
    return errno;
  });
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Script(const TempDir& dir, const char* name, const std::string& text,
                   mode_t mode = 0755) {
  std::string path = dir.Join(name);
  WriteFile(path, text);
  chmod(path.c_str(), mode);
  return path;
}

class Exec : public testing::Test {
 protected:
  TempDir dir_ = TempDir::Create();
};

TEST_F(Exec, Errors) {
  EXPECT_EQ(ExecError(dir_.Join("missing")), ENOENT);
  EXPECT_EQ(ExecError(""), ENOENT);
  EXPECT_EQ(ExecError(dir_.path()), EACCES);
  std::string plain = Script(dir_, "plain", "echo hi\n", 0644);
  EXPECT_EQ(ExecError(plain), EACCES);
  EXPECT_EQ(ExecError(plain + "/x"), ENOTDIR);
  EXPECT_EQ(ExecError(Script(dir_, "nothing", "")), ENOEXEC);
  EXPECT_EQ(ExecError(Script(dir_, "text", "echo hi\n")), ENOEXEC);
  EXPECT_EQ(ExecError(Script(dir_, "cut", std::string("\177ELF", 4))), ENOEXEC);
  EXPECT_EQ(ExecError(Script(dir_, "nulls", std::string(1000, '\0'))), ENOEXEC);
  symlink("loop", dir_.Join("loop").c_str());
  EXPECT_EQ(ExecError(dir_.Join("loop")), ELOOP);
  EXPECT_EQ(ExecError(std::string(5000, 'x')), ENAMETOOLONG);
  EXPECT_EQ(ExecError("/dev/null"), EACCES);
  EXPECT_THAT(execve(reinterpret_cast<char*>(8), environ, environ), SyscallFails(EFAULT));
  EXPECT_THAT(execve("/bin/true", reinterpret_cast<char**>(8), environ), SyscallFails(EFAULT));
  char* bad[] = {reinterpret_cast<char*>(8), nullptr};
  EXPECT_THAT(execve("/bin/true", bad, environ), SyscallFails(EFAULT));
}

TEST_F(Exec, ScriptErrors) {
  EXPECT_EQ(ExecError(Script(dir_, "s1", "#!/nonexistent/interpreter\n")), ENOENT);
  EXPECT_EQ(ExecError(Script(dir_, "s2", "#!" + dir_.path() + "\n")), EACCES);
  EXPECT_EQ(ExecError(Script(dir_, "s3", "#!   \n")), ENOEXEC);
  // Longer than the buffer without an end of the interpreter's name.
  EXPECT_EQ(ExecError(Script(dir_, "s5", "#!/" + std::string(400, 'a'))), ENOEXEC);
}

TEST_F(Exec, ScriptArguments) {
  std::string script = Script(dir_, "script", "#! /bin/echo  one two  \n");
  Outcome outcome = Execute(script, {"ignored", "three"});
  EXPECT_EQ(outcome.output, "one two " + script + " three\n");
  script = Script(dir_, "bare", "#!/bin/echo");
  EXPECT_EQ(Execute(script, {"ignored"}).output, script + "\n");
}

TEST_F(Exec, NestedScripts) {
  std::string path = Script(dir_, "n0", "#!/bin/echo zero\n");
  for (int i = 1; i <= 4; ++i) {
    path = Script(dir_, ("n" + std::to_string(i)).c_str(), "#!" + path + " a\n");
  }
  Outcome outcome = Execute(path, {"x"});
  EXPECT_THAT(outcome.status, Exited(0));
  EXPECT_THAT(outcome.output, testing::StartsWith("zero " + dir_.Join("n0") + " a "));
  path = Script(dir_, "n5", "#!" + path + "\n");
  path = Script(dir_, "n6", "#!" + path + "\n");
  EXPECT_EQ(ExecError(path), ELOOP);
}

TEST_F(Exec, ArgumentsAndEnvironment) {
  Outcome outcome = Execute("/bin/echo", {"echo", "", "a b", "c"});
  EXPECT_EQ(outcome.output, " a b c\n");
  outcome = Execute("/usr/bin/env", {"env"}, {"X=1", "Y=two words", "odd"});
  EXPECT_EQ(outcome.output, "X=1\nY=two words\nodd\n");
}

TEST_F(Exec, NoArgumentsGiveAnEmptyOne) {
  // Since Linux 5.18 argc is 1 then.
  Outcome outcome = Execute(Script(dir_, "s", "#!/bin/sh\necho $#\n"), {});
  EXPECT_EQ(outcome.output, "0\n");
}

TEST_F(Exec, TooBig) {
  std::string large(128 * 1024, 'x');  // MAX_ARG_STRLEN with its end.
  char name[] = "echo";
  char* one[] = {name, large.data(), nullptr};
  EXPECT_EQ(ExecError("/bin/true", one), E2BIG);
  large.resize(128 * 1024 - 1);
  EXPECT_EQ(ExecError("/bin/true", one), 0);
  std::vector<char*> many(2000, large.data());
  many.push_back(nullptr);
  EXPECT_EQ(ExecError("/bin/true", many.data()), E2BIG);
  std::vector<char*> argv(100'000, name);
  argv.push_back(nullptr);
  EXPECT_EQ(ExecError("/bin/true", argv.data()), 0);
}

TEST_F(Exec, StackLimitBoundsTheArguments) {
  std::string argument(100'000, 'x');
  std::vector<char*> argv(10, argument.data());
  argv.push_back(nullptr);
  int status = ForkAndWait([&] {
    rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_STACK, &limit);
    execve("/bin/true", argv.data(), environ);
    return errno;
  });
  EXPECT_THAT(status, Exited(E2BIG));
}

TEST_F(Exec, OpenForWritingIsBusy) {
  std::string copy = dir_.Join("true");
  {
    std::ifstream from("/bin/true", std::ios::binary);
    std::ofstream to(copy, std::ios::binary);
    to << from.rdbuf();
  }
  chmod(copy.c_str(), 0755);
  Fd writer(open(copy.c_str(), O_WRONLY));
  EXPECT_EQ(ExecError(copy), ETXTBSY);
  writer.reset();
  EXPECT_EQ(ExecError(copy), 0);
}

TEST_F(Exec, RunningProgramCannotBeWritten) {
  std::string copy = dir_.Join("sleep");
  {
    std::ifstream from("/bin/sleep", std::ios::binary);
    std::ofstream to(copy, std::ios::binary);
    to << from.rdbuf();
  }
  chmod(copy.c_str(), 0755);
  Pipe started = Pipe::Create(O_CLOEXEC);
  pid_t child = Fork([&] {
    execl(copy.c_str(), "sleep", "100", nullptr);
    return 1;
  });
  started.write_end.reset();
  char byte;
  ASSERT_THAT(read(started.read_end.get(), &byte, 1), SyscallReturns(0));
  EXPECT_THAT(open(copy.c_str(), O_WRONLY), SyscallFails(ETXTBSY));
  EXPECT_THAT(truncate(copy.c_str(), 0), SyscallFails(ETXTBSY));
  EXPECT_THAT(open(copy.c_str(), O_RDONLY | O_TRUNC), SyscallFails(ETXTBSY));
  kill(child, SIGKILL);
  WaitFor(child);
  Fd writer(open(copy.c_str(), O_WRONLY));
  EXPECT_THAT(writer.get(), SyscallSucceeds());
}

TEST_F(Exec, CloseOnExec) {
  int status = ForkAndWait([] {
    dup2(0, 500);
    dup3(0, 501, O_CLOEXEC);
    execl("/bin/sh", "sh", "-c", "[ -e /proc/self/fd/500 ] && [ ! -e /proc/self/fd/501 ]", nullptr);
    return 1;
  });
  EXPECT_THAT(status, Exited(0));
}

TEST_F(Exec, FailedExecKeepsEverything) {
  EXPECT_THAT(ForkAndWait([] {
                CHILD_CHECK(dup3(0, 501, O_CLOEXEC) == 501);
                signal(SIGUSR1, [](int) { _exit(3); });
                CHILD_CHECK(execl("/nonexistent", "x", nullptr) == -1);
                CHILD_CHECK(fcntl(501, F_GETFD) == FD_CLOEXEC);
                raise(SIGUSR1);
              }),
              Exited(3));
}

TEST_F(Exec, IgnoredStaysIgnoredCaughtGoesToDefault) {
  Pipe out = Pipe::Create();
  pid_t child = Fork([&] {
    dup2(out.write_end.get(), 1);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, [](int) {});
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_SETMASK, &set, nullptr);
    raise(SIGHUP);
    execl("/bin/cat", "cat", "/proc/self/status", nullptr);
    return 1;
  });
  out.write_end.reset();
  std::string text;
  char block[4096];
  ssize_t n;
  while ((n = read(out.read_end.get(), block, sizeof block)) > 0) {
    text.append(block, static_cast<size_t>(n));
  }
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_THAT(text, testing::HasSubstr("SigPnd:\t0000000000000001"));
  EXPECT_THAT(text, testing::HasSubstr("SigBlk:\t0000000000000001"));
  EXPECT_THAT(text, testing::ContainsRegex("SigIgn:\t[0-9a-f]*[2367abef]..\n"));
  EXPECT_THAT(text, testing::HasSubstr("SigCgt:\t0000000000000000"));
}

TEST_F(Exec, FromASecondThread) {
  Pipe out = Pipe::Create();
  pid_t child = Fork([&] {
    dup2(out.write_end.get(), 1);
    std::thread([&] {
      std::thread([] { pause(); }).detach();
      execl("/bin/sh", "sh", "-c", "echo $$; ls /proc/self/task | wc -l", nullptr);
      _exit(1);
    }).detach();
    pause();
    return 1;
  });
  out.write_end.reset();
  std::string text;
  char block[4096];
  ssize_t n;
  while ((n = read(out.read_end.get(), block, sizeof block)) > 0) {
    text.append(block, static_cast<size_t>(n));
  }
  EXPECT_THAT(WaitFor(child), Exited(0));
  EXPECT_EQ(text, std::to_string(child) + "\n1\n");
}

TEST_F(Exec, NameOfTheProcess) {
  std::string script = Script(dir_, "a_rather_long_name_for_it", "#!/bin/sh\ncat /proc/$$/comm\n");
  EXPECT_EQ(Execute(script, {"x"}).output, "a_rather_long_n\n");
}

TEST_F(Exec, ProcFilesOfTheNewImage) {
  Outcome outcome = Execute("/bin/cat", {"other name", "/proc/self/cmdline"});
  EXPECT_EQ(outcome.output, std::string("other name\0/proc/self/cmdline\0", 30));
  outcome = Execute("/bin/cat", {"cat", "/proc/self/environ"}, {"A=1", "B=2"});
  EXPECT_EQ(outcome.output, std::string("A=1\0B=2\0", 8));
  outcome = Execute("/bin/readlink", {"readlink", "/proc/self/exe"});
  EXPECT_THAT(outcome.output, testing::EndsWith("/bin/readlink\n"));
}

TEST_F(Exec, AtADescriptor) {
  Fd echo(open("/bin/echo", O_PATH | O_CLOEXEC));
  char name[] = "echo", hello[] = "hello";
  char* argv[] = {name, hello, nullptr};
  EXPECT_THAT(ForkAndWait([&] {
                syscall(SYS_execveat, echo.get(), "", argv, environ, AT_EMPTY_PATH);
                return errno;
              }),
              Exited(0));
  Fd bin(open("/bin", O_PATH));
  EXPECT_THAT(ForkAndWait([&] {
                syscall(SYS_execveat, bin.get(), "echo", argv, environ, 0);
                return errno;
              }),
              Exited(0));
  EXPECT_THAT(syscall(SYS_execveat, echo.get(), "", argv, environ, 0), SyscallFails(ENOENT));
  EXPECT_THAT(syscall(SYS_execveat, 999, "echo", argv, environ, 0), SyscallFails(EBADF));
  EXPECT_THAT(syscall(SYS_execveat, echo.get(), "x", argv, environ, 0), SyscallFails(ENOTDIR));
  EXPECT_THAT(syscall(SYS_execveat, bin.get(), "echo", argv, environ, 0x8000),
              SyscallFails(EINVAL));
  symlink("/bin/echo", dir_.Join("link").c_str());
  EXPECT_THAT(syscall(SYS_execveat, AT_FDCWD, dir_.Join("link").c_str(), argv, environ,
                      AT_SYMLINK_NOFOLLOW),
              SyscallFails(ELOOP));
}

TEST_F(Exec, ScriptByDescriptor) {
  std::string script = Script(dir_, "script", "#!/bin/echo\n");
  char name[] = "x";
  char* argv[] = {name, nullptr};
  Pipe out = Pipe::Create();
  Fd file(open(script.c_str(), O_RDONLY));
  pid_t child = Fork([&] {
    dup2(out.write_end.get(), 1);
    dup2(file.get(), 77);
    syscall(SYS_execveat, 77, "", argv, environ, AT_EMPTY_PATH);
    return errno;
  });
  EXPECT_THAT(WaitFor(child), Exited(0));
  char block[100] = {};
  read(out.read_end.get(), block, sizeof block - 1);
  EXPECT_STREQ(block, "/dev/fd/77\n");
  // It would be closed before the interpreter could open it.
  Fd closing(open(script.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(syscall(SYS_execveat, closing.get(), "", argv, environ, AT_EMPTY_PATH),
              SyscallFails(ENOENT));
}

TEST_F(Exec, SetUidProgram) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  std::string copy = dir_.Join("id");
  {
    std::ifstream from("/usr/bin/id", std::ios::binary);
    std::ofstream to(copy, std::ios::binary);
    to << from.rdbuf();
  }
  chmod(dir_.c_str(), 0755);
  chown(copy.c_str(), 4321, 8765);
  ASSERT_THAT(chmod(copy.c_str(), 06755), SyscallSucceeds());
  Pipe out = Pipe::Create();
  pid_t child = Fork([&] {
    dup2(out.write_end.get(), 1);
    setgid(1111);
    setuid(1111);
    execl(copy.c_str(), "id", nullptr);
    return 1;
  });
  EXPECT_THAT(WaitFor(child), Exited(0));
  char block[1000] = {};
  read(out.read_end.get(), block, sizeof block - 1);
  EXPECT_THAT(block, testing::HasSubstr("uid=1111 gid=1111 euid=4321 egid=8765"));
  EXPECT_THAT(ForkAndWait([&] {
                dup2(open("/dev/null", O_WRONLY), 1);
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                setuid(1111);
                execl("/bin/sh", "sh", "-c", ("[ $(" + copy + " -u) = 1111 ]").c_str(), nullptr);
              }),
              Exited(0));
}

TEST_F(Exec, LosesCapabilitiesOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_THAT(ForkAndWait([&] {
                setresuid(1111, 1111, 0);
                execl("/bin/grep", "grep", "-q", "CapEff:.0000000000000000", "/proc/self/status",
                      nullptr);
                return 1;
              }),
              Exited(0));
}

}  // namespace
}  // namespace test
