// Tcp: connection requests that a forwarder answers (netstack/stack/forwarder.h).
#include "netstack/tcp/tcp.h"

namespace netstack {
namespace {

constexpr size_t kMaxHeld = 1024;

}  // namespace

void Tcp::SetForwarder(TcpForwarder* forwarder, Ref<TcpEndpoint> listener) {
  forwarder_ = forwarder;
  forward_listener_ = std::move(listener);
}

bool Tcp::Hold(TcpSegment& segment, const TcpTuple& tuple) {
  if (forwarder_ == nullptr || !segment.Has(kTcpSyn)) return false;
  if (segment.Has(kTcpAck) || segment.Has(kTcpRst) || segment.Has(kTcpFin)) return false;
  if (held_.contains(tuple)) return true;  // The SYN again, while its answer is being found.
  if (held_.size() >= kMaxHeld) return true;
  HeldRequest& held = held_[tuple];
  held.segment = std::move(segment);
  held.ip = *held.segment.ip;
  held.ip.options = {};
  forwarder_->OnConnectionRequest(tuple);
  return true;
}

std::optional<Tcp::HeldRequest> Tcp::TakeHeld(const TcpTuple& tuple) {
  auto found = held_.find(tuple);
  if (found == held_.end()) return std::nullopt;
  HeldRequest held = std::move(found->second);
  held_.erase(found);
  return held;
}

void Tcp::AcceptHeld(const TcpTuple& tuple) {
  Stack::Scope scope(stack_);
  std::optional<HeldRequest> held = TakeHeld(tuple);
  if (!held || forward_listener_ == nullptr) return;
  held->segment.ip = &held->ip;
  auto request =
      std::make_unique<TcpRequest>(stack_.timers(), [this, tuple] { OnRequestTimer(tuple); });
  if (!PrepareRequest(*request, *forward_listener_, held->segment, tuple)) return;
  forward_listener_->requests_++;
  request->sent_at = stack_.now();
  request->timer.Arm(stack_.now() + kInitialRto);
  TcpRequest& kept = *request;
  requests_[tuple] = std::move(request);
  SendSynAck(kept);
}

void Tcp::RefuseHeld(const TcpTuple& tuple, int error) {
  Stack::Scope scope(stack_);
  std::optional<HeldRequest> held = TakeHeld(tuple);
  if (!held) return;
  held->segment.ip = &held->ip;
  switch (error) {
    case ECONNREFUSED:
      SendResetFor(held->segment, tuple);
      return;
    case ETIMEDOUT:
      return;  // The other side has not answered either.
    default:
      break;
  }
  const Unreachable why = error == ENETUNREACH ? Unreachable::kNet
                          : error == EACCES    ? Unreachable::kAdmin
                                               : Unreachable::kHost;
  stack_.icmp().SendUnreachable(*held->segment.packet, held->ip, why);
}

}  // namespace netstack
