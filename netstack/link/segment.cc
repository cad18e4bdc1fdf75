#include "netstack/link/segment.h"

#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/tcp.h"
#include "netstack/wire/virtio_net.h"

namespace netstack {
namespace {

// One piece of a super-segment: where its payload begins in that of the whole.
struct Piece {
  size_t at, size;
  unsigned index;
  bool last;
};

void FixNetwork(std::byte* ip, const FrameLayout& layout, const Piece& piece) {
  const size_t behind = layout.payload - layout.network + piece.size;
  if (!layout.v4) {
    Store16(ip + 4, static_cast<unsigned>(behind - Ipv6Header::kSize));
    return;
  }
  Store16(ip + 2, static_cast<unsigned>(behind));
  Store16(ip + 4, Load16(ip + 4) + piece.index);
  Store16(ip + 10, 0);
  Store16(ip + 10, ChecksumOf({ip, layout.transport - layout.network}));
}

void FixTransport(std::byte* at, const FrameLayout& layout, const Piece& piece) {
  if (layout.protocol == kProtoUdp) {
    Store16(at + 4, static_cast<unsigned>(layout.payload - layout.transport + piece.size));
    return;
  }
  Store32(at + 4, Load32(at + 4) + static_cast<uint32_t>(piece.at));
  unsigned flags = Load16(at + 12);
  if (!piece.last) flags &= ~unsigned{kTcpFin | kTcpPsh};
  if (piece.index != 0) flags &= ~unsigned{kTcpCwr};
  Store16(at + 12, flags);
}

void WriteChecksum(Packet& packet, const FrameLayout& layout) {
  std::byte* field = packet.mutable_head() + layout.transport + layout.checksum_offset();
  Store16(field, 0);
  Checksum sum;
  sum.AddPseudoHeader(layout.source, layout.destination, layout.protocol,
                      packet.size() - layout.transport);
  size_t skip = layout.transport;
  packet.ForEach([&](std::span<const std::byte> bytes) {
    const size_t here = std::min(skip, bytes.size());
    skip -= here;
    sum.Add(bytes.subspan(here));
  });
  uint16_t value = sum.Finish();
  if (layout.protocol == kProtoUdp && value == 0) value = 0xffff;
  Store16(field, value);
  packet.checksum = ChecksumState::kVerified;
  packet.gso_size = 0;
}

}  // namespace

bool SegmentFrame(PacketPtr frame, const std::function<void(PacketPtr)>& emit) {
  if (frame->gso_size == 0 && frame->checksum != ChecksumState::kPartial) {
    emit(std::move(frame));
    return true;
  }
  std::array<std::byte, FrameLayout::kMost> start;
  const size_t got = frame->CopyOut(0, start);
  std::optional<FrameLayout> layout =
      FrameLayout::Parse(std::span(start).first(got), frame->size());
  if (!layout) return false;
  const std::span<const std::byte> header = std::span(start).first(layout->payload);
  frame->Consume(header.size());
  const size_t total = frame->size();
  const size_t each = frame->gso_size != 0 ? frame->gso_size : total;
  Piece piece{0, 0, 0, false};
  do {
    piece.size = std::min(each, total - piece.at);
    piece.last = piece.at + piece.size == total;
    PacketPtr part = frame->Clone();
    part->Consume(piece.at);
    part->Truncate(piece.size);
    std::byte* head = part->Push(header.size());
    std::memcpy(head, header.data(), header.size());
    FixNetwork(head + layout->network, *layout, piece);
    FixTransport(head + layout->transport, *layout, piece);
    WriteChecksum(*part, *layout);
    emit(std::move(part));
    piece.at += piece.size;
    piece.index++;
  } while (!piece.last);
  return true;
}

}  // namespace netstack
