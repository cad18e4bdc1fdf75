#include "sentry/socket/socket.h"

#include "abi/linux/capability.h"
#include "abi/linux/ioctl.h"
#include "sentry/kernel/sigpipe.h"
#include "sentry/socket/netdevice.h"
#include "sentry/socket/network.h"

namespace sentry {

Result<size_t> Socket::Read(OpContext& ctx, IoSink& sink, int64_t*) {
  Received ignored;
  return Receive(ctx, sink, 0, ignored);
}

Result<size_t> Socket::Write(OpContext& ctx, IoSource& source, int64_t*) {
  SendArgs args;
  if (type_ == abi::kSockSeqpacket) args.flags = abi::kMsgEor;
  return SendOrSignal(ctx, source, args);
}

Result<size_t> Socket::SendOrSignal(OpContext& ctx, IoSource& data, SendArgs& args) {
  Result<size_t> sent = Send(ctx, data, args);
  const bool signal = IsStream() && (args.flags & abi::kMsgNosignal) == 0 && ctx.task != nullptr;
  if (sent.Is(EPIPE) && signal) SendSigPipe(*ctx.task);
  return sent;
}

Result<uint64_t> Socket::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request, uint64_t arg) {
  Result<uint64_t> done = FamilyIoctl(ctx, memory, request, arg);
  if (!done.Is(ENOTTY)) return done;
  return NetdeviceIoctl(ctx, network(), memory, request, arg);
}

Result<OptionBytes> Socket::GetOption(OpContext& ctx, int32_t level, int32_t name) {
  Result<OptionBytes> own = GetFamilyOption(ctx, level, name);
  if (level != abi::kSolSocket || !own.Is(ENOPROTOOPT)) return own;
  switch (name) {
    case abi::kSoType:
      return OptionValue(int32_t{type_});
    case abi::kSoDomain:
      return OptionValue(int32_t{family_});
    case abi::kSoProtocol:
      return OptionValue(int32_t{protocol_});
    case abi::kSoError:
      return OptionValue(int32_t{TakeError()});
    case abi::kSoAcceptconn:
      return OptionValue(int32_t{Listening() ? 1 : 0});
    case abi::kSoNetnsCookie:
      return OptionValue(network().cookie);
    case abi::kSoCookie:
      return OptionValue(uint64_t{inode()->ino()});
    default:
      return options_.Get(name);
  }
}

Result<void> Socket::SetOption(OpContext& ctx, int32_t level, int32_t name,
                               std::span<const std::byte> value) {
  Result<void> own = SetFamilyOption(ctx, level, name, value);
  if (level != abi::kSolSocket || !own.Is(ENOPROTOOPT)) return own;
  return options_.Set(ctx, name, value, BufferLimits(ctx));
}

SocketOptions::BufferLimits Socket::BufferLimits(const OpContext& ctx) const {
  const Network& own = network();
  const bool may_mark = own.Allows(ctx, abi::kCapNetRaw) || own.Allows(ctx, abi::kCapNetAdmin);
  constexpr int32_t kDefault = SocketOptions::kDefaultBuffer;
  NetworkPlane* plane = own.plane;
  if (plane == nullptr) return {kDefault, kDefault, may_mark};
  return {plane->BufferLimit(true), plane->BufferLimit(false), may_mark};
}

Result<Socket*> AsSocket(FileDescription& file) {
  Socket* socket = dynamic_cast<Socket*>(&file);
  if (socket == nullptr) return Errno(ENOTSOCK);
  return socket;
}

}  // namespace sentry
