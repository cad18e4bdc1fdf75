// Rule sets: transactions, what they refuse, sets, jumps; the states of TCP seen from outside.
#include "tests/unit/netstack/nft.h"

#include "netstack/link/channel.h"
#include "netstack/wire/tcp.h"
#include "tests/unit/netstack/fake.h"

namespace netstack {
namespace {

using namespace nft;

class NftTest : public LoopbackTest {
 protected:
  NftTest() : control(net.stack()) {
    udp = net.CreateUdp(kInet, 0);
    EXPECT_TRUE(udp->Bind(Local(kInet, 9)).ok());
  }
  ~NftTest() override { udp->Close(); }

  // Whether a datagram to that port comes through the rules of OUTPUT.
  bool Passes(uint16_t port) {
    return !Write(*udp, "x", {.to = SocketAddr{IpAddress::LoopbackV4(), port, 0}}).Is(EPERM);
  }
  Batch Start() {
    Batch batch;
    batch.Table("t").Base("t", "out", "filter", Hook::kOutput, 0);
    return batch;
  }
  size_t Dump(uint8_t command, const char* table = nullptr, const char* set = nullptr) {
    AttributeWriter w;
    if (table != nullptr) w.Text(1, table);
    if (set != nullptr) w.Text(2, set);
    NetfilterRequest request;
    request.type = NftType(command);
    request.flags = abi::kNlmFRequest | abi::kNlmFDump;
    request.family = abi::kNfprotoIpv4;
    request.attributes = w.bytes();
    NetfilterAnswers answers;
    EXPECT_TRUE(control.Handle(request, answers).ok());
    return answers.messages.size();
  }

