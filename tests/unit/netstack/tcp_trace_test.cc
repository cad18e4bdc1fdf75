#include <poll.h>

#include "tests/unit/netstack/trace.h"

namespace netstack {
namespace {

TEST_F(TcpTrace, SynOffersWhatLinuxOffers) {
  tcp = net.CreateTcp(2, 0);
  ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
  const Seg syn = MustNext();
  EXPECT_EQ(syn.flags, kTcpSyn);
  EXPECT_EQ(syn.options.mss, 1460);
  EXPECT_EQ(syn.options.window_scale, 7);
  EXPECT_TRUE(syn.options.sack_permitted);
  EXPECT_TRUE(syn.options.has_timestamps);
  EXPECT_EQ(syn.window, 64240);
}

TEST_F(TcpTrace, SynIsSentAgainAndGivenUp) {
  tcp = net.CreateTcp(2, 0);
  CountingObserver seen;
  tcp->SetObserver(&seen);
  ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
  const uint32_t first = MustNext().seq;
  Duration wait = kSecond;
  for (int i = 0; i < 6; i++, wait *= 2) {
    Pass(wait - 10 * kMillisecond);
    EXPECT_TRUE(Quiet()) << i;
    Pass(10 * kMillisecond);
    EXPECT_EQ(MustNext().seq, first) << i;
  }
  EXPECT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EALREADY));
  Pass(wait);
  EXPECT_TRUE(Quiet());
  EXPECT_NE(seen.Take() & POLLERR, 0u);
  EXPECT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(ETIMEDOUT));
}

