// A stack whose packet filter is told what the input says: batches, requests, expressions, elements
// of sets; then packets run through the rules.  Whatever comes, nothing crashes, loops or grows
// beyond its bounds.
//
// needs: netstack
#include <algorithm>
#include <cstdint>
#include <optional>

#include "netstack/filter/control.h"
#include "netstack/link/channel.h"
#include "netstack/netstack.h"
#include "netstack/wire/ipv4.h"
#include "tests/fuzz/fuzz_world.h"

namespace netstack {
namespace {

class FilterWorld final : public FuzzWorld {
 public:
  bool Charge(size_t bytes) override {
    charged += bytes;
    return charged < (64u << 20);
  }
  void Uncharge(size_t bytes) override { charged -= bytes; }
  size_t charged = 0;
};

struct FilterInput : FuzzInput {
  ByteVector Bytes() {
    ByteVector out(std::min<size_t>(Take(2), size));
    std::transform(data, data + out.size(), out.begin(), [](uint8_t b) { return std::byte{b}; });
    data += out.size();
    size -= out.size();
    return out;
  }
};

class FilterMachine {
 public:
  FilterMachine() : net(world), control(net.stack()) {
    net.AddLoopback();
    auto owned = std::make_unique<ChannelLink>(LinkKind::kRaw, MacAddress{}, 1500);
    link = owned.get();
    Interface* tun = net.stack().AddInterface("tun0", std::move(owned)).value();
    InterfaceAddress address;
    address.addr = us;
    address.prefix = 24;
    (void)net.stack().AddAddress(*tun, address).ok();
    (void)net.stack().SetFlags(*tun, abi::kIffUp, abi::kIffUp).ok();
    net.stack().sysctl().ip_forward = true;
    udp = net.CreateUdp(2, 0);
    (void)udp->Bind({us, 53, 0}).ok();
  }
  ~FilterMachine() { udp->Close(); }

