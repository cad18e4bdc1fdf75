// Delivery rates, pacing, what sending waits for, F-RTO.
#include "tests/unit/netstack/trace.h"

namespace netstack {
namespace {

class TcpRate : public TcpTrace {
 protected:
  // How many segments have gone out; the last one's end is `end`.
  int Drain() {
    int count = 0;
    for (; auto seg = Next(); count++) {
      end = std::max(end, RelSeq(*seg) + static_cast<uint32_t>(seg->data.size()));
    }
    return count;
  }
  void Arrive(uint32_t seq, uint32_t sack_from = 0, uint32_t sack_to = 0) {
    Seg ack = Peer(0, seq);
    if (sack_to != 0) {
      ack.options.sack[0] = {iss + 1 + sack_from, iss + 1 + sack_to};
      ack.options.sack_count = 1;
    }
    Inject(ack);
  }
  uint8_t State() { return tcp->Info().ca_state; }

  uint32_t end = 0;
};

TEST_F(TcpRate, DeliveryRateIsThatOfThePath) {
  Establish();
  tcp->SetSendBuffer(1 << 20);
  EXPECT_TRUE(tcp->Info().delivery_rate_app_limited);
  ASSERT_TRUE(Write(*tcp, std::string(35000, 'a')).ok());
  EXPECT_EQ(Drain(), 10);
  environment.now += rtt;
  Arrive(10000);
  EXPECT_EQ(tcp->Info().delivery_rate, 1'000'000u);
  // There had been nothing to send when these went out.
  EXPECT_TRUE(tcp->Info().delivery_rate_app_limited);
  EXPECT_EQ(Drain(), 20);
  environment.now += rtt;
  Arrive(30000);
  EXPECT_EQ(tcp->Info().delivery_rate, 2'000'000u);
  EXPECT_FALSE(tcp->Info().delivery_rate_app_limited);
  EXPECT_EQ(Drain(), 5);
  environment.now += rtt;
  Arrive(35000);
  // A little at a time says nothing about the path: the better figure stays.
  ASSERT_TRUE(Write(*tcp, std::string(1000, 'b')).ok());
  EXPECT_EQ(Drain(), 1);
  const uint64_t before = tcp->Info().delivery_rate;
  environment.now += 2 * rtt;
  Arrive(36000);
  EXPECT_EQ(tcp->Info().delivery_rate, before);
  EXPECT_FALSE(tcp->Info().delivery_rate_app_limited);
}

TEST_F(TcpRate, PacedWhenARateIsSet) {
  Establish();
  tcp->SetSendBuffer(1 << 20);
  tcp->options.max_pacing_rate = 1'000'000;  // A segment per millisecond.
  EXPECT_EQ(tcp->Info().pacing_rate, 1'000'000u);
  EXPECT_EQ(tcp->Info().max_pacing_rate, 1'000'000u);
  ASSERT_TRUE(Write(*tcp, std::string(60000, 'a')).ok());
  EXPECT_EQ(Drain(), 10);  // The initial window goes out at once, as on Linux.
  environment.now += rtt;
  Arrive(10000);
  EXPECT_EQ(Drain(), 1);
  Pass(kMillisecond);
  EXPECT_EQ(Drain(), 1);  // Half a millisecond sooner than by the rate: it was late before.
  for (int i = 0; i < 8; i++) {
    Pass(kMillisecond);
    EXPECT_EQ(Drain(), 1) << i;
  }
  Arrive(end);
  EXPECT_EQ(Drain(), 0);  // An acknowledgement does not hurry it.
  Pass(10 * kMillisecond);
  EXPECT_EQ(Drain(), 10);
  for (int i = 0; i < 10 && end < 60000; i++) {
    Arrive(end);
    Pass(10 * kMillisecond);
    Drain();
  }
  Arrive(60000);
  EXPECT_EQ(net.stack().timers().armed(), 0u);
}

TEST_F(TcpRate, RetransmissionsArePacedToo) {
  Establish();
  tcp->SetSendBuffer(1 << 20);
  tcp->options.max_pacing_rate = 100'000;
  ASSERT_TRUE(Write(*tcp, std::string(10000, 'a')).ok());
  EXPECT_EQ(Drain(), 10);
  environment.now += 20 * kMillisecond;
  Arrive(0, 5000, 10000);  // Half is lost.
  EXPECT_EQ(Drain(), 1);
  Pass(5 * kMillisecond);
  EXPECT_EQ(Drain(), 1);
  Pass(9 * kMillisecond);
  EXPECT_EQ(Drain(), 0);
  Pass(kMillisecond);
  EXPECT_EQ(Drain(), 1);
}

TEST_F(TcpRate, BusyTime) {
  Establish();
  Pass(50 * kMillisecond);
  EXPECT_EQ(tcp->Info().busy_time, 0u);
  ASSERT_TRUE(Write(*tcp, "hello").ok());
  Pass(7 * kMillisecond);
  EXPECT_EQ(tcp->Info().busy_time, 7000u);
  Arrive(5);
  Pass(50 * kMillisecond);
  const TcpInfo info = tcp->Info();
  EXPECT_EQ(info.busy_time, 7000u);
  EXPECT_EQ(info.rwnd_limited, 0u);
  EXPECT_EQ(info.sndbuf_limited, 0u);
}

TEST_F(TcpRate, TimeLimitedByThePeersWindow) {
  window = 3000;
  Establish();
  ASSERT_TRUE(Write(*tcp, std::string(5000, 'a')).ok());
  EXPECT_EQ(Drain(), 3);
  Pass(4 * kMillisecond);
  window = 9000;
  Arrive(3000);
  EXPECT_EQ(Drain(), 2);
  Pass(2 * kMillisecond);
  Arrive(5000);
  EXPECT_EQ(tcp->Info().rwnd_limited, 4000u);
  EXPECT_EQ(tcp->Info().busy_time, 6000u);
}

TEST_F(TcpRate, TimeLimitedByTheSendBuffer) {
  Establish();
  tcp->SetSendBuffer(4000);
  ASSERT_EQ(Write(*tcp, std::string(9000, 'a')).value_or(0), 4000u);
  EXPECT_EQ(Drain(), 4);
  Pass(3 * kMillisecond);
  Arrive(4000);
  Pass(kMillisecond);
  EXPECT_EQ(tcp->Info().sndbuf_limited, 3000u);
  EXPECT_EQ(tcp->Info().busy_time, 3000u);
}

class FRto : public TcpRate {
 protected:
  // Ten segments are under way, more wait, and the timer has sent the first again.
  void TimeOut(bool with_sack = true) {
    Establish(with_sack);
    net.stack().sysctl().tcp_early_retrans = 0;  // No probe before.
    tcp->SetSendBuffer(1 << 20);
    ASSERT_TRUE(Write(*tcp, std::string(30000, 'a')).ok());
    EXPECT_EQ(Drain(), 10);
    Pass(300 * kMillisecond);
    const Seg again = MustNext();
    EXPECT_EQ(RelSeq(again), 0u);
    EXPECT_TRUE(Quiet());
    EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kLoss));
  }
};

