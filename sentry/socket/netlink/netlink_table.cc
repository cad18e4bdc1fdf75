#include "sentry/socket/netlink/netlink_table.h"

#include "sentry/kernel/task.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/proc_net.h"

namespace sentry {
namespace {

// Families in which the kernel says nothing: user space talks among itself, or waits for events
// that do not happen here.
class SilentProtocol final : public NetlinkProtocol {
 public:
  SilentProtocol(uint32_t groups, bool anyone, bool answers)
      : groups_(groups), anyone_(anyone), answers_(answers) {}
  Result<void> Handle(NetlinkRequest&) override { return Errno(EOPNOTSUPP); }
  uint32_t groups() const override { return groups_; }
  bool AnyoneListens() const override { return anyone_; }
  bool AnswersRequests() const override { return answers_; }

 private:
  const uint32_t groups_;
  const bool anyone_, answers_;
};

}  // namespace

NetlinkTable::NetlinkTable(Kernel& kernel) : kernel_(kernel) {
  protocols_[abi::kNetlinkRoute] = MakeRouteProtocol(kernel);
  protocols_[abi::kNetlinkSockDiag] = MakeSockDiagProtocol(kernel);
  protocols_[abi::kNetlinkGeneric] = MakeGenericProtocol();
  protocols_[abi::kNetlinkNetfilter] = MakeNetfilterProtocol(kernel);
  protocols_[abi::kNetlinkUsersock] = std::make_unique<SilentProtocol>(32, false, false);
  protocols_[abi::kNetlinkKobjectUevent] = std::make_unique<SilentProtocol>(1, true, false);
}

NetlinkProtocol* NetlinkTable::Protocol(int number) const {
  if (number < 0 || number >= kProtocols) return nullptr;
  return protocols_[static_cast<size_t>(number)].get();
}

NetlinkSocket* NetlinkTable::FindPort(const Network& network, int protocol, uint32_t port) const {
  auto found = ports_.find({&network, protocol, port});
  return found == ports_.end() ? nullptr : found->second;
}

Result<void> NetlinkTable::BindPort(NetlinkSocket& socket, uint32_t port) {
  auto [place, free] = ports_.insert({{&socket.network(), socket.protocol(), port}, &socket});
  if (!free) return Errno(EADDRINUSE);
  socket.set_port(port);
  return {};
}

// netlink_autobind() of Linux: the process id if it is free, else a number beyond all of them.
void NetlinkTable::AutoBind(NetlinkSocket& socket, uint32_t wanted) {
  while (wanted == 0 || !BindPort(socket, wanted).ok()) {
    constexpr uint32_t kBeyondPids = 0x80000000;
    wanted = kBeyondPids | ++last_automatic_;
  }
}

void NetlinkTable::Remove(NetlinkSocket& socket) {
  all_.erase(&socket);
  if (socket.bound()) ports_.erase({&socket.network(), socket.protocol(), socket.port()});
  for (const NetlinkSocket* other : all_) {
    if (&other->network() == &socket.network()) return;
  }
  watchers_.erase(&socket.network());
}

bool NetlinkTable::Multicast(const Network& network, int protocol, uint32_t group,
                             uint32_t from_port, std::span<const std::byte> message,
                             const NetlinkSocket* except) {
  bool heard = false;
  for (NetlinkSocket* socket : all_) {
    if (socket == except || &socket->network() != &network || socket->protocol() != protocol ||
        socket->groups().count(group) == 0) {
      continue;
    }
    socket->Deliver(message, from_port, group);
    heard = true;
  }
  return heard;
}

void NetlinkTable::Watch(Network& network) {
  std::unique_ptr<NetworkObserver>& watcher = watchers_[&network];
  if (watcher == nullptr) watcher = MakeRouteNotifier(*this, network);
}

// netlink_native_seq_show() of Linux.
std::string NetlinkProcText(Kernel& kernel, Network& network) {
  std::string text =
      "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";
  for (const NetlinkSocket* socket : StateOf<NetlinkTable>(kernel).all()) {
    if (&socket->network() != &network) continue;
    uint32_t groups = 0;
    for (uint32_t group : socket->groups()) groups |= group <= 32 ? 1u << (group - 1) : 0;
    AppendText(text, "%016x %-3d %-10u %08x %-8zu %-8d %-5d %-8u %-8lu %-8lu\n", 0,
               socket->protocol(), socket->port(), groups, socket->queued_bytes(), 0, 0,
               socket->RefCount() + 1, socket->drops(), socket->inode()->ino());
  }
  return text;
}

}  // namespace sentry