TEST_F(TcpTrace, LostSegmentIsSentAgainAfterRto) {
  Establish(false);
  ASSERT_TRUE(Write(*tcp, "hello").ok());
  EXPECT_EQ(MustNext().data, "hello");
  Pass(205 * kMillisecond);
  EXPECT_TRUE(Quiet());
  Pass(30 * kMillisecond);
  const Seg again = MustNext();
  EXPECT_EQ(again.data, "hello");
  EXPECT_EQ(RelSeq(again), 0u);
  Pass(390 * kMillisecond);
  EXPECT_TRUE(Quiet());  // Twice as long the second time.
  Pass(20 * kMillisecond);
  EXPECT_EQ(MustNext().data, "hello");
  Inject(Peer(0, 5));
  Pass(10 * kSecond);
  EXPECT_TRUE(Quiet());
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(TcpTrace, TailLossProbe) {
  Establish(true);
  ASSERT_TRUE(Write(*tcp, std::string(2000, 'a')).ok());
  EXPECT_EQ(MustNext().data.size(), 1000u);
  EXPECT_EQ(MustNext().data.size(), 1000u);
  Pass(19 * kMillisecond);
  EXPECT_TRUE(Quiet());
  Pass(5 * kMillisecond);
  EXPECT_EQ(RelSeq(MustNext()), 1000u);  // The last one, after two round trips.
  EXPECT_EQ(net.stack().stats().tcp.loss_probes, 1u);
}

TEST_F(TcpTrace, SackRecovery) {
  Establish(true);
  ASSERT_TRUE(Write(*tcp, std::string(10000, 'a')).ok());
  for (int i = 0; i < 10; i++) EXPECT_EQ(RelSeq(MustNext()), static_cast<uint32_t>(i) * 1000);
  EXPECT_EQ(tcp->Info().snd_cwnd, 10u);
  environment.now += rtt;
  // The first is lost: three selective acknowledgements say so.
  for (uint32_t i = 1; i <= 3; i++) {
    Seg ack = Peer(0, 0);
    ack.options.sack[0] = {iss + 1 + 1000, iss + 1 + 1000 + i * 1000};
    ack.options.sack_count = 1;
    Inject(ack);
    if (i < 3) {
      EXPECT_TRUE(Quiet());
    }
  }
  const Seg again = MustNext();
  EXPECT_EQ(RelSeq(again), 0u);
  EXPECT_EQ(again.data.size(), 1000u);
  EXPECT_EQ(tcp->Info().ca_state, static_cast<uint8_t>(TcpCaState::kRecovery));
  EXPECT_EQ(tcp->Info().snd_ssthresh, 7u);  // CUBIC: 0.7
  environment.now += rtt;
  Inject(Peer(0, 10000));
  EXPECT_EQ(tcp->Info().ca_state, static_cast<uint8_t>(TcpCaState::kOpen));
  EXPECT_EQ(tcp->Info().snd_cwnd, 7u);
  EXPECT_EQ(tcp->Info().total_retrans, 1u);
}

TEST_F(TcpTrace, NewRenoRecovery) {
  Establish(false);
  ASSERT_TRUE(Write(*tcp, std::string(10000, 'a')).ok());
  for (int i = 0; i < 10; i++) MustNext();
  environment.now += rtt;
  for (int i = 0; i < 3; i++) Inject(Peer(0, 0));
  EXPECT_EQ(RelSeq(MustNext()), 0u);
  environment.now += rtt;
  // A partial acknowledgement: the next hole is sent at once.
  Inject(Peer(0, 4000));
  EXPECT_EQ(RelSeq(MustNext()), 4000u);
  Inject(Peer(0, 10000));
  EXPECT_EQ(tcp->Info().ca_state, static_cast<uint8_t>(TcpCaState::kOpen));
}

TEST_F(TcpTrace, SlowStartDoubles) {
  Establish(true);
  tcp->SetSendBuffer(4 << 20);
  ASSERT_TRUE(Write(*tcp, std::string(200000, 'a')).ok());
  uint32_t end = 0;
  int count = 0;
  while (auto seg = Next()) end = RelSeq(*seg) + 1000, count++;
  EXPECT_EQ(count, 10);
  environment.now += rtt;
  Inject(Peer(0, end));
  count = 0;
  while (Next()) count++;
  EXPECT_EQ(count, 20);
}

TEST_F(TcpTrace, NagleHoldsSecondSmallSegment) {
  Establish();
  ASSERT_TRUE(Write(*tcp, "a").ok());
  EXPECT_EQ(MustNext().data, "a");
  ASSERT_TRUE(Write(*tcp, "b").ok());
  ASSERT_TRUE(Write(*tcp, "c").ok());
  EXPECT_TRUE(Quiet());
  Inject(Peer(0, 1));
  EXPECT_EQ(MustNext().data, "bc");
  tcp->SetNoDelay(true);
  ASSERT_TRUE(Write(*tcp, "d").ok());
  EXPECT_EQ(MustNext().data, "d");
}

TEST_F(TcpTrace, CorkWaitsAtMost200Milliseconds) {
  Establish();
  tcp->SetCork(true);
  ASSERT_TRUE(Write(*tcp, "a").ok());
  EXPECT_TRUE(Quiet());
  Pass(250 * kMillisecond);
  EXPECT_EQ(MustNext().data, "a");
  Inject(Peer(0, 1));
  ASSERT_TRUE(Write(*tcp, "b").ok());
  EXPECT_TRUE(Quiet());
  tcp->SetCork(false);
  EXPECT_EQ(MustNext().data, "b");
}

TEST_F(TcpTrace, DelayedAck) {
  Establish();
  // The first segments are acknowledged at once, later ones are not.
  uint32_t seq = 0;
  for (int i = 0; i < 40; i++) {
    Inject(Peer(seq, 0, "x", kTcpAck | kTcpPsh));
    seq += 1;
    while (Next()) {
    }
    Read(*tcp);
  }
  while (Next()) {
  }
  Pass(kSecond);
  while (Next()) {
  }
  Inject(Peer(seq, 0, "y", kTcpAck | kTcpPsh));
  EXPECT_TRUE(Quiet());
  Pass(201 * kMillisecond);
  EXPECT_EQ(RelAck(MustNext()), seq + 1);
}

TEST_F(TcpTrace, EverySecondFullSegmentIsAcknowledged) {
  Establish();
  uint32_t seq = 0;
  for (int i = 0; i < 30; i++, seq += 1000) Inject(Peer(seq, 0, std::string(1000, 'x')));
  while (Next()) {
  }
  int acks = 0;
  for (int i = 0; i < 20; i++, seq += 1000) {
    Inject(Peer(seq, 0, std::string(1000, 'x')));
    while (Next()) acks++;
  }
  EXPECT_GE(acks, 9);
}

TEST_F(TcpTrace, EarlySegmentsAreSackedAndJoined) {
  Establish();
  Inject(Peer(1000, 0, std::string(1000, 'b')));
  Seg ack = MustNext();
  EXPECT_EQ(RelAck(ack), 0u);
  ASSERT_EQ(ack.options.sack_count, 1);
  EXPECT_EQ(ack.options.sack[0], (SackBlock{kPeerIss + 1 + 1000, kPeerIss + 1 + 2000}));
  Inject(Peer(3000, 0, std::string(1000, 'd')));
  ack = MustNext();
  ASSERT_EQ(ack.options.sack_count, 2);
  EXPECT_EQ(ack.options.sack[0].start, kPeerIss + 1 + 3000);  // The latest stands first.
  EXPECT_EQ(Read(*tcp), "");
  Inject(Peer(0, 0, std::string(1000, 'a')));
  ack = MustNext();
  EXPECT_EQ(RelAck(ack), 2000u);
  ASSERT_EQ(ack.options.sack_count, 1);
  Inject(Peer(2000, 0, std::string(1000, 'c')));
  EXPECT_EQ(RelAck(MustNext()), 4000u);
  EXPECT_EQ(Read(*tcp), std::string(1000, 'a') + std::string(1000, 'b') + std::string(1000, 'c') +
                            std::string(1000, 'd'));
}

TEST_F(TcpTrace, DuplicateIsReported) {
  Establish();
  Inject(Peer(0, 0, "hello"));
  while (Next()) {
  }
  Inject(Peer(0, 0, "hello"));
  const Seg ack = MustNext();
  EXPECT_EQ(RelAck(ack), 5u);
  ASSERT_EQ(ack.options.sack_count, 1);
  EXPECT_EQ(ack.options.sack[0], (SackBlock{kPeerIss + 1, kPeerIss + 6}));
}

TEST_F(TcpTrace, ZeroWindowIsProbed) {
  window = 500;
  Establish(true);
  ASSERT_TRUE(Write(*tcp, std::string(500, 'a')).ok());
  while (Next()) {
  }
  window = 0;
  Inject(Peer(0, 500));
  ASSERT_TRUE(Write(*tcp, "more").ok());
  EXPECT_TRUE(Quiet());
  for (int i = 0; i < 5; i++) {
    Pass(120 * kSecond);
    int probes = 0;
    while (auto probe = Next()) {
      EXPECT_EQ(RelSeq(*probe), 499u);
      EXPECT_EQ(probe->data, "");
      probes++;
      Inject(Peer(0, 500));
    }
    EXPECT_GE(probes, 1) << i;
  }
  window = 1000;
  Inject(Peer(0, 500));
  EXPECT_EQ(MustNext().data, "more");
}

TEST_F(TcpTrace, OurWindowClosesAndOpens) {
  Establish(true);
  tcp->SetReceiveBuffer(8192);
  std::string all;
  uint32_t seq = 0;
  uint16_t last = 65535;
  while (last != 0 && seq < 200000) {
    Inject(Peer(seq, 0, std::string(1000, 'x')));
    Pass(250 * kMillisecond);
    while (auto ack = Next()) {
      seq = RelAck(*ack);
      last = ack->window;
    }
  }
  EXPECT_EQ(last, 0);
  while (Read(*tcp, 2000).size() != 0) {
  }
  const Seg update = MustNext();
  EXPECT_GE(update.window, 1000);
}

TEST_F(TcpTrace, ResetNeedsTheExactNumber) {
  Establish();
  Seg reset = Peer(10, 0, "", kTcpRst);
  Inject(reset);
  const Seg challenge = MustNext();
  EXPECT_EQ(challenge.flags, kTcpAck);
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
  reset.seq = kPeerIss + 1;
  Inject(reset);
  EXPECT_EQ(tcp->state(), TcpState::kClose);
  EXPECT_EQ(ReadError(*tcp), ECONNRESET);
  EXPECT_EQ(ReadError(*tcp), 0);  // The end from then on.
  EXPECT_TRUE(Write(*tcp, "x").Is(EPIPE));
}

TEST_F(TcpTrace, SynInConnectionIsChallenged) {
  Establish();
  Seg syn = Peer(0, 0, "", kTcpSyn);
  Inject(syn);
  EXPECT_EQ(MustNext().flags, kTcpAck);
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
}

TEST_F(TcpTrace, OldTimestampIsRefused) {
  Establish(true, true);
  Seg good = Peer(0, 0, "a");
  Inject(good);
  while (Next()) {
  }
  Seg old = Peer(1, 0, "b");
  old.options.timestamp -= 1000;
  Inject(old);
  EXPECT_EQ(RelAck(MustNext()), 1u);
  EXPECT_EQ(net.stack().stats().tcp.paws_estab, 1u);
  EXPECT_EQ(Read(*tcp), "a");
}

TEST_F(TcpTrace, CloseInFourSteps) {
  Establish();
  ASSERT_TRUE(tcp->Shutdown(false, true).ok());
  EXPECT_EQ(MustNext().flags, kTcpFin | kTcpAck);
  EXPECT_EQ(tcp->state(), TcpState::kFinWait1);
  Inject(Peer(0, 1));
  EXPECT_EQ(tcp->state(), TcpState::kFinWait2);
  Inject(Peer(0, 1, "late", kTcpAck | kTcpPsh));
  while (Next()) {
  }
  EXPECT_EQ(Read(*tcp), "late");
  Inject(Peer(4, 1, "", kTcpFin | kTcpAck));
  const Seg ack = MustNext();
  EXPECT_EQ(RelAck(ack), 5u);
  EXPECT_EQ(tcp->state(), TcpState::kClose);
  EXPECT_EQ(ReadError(*tcp), 0);
  // TIME_WAIT answers the FIN again.
  Inject(Peer(4, 1, "", kTcpFin | kTcpAck));
  EXPECT_EQ(RelAck(MustNext()), 5u);
  Pass(61 * kSecond);
  Inject(Peer(4, 1, "", kTcpFin | kTcpAck));
  EXPECT_EQ(MustNext().flags & kTcpRst, kTcpRst);
}

TEST_F(TcpTrace, SimultaneousClose) {
  Establish();
  ASSERT_TRUE(tcp->Shutdown(false, true).ok());
  MustNext();
  Inject(Peer(0, 0, "", kTcpFin | kTcpAck));
  EXPECT_EQ(tcp->state(), TcpState::kClosing);
  EXPECT_EQ(RelAck(MustNext()), 1u);
  Inject(Peer(1, 1));
  EXPECT_EQ(tcp->state(), TcpState::kClose);
}

TEST_F(TcpTrace, SimultaneousOpen) {
  tcp = net.CreateTcp(2, 0);
  ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
  const Seg syn = MustNext();
  iss = syn.seq;
  local_port = syn.source_port;
  Seg theirs;
  theirs.flags = kTcpSyn;
  theirs.seq = kPeerIss;
  Inject(theirs);
  const Seg both = MustNext();
  EXPECT_EQ(both.flags, kTcpSyn | kTcpAck);
  EXPECT_EQ(both.seq, iss);
  EXPECT_EQ(both.ack, kPeerIss + 1);
  theirs.flags = kTcpSyn | kTcpAck;
  theirs.ack = iss + 1;
  Inject(theirs);
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
}

TEST_F(TcpTrace, UnreadDataMakesCloseAReset) {
  Establish();
  Inject(Peer(0, 0, "unread"));
  while (Next()) {
  }
  tcp->Close();
  EXPECT_EQ(MustNext().flags & kTcpRst, kTcpRst);
  EXPECT_EQ(tcp->state(), TcpState::kClose);
}

TEST_F(TcpTrace, LingerZeroResets) {
  Establish();
  tcp->options.linger_seconds = 0;
  tcp->Close();
  EXPECT_EQ(MustNext().flags & kTcpRst, kTcpRst);
}

TEST_F(TcpTrace, FinWait2EndsByItself) {
  Establish();
  tcp->Close();
  EXPECT_EQ(MustNext().flags, kTcpFin | kTcpAck);
  Inject(Peer(0, 1));
  EXPECT_EQ(tcp->state(), TcpState::kFinWait2);
  Pass(61 * kSecond);
  EXPECT_EQ(tcp->state(), TcpState::kClose);
}

TEST_F(TcpTrace, KeepaliveFindsADeadPeer) {
  Establish();
  tcp->SetKeepIdle(10);
  tcp->SetKeepInterval(5);
  tcp->SetKeepCount(3);
  tcp->SetKeepalive(true);
  Pass(9 * kSecond);
  EXPECT_TRUE(Quiet());
  Pass(2 * kSecond);
  const Seg probe = MustNext();
  EXPECT_EQ(probe.seq, iss);  // One before the window.
  Inject(Peer(0, 0));
  Pass(9 * kSecond);
  EXPECT_TRUE(Quiet());
  Pass(30 * kSecond);
  int probes = 0;
  while (auto seg = Next()) {
    if (!seg->Has(kTcpRst)) probes++;
  }
  EXPECT_EQ(probes, 3);
  EXPECT_EQ(ReadError(*tcp), ETIMEDOUT);
}

TEST_F(TcpTrace, UserTimeoutEndsRetransmission) {
  Establish();
  tcp->SetUserTimeout(3000);
  ASSERT_TRUE(Write(*tcp, "x").ok());
  Pass(2 * kSecond);
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
  Pass(6 * kSecond);
  EXPECT_EQ(ReadError(*tcp), ETIMEDOUT);
}

TEST_F(TcpTrace, UrgentByte) {
  Establish();
  Seg seg = Peer(0, 0, "abc", kTcpAck | kTcpUrg);
  seg.urgent = 2;
  Inject(seg);
  EXPECT_NE(tcp->Readiness() & POLLPRI, 0u);
  std::byte byte;
  SpanSink sink({&byte, 1});
  EXPECT_EQ(tcp->ReceiveUrgent(sink, false).value_or(0), 1u);
  EXPECT_EQ(static_cast<char>(byte), 'b');
  EXPECT_EQ(Read(*tcp), "a");  // Up to the mark,
  EXPECT_TRUE(tcp->AtMark());
  EXPECT_EQ(Read(*tcp), "c");  // and then behind it.
}

TEST_F(TcpTrace, OurUrgentByte) {
  Establish();
  ASSERT_TRUE(Write(*tcp, "xyz", {.oob = true}).ok());
  const Seg seg = MustNext();
  EXPECT_TRUE(seg.Has(kTcpUrg));
  EXPECT_EQ(seg.urgent, 3);
  EXPECT_EQ(seg.data, "xyz");
}

TEST_F(TcpTrace, PathMtuShrinksSegments) {
  Establish(true, false, 1460);
  ASSERT_TRUE(Write(*tcp, std::string(1460, 'a')).ok());
  const Seg big = MustNext();
  EXPECT_EQ(big.data.size(), 1460u);
  // "Fragmentation needed", MTU 1000, quoting the segment.
  std::vector<std::byte> bytes(Ipv4Header::kSize * 2 + 8 + 8);
  std::byte* icmp = bytes.data() + Ipv4Header::kSize;
  Store8(icmp, 3), Store8(icmp + 1, 4), Store32(icmp + 4, 1000);
  Ipv4Header inner;
  inner.source = kUs, inner.destination = kPeer, inner.protocol = kProtoTcp;
  inner.total_length = 1500;
  inner.Write(icmp + 8);
  Store16(icmp + 28, local_port), Store16(icmp + 30, kPeerPort), Store32(icmp + 32, big.seq);
  Store16(icmp + 2, ChecksumOf({icmp, bytes.size() - Ipv4Header::kSize}));
  Ipv4Header outer;
  outer.source = IpAddress::V4(0x0a000003), outer.destination = kUs, outer.protocol = kProtoIcmp;
  outer.total_length = static_cast<uint16_t>(bytes.size());
  outer.Write(bytes.data());
  link->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  const Seg first = MustNext();
  EXPECT_EQ(RelSeq(first), 0u);
  EXPECT_EQ(first.data.size(), 960u);
}

TEST_F(TcpTrace, ListenerAnswersAndQueues) {
  listener = net.CreateTcp(2, 0);
  ASSERT_TRUE(listener->Bind({kUs, 7777, 0}).ok());
  ASSERT_TRUE(listener->Listen(1).ok());
  local_port = 7777;
  for (uint16_t port = 100; port < 103; port++) {
    Seg syn;
    syn.flags = kTcpSyn;
    syn.seq = kPeerIss;
    syn.source_port = port;
    syn.options.mss = 1000;
    Inject(syn);
    std::optional<Seg> answer = Next();
    if (port == 102) {  // Two wait already: one more than the backlog says.
      EXPECT_FALSE(answer);
      break;
    }
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->flags, kTcpSyn | kTcpAck);
    EXPECT_FALSE(answer->options.has_timestamps);
    Seg ack;
    ack.flags = kTcpAck;
    ack.seq = kPeerIss + 1;
    ack.ack = answer->seq + 1;
    ack.source_port = port;
    Inject(ack);
  }
  EXPECT_EQ(listener->Readiness(), POLLIN | POLLRDNORM);
  EXPECT_EQ((*listener->Accept())->PeerAddress()->port, 100);
  EXPECT_EQ((*listener->Accept())->PeerAddress()->port, 101);
  EXPECT_TRUE(listener->Accept().Is(EAGAIN));
}

