#include "netstack/stack/capture.h"

#include <cstring>

#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/virtio_net.h"

namespace netstack {
namespace {

constexpr uint32_t kSectionHeader = 0x0a0d0d0a, kInterface = 1, kPacket = 6;  // Types of blocks.
constexpr uint16_t kLinkEthernet = 1;
constexpr uint32_t kSnapLength = 262144;

// In the machine's order, which the section's magic number tells.
template <typename T>
void Put(std::vector<std::byte>& out, T value) {
  const auto* at = reinterpret_cast<const std::byte*>(&value);
  out.insert(out.end(), at, at + sizeof(value));
}

void Pad(std::vector<std::byte>& out) {
  out.resize((out.size() + 3) & ~size_t{3});
}

void PutOption(std::vector<std::byte>& out, uint16_t code, std::span<const std::byte> value) {
  Put(out, code);
  Put(out, static_cast<uint16_t>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
  Pad(out);
}

// A checksum that the link would do is not wrong: a reader would say so.
void FinishChecksum(std::span<std::byte> frame) {
  const auto layout =
      FrameLayout::Parse(frame.first(std::min(frame.size(), FrameLayout::kMost)), frame.size());
  if (!layout) return;
  std::byte* field = &frame[layout->transport + layout->checksum_offset()];
  Store16(field, 0);
  Checksum sum;
  sum.AddPseudoHeader(layout->source, layout->destination, layout->protocol,
                      frame.size() - layout->transport);
  sum.Add(frame.subspan(layout->transport));
  const uint16_t value = sum.Finish();
  Store16(field, layout->protocol == kProtoUdp && value == 0 ? 0xffff : value);
}

}  // namespace

CaptureFile::CaptureFile(Environment& environment, Write write)
    : environment_(environment), write_(std::move(write)) {
  Put(body_, uint32_t{0x1a2b3c4d});
  Put(body_, uint16_t{1});  // Version 1.0.
  Put(body_, uint16_t{0});
  Put(body_, ~uint64_t{0});  // Of unknown length.
  WriteBlock(kSectionHeader);
}

void CaptureFile::WriteBlock(uint32_t type) {
  const auto size = static_cast<uint32_t>(body_.size() + 12);
  block_.clear();
  Put(block_, type);
  Put(block_, size);
  block_.insert(block_.end(), body_.begin(), body_.end());
  Put(block_, size);
  body_.clear();
  write_(block_);
}

void CaptureFile::Watch(Interface& interface) {
  constexpr uint16_t kName = 2, kResolution = 9;
  Put(body_, kLinkEthernet);
  Put(body_, uint16_t{0});
  Put(body_, kSnapLength);
  PutOption(body_, kName, std::as_bytes(std::span(interface.name())));
  constexpr std::byte kNanoseconds{9};
  PutOption(body_, kResolution, {&kNanoseconds, 1});
  Put(body_, uint32_t{0});  // No more options.
  WriteBlock(kInterface);
  interface.AddTap(taps_.emplace_back(*this, static_cast<uint32_t>(taps_.size())));
}

void CaptureFile::Add(uint32_t number, Interface& interface, const Packet& packet,
                      size_t link_header_size) {
  const bool outgoing = packet.type == PacketType::kOutgoing;
  if (outgoing && interface.IsLoopback()) return;  // It comes in as well.
  const auto time =
      static_cast<uint64_t>(packet.wall_time != 0 ? packet.wall_time : environment_.WallTime());
  // A link without headers gets one of zeros, as Linux's loopback device has.
  const size_t made = link_header_size == 0 ? EthernetHeader::kSize : 0;
  const size_t size = made + packet.size();
  Put(body_, number);
  Put(body_, static_cast<uint32_t>(time >> 32));
  Put(body_, static_cast<uint32_t>(time));
  Put(body_, static_cast<uint32_t>(size));
  Put(body_, static_cast<uint32_t>(size));
  const size_t start = body_.size();
  body_.resize(start + size);
  const std::span<std::byte> frame = std::span(body_).subspan(start);
  if (made != 0) EthernetHeader{{}, {}, packet.ethertype}.Write(frame.data());
  packet.CopyOut(0, frame.subspan(made));
  if (packet.checksum == ChecksumState::kPartial) FinishChecksum(frame);
  Pad(body_);
  constexpr uint16_t kFlags = 2;
  const uint32_t direction = outgoing ? 2 : 1;
  PutOption(body_, kFlags, std::as_bytes(std::span(&direction, 1)));
  Put(body_, uint32_t{0});
  WriteBlock(kPacket);
}

}  // namespace netstack
