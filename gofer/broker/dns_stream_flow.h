// DnsStreamFlow: the resolver that the guest sees, over TCP: each message behind its length (RFC
// 1035 section 4.2.2), several under way at once, answered as they come (RFC 7766 section 6.2.1.1).
#pragma once

#include "gofer/broker/flow.h"

namespace gofer {

class DnsStreamFlow final : public Flow {
 public:
  DnsStreamFlow(Loop& loop, FlowOwner& owner, uint64_t id, FlowRecord record,
                DnsForwarder& forwarder)
      : Flow(loop, owner, id, std::move(record)), forwarder_(forwarder) {}
  ~DnsStreamFlow() override;
  bool limited() const override { return false; }
  void Start();
  void Shutdown() override;

 private:
  void OnInside();
  bool TakeQueries();  // False: it speaks no DNS.
  void Add(const Bytes& answer);
  // May end the flow: the last thing that a caller does.
  void Flush();
  void Listen();
  void Rest();

  static constexpr size_t kMostPending = 32, kMostUnsent = 256 << 10;
  DnsForwarder& forwarder_;
  base::Fd inside_;
  Bytes in_, out_;
  size_t pending_ = 0;
  bool taking_ = false, listening_ = false, writing_ = false, finishing_ = false;
  Loop::Token idle_ = 0;
  // For answers that are under way when it ends.
  std::shared_ptr<DnsStreamFlow*> self_ = std::make_shared<DnsStreamFlow*>(this);
};

}  // namespace gofer