TEST_F(TcpTrace, SynFloodIsAnsweredWithCookies) {
  listener = net.CreateTcp(2, 0);
  ASSERT_TRUE(listener->Bind({kUs, 7777, 0}).ok());
  ASSERT_TRUE(listener->Listen(4).ok());
  local_port = 7777;
  uint32_t cookie = 0;
  for (uint16_t port = 1000; port < 3000; port++) {
    Seg syn;
    syn.flags = kTcpSyn;
    syn.seq = kPeerIss;
    syn.source_port = port;
    syn.options.mss = 1460;
    Inject(syn);
    cookie = MustNext().seq;
  }
  EXPECT_EQ(net.ListTcp().size(), 5u);  // The listener and four requests.
  EXPECT_EQ(net.stack().stats().tcp.syncookies_sent, 1996u);
  Seg ack;
  ack.flags = kTcpAck;
  ack.seq = kPeerIss + 1;
  ack.ack = cookie + 2;  // Wrong.
  ack.source_port = 2999;
  Inject(ack);
  EXPECT_TRUE(MustNext().Has(kTcpRst));
  ack.ack = cookie + 1;
  ack.data = "hi";
  Inject(ack);
  Result<Ref<TcpEndpoint>> child = listener->Accept();
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(Read(**child), "hi");
  (*child)->Close();
}

TEST_F(TcpTrace, SpuriousTimeoutIsUndone) {
  Establish(true, true);
  ASSERT_TRUE(Write(*tcp, std::string(8000, 'a')).ok());
  uint32_t sent_at = 0;
  while (auto seg = Next()) sent_at = seg->options.timestamp;
  const uint32_t before = tcp->Info().snd_cwnd;
  Pass(2 * kSecond);  // Nothing comes: timeouts.
  while (Next()) {
  }
  EXPECT_EQ(tcp->Info().ca_state, static_cast<uint8_t>(TcpCaState::kLoss));
  echo = sent_at;  // The acknowledgement is that of the original.
  Inject(Peer(0, 8000));
  EXPECT_EQ(tcp->Info().ca_state, static_cast<uint8_t>(TcpCaState::kOpen));
  EXPECT_GE(tcp->Info().snd_cwnd, before);
}

}  // namespace
}  // namespace netstack
