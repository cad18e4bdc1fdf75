// nfnetlink: who may speak, batches that count as a whole or not at all, and what sockets see of a
// rule set's policy.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/netlink.h"

namespace test {
namespace {

constexpr int kRestart = 85;  // ERESTART

int Nft(int message) {
  return NFNL_SUBSYS_NFTABLES << 8 | message;
}
nfgenmsg General(uint8_t family, uint16_t resource = 0) {
  return {family, NFNETLINK_V0, htons(resource)};
}
std::string Text(int type, const std::string& text) {
  return Attribute(type, text.c_str(), text.size() + 1);
}
std::string Number(int type, uint32_t value) {
  value = htonl(value);
  return Attribute(type, &value, sizeof(value));
}
std::string Nest(int type, const std::string& attributes) {
  return Attribute(type, attributes.data(), attributes.size());
}

// One datagram of several messages; each has its place in it as sequence number.
class Batch {
 public:
  explicit Batch(const std::string& attributes = {}) {
    Add(NFNL_MSG_BATCH_BEGIN, 0, General(AF_UNSPEC, NFNL_SUBSYS_NFTABLES), attributes);
  }
  Batch& Add(int type, int flags, const nfgenmsg& general, const std::string& attributes) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + sizeof(general) + attributes.size());
    header.nlmsg_type = static_cast<uint16_t>(type);
    header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST);
    header.nlmsg_seq = count_++;
    bytes_.append(reinterpret_cast<const char*>(&header), sizeof(header));
    bytes_.append(reinterpret_cast<const char*>(&general), sizeof(general));
    bytes_ += attributes;
    return *this;
  }
  Batch& Table(const std::string& name, int flags = NLM_F_CREATE) {
    return Add(Nft(NFT_MSG_NEWTABLE), flags, General(AF_INET), Text(NFTA_TABLE_NAME, name));
  }
  Batch& Chain(const std::string& table, const std::string& more) {
    return Add(Nft(NFT_MSG_NEWCHAIN), NLM_F_CREATE, General(AF_INET),
               Text(NFTA_CHAIN_TABLE, table) + Text(NFTA_CHAIN_NAME, "c") + more);
  }
  Batch& End(int flags = 0) {
    return Add(NFNL_MSG_BATCH_END, flags, General(AF_UNSPEC, NFNL_SUBSYS_NFTABLES), {});
  }
  void Send(Netlink& netlink) {
    EXPECT_THAT(send(netlink.get(), bytes_.data(), bytes_.size(), 0),
                SyscallReturns(bytes_.size()));
  }

 private:
  uint32_t count_ = 0;
  std::string bytes_;
};

using Pair = std::pair<int, uint32_t>;

class Netfilter : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs CAP_SYS_ADMIN";
    ASSERT_THAT(unshare(CLONE_NEWNET), SyscallSucceeds());
    Netlink probe(NETLINK_NETFILTER);
    probe.Send(Nft(NFT_MSG_GETGEN), 0, General(AF_UNSPEC));
    if (probe.Receive()[0].header.nlmsg_type == NLMSG_ERROR) GTEST_SKIP() << "no nf_tables";
  }
  // Of the error that is told, and about which message.
  Pair Refused(Netlink& netlink) {
    const Message message = netlink.Receive()[0];
    EXPECT_EQ(message.header.nlmsg_type, NLMSG_ERROR);
    return {-message.Error(), message.header.nlmsg_seq};
  }
  int AskFor(const std::string& table) {
    Netlink netlink(NETLINK_NETFILTER);
    netlink.Send(Nft(NFT_MSG_GETTABLE), 0, General(AF_INET), Text(NFTA_TABLE_NAME, table));
    const Message message = netlink.Receive()[0];
    return message.header.nlmsg_type == NLMSG_ERROR ? -message.Error() : 0;
  }
};

TEST_F(Netfilter, NeedsNetAdmin) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct had[2]{}, less[2];
  ASSERT_THAT(syscall(SYS_capget, &head, had), SyscallSucceeds());
  memcpy(less, had, sizeof(had));
  less[0].effective &= ~(1u << CAP_NET_ADMIN);
  Netlink netlink(NETLINK_NETFILTER);
  ASSERT_THAT(syscall(SYS_capset, &head, less), SyscallSucceeds());
  netlink.Send(Nft(NFT_MSG_GETGEN), 0, General(AF_UNSPEC));
  EXPECT_EQ(netlink.ReceiveError(), -EPERM);
  Batch().Table("t").End().Send(netlink);
  EXPECT_EQ(Refused(netlink), Pair(EPERM, 0));
  ASSERT_THAT(syscall(SYS_capset, &head, had), SyscallSucceeds());
  EXPECT_EQ(AskFor("t"), ENOENT);
}

