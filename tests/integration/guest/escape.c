// A hostile guest.  Each mode tries one way out and says what came of it; nothing here may touch
// the host.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOP 0x7ffffffff000UL
#define PAGE 4096UL

static long call_at(void* code, long nr, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("call *%[code]"
                   : "=a"(result)
                   : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9), [code] "b"(code)
                   : "rcx", "r11", "memory");
  return result;
}

// `syscall; ret` at an odd address of a page of our own.
static void* odd_syscall(void) {
  unsigned char* page =
      mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memcpy(page + 1001, "\x0f\x05\xc3", 3);
  mprotect(page, PAGE, PROT_READ | PROT_EXEC);
  return page + 1001;
}

static void end_soon(void) {
  struct itimerval soon = {{0, 0}, {0, 100000}};
  setitimer(ITIMER_REAL, &soon, NULL);
}

// Runs `body` in a child that is killed when it blocks; its wait status.
static int in_child(void (*body)(void*), void* arg) {
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    end_soon();
    body(arg);
    _exit(0);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  kill(-pid, SIGKILL);
  return status;
}

struct attempt {
  void* code;
  long number;
  long value;
};

static void one_call(void* arg) {
  struct attempt* at = arg;
  long v = at->value;
  call_at(at->code, at->number, v, v, v, v, v, v);
}

static int ends_us(long number) {
  return number == SYS_exit || number == SYS_exit_group || number == SYS_kill ||
         number == SYS_rt_sigreturn;
}

static void numbers(void) {
  void* code = odd_syscall();
  char* text = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  strcpy(text, "/etc/passwd");
  long values[] = {0, -1, (long)text};
  int tried = 0;
  for (long number = 0; number < 480; ++number) {
    for (int i = 0; i < 3; ++i) {
      struct attempt at = {code, number, values[i]};
      if (ends_us(number)) continue;
      in_child(one_call, &at);
      ++tried;
    }
  }
  printf("tried %d, getpid %s\n", tried,
         call_at(code, SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid() ? "ours" : "FOREIGN");
}

static sigjmp_buf back;
static void jump_back(int number) {
  siglongjmp(back, number);
}

static void int80_getpid(void* result) {
  long value = 20;  // getpid of i386
  __asm__ volatile("int $0x80" : "+a"(value)::"memory");
  _exit(value == -ENOSYS ? 0 : 1);
  (void)result;
}

static void other_abis(void) {
  int status = in_child(int80_getpid, NULL);
  printf("int80 %s\n", WIFSIGNALED(status) || WEXITSTATUS(status) == 0 ? "refused" : "ANSWERED");
  void* code = odd_syscall();
  printf("x32 %s\n", call_at(code, 0x40000000L | SYS_getpid, 0, 0, 0, 0, 0, 0) == -ENOSYS
                         ? "refused"
                         : "ANSWERED");
  signal(SIGSEGV, jump_back);
  signal(SIGSYS, jump_back);
  if (sigsetjmp(back, 1) == 0) {
    long now = call_at((void*)0xffffffffff600400UL, 0, 0, 0, 0, 0, 0, 0);
    long off = now - time(NULL);
    printf("vsyscall %s\n", off > -5 && off < 5 ? "fine" : "WRONG");
  } else {
    printf("vsyscall fine\n");
  }
}

static int readable(const unsigned char* at) {
  volatile unsigned char byte;
  if (sigsetjmp(back, 1) != 0) return 0;
  byte = *at;
  (void)byte;
  return 1;
}

static void jump_into(void* arg) {
  struct attempt* at = arg;
  static char path[] = "/etc/passwd";
  call_at(at->code, at->number, (long)path, at->value, at->value, 0, 0, 0);
}

// Every place near the top of the address space that holds the bytes of `syscall`, called with
// numbers that matter.
static void shim(void) {
  const long wanted[] = {SYS_open,   SYS_execve,       SYS_fork,     SYS_clone,
                         SYS_mmap,   SYS_rt_sigreturn, SYS_mprotect, SYS_ptrace,
                         SYS_kill,   SYS_socket,       SYS_seccomp,  SYS_prctl,
                         SYS_munmap, SYS_arch_prctl,   SYS_futex,    SYS_exit_group};
  signal(SIGSEGV, jump_back);
  signal(SIGBUS, jump_back);
  int found = 0;
  for (unsigned long page = TOP - 64 * PAGE; page < TOP; page += PAGE) {
    if (!readable((unsigned char*)page)) continue;
    unsigned char bytes[PAGE];
    memcpy(bytes, (void*)page, PAGE);
    for (unsigned i = 0; i + 1 < PAGE; ++i) {
      if (bytes[i] != 0x0f || bytes[i + 1] != 0x05) continue;
      ++found;
      for (unsigned n = 0; n < sizeof(wanted) / sizeof(wanted[0]); ++n) {
        struct attempt at = {(void*)(page + i), wanted[n], (long)(page & ~0xfffffL)};
        in_child(jump_into, &at);
      }
    }
  }
  fprintf(stderr, "%d syscall instructions\n", found);
  printf("alive\n");
}

static void unmap_all(void* arg) {
  (void)arg;
  for (unsigned long page = TOP - 4096 * PAGE; page < TOP; page += PAGE) {
    munmap((void*)page, PAGE);
    mprotect((void*)page, PAGE, PROT_READ | PROT_WRITE);
    mmap((void*)page, PAGE, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
}

static void scribble(void* arg) {
  (void)arg;
  signal(SIGSEGV, jump_back);
  signal(SIGBUS, jump_back);
  for (unsigned long page = TOP - 4096 * PAGE; page < TOP; page += PAGE) {
    if (sigsetjmp(back, 1) != 0) continue;
    memset((void*)page, 0xff, PAGE);
  }
  getppid();
}

static void own_pages(void) {
  in_child(unmap_all, NULL);
  in_child(scribble, NULL);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  printf("alive\n");
}

static void descriptors(void) {
  int seen = 0, mapped = 0;
  for (int fd = 3; fd < 1100000; fd = fd < 3000 ? fd + 1 : fd + 1 + fd / 64) {
    struct stat info;
    if (fstat(fd, &info) == 0) ++seen;
    if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED) ++mapped;
  }
  for (int fd = 1 << 20; fd > (1 << 20) - 64; --fd) {
    if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED) ++mapped;
  }
  printf("seen %d mapped %d\n", seen, mapped);
}

static void other_processes(int pid) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/%d/status", pid);
  printf("kill %s\n", kill(pid, 0) != 0 && errno == ESRCH ? "nobody" : "FOUND");
  printf("proc %s\n", access(path, F_OK) != 0 ? "nobody" : "FOUND");
  printf("pidfd %s\n", syscall(SYS_pidfd_open, pid, 0) < 0 ? "nobody" : "FOUND");
  char word[8];
  struct {
    void* base;
    size_t length;
  } to = {word, 8}, from = {(void*)0x400000, 8};
  printf("memory %s\n",
         syscall(SYS_process_vm_readv, pid, &to, 1L, &from, 1L, 0L) < 0 ? "nobody" : "FOUND");
}

