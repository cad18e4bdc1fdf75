#include <sys/socket.h>

#include <array>

#include "gofer/broker/flow.h"

namespace gofer {
base::Result<std::pair<base::Fd, base::Fd>> MakePair() {
  int ends[2];
  // Datagrams keep their bounds, and the end of one side is seen by the other.
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::LastErrno();
  }
  return std::pair(base::Fd(ends[0]), base::Fd(ends[1]));
}

UdpFlow::~UdpFlow() {
  owner_.meter().Forget(this);
  if (outside_.valid()) loop_.Forget(outside_.get());
  if (inside_.valid()) loop_.Forget(inside_.get());
  loop_.Cancel(idle_);
}

void UdpFlow::Start() {
  sockaddr_storage to;
  const socklen_t size = record_.address.Fill(to, record_.port);
  outside_ = base::Fd(::socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!outside_.valid()) return Failed(errno);
  if (::connect(outside_.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0) {
    return Failed(errno);
  }
  auto pair = MakePair();
  if (!pair.ok()) return Failed(pair.error().value());
  inside_ = std::move(pair->first);
  Connected(pair->second);
  last_used_ = MonotonicMilliseconds();
  loop_.WhenReadable(inside_.get(), [this] { OnInside(); });
  loop_.WhenReadable(outside_.get(), [this] { OnOutside(); });
  CheckIdle();
}

void UdpFlow::CheckIdle() {
  if (MonotonicMilliseconds() - last_used_ > kIdleMilliseconds) return owner_.End(id_);
  idle_ = loop_.After(kCheckMilliseconds, [this] { CheckIdle(); });
}

bool UdpFlow::MayCarry(Way way, void (UdpFlow::*then)()) {
  if (owner_.meter().Room(way, 1) != 0) return true;
  owner_.meter().WhenRoom(way, this, [this, then, since = MonotonicMilliseconds()] {
    record_.held_ms += MonotonicMilliseconds() - since;
    (this->*then)();
  });
  return false;
}

void UdpFlow::OnInside() {
  for (int i = 0; i < kDatagramBatch; ++i) {
    if (!MayCarry(Way::kOut, &UdpFlow::OnInside)) return;
    // An empty datagram is one, too; the end of the other side gives no message at all.
    iovec data{datagram_buffer.data(), datagram_buffer.size()};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    const ssize_t n = ::recvmsg(inside_.get(), &header, MSG_DONTWAIT);
    if (n < 0) break;
    if (n == 0) return owner_.End(id_);
    // The first byte only marks that there is a datagram.
    const auto size = static_cast<size_t>(n) - 1;
    owner_.meter().Count(Way::kOut, size, 1);
    if (::send(outside_.get(), datagram_buffer.data() + 1, size, MSG_NOSIGNAL) >= 0) {
      record_.bytes_out += size;
    } else if (errno != EAGAIN) {
      TellError(errno);
    }
  }
  last_used_ = MonotonicMilliseconds();
  loop_.WhenReadable(inside_.get(), [this] { OnInside(); });
}

void UdpFlow::OnOutside() {
  for (int i = 0; i < kDatagramBatch; ++i) {
    if (!MayCarry(Way::kIn, &UdpFlow::OnOutside)) return;
    const ssize_t n = ::recv(outside_.get(), datagram_buffer.data() + 1, datagram_buffer.size() - 1,
                             MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
    if (n < 0) {
      TellError(errno);  // Of what was sent; the flow goes on.
      continue;
    }
    datagram_buffer[0] = kDatagram;
    record_.bytes_in += static_cast<uint64_t>(n);
    owner_.meter().Count(Way::kIn, static_cast<size_t>(n), 1);
    // A Sentry that does not read loses datagrams, as a full queue does.
    ::send(inside_.get(), datagram_buffer.data(), static_cast<size_t>(n) + 1,
           MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  last_used_ = MonotonicMilliseconds();
  loop_.WhenReadable(outside_.get(), [this] { OnOutside(); });
}

void UdpFlow::TellError(int error) {
  const std::array<uint8_t, 2> message = {kDatagramError, static_cast<uint8_t>(error)};
  ::send(inside_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

DnsFlow::~DnsFlow() {
  if (inside_ != nullptr) loop_.Forget(inside_->get());
  loop_.Cancel(idle_);
}

void DnsFlow::Start() {
  auto pair = MakePair();
  if (!pair.ok()) return Failed(pair.error().value());
  inside_ = std::make_shared<base::Fd>(std::move(pair->first));
  Connected(pair->second);
  loop_.WhenReadable(inside_->get(), [this] { OnInside(); });
  idle_ = loop_.After(kIdleMilliseconds, [this] { owner_.End(id_); });
}

void DnsFlow::OnInside() {
  for (int i = 0; i < kDatagramBatch; ++i) {
    const ssize_t n =
        ::recv(inside_->get(), datagram_buffer.data(), datagram_buffer.size(), MSG_DONTWAIT);
    if (n < 0) break;
    if (n == 0) return owner_.End(id_);
    const auto query =
        std::as_bytes(std::span(datagram_buffer)).subspan(1, static_cast<size_t>(n) - 1);
    forwarder_.Handle(query, [weak = std::weak_ptr(inside_)](const Bytes& answer) {
      const std::shared_ptr<base::Fd> inside = weak.lock();
      if (inside == nullptr || answer.empty()) return;
      Bytes marked(1);
      marked.insert(marked.end(), answer.begin(), answer.end());
      ::send(inside->get(), marked.data(), marked.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    });
  }
  loop_.Cancel(idle_);
  idle_ = loop_.After(kIdleMilliseconds, [this] { owner_.End(id_); });
  loop_.WhenReadable(inside_->get(), [this] { OnInside(); });
}

}  // namespace gofer
