// NETLINK_NETFILTER: nfnetlink, for nft(8), iptables-nft(8) and conntrack(8).  What it says goes to
// the network's packet filter; here it is only told who may speak, and answered.
#include "abi/linux/netfilter.h"

#include "abi/linux/capability.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/netlink/netlink_socket.h"

namespace sentry {
namespace {

class NetfilterProtocol final : public NetlinkProtocol {
 public:
  explicit NetfilterProtocol(Kernel& kernel) : kernel_(kernel) {}
  uint32_t groups() const override { return abi::kNfnlGroups; }
  bool AnyoneListens() const override { return true; }

  Result<void> Handle(NetlinkRequest& request) override {
    Network& network = request.socket.network();
    if (!network.Allows(request.ctx, abi::kCapNetAdmin)) return Errno(EPERM);
    NetfilterPlane* plane = PlaneOf(network);
    if (plane == nullptr) return Errno(EOPNOTSUPP);
    return plane->Handle(request.header, request.payload, request.socket.port(), request.answers);
  }

  bool HandleDatagram(OpContext& ctx, NetlinkSocket& socket,
                      std::span<const std::byte> bytes) override {
    abi::Nlmsghdr first;
    if (bytes.size() < sizeof(first)) return false;
    std::memcpy(&first, bytes.data(), sizeof(first));
    if (first.nlmsg_type != abi::kNfnlMsgBatchBegin) return false;
    Network& network = socket.network();
    NetfilterPlane* plane = PlaneOf(network);
    if (!network.Allows(ctx, abi::kCapNetAdmin)) {
      Tell(ctx, socket, bytes, {0, EPERM, 0});
    } else if (plane == nullptr) {
      Tell(ctx, socket, bytes, {0, EOPNOTSUPP, 0});
    } else {
      const std::string name = ctx.task != nullptr ? ctx.task->comm : "";
      const int32_t pid = ctx.task != nullptr ? ctx.task->group().pid.value() : 0;
      NetfilterPlane::Answers answers;
      const auto outcomes =
          plane->HandleBatch(bytes, socket.port(), name, static_cast<uint32_t>(pid), answers);
      for (const auto& answer : answers) socket.Deliver(answer, 0, 0);
      for (const NetfilterPlane::Outcome& outcome : outcomes) Tell(ctx, socket, bytes, outcome);
    }
    return true;
  }

 private:
  NetfilterPlane* PlaneOf(Network& network) {
    Networks& all = StateOf<Networks>(kernel_);
    if (network.plane == nullptr && all.make_plane) all.make_plane(network);
    return network.plane != nullptr ? network.plane->Netfilter() : nullptr;
  }

  static void Tell(OpContext& ctx, NetlinkSocket& socket, std::span<const std::byte> datagram,
                   const NetfilterPlane::Outcome& outcome) {
    std::span<const std::byte> message = datagram.subspan(outcome.at);
    abi::Nlmsghdr header;
    std::memcpy(&header, message.data(), sizeof(header));
    message = message.first(std::min<size_t>(header.nlmsg_len, message.size()));
    if (message.size() < sizeof(header)) return;
    NetlinkRequest request(ctx, socket, header, message.subspan(sizeof(header)));
    request.bad_attribute = outcome.bad_attribute;
    socket.Acknowledge(request, message, outcome.error);
  }

  Kernel& kernel_;
};

}  // namespace

std::unique_ptr<NetlinkProtocol> MakeNetfilterProtocol(Kernel& kernel) {
  return std::make_unique<NetfilterProtocol>(kernel);
}

}  // namespace sentry
