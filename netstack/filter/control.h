// FilterControl: what nfnetlink asks of one stack's packet filter: nf_tables' rule sets in
// transactions, what is known of x_tables, the connections that are tracked.
//
// Everything here is written by guests: all sizes are bounded, errors are Linux's.
#pragma once

#include "netstack/filter/filter.h"
#include "netstack/filter/transaction.h"

namespace netstack {

class FilterControl {
 public:
  explicit FilterControl(Stack& stack) : filter_(stack) {}

  PacketFilter& filter() { return filter_; }

  // One message that stands for itself.
  Result<void> Handle(const NetfilterRequest& request, NetfilterAnswers& answers);

  // A datagram that begins with NFNL_MSG_BATCH_BEGIN: all of it or nothing.
  struct Outcome {
    size_t at = 0;               // Of the message that it is about.
    int error = 0;               // 0: it asked for an acknowledgement.
    uint32_t bad_attribute = 0;  // From the message's start; 0: none is to blame.
  };
  static bool IsBatch(ByteSpan datagram);
  std::vector<Outcome> HandleBatch(ByteSpan datagram, uint32_t port, const std::string& process,
                                   uint32_t pid, NetfilterAnswers& answers);

 private:
  struct Batch {
    bool ended = false, failed = false;
    size_t messages = 0, last_at = 0;  // How many there were, and where the last of them is.
    std::vector<Outcome> outcomes;
    NetfilterAnswers echoes;
  };
  // The first `most` messages of it.
  Batch RunBatch(Transaction& transaction, ByteSpan datagram, uint32_t port, size_t most);
  // Which message it is without which the rules could be committed.
  Outcome FindCulprit(ByteSpan datagram, uint32_t port, size_t messages, int error);
  Result<void> HandleNft(const NetfilterRequest& request, NetfilterAnswers& answers);
  Result<void> HandleCompat(const NetfilterRequest& request, NetfilterAnswers& answers);
  Result<void> HandleConntrack(const NetfilterRequest& request, NetfilterAnswers& answers);
  Result<void> AnswerGeneration(const NetfilterRequest& request, NetfilterAnswers& answers);
  Result<void> Dump(const NetfilterRequest& request, NetfilterAnswers& answers);
  Result<void> GetOne(const NetfilterRequest& request, NetfilterAnswers& answers);

  PacketFilter filter_;
  std::string last_process_;
  uint32_t last_pid_ = 0;
};

}  // namespace netstack
