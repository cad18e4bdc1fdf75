// Flows of UDP: datagrams go to the broker and come from it over a socket pair, each behind one
// byte, so that an empty one is not taken for the end.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>

#include "sentry/socket/outside/gateway.h"

namespace sentry {
namespace {

constexpr int kBatch = 64;
constexpr int64_t kForgetAfter = 10'000'000'000;
// Under the kernel lock, as all of this.
std::array<std::byte, 65536> buffer;

// sendmsg(2) and recvmsg(2): what the Sentry's filter lets through.
void SendTo(int fd, size_t size) {
  iovec data{buffer.data(), size};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  ::sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t ReceiveFrom(int fd) {
  iovec data{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  return ::recvmsg(fd, &header, MSG_DONTWAIT);
}

}  // namespace

UdpOutsideFlow::UdpOutsideFlow(Gateway& gateway, uint64_t id,
                               netstack::Ref<netstack::UdpEndpoint> endpoint)
    : OutsideFlow(gateway, id),
      udp_(std::move(endpoint)),
      forget_(gateway.kernel().timers(), [this] { Forget(); }) {
  udp_->SetObserver(this);
}

void UdpOutsideFlow::TellGuest(int error) {
  using Why = netstack::Unreachable;
  const Why why = error == ECONNREFUSED  ? Why::kPort
                  : error == EACCES      ? Why::kAdmin
                  : error == ENETUNREACH ? Why::kNet
                                         : Why::kHost;
  gateway_.udp().Refuse(*udp_, why);
}

void UdpOutsideFlow::Refuse(int error) {
  refused_ = error;
  forget_.Arm(MonotonicNow() + kForgetAfter);
  Pump();
}

void UdpOutsideFlow::Pump() {
  if (!host_.valid() && refused_ == 0) return;
  for (int i = 0; i < kBatch; ++i) {
    netstack::SpanSink sink(std::span<std::byte>(buffer).subspan(1));
    const Result<size_t> size = udp_->Receive(sink, {}, nullptr);
    if (size.Is(EAGAIN)) break;
    if (!size.ok()) continue;  // An error that was told is taken by being read.
    if (refused_ != 0) {
      TellGuest(refused_);
      continue;
    }
    buffer[0] = std::byte{gofer::kDatagram};
    // A broker that does not keep up loses datagrams, as a full queue does.
    SendTo(host_.get(), *size + 1);
  }
  if (refused_ != 0) return;
  for (int i = 0; i < kBatch; ++i) {
    const ssize_t n = ReceiveFrom(host_.get());
    if (n < 0) break;
    if (n == 0) return End(0);  // It was idle for long, or the broker is gone.
    const auto told = std::span<const std::byte>(buffer).subspan(1, static_cast<size_t>(n) - 1);
    if (buffer[0] == std::byte{gofer::kDatagramError}) {
      if (told.size() == 1) TellGuest(static_cast<int>(told[0]));
      continue;
    }
    netstack::SpanSource source(told);
    (void)udp_->Send(source, {});
  }
  Await(EPOLLIN | EPOLLRDHUP);
}

}  // namespace sentry
