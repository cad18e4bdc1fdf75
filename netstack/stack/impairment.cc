// The impaired pipe.
#include "netstack/stack/impairment.h"

#include <algorithm>

#include "netstack/packet/chunk.h"

namespace netstack {

ImpairedPipe::ImpairedPipe(Environment& environment, TimerHeap& timers,
                           const Impairment& impairment, uint64_t seed)
    : environment_(environment),
      impairment_(impairment),
      state_(seed | 1),
      timers_(timers),
      timer_(timers, [this] { Deliver(); }) {}

ImpairedPipe::~ImpairedPipe() {
  if (other_ != nullptr) other_->other_ = nullptr;
}

ImpairedPipe::Ends ImpairedPipe::Create(Environment& environment, TimerHeap& first,
                                        TimerHeap& second, const Impairment& impairment,
                                        uint64_t seed) {
  std::unique_ptr<ImpairedPipe> a(new ImpairedPipe(environment, first, impairment, seed));
  std::unique_ptr<ImpairedPipe> b(
      new ImpairedPipe(environment, second, impairment, seed * 0x9e3779b97f4a7c15));
  a->other_ = b.get();
  b->other_ = a.get();
  return {std::move(a), std::move(b)};
}

uint64_t ImpairedPipe::Random() {  // xorshift64*
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return (state_ * 0x2545f4914f6cdd1d) >> 16;
}

void ImpairedPipe::Send(PacketPtr frame) {
  if (other_ == nullptr || Chance(impairment_.loss)) return;
  if (other_->arriving_.size() >= impairment_.queue_limit) return;
  const Time now = environment_.Now();
  if (impairment_.rate != 0) {
    line_free_ =
        std::max(line_free_, now) +
        static_cast<Duration>(frame->size() * static_cast<uint64_t>(kSecond) / impairment_.rate);
  }
  Time at = std::max(now, line_free_) + impairment_.delay;
  if (impairment_.jitter != 0) {
    at += static_cast<Duration>(Random() % static_cast<uint64_t>(impairment_.jitter));
  }
  if (Chance(impairment_.reorder)) {
    at += impairment_.delay / 2 + kMillisecond;  // Others overtake it.
  } else {
    at = std::max(at, last_arrival_);
    last_arrival_ = at;
  }
  if (Chance(impairment_.corrupt) && !frame->empty()) {
    std::vector<std::byte> bytes = frame->ToBytes();
    bytes[Random() % bytes.size()] ^= static_cast<std::byte>(1u << (Random() % 8));
    if (frame->views().empty()) {
      std::memcpy(frame->mutable_head(), bytes.data(), bytes.size());
    } else {
      frame = Packet::FromBytes(frame->views().front().chunk->pool(), bytes);
    }
    if (frame == nullptr) return;
  }
  frame->checksum = ChecksumState::kUnknown;
  frame->type = PacketType::kHost;
  if (Chance(impairment_.duplicate)) {
    other_->Schedule(frame->Clone(), at);
  }
  other_->Schedule(std::move(frame), at);
}

void ImpairedPipe::Schedule(PacketPtr frame, Time at) {
  arriving_.emplace(at, std::move(frame));
  timer_.ArmBy(arriving_.begin()->first);
  timers_.RequestWake();
}

void ImpairedPipe::Deliver() {
  const Time now = environment_.Now();
  while (!arriving_.empty() && arriving_.begin()->first <= now) {
    PacketPtr frame = std::move(arriving_.begin()->second);
    arriving_.erase(arriving_.begin());
    if (sink_ != nullptr) sink_->ReceiveFrame(std::move(frame));
  }
  if (!arriving_.empty()) timer_.Arm(arriving_.begin()->first);
}

}  // namespace netstack
