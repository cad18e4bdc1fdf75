// Packets between a stack and the program that drives the device.
#include "sentry/socket/tun/tun.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "netstack/link/device.h"
#include "netstack/link/segment.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/ethernet.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/tun/tun_file.h"

namespace sentry {

using netstack::EthernetHeader;
using netstack::Packet;
using netstack::PacketPtr;
using netstack::VirtioNetHeader;

// The interface's end.
class Tun::Link final : public netstack::Link {
 public:
  Link(Ref<Tun> tun, netstack::MacAddress mac, uint32_t mtu)
      : tun_(std::move(tun)), mac_(mac), mtu_(mtu) {}
  ~Link() override { tun_->sink_ = nullptr; }
  netstack::LinkKind kind() const override {
    return tun_->tap() ? netstack::LinkKind::kEthernet : netstack::LinkKind::kRaw;
  }
  netstack::MacAddress mac() const override { return mac_; }
  uint32_t mtu() const override { return mtu_; }
  // What the reader has not asked for is done here.
  uint32_t gso_max() const override {
    return (tun_->offload_ & (abi::kTunFTso4 | abi::kTunFTso6)) != 0 ? 65535 : 0;
  }
  bool checksum_offload() const override { return true; }
  void Attach(netstack::LinkSink* sink) override { tun_->sink_ = sink; }
  void Send(PacketPtr frame) override { tun_->Send(std::move(frame)); }

