// Every header of abi/linux in one file, beside the C library: no name stands twice, and none is a
// macro.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "abi/linux/aio.h"
#include "abi/linux/capability.h"
#include "abi/linux/dirent.h"
#include "abi/linux/elf.h"
#include "abi/linux/epoll.h"
#include "abi/linux/errno.h"
#include "abi/linux/eventfd.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/futex.h"
#include "abi/linux/inotify.h"
#include "abi/linux/ioctl.h"
#include "abi/linux/ipc.h"
#include "abi/linux/keyctl.h"
#include "abi/linux/mman.h"
#include "abi/linux/mount.h"
#include "abi/linux/mqueue.h"
#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "abi/linux/poll.h"
#include "abi/linux/prctl.h"
#include "abi/linux/ptrace.h"
#include "abi/linux/resource.h"
#include "abi/linux/rseq.h"
#include "abi/linux/sched.h"
#include "abi/linux/seccomp.h"
#include "abi/linux/signal.h"
#include "abi/linux/socket.h"
#include "abi/linux/stat.h"
#include "abi/linux/syscall_numbers.h"
#include "abi/linux/time.h"
#include "abi/linux/utsname.h"
#include "abi/linux/wait.h"

namespace abi {
namespace {

TEST(Headers, StandTogether) {
  EXPECT_EQ(kSysSeccomp, 317);
  EXPECT_EQ(kSysCodeSeccomp, 1);
}

}  // namespace
}  // namespace abi
