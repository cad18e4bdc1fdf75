#include "gofer/broker/limits.h"

#include <gtest/gtest.h>

namespace gofer {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST(Limits, AreParsed) {
  Limits limits;
  EXPECT_TRUE(limits.Add("rate-out=1m/4m"));
  EXPECT_TRUE(limits.Add("rate-in=1.5k"));
  EXPECT_TRUE(limits.Add("packets-out=100"));
  EXPECT_TRUE(limits.Add("quota-in=2G"));
  EXPECT_TRUE(limits.Add("connections=10/50"));
  EXPECT_TRUE(limits.Add("flows=20"));
  EXPECT_EQ(limits.bytes[0].per_second, 1u << 20);
  EXPECT_EQ(limits.bytes[0].burst, 4u << 20);
  EXPECT_EQ(limits.bytes[1].per_second, 1536u);
  EXPECT_EQ(limits.bytes[1].burst, 1536u);
  EXPECT_EQ(limits.packets[0].per_second, 100u);
  EXPECT_EQ(limits.quota[1], uint64_t{2} << 30);
  EXPECT_EQ(limits.connections.burst, 50u);
  EXPECT_EQ(limits.flows, 20u);
}

TEST(Limits, NonsenseIsRefused) {
  for (const char* text :
       {"", "rate-out", "rate-out=", "rate-out=x", "rate-out=-1", "rate-out=1q", "rate-out=1mm",
        "rate-out=1/0", "rate-out=1/", "rate-out=nan", "rate-out=inf", "rate-out=1e30",
        "rate-out=0.5", "flows=1/2", "speed=1", "quota-out=99999999999999999999t"}) {
    EXPECT_FALSE(Limits().Add(text)) << text;
  }
}

TEST(Limits, OnlySomeNeedTheBytes) {
  Limits limits;
  EXPECT_TRUE(limits.Add("connections=10"));
  EXPECT_TRUE(limits.Add("flows=1"));
  EXPECT_FALSE(limits.OfBytes());
  EXPECT_TRUE(limits.Add("quota-out=1"));
  EXPECT_TRUE(limits.OfBytes());
  EXPECT_TRUE(limits.Add("quota-out=0"));
  EXPECT_FALSE(limits.OfBytes());
}

TEST(TokenBucket, FillsAndMayBeOverdrawn) {
  TokenBucket bucket;
  bucket.Set({100, 200}, 0);
  EXPECT_EQ(bucket.Level(0), 200);
  bucket.Take(500);
  EXPECT_EQ(bucket.Level(0), -300);
  EXPECT_EQ(bucket.Level(2 * kSecond), -100);
  EXPECT_EQ(bucket.Level(4 * kSecond), 100);
  EXPECT_EQ(bucket.Level(99 * kSecond), 200);
}

TEST(TokenBucket, WaitsForSomethingWorthwhile) {
  TokenBucket bucket;
  bucket.Set({100, 200}, 0);
  bucket.Take(200);
  EXPECT_EQ(bucket.Wait(0), kSecond / 20);
  bucket.Take(100);
  EXPECT_EQ(bucket.Wait(0), kSecond + kSecond / 20);
  EXPECT_EQ(bucket.Wait(2 * kSecond), 0);
}

TEST(TokenBucket, ANewRateDoesNotFillIt) {
  TokenBucket bucket;
  bucket.Set({100, 100}, 0);
  bucket.Take(100);
  bucket.Set({1000, 1000}, 0);
  EXPECT_EQ(bucket.Level(0), 0);
  EXPECT_EQ(bucket.Level(kSecond / 2), 500);
}

class MeterTest : public testing::Test {
 protected:
  void Set(std::initializer_list<const char*> texts) {
    Limits limits;
    for (const char* text : texts) ASSERT_TRUE(limits.Add(text)) << text;
    meter.Set(limits);
  }

  Loop loop;
  std::vector<Way> spent;
  Meter meter{loop, [this](Way way) { spent.push_back(way); }};
};

TEST_F(MeterTest, WithoutLimitsThereIsRoom) {
  meter.Count(Way::kOut, 1 << 20, 1);
  EXPECT_EQ(meter.Room(Way::kOut, 4096), 4096u);
  EXPECT_EQ(meter.used(Way::kOut), 1u << 20);
  EXPECT_EQ(meter.ConnectionWait(), 0);
}

TEST_F(MeterTest, AQuotaEndsOnce) {
  Set({"quota-out=1000"});
  EXPECT_EQ(meter.Room(Way::kOut, 4096), 1000u);
  meter.Count(Way::kOut, 600, 1);
  EXPECT_EQ(meter.Room(Way::kOut, 4096), 400u);
  meter.Count(Way::kOut, 400, 1);
  EXPECT_EQ(meter.Room(Way::kOut, 4096), 0u);
  EXPECT_EQ(meter.Room(Way::kIn, 4096), 4096u);
  meter.Count(Way::kOut, 1, 1);
  loop.Poll();
  EXPECT_EQ(spent, std::vector{Way::kOut});
  Set({"quota-out=2000"});
  EXPECT_EQ(meter.Room(Way::kOut, 4096), 999u);
}

TEST_F(MeterTest, WhoWaitsIsWokenInTurnAndOnce) {
  Set({"packets-in=1000/1"});
  meter.Count(Way::kIn, 10, 1);
  ASSERT_EQ(meter.Room(Way::kIn, 1), 0u);
  std::string order;
  int gone;
  meter.WhenRoom(Way::kIn, &order, [&] {
    order += 'a';
    meter.Count(Way::kIn, 10, 1);
  });
  meter.WhenRoom(Way::kIn, &gone, [&] { order += 'x'; });
  meter.WhenRoom(Way::kIn, &meter, [&] {
    order += 'b';
    loop.Stop();
  });
  meter.Forget(&gone);
  loop.Run();
  EXPECT_EQ(order, "ab");
}

TEST_F(MeterTest, ConnectionsTakeTurns) {
  Set({"connections=10/2"});
  EXPECT_EQ(meter.ConnectionWait(), 0);
  meter.CountConnection();
  meter.CountConnection();
  const int64_t wait = meter.ConnectionWait();
  EXPECT_GT(wait, 50);
  EXPECT_LE(wait, 100);
}

}  // namespace
}  // namespace gofer
