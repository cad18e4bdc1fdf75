// Processes and threads: made and waited for.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "mb.h"

extern char** environ;

namespace bench {
namespace {

void Reap(pid_t pid) {
  int status = 0;
  Require(::waitpid(pid, &status, 0) == pid && status == 0, "wait for a child");
}

int64_t ForkExitWait(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    Require(pid > 0, "fork");
    Reap(pid);
  }
  return Now() - start;
}

int64_t VforkExecWait(uint64_t count) {
  char exit_flag[] = "--exit";
  char* const arguments[] = {const_cast<char*>(own_path), exit_flag, nullptr};
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    const pid_t pid = ::vfork();
    if (pid == 0) {
      ::execve(own_path, arguments, environ);
      ::_exit(127);
    }
    Require(pid > 0, "vfork");
    Reap(pid);
  }
  return Now() - start;
}

void* Nothing(void*) {
  return nullptr;
}

int64_t PthreadCreateJoin(uint64_t count) {
  const int64_t start = Now();
  for (uint64_t i = 0; i < count; ++i) {
    pthread_t thread;
    Require(::pthread_create(&thread, nullptr, Nothing, nullptr) == 0, "pthread_create");
    ::pthread_join(thread, nullptr);
  }
  return Now() - start;
}

constexpr Row kRows[] = {
    {"fork+exit+wait", ForkExitWait},
    {"vfork+exec+wait", VforkExecWait},
    {"pthread", PthreadCreateJoin},
};

void* BlockInRead(void* argument) {
  char byte;
  while (::read(*static_cast<int*>(argument), &byte, 1) < 0) {
  }
  return nullptr;
}

}  // namespace

std::span<const Row> ProcessRows() {
  return kRows;
}

int Crowd(unsigned count) {
  int ends[2];
  Require(::pipe(ends) == 0, "pipe");
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, 16384);
  for (unsigned i = 0; i < count; ++i) {
    pthread_t thread;
    Require(::pthread_create(&thread, &attributes, BlockInRead, &ends[0]) == 0, "pthread_create");
  }
  std::puts("ready");
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0) {
  }
  ::_exit(0);
}

}  // namespace bench
