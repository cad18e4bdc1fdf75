// Endpoint: what all kinds have.
#include "netstack/endpoint/endpoint.h"

#include <poll.h>

namespace netstack {

Endpoint::Endpoint(Stack& stack, int family, uint8_t protocol, uint32_t uid)
    : stack_(stack),
      family_(family),
      protocol_(protocol),
      uid_(uid),
      send_buffer_(stack.sysctl().wmem_default),
      receive_buffer_(stack.sysctl().rmem_default) {
  ip6.v6only = stack.sysctl().ipv6_bindv6only;
}

void Endpoint::SetSendBuffer(int32_t bytes) {
  send_buffer_ = bytes;
  send_buffer_locked_ = true;
  NotifyReady(Readiness() & (POLLOUT | POLLWRNORM));
}

void Endpoint::SetReceiveBuffer(int32_t bytes) {
  receive_buffer_ = bytes;
  receive_buffer_locked_ = true;
}

Result<void> Endpoint::SetBoundInterface(uint32_t ifindex) {
  if (ifindex != 0 && stack_.FindInterface(ifindex) == nullptr) return Errno(ENODEV);
  options.bound_ifindex = ifindex;
  return {};
}

std::optional<QueuedError> Endpoint::TakeQueuedError() {
  if (errors_.empty()) return std::nullopt;
  QueuedError first = std::move(errors_.front());
  errors_.erase(errors_.begin());
  // As sock_dequeue_err_skb() of Linux: the error that is left to report is that of the next one.
  auto is_icmp = [](const QueuedError& e) { return e.origin == 2 || e.origin == 3; };
  if (!errors_.empty() && is_icmp(errors_.front())) {
    error_ = errors_.front().error;
  } else if (is_icmp(first)) {
    error_ = 0;
  }
  return first;
}

namespace {

// linux/errqueue.h
constexpr uint8_t kOriginZeroCopy = 5, kCodeZeroCopyCopied = 1;

}  // namespace

Result<void> Endpoint::CheckZeroCopy() const {
  // Linux: what tells of it counts against net.core.optmem_max.
  if (errors_.size() >= kMaxQueuedErrors) return Errno(ENOBUFS);
  return {};
}

void Endpoint::NoteZeroCopy() {
  const uint32_t call = zerocopy_calls_++;
  // skb_zerocopy_notify_extend() of Linux.
  if (!errors_.empty() && errors_.back().origin == kOriginZeroCopy &&
      errors_.back().data + 1 == call && call != 0) {
    errors_.back().data = call;
  } else {
    QueuedError note;
    note.origin = kOriginZeroCopy;
    note.code = kCodeZeroCopyCopied;
    note.info = note.data = call;
    QueueError(std::move(note));
  }
  NotifyReady(POLLERR);
}

void Endpoint::QueueError(QueuedError error) {
  if (errors_.size() < kMaxQueuedErrors) errors_.push_back(std::move(error));
}

}  // namespace netstack
