// NetlinkTable: the ports of all netlink sockets of a sandbox, and their multicast groups.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "sentry/socket/netlink/netlink_protocol.h"

namespace sentry {

class NetlinkTable final : public RefCounted {
 public:
  static constexpr SocketSlot kSlot = SocketSlot::kNetlink;
  static constexpr int kProtocols = 32;  // MAX_LINKS
  explicit NetlinkTable(Kernel& kernel);

  // Null: none.
  NetlinkProtocol* Protocol(int number) const;
  NetlinkSocket* FindPort(const Network& network, int protocol, uint32_t port) const;
  Result<void> BindPort(NetlinkSocket& socket, uint32_t port);  // EADDRINUSE
  void AutoBind(NetlinkSocket& socket, uint32_t wanted);
  void Add(NetlinkSocket& socket) { all_.insert(&socket); }
  void Remove(NetlinkSocket& socket);
  const std::set<NetlinkSocket*>& all() const { return all_; }
  // To every member of the group but `except`; false: nobody listens.
  bool Multicast(const Network& network, int protocol, uint32_t group, uint32_t from_port,
                 std::span<const std::byte> message, const NetlinkSocket* except);
  // Somebody may want to hear about this network.
  void Watch(Network& network);

 private:
  using Key = std::tuple<const Network*, int, uint32_t>;
  Kernel& kernel_;
  std::array<std::unique_ptr<NetlinkProtocol>, kProtocols> protocols_;
  std::map<Key, NetlinkSocket*> ports_;
  std::set<NetlinkSocket*> all_;
  std::map<const Network*, std::unique_ptr<NetworkObserver>> watchers_;
  uint32_t last_automatic_ = 0;
};

// The protocols (one file each).
std::unique_ptr<NetlinkProtocol> MakeRouteProtocol(Kernel& kernel);
std::unique_ptr<NetlinkProtocol> MakeSockDiagProtocol(Kernel& kernel);
std::unique_ptr<NetlinkProtocol> MakeGenericProtocol();
std::unique_ptr<NetlinkProtocol> MakeNetfilterProtocol(Kernel& kernel);
// All of /proc/net/netlink.
std::string NetlinkProcText(Kernel& kernel, Network& network);
std::unique_ptr<NetworkObserver> MakeRouteNotifier(NetlinkTable& table, Network& network);

}  // namespace sentry