  FilterControl control;
  Ref<UdpEndpoint> udp;
};

TEST_F(NftTest, AllOrNothing) {
  EXPECT_EQ(Start().Rule("t", "out", {Drop()}).Rule("t", "none", {Drop()}).Send(control), ENOENT);
  EXPECT_EQ(Dump(abi::kNftMsgGetTable), 0u);
  EXPECT_TRUE(Passes(1));
  const uint32_t before = control.filter().generation();
  EXPECT_EQ(Start().Rule("t", "out", {Drop()}).Send(control), 0);
  EXPECT_EQ(control.filter().generation(), before + 1);
  EXPECT_EQ(Dump(abi::kNftMsgGetRule), 1u);
  EXPECT_FALSE(Passes(1));
  constexpr int kRestart = 85;
  EXPECT_EQ(Batch().Expect(before).DeleteTable("t").Send(control), kRestart);
  EXPECT_EQ(Batch().Expect(before + 1).DeleteTable("t").Send(control), 0);
  EXPECT_TRUE(Passes(1));
}

TEST_F(NftTest, BatchWithoutEndIsForgotten) {
  Batch batch = Start();
  NetfilterAnswers answers;
  EXPECT_TRUE(control.HandleBatch(batch.bytes(), 1, "test", 1, answers).empty());
  EXPECT_EQ(Dump(abi::kNftMsgGetTable), 0u);
}

TEST_F(NftTest, Errors) {
  ASSERT_EQ(Start().Chain("t", "c").Rule("t", "out", {Go(abi::kNftJump, "c")}).Send(control), 0);
  EXPECT_EQ(Batch().Table("t", abi::kNlmFCreate | abi::kNlmFExcl).Send(control), EEXIST);
  EXPECT_EQ(Batch().Chain("t", "c", abi::kNlmFCreate | abi::kNlmFExcl).Send(control), EEXIST);
  EXPECT_EQ(Batch().DeleteChain("t", "c").Send(control), EBUSY);
  EXPECT_EQ(Batch().DeleteChain("t", "none").Send(control), ENOENT);
  EXPECT_EQ(Batch().DeleteTable("none").Send(control), ENOENT);
  EXPECT_EQ(Batch().DeleteRule("t", "out", 99).Send(control), ENOENT);
  EXPECT_EQ(Batch().Rule("t", "out", {Go(abi::kNftJump, "out")}).Send(control), EOPNOTSUPP);
  EXPECT_EQ(Batch().Rule("t", "out", {Go(77)}).Send(control), EINVAL);
  EXPECT_EQ(Batch().Rule("t", "out", {Masq()}).Send(control), EOPNOTSUPP);
  EXPECT_EQ(Batch().Rule("t", "c", {Masq()}).Send(control), EOPNOTSUPP);
  EXPECT_EQ(Batch().Rule("t", "out", {Payload(1, 0, 65)}).Send(control), ERANGE);
  EXPECT_EQ(Batch().Rule("t", "out", {Lookup("none")}).Send(control), ENOENT);
  EXPECT_EQ(Batch().Rule("t", "out", {Make("nonsense", [](auto&) {})}).Send(control), ENOENT);
  EXPECT_EQ(Batch().Base("t", "f", "nat", Hook::kForward, 0).Send(control), EOPNOTSUPP);
  EXPECT_EQ(Batch().Base("t", "f", "nonsense", Hook::kForward, 0).Send(control), ENOENT);
  EXPECT_EQ(Batch(7).Table("b").Send(control), EOPNOTSUPP);
  EXPECT_EQ(Batch().Chain("t", std::string(300, 'x').c_str()).Send(control), ENAMETOOLONG);
}

TEST_F(NftTest, LoopsAndDepth) {
  ASSERT_EQ(Start().Chain("t", "a").Chain("t", "b").Send(control), 0);
  EXPECT_EQ(Batch().Rule("t", "a", {Go(abi::kNftJump, "b")}).Send(control), 0);
  EXPECT_EQ(Batch().Rule("t", "b", {Go(abi::kNftJump, "a")}).Send(control), EMLINK);
  EXPECT_EQ(Batch().Rule("t", "a", {Go(abi::kNftGoto, "a")}).Send(control), EMLINK);
  // Fifteen jumps from a base chain are fine, the next one is not.
  Batch deep;
  for (int i = 0; i < 20; i++) deep.Chain("t", ("c" + std::to_string(i)).c_str());
  ASSERT_EQ(deep.Send(control), 0);
  const auto link = [&](int i) {
    return Batch()
        .Rule("t", ("c" + std::to_string(i)).c_str(),
              {Go(abi::kNftJump, ("c" + std::to_string(i + 1)).c_str())})
        .Send(control);
  };
  ASSERT_EQ(Batch().Rule("t", "out", {Go(abi::kNftJump, "c0")}).Send(control), 0);
  for (int i = 0; i < 14; i++) EXPECT_EQ(link(i), 0) << i;
  EXPECT_EQ(link(14), EMLINK);
  ASSERT_EQ(Batch().Rule("t", "c14", {Drop()}).Send(control), 0);
  EXPECT_FALSE(Passes(1));
}

// Chains that call the next one twice, ten deep: a thousand visits of rules, and an end in sight
// where there would be 2^15 times as many.
TEST_F(NftTest, EvaluationEnds) {
  Batch batch = Start();
  for (int i = 0; i < 15; i++) batch.Chain("t", ("c" + std::to_string(i)).c_str());
  for (int i = 0; i < 14; i++) {
    for (int twice = 0; twice < 4; twice++) {
      batch.Rule("t", ("c" + std::to_string(i)).c_str(),
                 {Go(abi::kNftJump, ("c" + std::to_string(i + 1)).c_str())});
    }
  }
  batch.Rule("t", "out", {Go(abi::kNftJump, "c0")});
  ASSERT_EQ(batch.Send(control), 0);
  EXPECT_FALSE(Passes(1));
}

TEST_F(NftTest, JumpReturnGotoAndPolicy) {
  ASSERT_EQ(Batch()
                .Table("t")
                .Base("t", "out", "filter", Hook::kOutput, 0, true)
                .Chain("t", "a")
                .Chain("t", "b")
                .Rule("t", "out",
                      DestinationPort(kProtoUdp, 1) + std::vector<Item>{Go(abi::kNftJump, "a")})
                .Rule("t", "out",
                      DestinationPort(kProtoUdp, 2) + std::vector<Item>{Go(abi::kNftGoto, "b")})
                .Rule("t", "out", DestinationPort(kProtoUdp, 1) + std::vector<Item>{Accept()})
                .Rule("t", "out", DestinationPort(kProtoUdp, 2) + std::vector<Item>{Accept()})
                .Rule("t", "a", {Go(abi::kNftReturn)})
                .Rule("t", "a", {Drop()})
                .Rule("t", "b", {Go(abi::kNftReturn)})
                .Send(control),
            0);
  EXPECT_TRUE(Passes(1)) << "returns behind the jump";
  EXPECT_FALSE(Passes(2)) << "goes to the policy";
  EXPECT_FALSE(Passes(3));
}

TEST_F(NftTest, IntervalsAndMaps) {
  constexpr uint32_t kMap = abi::kNftSetMap | abi::kNftSetInterval;
  ASSERT_EQ(
      Start()
          .Chain("t", "no")
          .Rule("t", "no", {Drop()})
          .Set("t", "ports", abi::kNftSetInterval, 2)
          .Element("t", "ports", nft::Port(0), true)
          .Element("t", "ports", nft::Port(10))
          .Element("t", "ports", nft::Port(20), true)
          .Element("t", "ports", nft::Port(20))
          .Element("t", "ports", nft::Port(30), true)
          .Rule("t", "out",
                Protocol(kProtoUdp) + std::vector<Item>{Payload(2, 2, 2), Lookup("ports"), Drop()})
          .Set("t", "map", kMap, 2, true)
          .Element("t", "map", nft::Port(50), false, "no")
          .Element("t", "map", nft::Port(60), true)
          .Rule("t", "out",
                Protocol(kProtoUdp) + std::vector<Item>{Payload(2, 2, 2), Lookup("map", true)})
          .Send(control),
      0);
  for (uint16_t port : {9, 30, 49, 60}) EXPECT_TRUE(Passes(port)) << port;
  for (uint16_t port : {10, 19, 20, 29, 50, 59}) EXPECT_FALSE(Passes(port)) << port;
  EXPECT_EQ(Dump(abi::kNftMsgGetSet, "t"), 2u);
  EXPECT_EQ(Dump(abi::kNftMsgGetSetElem, "t", "ports"), 1u);
  EXPECT_EQ(Batch().DeleteChain("t", "no").Send(control), EBUSY) << "the map goes there";
}

TEST_F(NftTest, RulesFillSets) {
  constexpr uint32_t kSize = 3;
  ASSERT_EQ(
      Start()
          .Set("t", "seen", abi::kNftSetEval, 2, false, kSize)
          .Rule("t", "out",
                Protocol(kProtoUdp) + std::vector<Item>{Payload(2, 2, 2), AddTo("seen"), Drop()})
          .Send(control),
      0);
  for (uint16_t port : {1, 2, 3, 3, 1}) EXPECT_FALSE(Passes(port)) << port;
  EXPECT_TRUE(Passes(4)) << "the set is full";
  const netstack::Set* set = control.filter().rules().tables.begin()->second->FindSet("seen");
  ASSERT_NE(set, nullptr);
  EXPECT_EQ(set->elements.size(), kSize);
  EXPECT_NE(set->elements.begin()->second.stateful, nullptr);
  // They outlive the next transaction.
  EXPECT_EQ(Batch().Chain("t", "c").Send(control), 0);
  set = control.filter().rules().tables.begin()->second->FindSet("seen");
  EXPECT_EQ(set->elements.size(), kSize);
}

TEST_F(NftTest, TcpSeenFromTheMiddle) {
  using enum FlowDirection;
  struct Step {
    FlowDirection from;
    uint16_t flags;
    TcpFlow state;
  };
  const Step life[] = {{kOriginal, kTcpSyn, TcpFlow::kSynSent},
                       {kReply, kTcpSyn | kTcpAck, TcpFlow::kSynReceived},
                       {kOriginal, kTcpAck, TcpFlow::kEstablished},
                       {kReply, kTcpAck | kTcpPsh, TcpFlow::kEstablished},
                       {kReply, kTcpFin | kTcpAck, TcpFlow::kFinWait},
                       {kOriginal, kTcpAck, TcpFlow::kCloseWait},
                       {kOriginal, kTcpFin | kTcpAck, TcpFlow::kLastAck},
                       {kReply, kTcpAck, TcpFlow::kTimeWait},
                       {kOriginal, kTcpSyn, TcpFlow::kSynSent}};
  TcpFlow state = TcpFlow::kNone;
  for (const Step& step : life) {
    const TcpStep next = StepTcp(state, step.from, step.flags);
    EXPECT_TRUE(next.valid);
    EXPECT_EQ(next.next, step.state);
    state = next.next;
  }
  EXPECT_FALSE(StepTcp(TcpFlow::kNone, kOriginal, kTcpSyn | kTcpAck).valid);
  EXPECT_FALSE(StepTcp(TcpFlow::kEstablished, kReply, kTcpSyn).valid);
  EXPECT_TRUE(StepTcp(TcpFlow::kEstablished, kOriginal, kTcpSyn).kept);
  EXPECT_FALSE(StepTcp(TcpFlow::kEstablished, kOriginal, 0).valid);
  EXPECT_FALSE(StepTcp(TcpFlow::kEstablished, kOriginal, kTcpSyn | kTcpFin).valid);
  EXPECT_EQ(StepTcp(TcpFlow::kEstablished, kReply, kTcpRst).next, TcpFlow::kClose);
}

}  // namespace
}  // namespace netstack
