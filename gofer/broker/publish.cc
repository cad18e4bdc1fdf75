// Published ports: what comes in from outside.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "gofer/broker/broker.h"

namespace gofer {
namespace {

uint16_t PortOf(const sockaddr_storage& from) {
  return ntohs(reinterpret_cast<const sockaddr_in&>(from).sin_port);  // Same place in both.
}

FlowRecord RecordOf(const PublishedPort& port, const Address& from, uint16_t from_port) {
  FlowRecord record;
  record.kind = "in";
  record.incoming = true;
  record.protocol = port.protocol;
  record.address = from;
  record.port = from_port;
  record.guest_port = port.guest_port;
  record.allowed = true;
  record.rule = "published";
  record.began_ms = WallMilliseconds();
  record.began_monotonic = MonotonicMilliseconds();
  return record;
}

}  // namespace

class Broker::ClientFlow final : public Flow {
 public:
  ClientFlow(Broker& broker, Listening& listening, uint64_t id, FlowRecord record, base::Fd inside)
      : Flow(broker.loop_, broker, id, std::move(record)),
        listening_(listening),
        inside_(std::move(inside)) {
    key_ = {record_.address, record_.port};
    last_used_ = MonotonicMilliseconds();
    loop_.WhenReadable(inside_.get(), [this] { OnInside(); });
    idle_ = loop_.After(kCheckMilliseconds, [this] { CheckIdle(); });
  }
  ~ClientFlow() override {
    owner_.meter().Forget(this);
    listening_.clients.erase(key_);
    loop_.Forget(inside_.get());
    loop_.Cancel(idle_);
  }
  // datagram_buffer[0] is the mark.
  void Deliver(size_t size) {
    datagram_buffer[0] = kDatagram;
    record_.bytes_in += size;
    owner_.meter().Count(Way::kIn, size, 1);
    last_used_ = MonotonicMilliseconds();
    ::send(inside_.get(), datagram_buffer.data(), size + 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

 private:
  void CheckIdle() {
    if (MonotonicMilliseconds() - last_used_ > kIdleMilliseconds) return owner_.End(id_);
    idle_ = loop_.After(kCheckMilliseconds, [this] { CheckIdle(); });
  }
  void OnInside() {
    sockaddr_storage to;
    const socklen_t size = key_.first.Fill(to, key_.second);
    for (int i = 0; i < kDatagramBatch; ++i) {
      if (owner_.meter().Room(Way::kOut, 1) == 0) {
        return owner_.meter().WhenRoom(Way::kOut, this, [this] { OnInside(); });
      }
      const ssize_t n =
          ::recv(inside_.get(), datagram_buffer.data(), datagram_buffer.size(), MSG_DONTWAIT);
      if (n < 0) break;
      if (n == 0) return owner_.End(id_);
      const ssize_t sent = ::sendto(listening_.port.socket.get(), datagram_buffer.data() + 1,
                                    static_cast<size_t>(n) - 1, MSG_NOSIGNAL,
                                    reinterpret_cast<const sockaddr*>(&to), size);
      if (sent < 0) continue;
      record_.bytes_out += static_cast<uint64_t>(sent);
      owner_.meter().Count(Way::kOut, static_cast<size_t>(sent), 1);
    }
    last_used_ = MonotonicMilliseconds();
    loop_.WhenReadable(inside_.get(), [this] { OnInside(); });
  }

  Listening& listening_;
  base::Fd inside_;
  std::pair<Address, uint16_t> key_;
  int64_t last_used_;
  Loop::Token idle_;
};

// As long as the Sentry has not said what becomes of those that came, nobody else is taken: the
// host's own backlog fills, and clients see that they wait.
void Broker::Watch(Listening& listening) {
  if (!listening.port.socket.valid()) return;
  if (finishing_ || listening.watched || untaken_ >= kMostUntaken || Crowded()) return;
  listening.watched = true;
  const bool tcp = listening.port.protocol == IPPROTO_TCP;
  if (const int64_t wait = tcp ? meter_.ConnectionWait() : 0; wait != 0) {
    loop_.After(wait, [this, &listening] {
      listening.watched = false;
      Watch(listening);
    });
    return;
  }
  if (!tcp && meter_.Room(Way::kIn, 1) == 0) {
    meter_.WhenRoom(Way::kIn, &listening, [this, &listening] {
      listening.watched = false;
      Watch(listening);
    });
    return;
  }
  loop_.WhenReadable(listening.port.socket.get(), [this, &listening] {
    listening.watched = false;
    listening.port.protocol == IPPROTO_TCP ? OnClient(listening) : OnDatagrams(listening);
    Watch(listening);
  });
}

void Broker::Listen(uint16_t port) {
  if (!config_.publish_all || port == 0 || finishing_) return;
  PublishedPort opened;
  opened.host = *Address::Parse("::");
  opened.host_port = opened.guest_port = port;
  base::Result<void> bound = BindPort(opened);
  if (bound.Is(EAFNOSUPPORT) || bound.Is(EADDRNOTAVAIL)) {  // A host without IPv6.
    opened.host = Address::V4(INADDR_ANY);
    bound = BindPort(opened);
  }
  if (!bound.ok()) {
    std::fprintf(stderr, "sentry: --net=host: port %u of this host: %s\n", port,
                 std::strerror(bound.error().value()));
    return;
  }
  auto unused = std::find_if(listening_.begin(), listening_.end(),
                             [](const auto& one) { return !one->port.socket.valid(); });
  if (unused == listening_.end()) {
    if (listening_.size() >= kMostListening) return;
    unused = listening_.insert(unused, std::make_unique<Listening>());
  }
  (*unused)->port = std::move(opened);
  (*unused)->by_guest = true;
  Watch(**unused);
}

// Callbacks may refer to the entry: it stays, without a socket.
void Broker::Unlisten(uint16_t port) {
  for (auto& listening : listening_) {
    if (!listening->by_guest || listening->port.guest_port != port) continue;
    if (!listening->port.socket.valid()) continue;
    loop_.Forget(listening->port.socket.get());
    listening->port.socket.reset();
    listening->watched = false;
  }
}

void Broker::Announce(const Listening& listening, uint64_t id, const Address& from, uint16_t port,
                      const base::Fd& descriptor) {
  BrokerMessage message;
  message.op = BrokerOp::kIncoming;
  message.id = id;
  message.protocol = listening.port.protocol;
  message.ipv4 = from.IsV4() ? 1 : 0;
  message.port = port;
  message.guest_port = listening.port.guest_port;
  for (size_t i = 0; i < 16; ++i) {
    message.address[i] = from.bytes[from.IsV4() ? (12 + i) % 16 : i];
  }
  untaken_++;
  flows_[id]->untaken = true;
  Tell(message, &descriptor);
}

void Broker::OnClient(Listening& listening) {
  sockaddr_storage from{};
  socklen_t size = sizeof(from);
  base::Fd client(::accept4(listening.port.socket.get(), reinterpret_cast<sockaddr*>(&from), &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!client.valid()) return;
  meter_.CountConnection();
  const Address address = Address::Of(reinterpret_cast<const sockaddr*>(&from));
  const uint64_t id = next_id_++;
  auto flow = std::make_unique<TcpFlow>(
      loop_, *this, id, RecordOf(listening.port, address, PortOf(from)), config_.share_sockets);
  TcpFlow& kept = *flow;
  flows_[id] = std::move(flow);
  base::Result<base::Fd> shared = kept.Adopt(std::move(client));
  if (!shared.ok()) return End(id);
  Announce(listening, id, address, PortOf(from), *shared);
}

void Broker::OnDatagrams(Listening& listening) {
  for (int i = 0; i < kDatagramBatch && meter_.Room(Way::kIn, 1) != 0; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof(from);
    const ssize_t n = ::recvfrom(listening.port.socket.get(), datagram_buffer.data() + 1,
                                 datagram_buffer.size() - 1, MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0) return;
    const Address address = Address::Of(reinterpret_cast<const sockaddr*>(&from));
    const std::pair key(address, PortOf(from));
    auto found = listening.clients.find(key);
    if (found == listening.clients.end()) {
      if (listening.clients.size() >= kMostClients || Crowded()) continue;
      auto pair = MakePair();
      if (!pair.ok()) continue;
      const uint64_t id = next_id_++;
      flows_[id] = std::make_unique<ClientFlow>(*this, listening, id,
                                                RecordOf(listening.port, address, key.second),
                                                std::move(pair->first));
      found = listening.clients.emplace(key, id).first;
      Announce(listening, id, address, key.second, pair->second);
    }
    static_cast<ClientFlow&>(*flows_[found->second]).Deliver(static_cast<size_t>(n));
  }
}

}  // namespace gofer
