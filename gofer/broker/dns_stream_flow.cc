#include "gofer/broker/dns_stream_flow.h"

#include <sys/socket.h>

#include <array>
#include <utility>

namespace gofer {

DnsStreamFlow::~DnsStreamFlow() {
  if (inside_.valid()) loop_.Forget(inside_.get());
  loop_.Cancel(idle_);
}

void DnsStreamFlow::Start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return Failed(errno);
  }
  inside_ = base::Fd(ends[0]);
  Connected(base::Fd(ends[1]));
  Rest();
  Listen();
}

// Nothing comes and nothing goes from now on, perhaps.
void DnsStreamFlow::Rest() {
  loop_.Cancel(idle_);
  idle_ = loop_.After(kIdleMilliseconds, [this] { owner_.End(id_); });
}

// As long as the guest takes its answers.
void DnsStreamFlow::Listen() {
  if (listening_ || finishing_ || pending_ >= kMostPending || out_.size() >= kMostUnsent) return;
  listening_ = true;
  loop_.WhenReadable(inside_.get(), [this] { OnInside(); });
}

// The guest asks nothing more, and still wants its answers.
void DnsStreamFlow::Shutdown() {
  if (!TakeQueries()) return owner_.End(id_);
  finishing_ = true;
  Flush();
}

void DnsStreamFlow::OnInside() {
  listening_ = false;
  if (!TakeQueries()) return owner_.End(id_);
  Rest();
  Flush();
}

bool DnsStreamFlow::TakeQueries() {
  std::array<std::byte, 16384> buffer;
  constexpr int kBatch = 16;
  for (int i = 0; i < kBatch; ++i) {
    const ssize_t n = ::recv(inside_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (n == 0) finishing_ = true;
    if (n <= 0) break;
    in_.insert(in_.end(), buffer.begin(), buffer.begin() + n);
  }
  size_t at = 0;
  bool speaks = true;
  taking_ = true;
  while (speaks && in_.size() - at >= 2) {
    const size_t size =
        std::to_integer<size_t>(in_[at]) << 8 | std::to_integer<size_t>(in_[at + 1]);
    if (in_.size() - at - 2 < size) break;
    const auto query = std::span(in_).subspan(at + 2, size);
    at += 2 + size;
    speaks = IsQuery(query);
    if (!speaks) break;
    ++pending_;
    record_.bytes_out += size;
    forwarder_.Handle(query, [weak = std::weak_ptr(self_)](const Bytes& answer) {
      if (const auto self = weak.lock()) (*self)->Add(answer);
    });
  }
  taking_ = false;
  in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(at));
  return speaks;
}

void DnsStreamFlow::Add(const Bytes& answer) {
  --pending_;
  if (!answer.empty() && answer.size() <= 0xffff) {
    record_.bytes_in += answer.size();
    out_.push_back(static_cast<std::byte>(answer.size() >> 8));
    out_.push_back(static_cast<std::byte>(answer.size() & 0xff));
    out_.insert(out_.end(), answer.begin(), answer.end());
  }
  if (!taking_) Flush();
}

void DnsStreamFlow::Flush() {
  if (!out_.empty()) {
    const ssize_t n = ::send(inside_.get(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return owner_.End(id_);
    if (n > 0) out_.erase(out_.begin(), out_.begin() + n);
  }
  if (!out_.empty()) {
    if (std::exchange(writing_, true)) return;
    return loop_.WhenWritable(inside_.get(), [this] {
      writing_ = false;
      Flush();
    });
  }
  if (finishing_ && pending_ == 0) return owner_.End(id_);
  Listen();
}

}  // namespace gofer