TEST_F(Netfilter, SingleMessages) {
  Netlink netlink(NETLINK_NETFILTER);
  // Changes come in batches.
  netlink.Send(Nft(NFT_MSG_NEWTABLE), NLM_F_ACK, General(AF_INET), Text(NFTA_TABLE_NAME, "t"));
  EXPECT_EQ(netlink.ReceiveError(), -EINVAL);
  netlink.Send(99 << 8, NLM_F_ACK, General(AF_INET));
  EXPECT_EQ(netlink.ReceiveError(), -EINVAL);
  netlink.Send(Nft(99), NLM_F_ACK, General(AF_INET));
  EXPECT_EQ(netlink.ReceiveError(), -EINVAL);
  // A header alone means nothing.
  const nlmsghdr alone{sizeof(nlmsghdr), static_cast<uint16_t>(Nft(NFT_MSG_GETTABLE)),
                       NLM_F_REQUEST | NLM_F_ACK, 7, 0};
  EXPECT_THAT(send(netlink.get(), &alone, sizeof(alone), 0), SyscallReturns(sizeof(alone)));
  EXPECT_EQ(Refused(netlink), Pair(0, 7));
  netlink.Send(Nft(NFT_MSG_GETTABLE), NLM_F_DUMP, General(AF_UNSPEC));
  EXPECT_TRUE(netlink.ReceiveDump().empty());
}

TEST_F(Netfilter, AllOrNothing) {
  Netlink netlink(NETLINK_NETFILTER);
  Batch().Table("t").Chain("none", "").End().Send(netlink);
  EXPECT_EQ(Refused(netlink), Pair(ENOENT, 2));
  EXPECT_EQ(AskFor("t"), ENOENT);
  Batch().Table("t").Send(netlink);  // No end.
  EXPECT_EQ(AskFor("t"), ENOENT);
  Batch().Table("t", NLM_F_CREATE | NLM_F_ACK).End().Send(netlink);
  EXPECT_EQ(Refused(netlink), Pair(0, 1));
  EXPECT_EQ(AskFor("t"), 0);
  Batch().Table("t", NLM_F_CREATE | NLM_F_EXCL).End().Send(netlink);
  EXPECT_EQ(Refused(netlink), Pair(EEXIST, 1));
}

TEST_F(Netfilter, StaleGeneration) {
  Netlink netlink(NETLINK_NETFILTER);
  netlink.Send(Nft(NFT_MSG_GETGEN), 0, General(AF_UNSPEC));
  auto attributes = netlink.Receive()[0].Attributes(sizeof(nfgenmsg));
  uint32_t generation = 0;
  memcpy(&generation, attributes[NFTA_GEN_ID].data(), sizeof(generation));
  generation = ntohl(generation);
  Batch(Number(NFNL_BATCH_GENID, generation + 1)).Table("t").End().Send(netlink);
  EXPECT_EQ(Refused(netlink), Pair(kRestart, 0));
  Batch(Number(NFNL_BATCH_GENID, generation)).Table("t").End().Send(netlink);
  EXPECT_EQ(AskFor("t"), 0);
}

TEST_F(Netfilter, PolicyOfOutput) {
  Fd fd(socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  ASSERT_THAT(ioctl(fd.get(), SIOCSIFFLAGS, &request), SyscallSucceeds());
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto send_one = [&] {
    return sendto(fd.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof(to));
  };
  EXPECT_THAT(send_one(), SyscallReturns(1));
  Netlink netlink(NETLINK_NETFILTER);
  const std::string hook = Nest(NFTA_CHAIN_HOOK, Number(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT) +
                                                     Number(NFTA_HOOK_PRIORITY, 0)) +
                           Text(NFTA_CHAIN_TYPE, "filter") + Number(NFTA_CHAIN_POLICY, NF_DROP);
  Batch().Table("t").Chain("t", hook).End().Send(netlink);
  EXPECT_THAT(send_one(), SyscallFails(EPERM));
  Batch()
      .Add(Nft(NFT_MSG_DELTABLE), 0, General(AF_INET), Text(NFTA_TABLE_NAME, "t"))
      .End()
      .Send(netlink);
  EXPECT_THAT(send_one(), SyscallReturns(1));
}

}  // namespace
}  // namespace test
