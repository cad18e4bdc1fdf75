// A pipe between two stacks that loses, delays, reorders, duplicates and corrupts what it carries,
// by a seed: the same run again gives the same trace.
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "netstack/link/link.h"
#include "netstack/stack/timer.h"

namespace netstack {

struct Impairment {
  // Of a million packets each.
  uint32_t loss = 0, duplicate = 0, reorder = 0, corrupt = 0;
  Duration delay = 0, jitter = 0;  // Jitter alone does not reorder.
  uint64_t rate = 0;               // bytes per second; 0: no limit
  size_t queue_limit = 1000;       // packets under way; more are lost
  uint32_t mtu = 1500;
};

class ImpairedPipe final : public Link {
 public:
  using Ends = std::pair<std::unique_ptr<ImpairedPipe>, std::unique_ptr<ImpairedPipe>>;
  // `first` and `second` are the timers of the stacks that get the ends.  An end that is gone lets
  // packets for it vanish.
  static Ends Create(Environment& environment, TimerHeap& first, TimerHeap& second,
                     const Impairment& impairment, uint64_t seed);
  ~ImpairedPipe() override;

  LinkKind kind() const override { return LinkKind::kRaw; }
  uint32_t mtu() const override { return impairment_.mtu; }
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override;
  const Impairment& impairment() const { return impairment_; }
  void set_impairment(const Impairment& impairment) { impairment_ = impairment; }

 private:
  ImpairedPipe(Environment& environment, TimerHeap& timers, const Impairment& impairment,
               uint64_t seed);
  uint64_t Random();
  bool Chance(uint32_t of_a_million) { return Random() % 1'000'000 < of_a_million; }
  void Schedule(PacketPtr frame, Time at);
  void Deliver();

  Environment& environment_;
  Impairment impairment_;
  uint64_t state_;
  ImpairedPipe* other_ = nullptr;
  LinkSink* sink_ = nullptr;
  Time last_arrival_ = 0, line_free_ = 0;
  // What is on its way to this end.
  TimerHeap& timers_;
  std::multimap<Time, PacketPtr> arriving_;
  StackTimer timer_;
};

}  // namespace netstack
