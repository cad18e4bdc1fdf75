#include "sentry/fs/tty/line_discipline.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace sentry {
namespace {

class FakeDriver final : public LineDriver {
 public:
  size_t OutputRoom() const override { return room - std::min(room, screen.size()); }
  void Output(std::span<const uint8_t> bytes) override {
    ASSERT_LE(bytes.size(), OutputRoom());
    screen.append(bytes.begin(), bytes.end());
  }
  void DropOutput() override { screen.clear(); }
  void SendSignal(int signal) override { signals.push_back(signal); }
  void InputReady() override {}
  void InputDropped() override {}
  void FlowChanged(bool) override {}

  size_t room = 1 << 20;
  std::string screen;
  std::vector<int> signals;
};

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::string ReadAll(LineDiscipline& line) {
  uint8_t buffer[LineDiscipline::kSize];
  size_t n = line.Read(buffer);
  return std::string(buffer, buffer + n);
}

TEST(LineDiscipline, EchoesWaitForRoomAndStayInOrder) {
  FakeDriver driver;
  LineDiscipline line(driver);
  driver.room = 3;
  line.Receive(Bytes("abcdef\n"));
  EXPECT_EQ(driver.screen, "abc");
  driver.room = 5;
  line.ProcessEchoes();
  EXPECT_EQ(driver.screen, "abcde");
  driver.room = 7;  // The end of the line needs two places.
  line.ProcessEchoes();
  EXPECT_EQ(driver.screen, "abcdef");
  driver.room = 100;
  line.ProcessEchoes();
  EXPECT_EQ(driver.screen, "abcdef\r\n");
}

TEST(LineDiscipline, TakesNoMoreThanItHasRoomFor) {
  FakeDriver driver;
  LineDiscipline line(driver);
  TtySettings raw = RawTtySettings();
  line.Configure(raw);
  std::string much(3 * LineDiscipline::kSize, 'x');
  EXPECT_EQ(line.Receive(Bytes(much)), LineDiscipline::kSize - 1);
  EXPECT_EQ(line.Receive(Bytes(much)), 0u);
  EXPECT_EQ(ReadAll(line).size(), LineDiscipline::kSize - 1);
}

TEST(LineDiscipline, ASignalDropsWhatWasTyped) {
  FakeDriver driver;
  LineDiscipline line(driver);
  line.Receive(Bytes("old\nab\003new\n"));
  EXPECT_EQ(driver.signals, std::vector<int>{2});
  EXPECT_EQ(ReadAll(line), "new\n");
}

// Whatever the settings and the bytes: no read gives more than was typed, nothing is out of bounds.
TEST(LineDiscipline, AnythingAtAll) {
  std::mt19937 engine(1);
  auto random = [&engine] { return static_cast<uint32_t>(engine()); };
  for (int round = 0; round < 20; ++round) {
    FakeDriver driver;
    driver.room = random() % 5000;
    LineDiscipline line(driver);
    for (int step = 0; step < 40; ++step) {
      if (random() % 4 == 0) {
        TtySettings settings = DefaultTtySettings();
        settings.c_iflag = random();
        settings.c_oflag = random();
        settings.c_lflag = random() % 3 == 0 ? random() : settings.c_lflag ^ (1u << random() % 16);
        for (uint8_t& c : settings.c_cc) {
          if (random() % 4 == 0) c = static_cast<uint8_t>(random());
        }
        line.Configure(settings);
      }
      std::string typed(random() % 3000, '\0');
      for (char& c : typed)
        c = static_cast<char>(random() % 3 == 0 ? random() : "a\t\n\177"[random() % 4]);
      EXPECT_LE(line.Receive(Bytes(typed)), typed.size());
      if (random() % 3 == 0) {
        EXPECT_LE(line.Write(Bytes(typed)), typed.size());
      }
      if (random() % 5 == 0) driver.screen.clear();
      if (random() % 7 == 0) line.Stop(random() % 2 == 0);
      if (random() % 5 == 0) line.Start(random() % 2 == 0);
      EXPECT_LE(line.Pending(), LineDiscipline::kSize);
      std::vector<uint8_t> buffer(random() % 5000);
      EXPECT_LE(line.Read(buffer), buffer.size());
    }
  }
}

}  // namespace
}  // namespace sentry
