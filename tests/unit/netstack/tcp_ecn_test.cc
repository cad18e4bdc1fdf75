// ECN (RFC 3168) and accurate ECN (RFC 9768).
#include "tests/unit/netstack/trace.h"

namespace netstack {
namespace {

constexpr uint8_t kEct1 = 1, kEct0 = 2, kCe = 3;
constexpr uint16_t kAskAccurate = kTcpAe | kTcpCwr | kTcpEce;
constexpr uint16_t kAce5 = kTcpAe | kTcpEce, kAce6 = kTcpAe | kTcpCwr, kAce7 = kAskAccurate;

class Ecn : public TcpTrace {
 protected:
  // A connection that a peer has opened; the flags of our answer.
  uint16_t Accept(uint16_t syn_flags, uint8_t mark, uint16_t ack_flags) {
    listener = net.CreateTcp(2, 0);
    EXPECT_TRUE(listener->Bind({kUs, 7777, 0}).ok());
    EXPECT_TRUE(listener->Listen(8).ok());
    local_port = 7777;
    Seg syn;
    syn.flags = kTcpSyn | syn_flags;
    syn.seq = kPeerIss;
    syn.tos = mark;
    syn.options.mss = 1000;
    syn.options.sack_permitted = true;
    Inject(syn);
    const Seg answer = MustNext();
    iss = answer.seq;
    Inject(Peer(0, 0, "", kTcpAck | ack_flags));
    Result<Ref<TcpEndpoint>> child = listener->Accept();
    EXPECT_TRUE(child.ok());
    if (child.ok()) tcp = *child;
    return answer.flags;
  }
  // One that we open: the flags of our SYN.
  uint16_t Open(uint16_t answer_flags, uint8_t mark) {
    tcp = net.CreateTcp(2, 0);
    EXPECT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
    const Seg syn = MustNext();
    iss = syn.seq;
    local_port = syn.source_port;
    Seg answer;
    answer.flags = kTcpSyn | kTcpAck | answer_flags;
    answer.seq = kPeerIss;
    answer.ack = iss + 1;
    answer.tos = mark;
    answer.options.mss = 1000;
    environment.now += rtt;
    Inject(answer);
    return syn.flags;
  }
  uint16_t AceOf(const Seg& seg) { return seg.flags & kAskAccurate; }
  // What the acknowledgement of a marked packet says.
  uint16_t ReceiveMarked(uint8_t mark) {
    Seg data = Peer(received, 0, "x", kTcpAck | kTcpPsh | kAce5);
    data.tos = mark;
    received++;
    Inject(data);
    return AceOf(MustNext());
  }
  uint8_t State() { return tcp->Info().ca_state; }

  uint32_t received = 0;
};

TEST_F(Ecn, MarkIsEchoedUntilTheWindowIsReduced) {
  EXPECT_EQ(Accept(kTcpEce | kTcpCwr, 0, 0), kTcpSyn | kTcpAck | kTcpEce);
  Seg data = Peer(0, 0, "x", kTcpAck | kTcpPsh);
  data.tos = kCe;
  Inject(data);
  EXPECT_TRUE(MustNext().Has(kTcpEce));
  data = Peer(1, 0, "x", kTcpAck | kTcpPsh);
  Inject(data);
  EXPECT_TRUE(MustNext().Has(kTcpEce));
  Inject(Peer(2, 0, "x", kTcpAck | kTcpPsh | kTcpCwr));
  EXPECT_FALSE(MustNext().Has(kTcpEce));
}

TEST_F(Ecn, EchoReducesTheWindow) {
  Accept(kTcpEce | kTcpCwr, 0, 0);
  ASSERT_TRUE(Write(*tcp, std::string(5000, 'a')).ok());
  for (int i = 0; i < 5; i++) EXPECT_EQ(MustNext().tos & 3, kEct0);
  environment.now += rtt;
  Inject(Peer(0, 1000, "", kTcpAck | kTcpEce));
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kCwr));
  ASSERT_TRUE(Write(*tcp, std::string(1000, 'b')).ok());
  Inject(Peer(0, 5000));
  EXPECT_TRUE(MustNext().Has(kTcpCwr));
}

TEST_F(Ecn, AccurateIsNotOfferedByDefault) {
  EXPECT_EQ(Accept(kAskAccurate, 0, 0), kTcpSyn | kTcpAck | kTcpEce);
}

TEST_F(Ecn, AnswerTellsHowTheSynWasMarked) {
  net.stack().sysctl().tcp_ecn = 5;
  const std::pair<uint8_t, uint16_t> cases[] = {
      {0, kTcpCwr}, {kEct1, kTcpCwr | kTcpEce}, {kEct0, kTcpAe}, {kCe, kTcpAe | kTcpCwr}};
  for (const auto& [mark, flags] : cases) {
    EXPECT_EQ(Accept(kAskAccurate, mark, kTcpCwr), kTcpSyn | kTcpAck | flags) << int{mark};
    tcp->Abort();
    listener->Close();
    while (Next()) {
    }
  }
  // Who asks for the older gets that.
  EXPECT_EQ(Accept(kTcpEce | kTcpCwr, 0, 0), kTcpSyn | kTcpAck | kTcpEce);
}