TEST_F(FRto, SpuriousTimeoutIsFound) {
  TimeOut();
  Arrive(1000);
  // New data, not what is still under way.
  EXPECT_EQ(RelSeq(MustNext()), 10000u);
  EXPECT_EQ(RelSeq(MustNext()), 11000u);
  EXPECT_TRUE(Quiet());
  Arrive(2000);  // Never sent again: it had only been late.
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kOpen));
  EXPECT_GE(tcp->Info().snd_cwnd, 10u);
  EXPECT_EQ(net.stack().stats().tcp.spurious_rtos, 1u);
  EXPECT_EQ(tcp->Info().total_retrans, 1u);
  EXPECT_EQ(tcp->Info().lost, 0u);
}

TEST_F(FRto, WithoutSackToo) {
  TimeOut(false);
  Arrive(1000);
  EXPECT_EQ(RelSeq(MustNext()), 10000u);
  EXPECT_EQ(RelSeq(MustNext()), 11000u);
  Arrive(2000);
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kOpen));
  EXPECT_EQ(net.stack().stats().tcp.spurious_rtos, 1u);
}

TEST_F(FRto, WithoutSackOneAcknowledgementOfAllIsNoProof) {
  TimeOut(false);
  Arrive(5000);  // The retransmission may have filled the hole.
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kLoss));
  EXPECT_EQ(RelSeq(MustNext()), 10000u);
}

TEST_F(FRto, RealLossIsRepaired) {
  TimeOut();
  Arrive(1000);
  EXPECT_EQ(RelSeq(MustNext()), 10000u);
  EXPECT_EQ(RelSeq(MustNext()), 11000u);
  Arrive(1000, 10000, 11000);  // The new arrives, the old does not.
  EXPECT_EQ(RelSeq(MustNext()), 1000u);
  EXPECT_EQ(State(), static_cast<uint8_t>(TcpCaState::kLoss));
  EXPECT_EQ(net.stack().stats().tcp.spurious_rtos, 0u);
}

TEST_F(FRto, NothingNewToSend) {
  Establish();
  net.stack().sysctl().tcp_early_retrans = 0;
  ASSERT_TRUE(Write(*tcp, std::string(5000, 'a')).ok());
  EXPECT_EQ(Drain(), 5);
  Pass(300 * kMillisecond);
  EXPECT_EQ(RelSeq(MustNext()), 0u);
  Arrive(1000);
  EXPECT_EQ(RelSeq(MustNext()), 1000u);
}

TEST_F(FRto, CanBeSwitchedOff) {
  net.stack().sysctl().tcp_frto = 0;
  TimeOut();
  Arrive(1000);
  EXPECT_EQ(RelSeq(MustNext()), 1000u);
}

}  // namespace
}  // namespace netstack
