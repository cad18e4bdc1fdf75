// Socket: what all families have in common (socket(2)).  A family derives from it and overrides
// what it knows; what stays is answered as Linux's sock_no_*() does.
//
// As files do, no operation waits: EAGAIN, and the call handler waits on Queue().
#pragma once

#include <utility>

#include "sentry/kernel/kernel.h"
#include "sentry/socket/message.h"
#include "sentry/socket/options.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class Network;

class Socket : public FileDescription {
 public:
  // The namespace that it was made in and stays in.
  virtual Network& network() const = 0;
  int family() const { return family_; }
  int type() const { return type_; }  // SOCK_STREAM...
  int protocol() const { return protocol_; }
  bool IsStream() const { return type_ == abi::kSockStream; }
  Kernel& kernel() const { return kernel_; }

  virtual Result<void> Bind(OpContext&, const SocketAddress&) { return Errno(EOPNOTSUPP); }
  // EAGAIN: a caller that may wait does so on ConnectQueue() and asks again.  A family whose
  // connection goes on by itself gives EINPROGRESS to one that may not.
  virtual Result<void> Connect(OpContext&, const SocketAddress&, bool /*nonblocking*/) {
    return Errno(EOPNOTSUPP);
  }
  virtual base::WaitQueue* ConnectQueue() { return Queue(); }
  virtual Result<void> Listen(OpContext&, int /*backlog*/) { return Errno(EOPNOTSUPP); }
  virtual Result<Ref<Socket>> Accept(OpContext&) { return Errno(EOPNOTSUPP); }
  virtual Result<SocketAddress> LocalAddress() = 0;
  virtual Result<SocketAddress> PeerAddress() = 0;
  virtual Result<size_t> Send(OpContext&, IoSource& data, SendArgs& args) = 0;
  // Send() with the SIGPIPE that a stream's EPIPE brings unless MSG_NOSIGNAL is given.
  Result<size_t> SendOrSignal(OpContext& ctx, IoSource& data, SendArgs& args);
  virtual Result<size_t> Receive(OpContext&, IoSink& data, uint32_t flags, Received& out) = 0;
  virtual Result<void> Shutdown(OpContext&, int /*how*/) { return Errno(EOPNOTSUPP); }
  // Levels other than SOL_SOCKET, and of that what the family has itself; ENOPROTOOPT: not known.
  virtual Result<OptionBytes> GetFamilyOption(OpContext&, int32_t /*level*/, int32_t /*name*/) {
    return Errno(ENOPROTOOPT);
  }
  virtual Result<void> SetFamilyOption(OpContext&, int32_t /*level*/, int32_t /*name*/,
                                       std::span<const std::byte>) {
    return Errno(ENOPROTOOPT);
  }
  virtual Result<uint64_t> FamilyIoctl(OpContext&, UserMemory&, uint64_t, uint64_t) {
    return Errno(ENOTTY);
  }
  virtual bool Listening() const { return false; }

  Result<OptionBytes> GetOption(OpContext& ctx, int32_t level, int32_t name);
  Result<void> SetOption(OpContext& ctx, int32_t level, int32_t name,
                         std::span<const std::byte> value);
  SocketOptions& options() { return options_; }
  // The last descriptor is gone and the socket closes.  A time: close(2) waits on Queue() for so
  // many nanoseconds while Lingering() holds (SO_LINGER).
  virtual std::optional<int64_t> BeginClose() { return std::nullopt; }
  virtual bool Lingering() const { return false; }
  // SO_ERROR: an error that happened by itself; taken by whoever learns of it.
  int TakeError() { return std::exchange(error_, 0); }

  // --- as a file ---
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;
  base::WaitQueue* Queue() override { return &queue_; }
  bool StreamsWrites() const override { return IsStream(); }
  std::optional<int64_t> IoTimeout(bool write) const override { return options_.Timeout(write); }

 protected:
  SocketOptions::BufferLimits BufferLimits(const OpContext& ctx) const;
  Socket(Kernel& kernel, Path path, uint32_t flags, int family, int type, int protocol)
      : FileDescription(std::move(path), abi::kORdwr | flags),
        kernel_(kernel),
        family_(family),
        type_(type),
        protocol_(protocol) {}

  Kernel& kernel_;
  const int family_, type_, protocol_;
  SocketOptions options_;
  int error_ = 0;
  base::WaitQueue queue_;
};

// `file` as a socket: ENOTSOCK.
Result<Socket*> AsSocket(FileDescription& file);

}  // namespace sentry
