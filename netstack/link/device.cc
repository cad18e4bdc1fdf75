#include "netstack/link/device.h"

#include <utility>

#include "netstack/link/segment.h"
#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"

namespace netstack {

// --- frames that go ---

bool DescribeFrame(Packet& frame, VirtioNetHeader& header) {
  if (frame.gso_size == 0 && frame.checksum != ChecksumState::kPartial) return true;
  std::array<std::byte, FrameLayout::kMost> start;
  const size_t got = frame.CopyOut(0, start);
  std::optional<FrameLayout> layout = FrameLayout::Parse(std::span(start).first(got), frame.size());
  if (!layout) return false;
  header.flags = VirtioNetHeader::kNeedsChecksum;
  header.checksum_start = static_cast<uint16_t>(layout->transport);
  header.checksum_offset = static_cast<uint16_t>(layout->checksum_offset());
  if (frame.gso_size == 0) return true;
  // A checksum that was done already would not be that of any piece; UDP is cut here.
  if (layout->protocol != kProtoTcp || frame.checksum != ChecksumState::kPartial) return false;
  header.gso_type = layout->v4 ? VirtioNetHeader::kTcp4 : VirtioNetHeader::kTcp6;
  constexpr unsigned kCwr = 0x80;
  if ((Load8(&start[layout->transport + 13]) & kCwr) != 0) header.gso_type |= VirtioNetHeader::kEcn;
  header.gso_size = frame.gso_size;
  header.header_size = static_cast<uint16_t>(layout->payload);
  return true;
}

void DeviceLink::Send(PacketPtr frame) {
  VirtioNetHeader header;
  if (options_.header_size != 0 && DescribeFrame(*frame, header)) {
    if (frame->headroom() < options_.header_size) {
      counters_.unsent++;
      return;
    }
    std::byte* at = frame->Push(options_.header_size);
    std::memset(at, 0, options_.header_size);
    header.Write(at);
    return Queue(std::move(frame));
  }
  const bool cut = SegmentFrame(std::move(frame), [this](PacketPtr piece) {
    if (options_.header_size != 0) {
      std::memset(piece->Push(options_.header_size), 0, options_.header_size);
    }
    Queue(std::move(piece));
  });
  if (!cut) counters_.unsent++;
}

void DeviceLink::Queue(PacketPtr frame) {
  if (!held_ && waiting_.empty() && Write(*frame)) return;
  if (waiting_.size() >= kMostQueued || waiting_.bytes() + frame->size() > kMostQueuedBytes) {
    counters_.overrun++;
    return;
  }
  const bool first = waiting_.empty();
  waiting_.Push(std::move(frame));
  if (first && !held_) port_->AwaitRoom();
}

Result<void> DeviceLink::WriteTo(FramePort& port, const Packet& frame) {
  constexpr size_t kMostPieces = 256;
  std::array<iovec, kMostPieces> pieces;
  std::vector<std::byte> joined;
  size_t count = 0;
  frame.ForEach([&](std::span<const std::byte> bytes) {
    if (count < kMostPieces) {
      pieces[count] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    }
    ++count;
  });
  if (count > kMostPieces) {
    joined = frame.ToBytes();
    pieces[0] = {joined.data(), joined.size()};
    count = 1;
  }
  return port.Write(std::span(pieces).first(count));
}

bool DeviceLink::Write(const Packet& frame) {
  const Result<void> written = WriteTo(*port_, frame);
  if (written.Is(EAGAIN)) return false;
  // A device that is down, a peer that is gone: lost as on a wire.
  if (!written.ok()) counters_.unsent++;
  return true;
}

PacketQueue DeviceLink::TakeHeld() {
  return std::exchange(waiting_, PacketQueue());
}

void DeviceLink::GiveBack(PacketQueue unsent) {
  while (!waiting_.empty()) unsent.Push(waiting_.Pop());
  waiting_ = std::move(unsent);
  held_ = false;
  if (!waiting_.empty()) port_->AwaitRoom();
}

void DeviceLink::Flush() {
  while (!held_ && !waiting_.empty()) {
    if (!Write(*waiting_.front())) return port_->AwaitRoom();
    (void)waiting_.Pop();
  }
}

// --- frames that come ---

// The frame of `size` bytes that was read: in chunks of its own if it is small, so that it does not
// hold a large one while it waits for its reader.
View DeviceLink::Keep(Incoming& from, size_t size) {
  constexpr size_t kSmall = 8192;
  if (size <= kSmall) return pool_.Copy({from.chunk->data(), size});
  from.chunk->Grow(size);
  return {std::move(from.chunk), 0, static_cast<uint32_t>(size)};
}

void DeviceLink::Prepare(Incoming& frame) {
  if (frame.chunk == nullptr) frame.chunk = pool_.Allocate(Chunk::kMax);
  const bool room = frame.chunk != nullptr;
  frame.places = {
      iovec{frame.header.data(), options_.header_size},
      iovec{room ? frame.chunk->data() : frame.overflow.data(), room ? frame.chunk->capacity() : 0},
      iovec{frame.overflow.data(), frame.overflow.size()}};
}

// Null: it was dropped.
PacketPtr DeviceLink::Join(Incoming& from, size_t size) {
  if (from.chunk == nullptr) {
    counters_.no_memory++;
    return nullptr;
  }
  const size_t whole = options_.header_size + from.chunk->capacity() + from.overflow.size();
  if (size < options_.header_size + EthernetHeader::kSize || size >= whole) {
    counters_.malformed++;
    return nullptr;
  }
  size -= options_.header_size;
  const size_t first = std::min(size, from.chunk->capacity());
  auto frame = Packet::Create();
  View rest = size > first ? pool_.Copy(std::span(from.overflow).first(size - first)) : View();
  View view = Keep(from, first);
  if (view.chunk == nullptr || (size > first && rest.chunk == nullptr)) {
    counters_.no_memory++;
    return nullptr;
  }
  frame->Append(std::move(view));
  if (rest.chunk != nullptr) frame->Append(std::move(rest));
  return frame;
}

void DeviceLink::Take(Incoming& from, size_t size) {
  PacketPtr frame = Join(from, size);
  if (frame == nullptr) return;
  VirtioNetHeader header;
  if (options_.header_size != 0) {
    std::optional<VirtioNetHeader> parsed = VirtioNetHeader::Parse(from.header);
    if (!parsed) {
      counters_.malformed++;
      return;
    }
    header = *parsed;
  }
  Take(std::move(frame), header);
}

namespace {

bool CheckSuperSegment(const Packet& frame, const VirtioNetHeader& header) {
  std::array<std::byte, FrameLayout::kMost> start;
  const size_t got = frame.CopyOut(0, start);
  std::optional<FrameLayout> layout = FrameLayout::Parse(std::span(start).first(got), frame.size());
  if (!layout) return false;
  switch (header.kind()) {
    case VirtioNetHeader::kTcp4:
      return layout->protocol == kProtoTcp && layout->v4;
    case VirtioNetHeader::kTcp6:
      return layout->protocol == kProtoTcp && !layout->v4;
    default:
      return layout->protocol == kProtoUdp;
  }
}

// A checksum that is left to us: of the frame's own transport it need not be done at all.
void TakeChecksum(Packet& frame, const VirtioNetHeader& header) {
  std::array<std::byte, FrameLayout::kMost> start;
  const size_t got = frame.CopyOut(0, start);
  std::optional<FrameLayout> layout = FrameLayout::Parse(std::span(start).first(got), frame.size());
  if (layout && layout->transport == header.checksum_start &&
      layout->checksum_offset() == header.checksum_offset) {
    frame.checksum = ChecksumState::kPartial;
    frame.checksum_start = 0;  // From the transport header, where who sums it looks from.
    frame.checksum_offset = header.checksum_offset;
    return;
  }
  // Of something within: a tunnel's.  It is done here; nobody else refers to the bytes yet.
  Checksum sum;
  size_t skip = header.checksum_start;
  const size_t field = skip + header.checksum_offset;
  frame.ForEach([&](std::span<const std::byte> bytes) {
    const size_t here = std::min(skip, bytes.size());
    skip -= here;
    sum.Add(bytes.subspan(here));
  });
  const uint16_t value = sum.Finish();
  auto put = [&frame](size_t at, unsigned octet) {
    for (View& view : frame.views()) {
      if (at < view.length) {
        view.data()[at] = static_cast<std::byte>(octet & 0xff);
        return;
      }
      at -= view.length;
    }
  };
  put(field, value >> 8);
  put(field + 1, value);
}

}  // namespace

bool ApplyHeader(Packet& frame, const VirtioNetHeader& header) {
  if (!header.Fits(frame.size()) ||
      (header.kind() != VirtioNetHeader::kNone && !CheckSuperSegment(frame, header))) {
    return false;
  }
  if (header.NeedsChecksum()) {
    TakeChecksum(frame, header);
  } else if ((header.flags & VirtioNetHeader::kDataValid) != 0) {
    frame.checksum = ChecksumState::kVerified;
  }
  if (header.kind() != VirtioNetHeader::kNone) frame.gso_size = header.gso_size;
  return true;
}

void DeviceLink::Take(PacketPtr frame, const VirtioNetHeader& header) {
  if (!ApplyHeader(*frame, header)) {
    counters_.malformed++;
    return;
  }
  if (header.kind() != VirtioNetHeader::kUdpSegments) return Deliver(std::move(frame));
  // Datagrams that were joined have borders, which a reader sees.
  constexpr size_t kMostDatagrams = 128;
  if (frame->size() / header.gso_size > kMostDatagrams) {
    counters_.malformed++;
    return;
  }
  SegmentFrame(std::move(frame), [this](PacketPtr piece) { Deliver(std::move(piece)); });
}

void DeviceLink::Deliver(PacketPtr frame) {
  if (sink_ != nullptr) sink_->ReceiveFrame(std::move(frame));
}

bool DeviceLink::Receive() {
  for (int i = 0; i < kBatch; ++i) {
    Prepare(next_);
    const Result<size_t> size = port_->Read(next_.places);
    if (size.Is(EINTR)) continue;
    if (!size.ok()) return false;
    Take(next_, *size);
  }
  return true;
}

}  // namespace netstack
