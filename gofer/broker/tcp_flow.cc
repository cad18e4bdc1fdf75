#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "gofer/broker/flow.h"
#include "gofer/broker/peer_filter.h"

namespace gofer {
namespace {

// How long a peer may take in what a flow that is closed has left.
constexpr int64_t kPatienceMilliseconds = 60'000;

// TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, CLOSING, as TCP_INFO numbers them.
constexpr unsigned kFinSeen = 1u << 6 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 11;

}  // namespace

void Flow::Connected(const base::Fd& descriptor) {
  BrokerMessage message;
  message.op = BrokerOp::kConnected;
  message.id = id_;
  owner_.Tell(message, &descriptor);
}

void Flow::TellFailed(int error) {
  record_.error = error;
  BrokerMessage message;
  message.op = BrokerOp::kFailed;
  message.id = id_;
  message.error = error;
  owner_.Tell(message, nullptr);
}

void Flow::Failed(int error) {
  TellFailed(error);
  loop_.Post([&owner = owner_, id = id_] { owner.End(id); });
}

void Flow::Cut(const char* why) {
  record_.ended = why;
  Reset();
  Failed(record_.protocol == IPPROTO_TCP ? ECONNRESET : EACCES);
}

// The Sentry is to see that it broke off, not that it ended: its side stays open until it has
// heard.
void TcpFlow::Cut(const char* why) {
  constexpr int64_t kTimeToHear = 100;
  if (relay_ == nullptr) return Flow::Cut(why);
  record_.ended = why;
  Reset();
  relay_->Freeze();
  TellFailed(ECONNRESET);
  loop_.Cancel(patience_);
  patience_ = loop_.After(kTimeToHear, [this] { owner_.End(id_); });
}

TcpFlow::~TcpFlow() {
  loop_.Cancel(patience_);
  relay_.reset();
  if (socket_.valid()) loop_.Forget(socket_.get());
}

void TcpFlow::Start() {
  sockaddr_storage to;
  const socklen_t size = record_.address.Fill(to, record_.port);
  socket_ = base::Fd(::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_.valid()) return Failed(errno);
  locked_ = share_ && LockToPeer(socket_.get(), record_.address, record_.port).ok();
  const int on = 1;
  // What the guest's stack sends goes at once: it has judged already.
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&to), size) == 0) {
    return OnWritable();
  }
  if (errno != EINPROGRESS) return Failed(errno);
  loop_.WhenWritable(socket_.get(), [this] { OnWritable(); });
}

void TcpFlow::OnWritable() {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return Failed(error);
  base::Result<base::Fd> shared = Share();
  if (!shared.ok()) return Failed(shared.error().value());
  Connected(*shared);
}

base::Result<base::Fd> TcpFlow::Share() {
  if (locked_) return base::Fd::From(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::LastErrno();
  }
  base::Fd theirs(ends[1]);
  relay_ = std::make_unique<Relay>(loop_, owner_.meter(), socket_.get(), base::Fd(ends[0]),
                                   [this](int error) { OnRelayEnd(error); });
  relay_->Start();
  return theirs;
}

// The Sentry is told of what has broken it; an orderly end it sees, and says so itself.
void TcpFlow::OnRelayEnd(int error) {
  if (closed_) return owner_.End(id_);
  if (error != 0) Failed(error);
}

base::Result<base::Fd> TcpFlow::Adopt(base::Fd connected) {
  socket_ = std::move(connected);
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  locked_ = share_ && LockToPeer(socket_.get(), record_.address, record_.port).ok();
  return Share();
}

void TcpFlow::Shutdown() {
  if (relay_ != nullptr) return relay_->FinishOut();
  ::shutdown(socket_.get(), SHUT_WR);
}

bool TcpFlow::Close() {
  if (relay_ == nullptr || relay_->out_done()) return true;
  if (closed_) return false;
  // The host's own buffers would take in and deliver what has been written, and so do ours.
  closed_ = true;
  relay_->FinishOut();
  relay_->StopIn();
  BePatient();
  return false;
}

// As long as something moves.
void TcpFlow::BePatient() {
  moved_ = relay_->moved_out();
  patience_ = loop_.After(kPatienceMilliseconds, [this] {
    if (relay_->moved_out() == moved_) return owner_.End(id_);
    BePatient();
  });
}

void TcpFlow::Reset() {
  const linger now{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

void TcpFlow::Count(FlowRecord& record) {
  if (relay_ != nullptr) record.held_ms = relay_->held_ms();
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (::getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return;
  record.bytes_out = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
  record.bytes_in = info.tcpi_bytes_received;
  // The peer's FIN counts as a byte; of a connection that is closed it is assumed.
  if ((kFinSeen >> info.tcpi_state & 1) != 0 && record.bytes_in != 0) record.bytes_in--;
}

}  // namespace gofer