  // A message of a batch, around what the input gives as its attributes.
  void Put(ByteVector& batch, uint16_t type, uint16_t flags, const ByteVector& attributes) {
    const abi::Nlmsghdr header{
        static_cast<uint32_t>(sizeof(abi::Nlmsghdr) + sizeof(abi::Nfgenmsg) + attributes.size()),
        type, static_cast<uint16_t>(flags | abi::kNlmFRequest), 0, 0};
    const bool end = type < 32;
    const abi::Nfgenmsg general{abi::kNfprotoIpv4, 0,
                                end ? __builtin_bswap16(abi::kNfnlSubsysNftables) : uint16_t{0}};
    AttributeWriter message;
    message.Raw(std::as_bytes(std::span(&header, 1)));
    message.Raw(std::as_bytes(std::span(&general, 1)));
    message.Raw(attributes);
    batch.insert(batch.end(), message.bytes().begin(), message.bytes().end());
  }
  void Send(const ByteVector& batch) {
    NetfilterAnswers answers;
    Stack::Scope scope(net.stack());
    (void)control.HandleBatch(batch, 1, "fuzz", 1, answers);
  }
  // Each message with attributes from the input, between a beginning and an end that are right.
  void SendMessages(FilterInput& in) {
    ByteVector batch;
    Put(batch, abi::kNfnlMsgBatchBegin, 0, {});
    for (uint32_t count = in.Take(1) % 8 + 1; count != 0; count--) {
      const auto command = static_cast<uint8_t>(in.Take(1) % 34);
      const auto flags = static_cast<uint16_t>(in.Take(2));
      Put(batch, NftType(command), flags, in.Bytes());
    }
    Put(batch, abi::kNfnlMsgBatchEnd, 0, {});
    Send(batch);
  }
  // A rule of the input's expressions in a chain that is there.
  void SendRule(FilterInput& in) {
    const auto hook = in.Take(1) % kHooks;
    const bool nat = (in.Take(1) & 1) != 0;
    ByteVector batch;
    Put(batch, abi::kNfnlMsgBatchBegin, 0, {});
    AttributeWriter table, chain, rule;
    table.Text(abi::kNftaTableName, "t");
    Put(batch, NftType(abi::kNftMsgNewTable), abi::kNlmFCreate, table.bytes());
    const std::string name = (nat ? "n" : "f") + std::to_string(hook);
    chain.Text(abi::kNftaChainTable, "t").Text(abi::kNftaChainName, name);
    const size_t at = chain.Begin(abi::kNftaChainHook);
    chain.U32(abi::kNftaHookHooknum, hook).U32(abi::kNftaHookPriority, 0);
    chain.End(at);
    chain.Text(abi::kNftaChainType, nat ? "nat" : "filter");
    Put(batch, NftType(abi::kNftMsgNewChain), abi::kNlmFCreate, chain.bytes());
    rule.Text(abi::kNftaRuleTable, "t").Text(abi::kNftaRuleChain, name);
    rule.Put(abi::kNftaRuleExpressions, in.Bytes());
    Put(batch, NftType(abi::kNftMsgNewRule), abi::kNlmFCreate | abi::kNlmFAppend, rule.bytes());
    Put(batch, abi::kNfnlMsgBatchEnd, 0, {});
    Send(batch);
  }
  void Ask(FilterInput& in) {
    NetfilterRequest request;
    request.type = static_cast<uint16_t>(in.Take(2));
    request.flags = static_cast<uint16_t>(in.Take(2));
    request.family = static_cast<uint8_t>(in.Take(1));
    const ByteVector bytes = in.Bytes();
    request.attributes = bytes;
    NetfilterAnswers answers;
    Stack::Scope scope(net.stack());
    (void)control.Handle(request, answers).ok();
  }
  void Inject(FilterInput& in) {
    ByteVector bytes = in.Bytes();
    if (bytes.size() >= Ipv4Header::kSize && (in.Take(1) & 1) != 0) {
      Ipv4Header ip;
      ip.source = peer;
      ip.destination = (in.Take(1) & 1) != 0 ? us : beyond;
      ip.protocol = static_cast<uint8_t>(in.Take(1));
      ip.total_length = static_cast<uint16_t>(bytes.size());
      ip.Write(bytes.data());
    }
    if (PacketPtr packet = Packet::FromBytes(net.stack().pool(), bytes)) {
      link->Inject(std::move(packet));
    }
  }
  void SendOut(FilterInput& in) {
    std::array<std::byte, 2048> buffer{};
    SpanSource source(std::span(buffer).first(in.Take(2) % buffer.size()));
    DatagramSend how;
    how.to = SocketAddr{(in.Take(1) & 1) != 0 ? us : peer, static_cast<uint16_t>(in.Take(1)), 0};
    (void)udp->Send(source, how).ok();
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

  const IpAddress us = IpAddress::V4(0x0a000001), peer = IpAddress::V4(0x0a000002),
                  beyond = IpAddress::V4(0x0a000003);
  FilterWorld world;
  NetStack net;
  FilterControl control;
  ChannelLink* link = nullptr;
  Ref<UdpEndpoint> udp;
};

}  // namespace
}  // namespace netstack

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace netstack;
  FilterMachine machine;
  FilterInput in{data, size};
  while (in.size != 0) {
    switch (in.Take(1) % 7) {
      case 0:
        machine.Send(in.Bytes());
        break;
      case 1:
        machine.SendMessages(in);
        break;
      case 2:
        machine.SendRule(in);
        break;
      case 3:
        machine.Ask(in);
        break;
      case 4:
        machine.Inject(in);
        break;
      case 5:
        machine.SendOut(in);
        break;
      case 6:
        machine.Pass(static_cast<Duration>(in.Take(2)) * 10 * kMillisecond);
        break;
    }
    while (machine.link->Read() != nullptr) {
    }
    if (machine.net.stack().pool().outstanding() > (64u << 20)) __builtin_trap();
  }
  return 0;
}
