// AF_UNIX sockets (unix(7)): stream, datagram and seqpacket.
//
// Peers know each other by plain pointers, which a socket takes back when it is destroyed; nobody
// keeps a peer alive.  A connection that nobody has accepted yet is a whole socket in the
// listener's backlog.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "sentry/socket/family.h"
#include "sentry/socket/socket.h"
#include "sentry/socket/socket_diag.h"
#include "sentry/socket/unix/unix_queue.h"

namespace sentry {

class UnixSocket;

// Hangs at the inode of a path name while its socket lives.
struct UnixInodeSocket final : RefCounted {
  UnixSocket* socket = nullptr;
};

class UnixSocket final : public Socket {
 public:
  UnixSocket(Kernel& kernel, Path path, uint32_t flags, int type, Network& network);

  Result<void> Bind(OpContext& ctx, const SocketAddress& address) override;
  Result<void> Connect(OpContext& ctx, const SocketAddress& address, bool nonblocking) override;
  Result<void> Listen(OpContext& ctx, int backlog) override;
  Result<Ref<Socket>> Accept(OpContext& ctx) override;
  Result<SocketAddress> LocalAddress() override;
  Result<SocketAddress> PeerAddress() override;
  Result<size_t> Send(OpContext& ctx, IoSource& data, SendArgs& args) override;
  Result<size_t> Receive(OpContext& ctx, IoSink& data, uint32_t flags, Received& out) override;
  Result<void> Shutdown(OpContext& ctx, int how) override;
  Result<OptionBytes> GetFamilyOption(OpContext& ctx, int32_t level, int32_t name) override;
  Result<uint64_t> FamilyIoctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                               uint64_t arg) override;
  bool Listening() const override { return state_ == State::kListening; }
  uint32_t Poll() override;
  void OnClose(OpContext& ctx) override;

  // Connects two of one type (socketpair(2)), both of `ctx`'s task.
  static void Pair(OpContext& ctx, UnixSocket& a, UnixSocket& b);

  // For the registry's search for circles: what is in flight to this socket, or to connections in
  // its backlog.
  template <typename F>
  void ForEachRight(F f) const;
  void TakeRights(std::vector<Ref<FileDescription>>& to);
  UnixSocketInfo Describe() const;
  Network& network() const override { return *network_; }

 private:
  enum class State { kIdle, kListening, kConnected };
  struct PeerIdentity {
    abi::Ucred credentials{0, ~uint32_t{0}, ~uint32_t{0}};
    std::vector<uint32_t> groups;
  };

  ~UnixSocket() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  bool IsConnectionBased() const { return type_ != abi::kSockDgram; }
  // --- names (unix_name.cc) ---
  Result<void> BindPath(OpContext& ctx, const std::string& path);
  Result<void> AutobindIfNamed();  // SO_PASSCRED wants senders to have a name.
  // The socket that an address names; ECONNREFUSED, EPROTOTYPE, errors of the path.
  Result<Ref<UnixSocket>> FindTarget(OpContext& ctx, const SocketAddress& address);
  SocketAddress NameAsAddress() const;

  // --- connections (unix_connect.cc) ---
  Result<void> ConnectDatagram(OpContext& ctx, const SocketAddress& address);
  Result<void> ConnectStream(OpContext& ctx, UnixSocket& listener);
  void SetPeer(UnixSocket* peer);
  void PeerGone();  // The peer was destroyed or left.
  void BlockOn(UnixSocket& target);
  void WakeBlocked();

  // --- data (unix_io.cc) ---
  Result<size_t> SendStream(OpContext& ctx, IoSource& data, SendArgs& args);
  Result<size_t> SendDatagram(OpContext& ctx, IoSource& data, SendArgs& args);
  Result<void> CheckReceiver(UnixSocket& target, bool connected);
  Result<UnixRights> RightsToSend(OpContext& ctx, ControlData& control);
  Result<size_t> ReceiveStream(IoSink& data, uint32_t flags, Received& out);
  Result<size_t> ReceiveDatagram(IoSink& data, uint32_t flags, Received& out);
  bool ReceiverFull(const UnixSocket& sender) const;
  bool StreamWritable() const;

  const Ref<UnixSockets> registry_;
  const Ref<Network> network_;  // Abstract names are one set for all; ss(8) tells them apart.
  State state_ = State::kIdle;
  std::string name_;  // As behind sun_family: a path with its NUL, or NUL and an abstract name.
  bool bound_ = false;
  Path bound_path_;  // Keeps the inode, to which inode_socket_ is attached.
  Ref<UnixInodeSocket> inode_socket_;

  UnixSocket* peer_ = nullptr;
  bool had_peer_ = false;
  SocketAddress peer_name_;
  std::set<UnixSocket*> followers_;  // Sockets whose peer this is.
  PeerIdentity peer_identity_;
  bool receive_shut_ = false, send_shut_ = false;

  UnixStreamQueue stream_;
  std::list<std::unique_ptr<UnixDatagram>> datagrams_;
  Ref<UnixSendAccount> account_;

  std::list<Ref<UnixSocket>> backlog_;
  size_t backlog_limit_ = 0;
  PeerIdentity listener_identity_;
  // Who waits for room in this one's backlog or queue, and where this one waits.
  std::set<UnixSocket*> blocked_, blocked_on_;
};

template <typename F>
void UnixSocket::ForEachRight(F f) const {
  stream_.ForEachRight(f);
  for (const auto& datagram : datagrams_) {
    for (const Ref<FileDescription>& file : datagram->rights.files()) f(*file);
  }
  for (const Ref<UnixSocket>& embryo : backlog_) embryo->ForEachRight(f);
}

class UnixFamily final : public SocketFamily {
 public:
  explicit UnixFamily(Kernel& kernel) : kernel_(kernel) {}
  Result<Ref<Socket>> Create(OpContext& ctx, int type, int protocol, uint32_t flags) override;
  Result<std::pair<Ref<Socket>, Ref<Socket>>> CreatePair(OpContext& ctx, int type, int protocol,
                                                         uint32_t flags) override;

 private:
  Result<Ref<UnixSocket>> New(OpContext& ctx, int type, int protocol, uint32_t flags);
  Kernel& kernel_;
};

}  // namespace sentry
