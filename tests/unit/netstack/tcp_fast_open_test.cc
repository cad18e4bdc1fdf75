// TCP Fast Open (RFC 7413).
#include <poll.h>

#include "tests/unit/netstack/trace.h"

namespace netstack {
namespace {

class FastOpen : public TcpTrace {
 protected:
  static constexpr uint64_t kCookie = 0x1122334455667788;

  void SetUp() override { net.stack().sysctl().tcp_fastopen = 3; }

  Seg Answer(const Seg& syn, uint32_t ack) {
    Seg reply;
    reply.flags = kTcpSyn | kTcpAck;
    reply.seq = kPeerIss;
    reply.ack = ack;
    reply.options.mss = 1000;
    reply.destination_port = syn.source_port;
    return reply;
  }
  // A first connection, which gets a cookie.
  void LearnCookie() {
    auto first = net.CreateTcp(2, 0);
    EXPECT_FALSE(first->CanOpenFast(kPeer));
    first->AskForCookie();
    ASSERT_TRUE(first->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
    const Seg syn = MustNext();
    EXPECT_TRUE(syn.options.fastopen);
    Seg reply = Answer(syn, syn.seq + 1);
    reply.options.fastopen = true;
    reply.options.fastopen_cookie = std::as_bytes(std::span(&kCookie, 1));
    Inject(reply);
    MustNext();
    EXPECT_TRUE(first->CanOpenFast(kPeer));
    first->Abort();
    while (Next()) {
    }
  }
  // The SYN of a second one, with data.
  Seg OpenWith(const std::string& data, size_t taken) {
    tcp = net.CreateTcp(2, 0);
    SpanSource source(std::as_bytes(std::span(data)));
    EXPECT_EQ(tcp->ConnectAndSend({kPeer, kPeerPort, 0}, source).value_or(0), taken);
    const Seg syn = MustNext();
    EXPECT_EQ(syn.flags, kTcpSyn);
    EXPECT_TRUE(syn.options.fastopen);
    EXPECT_EQ(syn.data, data.substr(0, taken));
    iss = syn.seq;
    local_port = syn.source_port;
    return syn;
  }

  void Listen(int queue) {
    listener = net.CreateTcp(2, 0);
    ASSERT_TRUE(listener->Bind({kUs, 7777, 0}).ok());
    listener->SetFastOpen(queue);
    ASSERT_TRUE(listener->Listen(8).ok());
    local_port = 7777;
  }
  Seg Syn(uint16_t port, std::span<const std::byte> cookie, std::string data = "") {
    Seg syn;
    syn.flags = kTcpSyn;
    syn.seq = kPeerIss;
    syn.source_port = port;
    syn.options.mss = 1000;
    syn.options.fastopen = true;
    syn.options.fastopen_cookie = cookie;
    syn.data = std::move(data);
    return syn;
  }
  // A cookie of ours, by its bytes in the packet that brings it.
  std::vector<std::byte> AskServer() {
    Inject(Syn(99, {}));
    PacketPtr packet = link->Read();
    EXPECT_NE(packet, nullptr);
    if (packet == nullptr) return {};
    const std::vector<std::byte> bytes = packet->ToBytes();
    const size_t at = Ipv4Header::kSize;
    std::optional<TcpHeader> header = TcpHeader::Parse(std::span(bytes).subspan(at));
    const TcpOptions options = TcpOptions::Parse(
        std::span(bytes).subspan(at + TcpHeader::kSize, header->header_size - TcpHeader::kSize));
    EXPECT_TRUE(options.fastopen);
    EXPECT_EQ(header->ack, kPeerIss + 1);
    Seg reset;  // That was all it wanted.
    reset.flags = kTcpRst;
    reset.seq = kPeerIss + 1;
    reset.source_port = 99;
    Inject(reset);
    return {options.fastopen_cookie.begin(), options.fastopen_cookie.end()};
  }
};

TEST_F(FastOpen, DataGoesWithTheSyn) {
  LearnCookie();
  const Seg syn = OpenWith("early", 5);
  EXPECT_TRUE(Write(*tcp, "more").Is(EAGAIN));
  Inject(Answer(syn, iss + 1 + 5));
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
  const Seg ack = MustNext();
  EXPECT_EQ(RelSeq(ack), 5u);
  EXPECT_EQ(ack.data, "");
  EXPECT_TRUE(Quiet());
  EXPECT_NE(tcp->Info().options & kTcpiOptSynData, 0);
  EXPECT_EQ(tcp->Info().fastopen_client_fail, 0);
  EXPECT_EQ(net.stack().stats().tcp.fastopen_active, 1u);
  ASSERT_TRUE(Write(*tcp, "more").ok());
  EXPECT_EQ(RelSeq(MustNext()), 5u);
}

TEST_F(FastOpen, DataThatTheServerLeavesOutIsSentAgain) {
  LearnCookie();
  const Seg syn = OpenWith("early", 5);
  Inject(Answer(syn, iss + 1));
  const Seg again = MustNext();
  EXPECT_EQ(again.data, "early");
  EXPECT_EQ(RelSeq(again), 0u);
  EXPECT_EQ(tcp->Info().fastopen_client_fail, 2);
  Inject(Peer(0, 5));
  EXPECT_EQ(tcp->UnackedBytes(), 0u);
  Pass(10 * kSecond);
  EXPECT_TRUE(Quiet());
}

TEST_F(FastOpen, SynIsRepeatedWithoutDataOrOption) {
  LearnCookie();
  const Seg syn = OpenWith("early", 5);
  Pass(kSecond);
  const Seg again = MustNext();
  EXPECT_EQ(again.flags, kTcpSyn);
  EXPECT_EQ(again.seq, iss);
  EXPECT_EQ(again.data, "");
  EXPECT_FALSE(again.options.fastopen);
  EXPECT_FALSE(tcp->CanOpenFast(kPeer));  // It may be the reason.
  Inject(Answer(syn, iss + 1));
  EXPECT_EQ(MustNext().data, "early");
  EXPECT_EQ(tcp->Info().fastopen_client_fail, 2);
}

TEST_F(FastOpen, SynTakesOneSegment) {
  LearnCookie();
  const Seg syn = OpenWith(std::string(5000, 'a'), 960);
  Inject(Answer(syn, iss + 1 + 960));
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
}

TEST_F(FastOpen, RefusedAsEver) {
  LearnCookie();
  OpenWith("early", 5);
  Seg reset = Peer(0, 5, "", kTcpRst | kTcpAck);
  reset.seq = 0;
  Inject(reset);
  EXPECT_EQ(ReadError(*tcp), ECONNREFUSED);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(FastOpen, ConnectWaitsForTheData) {
  LearnCookie();
  tcp = net.CreateTcp(2, 0);
  tcp->SetFastOpenConnect(true);
  ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).ok());
  EXPECT_EQ(tcp->state(), TcpState::kSynSent);
  EXPECT_TRUE(Quiet());
  EXPECT_EQ(tcp->Readiness(), POLLOUT | POLLWRNORM);
  ASSERT_EQ(Write(*tcp, "first").value_or(0), 5u);
  const Seg syn = MustNext();
  EXPECT_EQ(syn.data, "first");
  iss = syn.seq;
  Inject(Answer(syn, iss + 1 + 5));
  EXPECT_EQ(tcp->state(), TcpState::kEstablished);
}

TEST_F(FastOpen, ConnectWithoutACookieAsksForOne) {
  tcp = net.CreateTcp(2, 0);
  tcp->SetFastOpenConnect(true);
  ASSERT_TRUE(tcp->Connect({kPeer, kPeerPort, 0}).Is(EINPROGRESS));
  EXPECT_TRUE(MustNext().options.fastopen);
  EXPECT_EQ(tcp->Info().fastopen_client_fail, 1);
}

TEST_F(FastOpen, SwitchedOffForClients) {
  LearnCookie();
  net.stack().sysctl().tcp_fastopen = 2;
  EXPECT_FALSE(net.CreateTcp(2, 0)->CanOpenFast(kPeer));
}

TEST_F(FastOpen, ServerAcceptsWithTheSyn) {
  Listen(4);
  const std::vector<std::byte> cookie = AskServer();
  ASSERT_EQ(cookie.size(), 8u);
  Inject(Syn(100, cookie, "hello"));
  const Seg answer = MustNext();
  EXPECT_EQ(answer.flags, kTcpSyn | kTcpAck);
  EXPECT_EQ(answer.ack, kPeerIss + 1 + 5);
  EXPECT_FALSE(answer.options.fastopen);
  Result<Ref<TcpEndpoint>> child = listener->Accept();
  ASSERT_TRUE(child.ok());
  EXPECT_EQ((*child)->state(), TcpState::kSynRecv);
  EXPECT_EQ(Read(**child), "hello");
  // The answer need not wait for the handshake either.
  ASSERT_TRUE(Write(**child, "world").ok());
  const Seg early = MustNext();
  EXPECT_EQ(early.data, "world");
  EXPECT_EQ(early.seq, answer.seq + 1);
  Seg ack;
  ack.flags = kTcpAck;
  ack.seq = kPeerIss + 1 + 5;
  ack.ack = answer.seq + 1;
  ack.source_port = 100;
  Inject(ack);
  EXPECT_EQ((*child)->state(), TcpState::kEstablished);
  EXPECT_NE((*child)->Info().options & kTcpiOptSynData, 0);
  // What was sent before is still watched.
  Pass(kSecond);
  const Seg again = MustNext();
  EXPECT_EQ(again.data, "world");
  ack.ack += 5;
  Inject(ack);
  EXPECT_EQ((*child)->UnackedBytes(), 0u);
  EXPECT_EQ(net.stack().stats().tcp.fastopen_passive, 1u);
  (*child)->Abort();
}

TEST_F(FastOpen, ServersAnswerIsRepeated) {
  Listen(4);
  const std::vector<std::byte> cookie = AskServer();
  Inject(Syn(100, cookie, "hello"));
  while (Next()) {
  }
  Pass(kSecond);
  Seg answer = MustNext();
  EXPECT_EQ(answer.flags, kTcpSyn | kTcpAck);
  EXPECT_EQ(answer.ack, kPeerIss + 1 + 5);
  Inject(Syn(100, cookie, "hello"));  // Ours was lost.
  answer = MustNext();
  EXPECT_EQ(answer.flags, kTcpSyn | kTcpAck);
  Result<Ref<TcpEndpoint>> child = listener->Accept();
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(Read(**child), "hello");
  (*child)->Abort();
}

TEST_F(FastOpen, WrongCookieOpensNothing) {
  Listen(4);
  const std::vector<std::byte> wrong(8, std::byte{7});
  Inject(Syn(100, wrong, "hello"));
  const Seg answer = MustNext();
  EXPECT_EQ(answer.ack, kPeerIss + 1);
  EXPECT_TRUE(answer.options.fastopen);  // The right one.
  EXPECT_TRUE(listener->Accept().Is(EAGAIN));
  EXPECT_EQ(net.stack().stats().tcp.fastopen_passive_fail, 1u);
}

TEST_F(FastOpen, OnlySoManyWithoutHandshake) {
  Listen(2);
  const std::vector<std::byte> cookie = AskServer();
  for (uint16_t port = 100; port < 104; port++) Inject(Syn(port, cookie, "x"));
  int early = 0;
  while (auto answer = Next()) early += answer->ack == kPeerIss + 2 ? 1 : 0;
  EXPECT_EQ(early, 2);
  EXPECT_EQ(net.stack().stats().tcp.fastopen_listen_overflow, 2u);
}

TEST_F(FastOpen, SwitchedOffForServers) {
  net.stack().sysctl().tcp_fastopen = 1;
  Listen(4);
  Inject(Syn(100, {}, "x"));
  const Seg answer = MustNext();
  EXPECT_FALSE(answer.options.fastopen);
  EXPECT_EQ(answer.ack, kPeerIss + 1);
}

}  // namespace
}  // namespace netstack
