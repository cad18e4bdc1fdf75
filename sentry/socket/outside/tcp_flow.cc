// Flows of TCP: bytes go by reference from the gateway's endpoint to the host's socket, and in the
// host's own chunks the other way.  Neither side is read while the other has no room: each window
// shows how fast the far end of the other reads.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>

#include "sentry/socket/outside/gateway.h"

namespace sentry {
namespace {

constexpr size_t kAtOnce = 256 << 10;  // Bytes of one direction before the other has its turn.
constexpr size_t kMostVectors = 64;

}  // namespace

void TcpOutsideFlow::Attach(netstack::Ref<netstack::TcpEndpoint> endpoint) {
  tcp_ = std::move(endpoint);
  tcp_->SetNoDelay(true);  // The host's side has judged what to send when.
  tcp_->SetObserver(this);
  Pump();
}

void TcpOutsideFlow::Dial(netstack::Ref<netstack::TcpEndpoint> endpoint,
                          const netstack::SocketAddr& guest) {
  tcp_ = std::move(endpoint);
  tcp_->SetNoDelay(true);
  tcp_->SetObserver(this);
  dialled_ = guest;
  dialling_ = true;
  const Result<void> begun = tcp_->Connect(dialled_);
  if (!begun.ok() && !begun.Is(EINPROGRESS)) End(begun.error().value());
}

void TcpOutsideFlow::Break() {
  tcp_->Abort();
  End(0);
}

bool TcpOutsideFlow::FinishDialling() {
  if (!dialling_) return true;
  const Result<void> done = tcp_->Connect(dialled_);
  if (done.Is(EALREADY)) return false;
  if (!done.ok()) {
    End(done.error().value());
    return false;
  }
  dialling_ = false;
  gateway_.Tell(gofer::BrokerOp::kTaken, id_);
  return true;
}

void TcpOutsideFlow::Pump() {
  if (tcp_ == nullptr || !host_.valid() || !FinishDialling()) return;
  uint32_t await = 0;
  PumpOut(await);
  if (ended_) return;
  PumpIn(await);
  if (ended_) return;
  if (out_ended_ && in_ended_ && out_.empty() && in_.length == 0) return End(0);
  Await(await);
}

// Writes what there is of out_; what is left stays.
Result<size_t> TcpOutsideFlow::Write() {
  std::array<iovec, kMostVectors> vectors;
  size_t count = 0;
  for (const netstack::View& view : out_) {
    if (count == vectors.size()) break;
    vectors[count++] = {view.data(), view.length};
  }
  msghdr header{};
  header.msg_iov = vectors.data();
  header.msg_iovlen = count;
  const ssize_t n = ::sendmsg(host_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0) return base::LastErrno();
  auto left = static_cast<uint32_t>(n);
  size_t whole = 0;
  while (whole < out_.size() && left >= out_[whole].length) left -= out_[whole++].length;
  out_.erase(out_.begin(), out_.begin() + static_cast<ptrdiff_t>(whole));
  if (left != 0) out_.front() = out_.front().Sub(left, out_.front().length - left);
  return static_cast<size_t>(n);
}

void TcpOutsideFlow::PumpOut(uint32_t& await) {
  while (!out_ended_) {
    if (out_.empty()) {
      Result<std::vector<netstack::View>> views = tcp_->ReceiveViews(kAtOnce);
      if (views.Is(EAGAIN)) return;
      if (!views.ok()) return End(views.error().value());
      if (views->empty()) {
        out_ended_ = true;
        gateway_.Tell(gofer::BrokerOp::kShutdown, id_);
        return;
      }
      out_ = std::move(*views);
    }
    const Result<size_t> written = Write();
    if (written.Is(EAGAIN)) {
      await |= EPOLLOUT;
      return;
    }
    if (!written.ok()) {
      tcp_->Abort();
      return End(0);
    }
  }
}

// Into in_; false: nothing more for now, or never.
bool TcpOutsideFlow::Read(uint32_t& await) {
  netstack::BufferPool& pool = gateway_.stack().pool();
  netstack::ChunkRef chunk = pool.Allocate(netstack::Chunk::kMax);
  if (chunk == nullptr) {
    tcp_->Abort();
    End(ENOBUFS);
    return false;
  }
  iovec data{chunk->data(), chunk->capacity()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  const ssize_t n = ::recvmsg(host_.get(), &header, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    await |= EPOLLIN | EPOLLRDHUP;
    return false;
  }
  if (n < 0) {
    tcp_->Abort();
    End(0);
    return false;
  }
  if (n == 0) {
    in_ended_ = true;
    (void)tcp_->Shutdown(false, true);
    return false;
  }
  const auto size = static_cast<size_t>(n);
  // A few bytes must not hold a whole chunk while they wait.
  if (size < chunk->capacity() / 4) {
    in_ = pool.Copy({chunk->data(), size});
    if (in_.chunk != nullptr) return true;
  }
  chunk->Grow(size);
  in_ = {std::move(chunk), 0, static_cast<uint32_t>(size)};
  return true;
}

void TcpOutsideFlow::PumpIn(uint32_t& await) {
  size_t moved = 0;
  while (!in_ended_) {
    if (in_.length == 0) {
      if (moved >= kAtOnce) {
        await |= EPOLLIN | EPOLLRDHUP;  // There is more: the others first.
        return;
      }
      if (!Read(await)) return;
    }
    const Result<size_t> sent = tcp_->SendView(in_, {});
    if (sent.Is(EAGAIN)) return;  // The guest's side has no room; OnReady() tells when it has.
    if (!sent.ok()) return End(sent.error().value());
    moved += in_.length;
    in_ = {};
  }
}

}  // namespace sentry
