// A whole stack with a listener, a connection and UDP sockets, fed packets that the input
// describes: whatever comes, it neither crashes nor keeps more memory than its bounds allow.
//
// needs: netstack
#include <cstdint>
#include <optional>

#include "netstack/link/channel.h"
#include "netstack/netstack.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv4.h"
#include "netstack/wire/tcp.h"
#include "tests/fuzz/fuzz_world.h"

namespace netstack {
namespace {

class Machine {
 public:
  Machine() : net(world) {
    auto owned = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, 1500);
    link = owned.get();
    Interface* tun = net.stack().AddInterface("tun0", std::move(owned)).value();
    InterfaceAddress address;
    address.addr = us;
    address.prefix = 24;
    (void)net.stack().AddAddress(*tun, address).ok();
    (void)net.stack().SetFlags(*tun, abi::kIffUp, abi::kIffUp).ok();
    listener = net.CreateTcp(2, 0);
    (void)listener->Bind({us, 80, 0}).ok();
    (void)listener->Listen(3).ok();
    udp = net.CreateUdp(2, 0);
    (void)udp->Bind({us, 53, 0}).ok();
    client = net.CreateTcp(2, 0);
    (void)client->Connect({peer, 90, 0}).ok();
    Observe();
  }
  ~Machine() {
    listener->Close();
    client->Close();
    udp->Close();
    for (auto& child : children) child->Close();
  }

  // What the stack sent says which numbers would be plausible.
  void Observe() {
    while (PacketPtr packet = link->Read()) {
      const std::vector<std::byte> bytes = packet->ToBytes();
      auto ip = Ipv4Header::Parse(bytes);
      if (!ip || ip->protocol != kProtoTcp) continue;
      auto tcp = TcpHeader::Parse(std::span(bytes).subspan(ip->header_size));
      if (tcp) last = *tcp;
    }
  }

  void SendTcp(FuzzInput& in) {
    TcpHeader header;
    const uint32_t how = in.Take(1);
    header.source_port = (how & 1) != 0 ? last.destination_port : static_cast<uint16_t>(in.Take(1));
    header.destination_port = (how & 1) != 0 ? last.source_port : 80;
    header.seq = last.ack + static_cast<uint32_t>(static_cast<int16_t>(in.Take(2)));
    if ((how & 2) != 0) header.seq = last.ack;
    header.ack =
        last.seq + ((how & 4) != 0 ? 1 : static_cast<uint32_t>(static_cast<int16_t>(in.Take(2))));
    header.flags = static_cast<uint16_t>(in.Take(1));
    header.window = static_cast<uint16_t>(in.Take(2));
    header.urgent = static_cast<uint16_t>(in.Take(1));
    const size_t options = (in.Take(1) % 11) * 4, payload = in.Take(1) * 4;
    header.header_size = static_cast<uint8_t>(TcpHeader::kSize + options);
    std::vector<std::byte> bytes(Ipv4Header::kSize + header.header_size + payload);
    std::byte* at = bytes.data() + Ipv4Header::kSize;
    header.Write(at);
    for (size_t i = 0; i < options; i++)
      at[TcpHeader::kSize + i] = static_cast<std::byte>(in.Take(1));
    const size_t size = bytes.size() - Ipv4Header::kSize;
    Checksum sum;
    sum.AddPseudoHeader(peer, us, kProtoTcp, size);
    sum.Add({at, size});
    Store16(at + 16, sum.Finish());
    SendIp(kProtoTcp, bytes);
  }

  void SendIp(uint8_t protocol, std::vector<std::byte>& bytes) {
    Ipv4Header ip;
    ip.source = peer;
    ip.destination = us;
    ip.protocol = protocol;
    ip.total_length = static_cast<uint16_t>(bytes.size());
    ip.Write(bytes.data());
    link->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  }

  void SendBytes(FuzzInput& in) {
    std::vector<std::byte> bytes(in.Take(1) + 1);
    for (std::byte& b : bytes) b = static_cast<std::byte>(in.Take(1));
    link->Inject(Packet::FromBytes(net.stack().pool(), bytes));
  }

  void Use(FuzzInput& in) {
    std::array<std::byte, 4096> buffer{};
    SpanSink sink(std::span(buffer).first(in.Take(2) % buffer.size()));
    SpanSource source(std::span(buffer).first(in.Take(2) % buffer.size()));
    if (auto child = listener->Accept(); child.ok()) children.push_back(*child);
    TcpEndpoint& e = children.empty() || (in.Take(1) & 1) != 0 ? *client : *children.back();
    switch (in.Take(1) % 8) {
      case 0:
        (void)e.Receive(sink, {}).ok();
        break;
      case 1:
        (void)e.Send(source, {.oob = (in.Take(1) & 1) != 0, .more = (in.Take(1) & 1) != 0}).ok();
        break;
      case 2:
        (void)e.Shutdown((in.Take(1) & 1) != 0, true).ok();
        break;
      case 3:
        (void)e.ReceiveUrgent(sink, false).ok();
        break;
      case 4:
        e.SetNoDelay((in.Take(1) & 1) != 0);
        break;
      case 5:
        (void)e.Disconnect().ok();
        break;
      case 6:
        (void)client->Connect({peer, 90, 0}).ok();
        break;
      case 7:
        (void)e.Info();
        break;
    }
  }

  void Pass(Duration d) {
    const Time end = world.now + d;
    for (int i = 0; i < 1000 && world.wake && *world.wake <= end; i++) {
      world.now = std::max(world.now, *world.wake);
      world.wake.reset();
      net.stack().RunTimers();
    }
    world.now = end;
  }

  const IpAddress us = IpAddress::V4(0x0a000001), peer = IpAddress::V4(0x0a000002);
  FuzzWorld world;
  NetStack net;
  ChannelLink* link = nullptr;
  Ref<TcpEndpoint> listener, client;
  Ref<UdpEndpoint> udp;
  std::vector<Ref<TcpEndpoint>> children;
  TcpHeader last;
};

}  // namespace
}  // namespace netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace netstack;
  Machine machine;
  FuzzInput in{data, size};
  while (in.size != 0) {
    switch (in.Take(1) % 6) {
      case 0:
      case 1:
        machine.SendTcp(in);
        break;
      case 2:
        machine.SendBytes(in);
        break;
      case 3:
      case 4:
        machine.Use(in);
        break;
      case 5:
        machine.Pass(static_cast<Duration>(in.Take(2)) * 10 * kMillisecond);
        break;
    }
    machine.Observe();
    if (machine.net.stack().pool().outstanding() > (64u << 20)) __builtin_trap();
  }
  return 0;
}