TEST_F(Ecn, MarksAreCounted) {
  net.stack().sysctl().tcp_ecn = 5;
  Accept(kAskAccurate, 0, kTcpCwr);
  EXPECT_EQ(ReceiveMarked(kEct0), kAce5);
  EXPECT_EQ(ReceiveMarked(kCe), kAce6);
  EXPECT_EQ(ReceiveMarked(kEct0), kAce6);
  EXPECT_EQ(ReceiveMarked(kCe), kAce7);
  EXPECT_EQ(ReceiveMarked(kCe), 0);  // Modulo eight.
  EXPECT_EQ(ReceiveMarked(kCe), kTcpEce);
  EXPECT_NE(tcp->Info().options & kTcpiOptEcnSeen, 0);
}

TEST_F(Ecn, FirstMarkIsToldAtOnce) {
  net.stack().sysctl().tcp_ecn = 5;
  Accept(kAskAccurate, 0, kTcpCwr);
  for (int i = 0; i < 40; i++) {  // Until acknowledgements are delayed.
    Inject(Peer(received++, 0, "x", kTcpAck | kTcpPsh | kAce5));
    Read(*tcp);
  }
  Pass(kSecond);
  while (Next()) {
  }
  Inject(Peer(received++, 0, "x", kTcpAck | kTcpPsh | kAce5));
  EXPECT_TRUE(Quiet());
  EXPECT_EQ(ReceiveMarked(kCe), kAce6);
}

TEST_F(Ecn, PeersCountReducesTheWindowOncePerRoundTrip) {
  net.stack().sysctl().tcp_ecn = 5;
  Accept(kAskAccurate, 0, kTcpCwr);
  ASSERT_TRUE(Write(*tcp, std::string(10000, 'a')).ok());
  for (int i = 0; i < 10; i++) EXPECT_EQ(MustNext().tos & 3, kEct0);
  environment.now += rtt;
  Inject(Peer(0, 1000, "", kTcpAck | kAce5));
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kOpen));
  Inject(Peer(0, 2000, "", kTcpAck | kAce7));  // Two.
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kCwr));
  EXPECT_EQ(tcp->Info().delivered_ce, 2u);
  const uint32_t threshold = tcp->Info().snd_ssthresh;
  Inject(Peer(0, 3000, "", kTcpAck));  // Another.
  EXPECT_EQ(tcp->Info().delivered_ce, 3u);
  EXPECT_EQ(tcp->Info().snd_ssthresh, threshold);
  Inject(Peer(0, 3000, "", kTcpAck | kAce7));  // One that was late says nothing.
  EXPECT_EQ(tcp->Info().delivered_ce, 3u);
}

TEST_F(Ecn, PathThatClearsTheBits) {
  net.stack().sysctl().tcp_ecn = 5;
  Accept(kAskAccurate, 0, 0);
  ASSERT_TRUE(Write(*tcp, "x").ok());
  EXPECT_EQ(MustNext().tos & 3, 0);
}

TEST_F(Ecn, AskedForAndAccepted) {
  net.stack().sysctl().tcp_ecn = 3;
  EXPECT_EQ(Open(kTcpCwr, kEct0), kTcpSyn | kAskAccurate);
  EXPECT_EQ(AceOf(MustNext()), kTcpAe);  // The answer came so marked.
  ASSERT_TRUE(Write(*tcp, "x").ok());
  const Seg data = MustNext();
  EXPECT_EQ(AceOf(data), kAce5);
  EXPECT_EQ(data.tos & 3, kEct0);
}

TEST_F(Ecn, AskedForAndAnsweredInTheOlderWay) {
  net.stack().sysctl().tcp_ecn = 3;
  EXPECT_EQ(Open(kTcpEce, 0), kTcpSyn | kAskAccurate);
  EXPECT_EQ(AceOf(MustNext()), 0);
  ASSERT_TRUE(Write(*tcp, "x").ok());
  EXPECT_EQ(MustNext().tos & 3, kEct0);
}

TEST_F(Ecn, AskedForInVain) {
  for (uint16_t answer : {uint16_t{0}, kAskAccurate}) {
    net.stack().sysctl().tcp_ecn = 3;
    Open(answer, 0);
    EXPECT_EQ(AceOf(MustNext()), 0);
    ASSERT_TRUE(Write(*tcp, "x").ok());
    EXPECT_EQ(MustNext().tos & 3, 0);
    tcp->Abort();
    while (Next()) {
    }
  }
}

}  // namespace
}  // namespace netstack
