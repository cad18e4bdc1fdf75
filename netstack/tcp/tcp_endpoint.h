// TcpEndpoint: a socket of tcp(7).  Created by Tcp::CreateEndpoint(), or by Accept().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "netstack/endpoint/endpoint.h"
#include "netstack/tcp/tcp_info.h"

namespace netstack {

class Tcp;

struct TcpSend {
  bool oob = false;                    // MSG_OOB: the last byte is urgent.
  bool more = false;                   // MSG_MORE: a partial segment may wait.
  bool eor = false;                    // MSG_EOR
  std::optional<SocketAddr> fastopen;  // MSG_FASTOPEN: connect with this data.
};

struct TcpReceive {
  bool peek = false;
  size_t peek_offset = 0;  // SO_PEEK_OFF
  bool discard = false;    // MSG_TRUNC: `to` only says how much; nothing is copied.
};

class TcpEndpoint final : public Endpoint {
 public:
  // EINVAL: bound already, or not closed; EADDRINUSE; EADDRNOTAVAIL; ENODEV.
  Result<void> Bind(const SocketAddr& local);
  // As a series of connect(2) on a non-blocking socket: EINPROGRESS when it has started, EALREADY
  // while it goes on, success once when it is there, EISCONN from then on; the error that ended it
  // (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH...), after which it may be tried again.  A caller that
  // waits does so for POLLOUT | POLLERR | POLLHUP and asks again.  EADDRNOTAVAIL: no port is free.
  Result<void> Connect(const SocketAddr& peer);
  // connect(2) with AF_UNSPEC: resets a connection, ends listening; the local address stays if it
  // was bound to.
  Result<void> Disconnect();
  // EADDRINUSE, EINVAL.  Again: changes the backlog, which is cut to somaxconn.
  Result<void> Listen(int backlog);
  // EAGAIN: none is there yet; EINVAL: not listening; the pending error.  The new endpoint has the
  // options of the listener, as Linux inherits them, and no observer.
  Result<Ref<TcpEndpoint>> Accept();

  // What fits into the send buffer; EAGAIN when nothing does.  ENOTCONN (and EPIPE as Linux
  // distinguishes them: never connected is EPIPE, SYN_SENT waits: EAGAIN), EPIPE after shutdown
  // (SIGPIPE is the socket layer's), the pending error, EFAULT.
  Result<size_t> Send(ByteSource& data, const TcpSend& how);
  // By reference (splice(2), sendfile(2)): bytes taken of the view.
  Result<size_t> SendView(const View& view, const TcpSend& how);
  // Up to the urgent mark.  0: end of file.  EAGAIN, ENOTCONN, the pending error.
  Result<size_t> Receive(ByteSink& to, const TcpReceive& how);
  // MSG_OOB.  EINVAL: none, already taken, or SO_OOBINLINE; EAGAIN: announced, not here yet.
  Result<size_t> ReceiveUrgent(ByteSink& to, bool peek);
  // Takes at most `max` bytes by reference, for splice(2).  Errors as Receive().
  Result<std::vector<View>> ReceiveViews(size_t max);
  // ENOTCONN.  A listener whose receive side is shut stops listening.
  Result<void> Shutdown(bool receive, bool send);
  // close(2): sends what is queued, then FIN; resets if unread data is dropped or SO_LINGER says
  // so. The connection lives on in the stack.  A caller that waits for SO_LINGER keeps its
  // observer, and waits until Lingering() is false (told by POLLHUP); then, or when it does not
  // wait, it calls SetObserver(nullptr) and drops its Ref.
  void Close() override;
  bool Lingering() const;
  // Resets the connection at once.
  void Abort();

  TcpState state() const { return state_; }
  uint32_t Readiness() const override;
  Result<SocketAddr> LocalAddress() const override { return local_; }
  Result<SocketAddr> PeerAddress() const override;

  size_t ReadableBytes() const;  // SIOCINQ
  size_t UnackedBytes() const;   // SIOCOUTQ
  size_t UnsentBytes() const;    // SIOCOUTQNSD
  bool AtMark() const;           // SIOCATMARK, sockatmark(3)
  bool ReceivedEof() const { return receive_shut_; }
  TcpInfo Info() const;
  TcpRow Row() const;
  int listen_backlog() const { return backlog_; }

  // tcp(7).  Values have been checked by the caller as the manual page says, but for those that
  // return something.
  void SetNoDelay(bool on);
  void SetCork(bool on);
  void SetQuickAck(bool on);
  void SetKeepalive(bool on);     // SO_KEEPALIVE
  void SetKeepIdle(int seconds);  // 0: sysctl's
  void SetKeepInterval(int seconds);
  void SetKeepCount(int count);
  void SetSynCount(int count);
  void SetLinger2(int seconds);  // -1: no FIN_WAIT2 wait; 0: sysctl's
  void SetDeferAccept(int seconds);
  void SetUserTimeout(uint32_t milliseconds);  // 0: none
  Result<void> SetMaxSegment(int bytes);       // EINVAL
  Result<void> SetWindowClamp(int bytes);      // EINVAL
  void SetNotSentLowWater(uint32_t bytes);
  Result<void> SetCongestion(std::string_view name);  // ENOENT
  void SetFastOpen(int queue_length);                 // Listener; 0: off.
  void SetFastOpenConnect(bool on);
  void SetReceiveLowWater(int bytes);  // SO_RCVLOWAT
  void SetSendBuffer(int32_t bytes) override;
  void SetReceiveBuffer(int32_t bytes) override;

  bool nodelay() const;
  bool cork() const;
  bool quickack() const;
  int keep_idle() const;  // Seconds; the sysctl's where none was set.
  int keep_interval() const;
  int keep_count() const;
  int syn_count() const;
  int linger2() const;
  int defer_accept() const;
  uint32_t user_timeout() const;
  int max_segment() const;
  int window_clamp() const;
  uint32_t not_sent_low_water() const;
  std::string_view congestion() const;
  int fastopen() const;
  bool fastopen_connect() const;

 private:
  friend class Tcp;
  SocketAddr local_, peer_;
  TcpState state_ = TcpState::kClose;
  bool receive_shut_ = false;
  int backlog_ = 0;
};

}  // namespace netstack
