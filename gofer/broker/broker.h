// Broker: takes the Sentry's requests, applies the policy, keeps the flows.  The Sentry is not
// trusted: every number of a message is checked, and what it may hold open is bounded.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "gofer/broker/config.h"
#include "gofer/broker/control.h"
#include "gofer/broker/flow.h"

namespace gofer {

class Broker final : public FlowOwner {
 public:
  Broker(BrokerConfig config, base::Fd channel);
  ~Broker();
  // Until the channel closes.
  void Run();
  // Step by step instead: the beginning, and what is to be done now.
  void Start();
  void Poll() { loop_.Poll(); }
  void Tell(const BrokerMessage& message, const base::Fd* descriptor) override;
  void End(uint64_t id) override;
  Meter& meter() override { return meter_; }

 private:
  void OnMessages();
  void Handle(const BrokerMessage& message);
  void Connect(const BrokerMessage& message);
  void Refuse(const BrokerMessage& message, FlowRecord record, const Verdict& verdict);
  // A connection that has to wait for its turn (--net-limit connections).
  void Delay(const BrokerMessage& message, FlowRecord record, int64_t milliseconds);
  void ConnectDelayed();
  // No room for one more flow.
  bool Crowded() const;
  const char* LimitReached() const;
  void OnSpent(Way way);
  void CutFlows(const char* why, const std::function<bool(const Flow&)>& which);
  // What an operator has sent.
  std::string OnControl(std::string_view text);
  std::string Usage() const;
  void WatchAll();
  void Taken(uint64_t id);
  void Flush();
  void Finish();
  void BePatient(int turn);

  // --- published ports (publish.cc) ---
  struct Listening {
    PublishedPort port;
    bool watched = false;
    bool by_guest = false;  // It listens there; without a socket: it did.
    // UDP: who has sent, and the Sentry's end of what they send.
    std::map<std::pair<Address, uint16_t>, uint64_t> clients;
  };
  class ClientFlow;  // The datagrams of one client.
  void Watch(Listening& listening);
  // --net=host: what the guest listens on.
  void Listen(uint16_t port);
  void Unlisten(uint16_t port);
  void OnClient(Listening& listening);
  void OnDatagrams(Listening& listening);
  void Announce(const Listening& listening, uint64_t id, const Address& from, uint16_t port,
                const base::Fd& descriptor);

  static constexpr size_t kMostFlows = 4096, kMostUntaken = 64, kMostClients = 1024;
  static constexpr size_t kMostDelayed = 256, kMostListening = 256;
  BrokerConfig config_;
  base::Fd channel_;
  Loop loop_;
  Meter meter_;
  Audit audit_;
  DnsForwarder dns_;
  Control control_;
  std::map<uint64_t, std::unique_ptr<Flow>> flows_;
  std::vector<std::unique_ptr<Listening>> listening_;
  uint64_t next_id_ = kBrokerIds;
  size_t untaken_ = 0;
  struct Waiting {
    BrokerMessage message;
    base::Fd descriptor;
  };
  std::deque<BrokerMessage> delayed_;
  std::deque<Waiting> waiting_;  // Messages that the channel has no room for.
  bool reading_ = true, finishing_ = false;
};

}  // namespace gofer
