// Messages of a Sentry that was taken over, and DNS queries of its guest.  The policy allows
// nothing, so that whatever is asked, no descriptor comes back but the resolver's end of a pair.
//
// needs: broker
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <string>

#include "gofer/broker/broker.h"
#include "gofer/broker/dns.h"
#include "platform/base/log.h"

namespace {

constexpr size_t kMostKept = 8, kMostSteps = 64;

void CheckResolversEnd(const base::Fd& fd) {
  int domain = 0;
  socklen_t size = sizeof(domain);
  CHECK(::getsockopt(fd.get(), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0);
  CHECK(domain == AF_UNIX);
}

// A Sentry that reads what it gets.
class Guest {
 public:
  explicit Guest(base::Fd channel) : channel_(std::move(channel)) {}

  void Send(FuzzedDataProvider& data) {
    gofer::BrokerMessage message;
    if (data.ConsumeBool()) message.version = data.ConsumeIntegral<uint8_t>();
    message.op = static_cast<gofer::BrokerOp>(data.ConsumeIntegral<uint8_t>());
    message.protocol = data.PickValueInArray<uint8_t>({6, 17, 1, 255});
    message.ipv4 = data.ConsumeIntegral<uint8_t>();
    message.port = data.PickValueInArray<uint16_t>({53, 0, 80, 65535});
    message.error = data.ConsumeIntegral<int32_t>();
    message.id = data.ConsumeBool() ? data.ConsumeIntegral<uint64_t>()
                                    : data.ConsumeIntegralInRange<uint64_t>(0, 4);
    if (data.ConsumeBool()) {
      message.ipv4 = 1;
      message.address = {10, 0, 2, 3};
    } else {
      for (uint8_t& byte : message.address) byte = data.ConsumeIntegral<uint8_t>();
    }
    (void)gofer::SendBrokerMessage(channel_.get(), message);
  }
  void SendBytes(FuzzedDataProvider& data) {
    const std::string bytes = data.ConsumeRandomLengthString(64);
    ::send(channel_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void Query(FuzzedDataProvider& data) {
    const std::string bytes = data.ConsumeRandomLengthString(300);
    // What a resolver answers is hostile too.
    const auto message = std::as_bytes(std::span(bytes));
    gofer::Bytes answer(message.begin(), message.end());
    (void)gofer::ParseAddresses(answer);
    gofer::TakeEdns(answer);
    (void)gofer::AddEdns(answer);
    if (kept_.empty()) return;
    const base::Fd& to = kept_[data.ConsumeIntegralInRange<size_t>(0, kept_.size() - 1)];
    ::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void ReceiveAll() {
    for (;;) {
      base::Result<gofer::ReceivedBrokerMessage> got = gofer::ReceiveBrokerMessage(channel_.get());
      if (!got.ok()) break;
      if (!got->descriptor.valid()) continue;
      CheckResolversEnd(got->descriptor);
      kept_.push_back(std::move(got->descriptor));
      if (kept_.size() > kMostKept) kept_.pop_front();
    }
    std::array<char, 4096> answer;
    for (const base::Fd& fd : kept_) {
      while (::recv(fd.get(), answer.data(), answer.size(), MSG_DONTWAIT) > 0) {
      }
    }
  }

 private:
  base::Fd channel_;
  std::deque<base::Fd> kept_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  FuzzedDataProvider data(bytes, size);
  int ends[2];
  CHECK(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  Guest guest{base::Fd(ends[0])};
  gofer::BrokerConfig config;
  config.policy.mode = data.ConsumeBool() ? gofer::PolicyMode::kNone : gofer::PolicyMode::kOpen;
  config.policy.deny.push_back(*gofer::PolicyRule::Parse("0.0.0.0/0"));
  config.policy.deny.push_back(*gofer::PolicyRule::Parse("::/0"));
  config.hosts.emplace("a.example", gofer::Address::V4(1));
  gofer::Broker broker(std::move(config), base::Fd(ends[1]));
  broker.Start();
  for (size_t step = 0; step < kMostSteps && data.remaining_bytes() != 0; ++step) {
    switch (data.ConsumeIntegralInRange<int>(0, 3)) {
      case 0:
      case 1:
        guest.Send(data);
        break;
      case 2:
        guest.Query(data);
        break;
      default:
        guest.SendBytes(data);
    }
    broker.Poll();
    guest.ReceiveAll();
  }
  return 0;
}
