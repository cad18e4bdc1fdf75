// Reassembly of fragments.
#include "netstack/stack/reassembly.h"

#include <algorithm>

#include "netstack/stack/stack.h"

namespace netstack {
namespace {

// What a fragment costs beside its bytes.
constexpr size_t kOverhead = sizeof(Packet) + 512;

}  // namespace

Reassembler::Datagram* Reassembler::Find(const Key& key, Duration timeout) {
  auto found = table_.find(key);
  if (found != table_.end()) return found->second.get();
  auto datagram = std::make_unique<Datagram>(stack_.timers(), [this, key] { Expire(key); });
  datagram->timer.Arm(stack_.now() + timeout);
  return (table_[key] = std::move(datagram)).get();
}

void Reassembler::Drop(const Key& key) {
  auto found = table_.find(key);
  if (found == table_.end()) return;
  bytes_ -= found->second->cost;
  table_.erase(found);
}

void Reassembler::Expire(const Key& key) {
  auto found = table_.find(key);
  if (found == table_.end()) return;
  stats_.reasm_timeout++;
  stats_.reasm_fails++;
  std::unique_ptr<Datagram> datagram = std::move(found->second);
  bytes_ -= datagram->cost;
  table_.erase(found);
  // Nothing is said when the first fragment, which names the ports, has not come.
  if (!datagram->pieces.empty() && datagram->pieces.front().offset == 0) {
    Piece& first = datagram->pieces.front();
    first.ip.in = stack_.FindInterface(key.ifindex);
    if (first.ip.in == nullptr) return;
    stack_.icmp().SendTimeExceeded(*first.packet, first.ip, 1);
  }
}

bool Reassembler::Insert(Datagram& datagram, Piece piece) {
  const auto size = static_cast<uint32_t>(piece.packet->size());
  const uint32_t end = piece.offset + size;
  if (end > 65535 || datagram.pieces.size() >= kMaxPieces) return false;
  if (!piece.more) {
    if (datagram.total && *datagram.total != end) return false;
    if (!datagram.pieces.empty()) {
      const Piece& last = datagram.pieces.back();
      if (last.offset + last.packet->size() > end) return false;
    }
    datagram.total = end;
  } else if (datagram.total && end > *datagram.total) {
    return false;
  }
  auto& pieces = datagram.pieces;
  auto at = std::lower_bound(pieces.begin(), pieces.end(), piece.offset,
                             [](const Piece& p, uint32_t offset) { return p.offset < offset; });
  if (at != pieces.end()) {
    // A duplicate is harmless, an overlap is an attack (RFC 5722).
    if (at->offset == piece.offset && at->packet->size() == size) return true;
    if (at->offset < end) return false;
  }
  if (at != pieces.begin()) {
    const Piece& before = *std::prev(at);
    if (before.offset + before.packet->size() > piece.offset) return false;
  }
  datagram.have += size;
  const size_t cost = size + kOverhead;
  datagram.cost += cost;
  bytes_ += cost;
  pieces.insert(at, std::move(piece));
  return true;
}

Reassembler::Whole Reassembler::Join(Datagram& datagram) {
  Whole whole;
  uint32_t largest = 0;
  for (Piece& piece : datagram.pieces) {
    largest = std::max(largest, piece.packet->fragment_size);
    if (whole.packet == nullptr) {
      whole.packet = std::move(piece.packet);
      whole.ip = piece.ip;
      continue;
    }
    for (View& view : piece.packet->views()) {
      if (view.length != 0) whole.packet->Append(std::move(view));
    }
  }
  whole.packet->fragment_size = largest;
  whole.packet->checksum = ChecksumState::kUnknown;
  return whole;
}

std::optional<Reassembler::Whole> Reassembler::Add(const Key& key, Piece piece, Duration timeout) {
  stats_.reasm_reqds++;
  // All fragments are made of views: a fragment's payload is never in the inline area.
  if (!piece.packet->head().empty()) {
    PacketPtr flat = Packet::FromBytes(stack_.pool(), piece.packet->ToBytes());
    if (flat == nullptr) return std::nullopt;
    flat->network_header = {};
    for (View& view : flat->views()) piece.packet->Append(view);
    piece.packet->Consume(piece.packet->size() - flat->size());
  }
  if (static_cast<int64_t>(bytes_) > stack_.sysctl().ipfrag_high_thresh) {
    stats_.reasm_fails++;
    return std::nullopt;
  }
  Datagram* datagram = Find(key, timeout);
  if (!Insert(*datagram, std::move(piece))) {
    stats_.reasm_fails++;
    Drop(key);
    return std::nullopt;
  }
  if (!datagram->total || datagram->have != *datagram->total) return std::nullopt;
  Whole whole = Join(*datagram);
  Drop(key);
  stats_.reasm_oks++;
  return whole;
}

}  // namespace netstack