 private:
  const Ref<Tun> tun_;
  const netstack::MacAddress mac_;
  const uint32_t mtu_;
};

Tun* Tun::Of(const NetDevice& device) {
  return dynamic_cast<Tun*>(device.backing.get());
}

Result<Ref<Tun>> Tun::Create(Kernel& kernel, Network& network, std::string& name, uint16_t kind,
                             int32_t index) {
  InetStack& stack = InetStack::Of(kernel, network);
  auto tun = MakeRef<Tun>(kernel, kind);
  NetDevice device;
  device.name = network.FreeName(name.empty() ? (tun->tap() ? "tap%d" : "tun%d") : name);
  device.index = index;
  device.kind = "tun";
  device.backing = tun;
  netstack::MacAddress mac;
  if (tun->tap()) {
    stack.stack().environment().Random(std::as_writable_bytes(std::span(mac.bytes)));
    mac.bytes[0] = static_cast<uint8_t>((mac.bytes[0] & ~1) | 2);  // One station's, made up.
    device.flags = abi::kIffBroadcast | abi::kIffMulticast;
    device.max_mtu -= EthernetHeader::kSize;
    device.address = mac.bytes;
    device.broadcast.fill(0xff);
  } else {
    device.type = abi::kArphrdNone;
    device.tx_queue_length = kMostQueued;
    device.flags = abi::kIffPointopoint | abi::kIffNoarp | abi::kIffMulticast;
  }
  TRY(network.CheckNew(device));
  name = device.name;
  stack.PrepareLink(name, std::make_unique<Link>(tun, mac, static_cast<uint32_t>(device.mtu)));
  TRY(network.Add(std::move(device)));
  return tun;
}

void Tun::OnNetwork(Network* network, int32_t index) {
  network_ = network;
  index_ = index;
  if (network != nullptr) return;
  queue_.Clear();
  if (file_ != nullptr) file_->OnGone();
  file_ = nullptr;
}

void Tun::Tell(std::vector<std::pair<std::string, std::string>>& attributes) const {
  char text[16];
  std::snprintf(text, sizeof(text), "0x%x", flags);
  attributes.emplace_back("tun_flags", text);
  auto id = [](uint32_t value) { return std::to_string(static_cast<int32_t>(value)); };
  attributes.emplace_back("owner", id(owner));
  attributes.emplace_back("group", id(group));
}

std::vector<DeviceBacking::Info> Tun::Infos() const {
  auto is = [this](uint16_t flag) { return (flags & flag) != 0 ? 1u : 0u; };
  std::vector<Info> infos = {{abi::kIflaTunType, flags & 3u, true}};
  if (owner != ~0u) infos.push_back({abi::kIflaTunOwner, owner, false});
  if (group != ~0u) infos.push_back({abi::kIflaTunGroup, group, false});
  infos.push_back({abi::kIflaTunPi, 1 - is(abi::kIffNoPi), true});
  infos.push_back({abi::kIflaTunVnetHdr, is(abi::kIffVnetHdr), true});
  infos.push_back({abi::kIflaTunPersist, is(abi::kIffPersist), true});
  infos.push_back({abi::kIflaTunMultiQueue, 0, true});
  return infos;
}

Result<void> Tun::Attach(TunFile& file) {
  if (file_ != nullptr) return Errno(EBUSY);
  file_ = &file;
  carrier_ = true;
  if (NetDevice* device = this->device()) network_->UpdateCarrier(*device);
  return {};
}

void Tun::Detach() {
  const Ref<Tun> keep(this);
  file_ = nullptr;
  queue_.Clear();
  NetDevice* device = this->device();
  if (device == nullptr) return;
  if ((flags & abi::kIffPersist) != 0) return network_->UpdateCarrier(*device);
  network_->Remove(index_);
}

void Tun::SetCarrier(bool carrier) {
  carrier_ = carrier;
  if (NetDevice* device = this->device()) network_->UpdateCarrier(*device);
}

bool Tun::writable() {
  const NetDevice* device = this->device();
  return device != nullptr && device->IsUp();
}

// set_offload() of Linux.
Result<void> Tun::SetOffload(uint64_t offload) {
  uint64_t left = offload;
  if ((left & abi::kTunFCsum) != 0) {
    left &= ~uint64_t{abi::kTunFCsum};
    if ((left & (abi::kTunFTso4 | abi::kTunFTso6)) != 0) {
      left &= ~uint64_t{abi::kTunFTsoEcn | abi::kTunFTso4 | abi::kTunFTso6};
    }
    left &= ~uint64_t{abi::kTunFUfo};
    constexpr uint64_t kUso = abi::kTunFUso4 | abi::kTunFUso6;
    if ((left & kUso) == kUso) left &= ~kUso;
  }
  if (left != 0) return Errno(EINVAL);
  offload_ = static_cast<uint32_t>(offload);
  return {};
}

// --- to the program ---

// Whether the reader does what is still to do on this one.
bool Tun::Covers(const Packet& frame) const {
  if ((flags & abi::kIffVnetHdr) == 0 || (offload_ & abi::kTunFCsum) == 0) return false;
  if (frame.gso_size == 0) return true;
  std::array<std::byte, 1> first;
  const size_t at = tap() ? EthernetHeader::kSize : 0;
  if (frame.CopyOut(at, first) != 1) return false;
  const bool v4 = netstack::Load8(first.data()) >> 4 == 4;
  return (offload_ & (v4 ? abi::kTunFTso4 : abi::kTunFTso6)) != 0;
}

namespace {

// Offsets are those of Ethernet: what has no such header gets one while it is looked at.
bool Dress(Packet& frame) {
  std::array<std::byte, 1> first;
  if (frame.headroom() < EthernetHeader::kSize || frame.CopyOut(0, first) != 1) return false;
  const bool v6 = netstack::Load8(first.data()) >> 4 == 6;
  EthernetHeader{{}, {}, v6 ? netstack::kEtherIpv6 : netstack::kEtherIpv4}.Write(
      frame.Push(EthernetHeader::kSize));
  return true;
}

void Undress(Packet& frame) {
  frame.Consume(EthernetHeader::kSize);
}

}  // namespace

void Tun::Send(PacketPtr frame) {
  if (file_ == nullptr) return;
  const bool open = frame->gso_size != 0 || frame->checksum == netstack::ChecksumState::kPartial;
  if (!open || Covers(*frame)) return Queue(std::move(frame));
  const bool bare = !tap();
  if (bare && !Dress(*frame)) return;
  (void)netstack::SegmentFrame(std::move(frame), [&](PacketPtr piece) {
    if (bare) Undress(*piece);
    Queue(std::move(piece));
  });
}

void Tun::Queue(PacketPtr frame) {
  if (queue_.size() >= kMostQueued) return;
  queue_.Push(std::move(frame));
  file_->OnReadable();
}

// tun_put_user() of Linux: the packet information, then the virtio header.
Result<size_t> Tun::PutHeaders(const Packet& frame, IoSink& sink) {
  size_t total = 0;
  if ((flags & abi::kIffNoPi) == 0) {
    abi::TunPi pi{};
    std::array<std::byte, EthernetHeader::kSize> start;
    const size_t got = frame.CopyOut(0, start);
    uint16_t type = 0;
    if (tap()) {
      if (got == start.size()) type = netstack::Load16(&start[12]);
    } else if (got != 0) {
      type = netstack::Load8(start.data()) >> 4 == 6 ? netstack::kEtherIpv6 : netstack::kEtherIpv4;
    }
    netstack::Store16(reinterpret_cast<std::byte*>(&pi.proto), type);
    const size_t header =
        (flags & abi::kIffVnetHdr) != 0 ? static_cast<size_t>(vnet_header_size) : 0;
    if (sink.remaining() < sizeof(pi)) return Errno(EINVAL);
    if (sink.remaining() < sizeof(pi) + header + frame.size()) pi.flags |= abi::kTunPktStrip;
    total += TRY(sink.Put(std::as_bytes(std::span(&pi, 1))));
  }
  if ((flags & abi::kIffVnetHdr) == 0) return total;
  std::vector<std::byte> bytes(static_cast<size_t>(vnet_header_size));
  if (sink.remaining() < bytes.size()) return Errno(EINVAL);
  VirtioNetHeader header;
  PacketPtr looked_at = frame.Clone();
  const bool bare = !tap();
  if (!bare || Dress(*looked_at)) {
    (void)netstack::DescribeFrame(*looked_at, header);
    if (bare && header.NeedsChecksum()) {
      header.checksum_start = static_cast<uint16_t>(header.checksum_start - EthernetHeader::kSize);
    }
    if (bare && header.header_size != 0) {
      header.header_size = static_cast<uint16_t>(header.header_size - EthernetHeader::kSize);
    }
  }
  header.Write(bytes.data());
  return total + TRY(sink.Put(bytes));
}

Result<size_t> Tun::Read(IoSink& sink) {
  if (queue_.empty()) return Errno(EAGAIN);
  // A buffer that is too small, or not there, costs the packet.
  const PacketPtr frame = queue_.Pop();
  size_t total = TRY(PutHeaders(*frame, sink));
  Result<size_t> put = size_t{0};
  bool whole = true;
  frame->ForEach([&](std::span<const std::byte> bytes) {
    if (!whole || !put.ok() || sink.remaining() == 0) return;
    bytes = bytes.first(std::min(bytes.size(), sink.remaining()));
    put = sink.Put(bytes);
    if (!put.ok()) return;
    whole = *put == bytes.size();
    total += *put;
  });
  if (!put.ok()) return put;
  return whole ? Result<size_t>(total) : Errno(EFAULT);
}

// --- from the program ---

namespace {

// All of `to`, or EFAULT.
Result<void> GetAll(IoSource& source, std::span<std::byte> to) {
  if (TRY(source.Get(to)) != to.size()) return Errno(EFAULT);
  return {};
}

}  // namespace

// The frame alone.
Result<PacketPtr> Tun::Take(IoSource& source, netstack::BufferPool& pool) {
  const size_t size = source.remaining();
  if (tap() && size < EthernetHeader::kSize) return Errno(EINVAL);
  if (size == 0) return Errno(EINVAL);
  if (size > netstack::Chunk::kMax) return Errno(EMSGSIZE);
  netstack::ChunkRef chunk = pool.Allocate(size);
  if (chunk == nullptr) return Errno(ENOBUFS);
  TRY(GetAll(source, {chunk->data(), size}));
  chunk->Grow(size);
  auto frame = Packet::Create();
  frame->Append({std::move(chunk), 0, static_cast<uint32_t>(size)});
  return frame;
}

// tun_get_user() of Linux.
Result<size_t> Tun::Write(IoSource& source) {
  const size_t total = source.remaining();
  if (!writable() || sink_ == nullptr) return Errno(EIO);
  abi::TunPi pi{};
  if ((flags & abi::kIffNoPi) == 0) {
    if (source.remaining() < sizeof(pi)) return Errno(EINVAL);
    TRY(GetAll(source, std::as_writable_bytes(std::span(&pi, 1))));
  }
  VirtioNetHeader header;
  if ((flags & abi::kIffVnetHdr) != 0) {
    std::vector<std::byte> bytes(static_cast<size_t>(vnet_header_size));
    if (source.remaining() < bytes.size()) return Errno(EINVAL);
    TRY(GetAll(source, bytes));
    const std::optional<VirtioNetHeader> parsed = VirtioNetHeader::Parse(bytes);
    if (!parsed || !parsed->Fits(source.remaining()) || parsed->header_size > source.remaining()) {
      return Errno(EINVAL);
    }
    header = *parsed;
  }
  netstack::Stack& stack = InetStack::Of(kernel_, *network_).stack();
  PacketPtr frame = TRY(Take(source, stack.pool()));
  if (!tap()) {
    std::array<std::byte, 1> first;
    (void)frame->CopyOut(0, first);
    const unsigned version = netstack::Load8(first.data()) >> 4;
    // By its own word where there is no other.
    const bool known = version == 4 || version == 6;
    if (!known && (flags & abi::kIffNoPi) != 0) return Errno(EINVAL);
    if (!known) return total;  // Nobody's protocol: taken and dropped.
  }
  netstack::Stack::Scope scope(stack);
  TRY(Deliver(std::move(frame), header));
  return total;
}

Result<void> Tun::Deliver(PacketPtr frame, const VirtioNetHeader& told) {
  VirtioNetHeader header = told;
  const bool bare = !tap();
  if (header.NeedsChecksum() || header.kind() != VirtioNetHeader::kNone) {
    if (bare && !Dress(*frame)) return Errno(EINVAL);
    if (bare && header.NeedsChecksum()) {
      header.checksum_start = static_cast<uint16_t>(header.checksum_start + EthernetHeader::kSize);
    }
    if (!netstack::ApplyHeader(*frame, header)) return Errno(EINVAL);
    if (header.kind() == VirtioNetHeader::kUdpSegments) {
      // Datagrams that were joined have borders, which a reader sees.
      (void)netstack::SegmentFrame(std::move(frame), [&](PacketPtr piece) {
        if (bare) Undress(*piece);
        sink_->ReceiveFrame(std::move(piece));
      });
      return {};
    }
    if (bare) Undress(*frame);
  } else {
    (void)netstack::ApplyHeader(*frame, header);
  }
  sink_->ReceiveFrame(std::move(frame));
  return {};
}

}  // namespace sentry
