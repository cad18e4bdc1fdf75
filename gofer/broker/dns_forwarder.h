// DnsForwarder: answers the guest's queries: from --add-host, or by asking the host's resolvers if
// the policy lets the name be known.  What it learns, the policy learns.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "gofer/broker/audit.h"
#include "gofer/broker/config.h"
#include "gofer/broker/dns.h"
#include "gofer/broker/loop.h"

namespace gofer {

class DnsForwarder {
 public:
  DnsForwarder(Loop& loop, BrokerConfig& config, const Audit& audit)
      : loop_(loop), config_(config), audit_(audit) {}
  ~DnsForwarder();
  using Answer = std::function<void(const Bytes&)>;
  // `then` is called once, or never where a query deserves no answer.
  void Handle(std::span<const std::byte> query, Answer then);

 private:
  struct Asked;
  void Ask(const std::shared_ptr<Asked>& asked);
  void OnAnswer(const std::shared_ptr<Asked>& asked);
  void Drop(Asked& asked);
  void Finish(const std::shared_ptr<Asked>& asked, const Bytes& answer);
  std::vector<Address> KnownHosts(const std::string& name) const;

  static constexpr size_t kMostAsked = 256;
  Loop& loop_;
  BrokerConfig& config_;
  const Audit& audit_;
  std::map<Asked*, std::shared_ptr<Asked>> under_way_;
};

}  // namespace gofer
