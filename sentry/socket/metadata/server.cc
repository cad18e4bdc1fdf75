// Connections of the metadata server, and the device that leads to it.
#include "sentry/socket/metadata/server.h"

#include <algorithm>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "netstack/link/pair.h"
#include "platform/base/log.h"
#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

constexpr uint16_t kHttp = 80;
constexpr uint8_t kServer[] = {169, 254, 169, 254}, kGuest[] = {169, 254, 169, 253};
const char* const kDevice = "meta0";

}  // namespace

// A guest's connection: one request after the other, each answered before the next is looked at.
class MetadataServer::Connection final : public RefCounted, public netstack::EndpointObserver {
 public:
  Connection(MetadataServer& server, netstack::Ref<netstack::TcpEndpoint> endpoint)
      : server_(server), tcp_(std::move(endpoint)) {
    tcp_->SetObserver(this);
  }
  void OnReady(uint32_t) override {
    if (queued_ || ended_) return;
    queued_ = true;
    server_.net_.stack().Defer([self = Ref<Connection>(this)] {
      self->queued_ = false;
      if (!self->ended_) self->Pump();
    });
  }
  void End() {
    if (ended_) return;
    const Ref<Connection> keep(this);
    ended_ = true;
    tcp_->SetObserver(nullptr);
    tcp_->Close();
    server_.connections_.remove(keep);
  }

  void Pump() {
    while (!ended_) {
      if (!out_.empty()) {
        if (!Write()) return;
        continue;
      }
      if (last_) return End();
      switch (request_.Take(in_)) {
        case HttpRequest::Outcome::kWhole:
          out_ = server_.service_.Answer(request_);
          last_ = !request_.keep_alive;
          break;
        case HttpRequest::Outcome::kBad:
          out_ = MetadataService::AnswerNonsense();
          last_ = true;
          break;
        case HttpRequest::Outcome::kMore:
          if (!Read()) return;
      }
    }
  }

 private:
  // False: nothing for now, or never.
  bool Read() {
    std::array<std::byte, 4096> buffer;
    netstack::SpanSink sink(buffer);
    const Result<size_t> got = tcp_->Receive(sink, {});
    if (got.Is(EAGAIN)) return false;
    if (!got.ok() || *got == 0) {
      End();
      return false;
    }
    in_.append(reinterpret_cast<const char*>(buffer.data()), *got);
    return true;
  }
  bool Write() {
    netstack::SpanSource source(std::as_bytes(std::span(out_)));
    const Result<size_t> sent = tcp_->Send(source, {});
    if (sent.Is(EAGAIN)) return false;
    if (!sent.ok()) {
      End();
      return false;
    }
    out_.erase(0, *sent);
    return true;
  }

  MetadataServer& server_;
  netstack::Ref<netstack::TcpEndpoint> tcp_;
  HttpRequest request_;
  std::string in_, out_;
  bool last_ = false, queued_ = false, ended_ = false;
};

MetadataServer::MetadataServer(netstack::NetStack& net, const char* interface,
                               MetadataOptions options)
    : net_(net),
      service_(
          std::move(options),
          [&net](char* to, size_t size) {
            net.stack().environment().Random(std::as_writable_bytes(std::span(to, size)));
          },
          [] { return MonotonicNow().ns / kNanosPerSecond; }) {
  netstack::Stack::Scope scope(net.stack());
  const netstack::IpAddress address = netstack::IpAddress::V4Bytes(kServer);
  if (netstack::Interface* device = net.stack().FindInterface(interface)) {
    netstack::InterfaceAddress own;
    own.addr = address;
    own.prefix = 30;
    (void)net.stack().AddAddress(*device, own);
  }
  listener_ = net.CreateTcp(abi::kAfInet, 0);
  const bool listens =
      listener_->Bind({address, kHttp, 0}).ok() && listener_->Listen(kMostConnections).ok();
  if (!listens) LOG_ERROR("metadata: no listener");
  listener_->SetObserver(this);
}

void MetadataServer::Stop() {
  netstack::Stack::Scope scope(net_.stack());
  while (!connections_.empty()) Ref<Connection>(connections_.front())->End();
  listener_->SetObserver(nullptr);
  listener_->Close();
}

void MetadataServer::OnReady(uint32_t) {
  net_.stack().Defer([self = Ref<MetadataServer>(this)] { self->AcceptAll(); });
}

void MetadataServer::AcceptAll() {
  for (;;) {
    Result<netstack::Ref<netstack::TcpEndpoint>> child = listener_->Accept();
    if (!child.ok()) return;
    // One that does not come to an end makes room for the next.
    if (connections_.size() >= kMostConnections) Ref<Connection>(connections_.front())->End();
    connections_.push_back(base::MakeRef<Connection>(*this, std::move(*child)));
    Ref<Connection>(connections_.back())->Pump();
  }
}

MetadataDevice::MetadataDevice(Kernel& kernel, Network& network, MetadataOptions options)
    : environment_(kernel, [this] { net_.stack().RunTimers(); }), net_(environment_) {
  constexpr netstack::MacAddress kGuestMac{{0x52, 0x54, 0xa9, 0xfe, 0xa9, 0xfd}};
  constexpr netstack::MacAddress kServerMac{{0x52, 0x54, 0xa9, 0xfe, 0xa9, 0xfe}};
  constexpr uint32_t kMtu = 1500;
  auto [guest, own] = netstack::PairLink::Create(kGuestMac, kServerMac, kMtu);
  {
    netstack::Stack::Scope scope(net_.stack());
    netstack::Interface& device = *net_.stack().AddInterface(kDevice, std::move(own)).value();
    (void)net_.stack().SetFlags(device, abi::kIffUp, abi::kIffUp);
  }
  server_ = base::MakeRef<MetadataServer>(net_, kDevice, std::move(options));
  InetStack::Of(kernel, network).PrepareLink(kDevice, std::move(guest));
  NetDevice device;
  device.name = kDevice;
  device.flags = abi::kIffBroadcast | abi::kIffMulticast | abi::kIffUp;
  device.mtu = kMtu;
  device.address = kGuestMac.bytes;
  device.broadcast.fill(0xff);
  Result<NetDevice*> added = network.Add(std::move(device));
  if (!added.ok()) return;
  InterfaceAddress address;
  address.device = (*added)->index;
  address.local = address.peer = FromStack(netstack::IpAddress::V4Bytes(kGuest));
  address.prefix_length = 30;
  address.scope = abi::kRtScopeLink;
  address.flags = abi::kIfaFPermanent;
  address.label = kDevice;
  (void)network.Add(address, false);
}

MetadataDevice::~MetadataDevice() {
  server_->Stop();
}

}  // namespace sentry
