// /sys and /proc/1: what programs look up about the machine.
#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"

namespace test {
namespace {

std::string Line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

std::set<std::string> Names(const std::string& path) {
  std::set<std::string> names;
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) return names;
  while (const dirent* entry = readdir(dir)) names.insert(entry->d_name);
  closedir(dir);
  return names;
}

// How many numbers a list such as "0-3,8" has.
long Count(const std::string& list) {
  long count = 0;
  std::istringstream in(list);
  for (std::string part; std::getline(in, part, ',');) {
    const size_t dash = part.find('-');
    count += dash == part.npos ? 1 : std::stol(part.substr(dash + 1)) - std::stol(part) + 1;
  }
  return count;
}

TEST(Sysfs, IsWhatItSays) {
  struct statfs status;
  ASSERT_THAT(statfs("/sys", &status), SyscallSucceeds());
  EXPECT_EQ(status.f_type, 0x62656572);
  EXPECT_THAT(mkdir("/sys/new", 0755), SyscallFails(EPERM));
}

TEST(Sysfs, Processors) {
  const std::string cpu = "/sys/devices/system/cpu/";
  EXPECT_EQ(Count(Line(cpu + "online")), sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_EQ(Count(Line(cpu + "possible")), sysconf(_SC_NPROCESSORS_CONF));
  EXPECT_TRUE(Names("/sys/devices/system/cpu").contains("cpu0"));
  EXPECT_FALSE(Line(cpu + "cpu0/topology/core_id").empty());
  EXPECT_FALSE(Line(cpu + "cpu0/topology/thread_siblings_list").empty());
  EXPECT_THAT(open((cpu + "cpu4000").c_str(), O_RDONLY), SyscallFails(ENOENT));
  EXPECT_EQ(Line("/sys/devices/system/node/node0/cpulist"), Line(cpu + "online"));
}

TEST(Sysfs, NetworkDevices) {
  EXPECT_TRUE(Names("/sys/class/net").contains("lo"));
  EXPECT_EQ(Line("/sys/class/net/lo/address"), "00:00:00:00:00:00");
  EXPECT_EQ(Line("/sys/class/net/lo/mtu"), "65536");
  EXPECT_EQ(Line("/sys/class/net/lo/type"), "772");
  EXPECT_EQ(Line("/sys/class/net/lo/ifindex"), std::to_string(if_nametoindex("lo")));
  EXPECT_FALSE(Line("/sys/class/net/lo/statistics/rx_bytes").empty());
  EXPECT_TRUE(Names("/sys/class/net/lo/statistics").contains("tx_packets"));
  char target[128] = {};
  ASSERT_THAT(readlink("/sys/class/net/lo", target, sizeof(target) - 1), SyscallSucceeds());
  EXPECT_STREQ(target, "../../devices/virtual/net/lo");
  EXPECT_THAT(open("/sys/class/net/none", O_RDONLY), SyscallFails(ENOENT));
}

TEST(Sysfs, HugePages) {
  const std::string enabled = Line("/sys/kernel/mm/transparent_hugepage/enabled");
  EXPECT_NE(enabled.find('['), std::string::npos);
  EXPECT_EQ(Line("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"), "2097152");
}

TEST(ProcOne, IsThere) {
  EXPECT_TRUE(Names("/proc").contains("1"));
  EXPECT_FALSE(Line("/proc/1/comm").empty());
  EXPECT_EQ(Line("/proc/1/stat").substr(0, 3), "1 (");
  EXPECT_NE(Line("/proc/1/status").find("Name:"), std::string::npos);
  EXPECT_TRUE(Names("/proc/1").contains("cmdline"));
  EXPECT_THAT(sched_getscheduler(1), SyscallSucceeds());
  EXPECT_THAT(getpgid(1), SyscallSucceeds());
}

}  // namespace
}  // namespace test
