// many MODE N: N threads or processes at once, or one after the other; prints a sum that proves
// that all took part.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long sum;

static void check(int good, const char* what) {
  if (good) return;
  perror(what);
  exit(1);
}

static void* meet_and_add(void* number) {
  pthread_barrier_wait(&barrier);
  pthread_mutex_lock(&mutex);
  sum += (long)number;
  pthread_mutex_unlock(&mutex);
  return number;
}

// All alive at the same moment: the barrier proves it.
static void threads(int n) {
  pthread_t* all = calloc(n, sizeof(*all));
  pthread_attr_t attr;
  pthread_attr_init(&attr);
  pthread_attr_setstacksize(&attr, 65536);
  pthread_barrier_init(&barrier, NULL, n);
  for (long i = 0; i < n; ++i)
    check(pthread_create(&all[i], &attr, meet_and_add, (void*)i) == 0, "pthread_create");
  for (int i = 0; i < n; ++i) pthread_join(all[i], NULL);
}

static void* add(void* number) {
  __atomic_add_fetch(&sum, (long)number, __ATOMIC_RELAXED);
  return NULL;
}

static void churn(int n) {
  for (long i = 0; i < n; ++i) {
    pthread_t one;
    check(pthread_create(&one, NULL, add, (void*)i) == 0, "pthread_create");
    pthread_join(one, NULL);
  }
}

// All alive at the same moment: they wait for the end of a pipe that closes after the last fork.
static void processes(int n) {
  int gate[2];
  check(pipe(gate) == 0, "pipe");
  for (int i = 0; i < n; ++i) {
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid == 0) {
      char byte;
      close(gate[1]);
      _exit(read(gate[0], &byte, 1) == 0 ? i % 7 : 99);
    }
  }
  close(gate[1]);
  int status;
  while (wait(&status) > 0) sum += WEXITSTATUS(status);
}

// Each is the parent of the next.
static void chain(int n) {
  int depth = 0;
  while (depth < n) {
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (pid > 0) {
      int status;
      waitpid(pid, &status, 0);
      if (depth > 0) _exit((WEXITSTATUS(status) + 1) % 200);
      sum = WEXITSTATUS(status);
      return;
    }
    ++depth;
  }
  _exit(1);
}

// Grandchildren whose parent is gone come to us as the subreaper.
static void orphans(int n) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int i = 0; i < n; ++i) {
    if (fork() == 0) {
      if (fork() == 0) _exit(2);
      _exit(1);
    }
  }
  int status;
  while (wait(&status) > 0) sum += WEXITSTATUS(status);
}

// A token goes once around a ring of processes.
static void ring(int n) {
  int first[2], in, next[2];
  check(pipe(first) == 0, "pipe");
  in = first[0];
  for (int i = 0; i < n; ++i) {
    check(pipe(next) == 0, "pipe");
    if (fork() == 0) {
      long token;
      if (read(in, &token, sizeof(token)) != sizeof(token)) _exit(1);
      token += i;
      _exit(write(next[1], &token, sizeof(token)) != sizeof(token));
    }
    close(in);
    close(next[1]);
    in = next[0];
  }
  check(write(first[1], &sum, sizeof(sum)) == sizeof(sum), "write");
  check(read(in, &sum, sizeof(sum)) == sizeof(sum), "read");
  while (wait(NULL) > 0) {
  }
}

int main(int argc, char** argv) {
  static const struct {
    const char* name;
    void (*run)(int);
  } kModes[] = {{"threads", threads}, {"churn", churn},     {"processes", processes},
                {"chain", chain},     {"orphans", orphans}, {"ring", ring}};
  for (size_t i = 0; argc == 3 && i < sizeof(kModes) / sizeof(kModes[0]); ++i) {
    if (strcmp(argv[1], kModes[i].name) != 0) continue;
    kModes[i].run(atoi(argv[2]));
    printf("%s %ld\n", argv[1], sum);
    return 0;
  }
  return 2;
}