static int reads(const char* path, const char* secret) {
  char text[256] = {0};
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof(text) - 1);
  close(fd);
  return n > 0 && strstr(text, secret) != NULL;
}

// argv: the word that must not be found, then paths.
static void paths(int count, char** names) {
  for (int i = 1; i < count; ++i) {
    if (reads(names[i], names[0])) printf("FOUND by %s\n", names[i]);
  }
  printf("tried %d\n", count - 1);
}

static volatile int stop;
static char shared_path[256];
static const char *good_path, *bad_path;

static void* rewrite(void* arg) {
  (void)arg;
  while (!stop) {
    strcpy(shared_path, good_path);
    strcpy(shared_path, bad_path);
  }
  return NULL;
}

static void* exchange(void* arg) {
  (void)arg;
  while (!stop)
    syscall(SYS_renameat2, AT_FDCWD, good_path, AT_FDCWD, bad_path, 2 /* RENAME_EXCHANGE */);
  return NULL;
}

// Opens while another thread changes what the path says, or what it leads to.
static void race(void* (*other)(void*), const char* path, const char* secret) {
  pthread_t thread;
  pthread_create(&thread, NULL, other, NULL);
  int found = 0;
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    for (int i = 0; i < 100; ++i) found += reads(path, secret);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < 2);
  stop = 1;
  pthread_join(thread, NULL);
  printf("found %d\n", found);
}

int main(int argc, char** argv) {
  const char* mode = argc > 1 ? argv[1] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (strcmp(mode, "numbers") == 0) numbers();
  if (strcmp(mode, "abis") == 0) other_abis();
  if (strcmp(mode, "shim") == 0) shim();
  if (strcmp(mode, "pages") == 0) own_pages();
  if (strcmp(mode, "descriptors") == 0) descriptors();
  if (strcmp(mode, "processes") == 0) other_processes(atoi(argv[2]));
  if (strcmp(mode, "paths") == 0) paths(argc - 2, argv + 2);
  if (strcmp(mode, "rewrite") == 0 || strcmp(mode, "exchange") == 0) {
    good_path = argv[2], bad_path = argv[3];
    if (mode[0] == 'r') race(rewrite, shared_path, argv[4]);
    if (mode[0] == 'e') race(exchange, argv[5], argv[4]);
  }
  return 0;
}
