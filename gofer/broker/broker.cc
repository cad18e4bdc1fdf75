#include "gofer/broker/broker.h"

#include <fcntl.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "gofer/broker/dns_stream_flow.h"
#include "gofer/broker/policy_text.h"

namespace gofer {
namespace {

constexpr uint16_t kDnsPort = 53;
// How long what is left may take when the Sentry is gone.
constexpr int64_t kPatienceMilliseconds = 5'000;

Address AddressOf(const BrokerMessage& message) {
  Address out;
  if (message.ipv4 == 0) {
    out.bytes = message.address;
    return out;
  }
  uint32_t v4 = 0;
  for (size_t i = 0; i < 4; ++i) v4 = v4 << 8 | message.address[i];
  return Address::V4(v4);
}

// The gateway's address stands for the host itself.
Address Outside(const Address& address) {
  if (address == Address::V4(kGatewayV4)) return Address::V4(INADDR_LOOPBACK);
  if (address == *Address::Parse(kGatewayV6)) return *Address::Parse("::1");
  return address;
}

bool IsResolver(const Address& address) {
  return address == Address::V4(kResolverV4) || address == *Address::Parse(kResolverV6);
}

}  // namespace

Broker::Broker(BrokerConfig config, base::Fd channel)
    : config_(std::move(config)),
      channel_(std::move(channel)),
      meter_(loop_, [this](Way way) { OnSpent(way); }),
      audit_(std::move(config_.audit)),
      dns_(loop_, config_, audit_),
      control_(loop_, std::move(config_.control),
               [this](std::string_view text) { return OnControl(text); }) {
  meter_.Set(config_.limits);
  for (PublishedPort& port : config_.ports) {
    auto listening = std::make_unique<Listening>();
    listening->port = std::move(port);
    listening_.push_back(std::move(listening));
  }
}

Broker::~Broker() {
  finishing_ = true;
  while (!flows_.empty()) End(flows_.begin()->first);
}

void Broker::Start() {
  loop_.WhenReadable(channel_.get(), [this] { OnMessages(); });
  WatchAll();
  control_.Start();
}

void Broker::Run() {
  Start();
  loop_.Run();
}

void Broker::OnMessages() {
  constexpr int kBatch = 64;
  for (int i = 0; i < kBatch; ++i) {
    base::Result<ReceivedBrokerMessage> got = ReceiveBrokerMessage(channel_.get());
    if (got.Is(EAGAIN) || got.Is(EINTR)) break;
    // Nobody is there any more, or nobody that can be trusted to speak to.
    if (!got.ok()) return Finish();
    Handle(got->message);
  }
  // A Sentry that asks and does not listen is not heard any longer.
  reading_ = waiting_.empty();
  if (reading_) loop_.WhenReadable(channel_.get(), [this] { OnMessages(); });
}

void Broker::Handle(const BrokerMessage& message) {
  if (message.op == BrokerOp::kConnect) return Connect(message);
  if (message.op == BrokerOp::kListen) return Listen(message.port);
  if (message.op == BrokerOp::kUnlisten) return Unlisten(message.port);
  auto found = flows_.find(message.id);
  if (found == flows_.end()) {  // It has ended meanwhile, or not begun.
    if (message.op == BrokerOp::kClose) {
      std::erase_if(delayed_, [&](const BrokerMessage& m) { return m.id == message.id; });
    }
    return;
  }
  switch (message.op) {
    case BrokerOp::kShutdown:
      return found->second->Shutdown();
    case BrokerOp::kClose:
      if (message.error != 0) {
        found->second->Reset();
      } else if (!found->second->Close()) {
        return Taken(message.id);
      }
      return End(message.id);
    case BrokerOp::kTaken:
      return Taken(message.id);
    default:
      return;
  }
}

void Broker::Refuse(const BrokerMessage& message, FlowRecord record, const Verdict& verdict) {
  record.rule = verdict.rule;
  record.name = verdict.name;
  record.error = EACCES;
  audit_.Write(record);
  BrokerMessage answer;
  answer.op = BrokerOp::kFailed;
  answer.id = message.id;
  answer.error = EACCES;
  Tell(answer, nullptr);
}

void Broker::Connect(const BrokerMessage& message) {
  const bool tcp = message.protocol == IPPROTO_TCP, udp = message.protocol == IPPROTO_UDP;
  // The Sentry's ids are its own affair, but for those that are in use or ours.
  if ((!tcp && !udp) || (message.id & kBrokerIds) != 0 || flows_.contains(message.id)) return;
  FlowRecord record;
  record.protocol = message.protocol;
  record.address = Outside(AddressOf(message));
  record.port = message.port;
  record.began_ms = WallMilliseconds();
  record.began_monotonic = MonotonicMilliseconds();
  if (flows_.size() >= kMostFlows) return Refuse(message, record, {false, "too many flows", ""});
  auto start = [&]<typename T>(std::unique_ptr<T> flow) {
    T& kept = *flow;
    flows_[message.id] = std::move(flow);
    kept.Start();
  };
  if (IsResolver(record.address)) {
    if (message.port != kDnsPort) return Refuse(message, record, {false, "resolver", ""});
    record.allowed = true;
    record.rule = "resolver";
    if (udp) {
      return start(std::make_unique<DnsFlow>(loop_, *this, message.id, std::move(record), dns_));
    }
    return start(
        std::make_unique<DnsStreamFlow>(loop_, *this, message.id, std::move(record), dns_));
  }
  const Verdict verdict =
      config_.policy.Check(record.address, record.port, MonotonicMilliseconds() / 1000);
  if (!verdict.allowed) return Refuse(message, std::move(record), verdict);
  if (const char* limit = LimitReached(); limit != nullptr) {
    return Refuse(message, std::move(record), {false, limit, verdict.name});
  }
  if (const int64_t wait = meter_.ConnectionWait(); wait != 0 || !delayed_.empty()) {
    return Delay(message, std::move(record), wait);
  }
  meter_.CountConnection();
  record.allowed = true;
  record.rule = verdict.rule;
  record.name = verdict.name;
  if (tcp) {
    start(std::make_unique<TcpFlow>(loop_, *this, message.id, std::move(record),
                                    config_.share_sockets));
  } else {
    start(std::make_unique<UdpFlow>(loop_, *this, message.id, std::move(record)));
  }
}

void Broker::Delay(const BrokerMessage& message, FlowRecord record, int64_t milliseconds) {
  if (delayed_.size() >= kMostDelayed) {
    return Refuse(message, std::move(record), {false, "limit connections", ""});
  }
  delayed_.push_back(message);
  if (delayed_.size() == 1) loop_.After(milliseconds, [this] { ConnectDelayed(); });
}

// From the beginning: the policy may be another one by now.
void Broker::ConnectDelayed() {
  for (std::deque<BrokerMessage> all = std::exchange(delayed_, {}); !all.empty(); all.pop_front()) {
    if (delayed_.empty()) {
      Connect(all.front());
    } else {  // The bucket is empty again.
      delayed_.push_back(all.front());
    }
  }
}

bool Broker::Crowded() const {
  if (flows_.size() >= kMostFlows) return true;
  const uint64_t most = meter_.limits().flows;
  if (most == 0) return false;
  const auto limited = std::count_if(flows_.begin(), flows_.end(),
                                     [](const auto& one) { return one.second->limited(); });
  return static_cast<uint64_t>(limited) >= most;
}

const char* Broker::LimitReached() const {
  if (meter_.Spent(Way::kOut)) return "limit quota-out";
  if (meter_.Spent(Way::kIn)) return "limit quota-in";
  return Crowded() ? "limit flows" : nullptr;
}

void Broker::CutFlows(const char* why, const std::function<bool(const Flow&)>& which) {
  for (auto& [id, flow] : flows_) {
    if (flow->limited() && which(*flow)) flow->Cut(why);
  }
}

void Broker::OnSpent(Way way) {
  if (!meter_.Spent(way)) return;  // It has been raised meanwhile.
  CutFlows(way == Way::kOut ? "limit quota-out" : "limit quota-in",
           [](const Flow&) { return true; });
}

std::string Broker::Usage() const {
  return "bytes_out " + std::to_string(meter_.used(Way::kOut)) + "\nbytes_in " +
         std::to_string(meter_.used(Way::kIn)) + "\nflows " + std::to_string(flows_.size());
}

std::string Broker::OnControl(std::string_view text) {
  if (text.empty()) return Usage();
  PolicyText next;
  std::string wrong = next.Add(text);
  if (!wrong.empty()) return wrong;
  const PolicyMode mode = next.Mode();
  config_.policy.Replace(mode, std::move(next.allow), std::move(next.deny));
  meter_.Set(next.limits);
  const int64_t now = MonotonicMilliseconds() / 1000;
  CutFlows("policy", [&](const Flow& flow) {
    const FlowRecord& record = flow.record();
    return !record.incoming && !config_.policy.Check(record.address, record.port, now).allowed;
  });
  WatchAll();
  return "ok";
}

void Broker::WatchAll() {
  for (auto& listening : listening_) Watch(*listening);
}

void Broker::Taken(uint64_t id) {
  auto found = flows_.find(id);
  if (found == flows_.end() || !found->second->untaken) return;
  found->second->untaken = false;
  untaken_--;
  WatchAll();
}

void Broker::End(uint64_t id) {
  auto found = flows_.find(id);
  if (found == flows_.end()) return;
  Taken(id);
  std::unique_ptr<Flow> flow = std::move(found->second);
  flows_.erase(found);
  flow->Count(flow->record());
  audit_.Write(flow->record());
  WatchAll();
  if (finishing_ && flows_.empty()) loop_.Stop();
}

// The Sentry is gone.  Nothing new comes in; what it has written still goes out.
void Broker::Finish() {
  if (finishing_) return;
  finishing_ = true;
  loop_.Forget(channel_.get());
  control_.Stop();
  for (auto& listening : listening_) {
    if (listening->port.socket.valid()) loop_.Forget(listening->port.socket.get());
  }
  BePatient(0);
  // Not from within a call of one of them.
  loop_.Post([this] {
    std::vector<uint64_t> through;
    for (auto& [id, flow] : flows_) {
      if (flow->Close()) through.push_back(id);
    }
    for (uint64_t id : through) End(id);
    if (flows_.empty()) loop_.Stop();
  });
}

// What the limits hold back still goes out, as long as some of it does.
void Broker::BePatient(int turn) {
  constexpr int kMostTurns = 24;
  const uint64_t before = meter_.used(Way::kOut);
  loop_.After(kPatienceMilliseconds, [this, turn, before] {
    if (turn >= kMostTurns || meter_.used(Way::kOut) == before) return loop_.Stop();
    BePatient(turn + 1);
  });
}

void Broker::Tell(const BrokerMessage& message, const base::Fd* descriptor) {
  if (finishing_) return;
  Waiting item;
  item.message = message;
  if (waiting_.empty()) {
    const int fd = descriptor != nullptr ? descriptor->get() : -1;
    base::Result<void> sent = SendBrokerMessage(channel_.get(), message, fd);
    if (sent.ok()) return;
    if (!sent.Is(EAGAIN)) return Finish();
    loop_.WhenWritable(channel_.get(), [this] { Flush(); });
  }
  if (descriptor != nullptr) {
    item.descriptor = base::Fd(::fcntl(descriptor->get(), F_DUPFD_CLOEXEC, 0));
  }
  waiting_.push_back(std::move(item));
}

void Broker::Flush() {
  while (!waiting_.empty()) {
    const Waiting& next = waiting_.front();
    base::Result<void> sent =
        SendBrokerMessage(channel_.get(), next.message, next.descriptor.get());
    if (sent.Is(EAGAIN)) {
      loop_.WhenWritable(channel_.get(), [this] { Flush(); });
      return;
    }
    if (!sent.ok()) return Finish();
    waiting_.pop_front();
  }
  if (reading_) return;
  reading_ = true;
  loop_.WhenReadable(channel_.get(), [this] { OnMessages(); });
}

}  // namespace gofer
