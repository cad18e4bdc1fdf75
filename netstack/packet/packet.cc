// Packets: headers put in front, pieces behind.
#include "netstack/packet/packet.h"

#include <algorithm>
#include <cstring>

namespace netstack {

std::unique_ptr<Packet> Packet::FromBytes(BufferPool& pool, std::span<const std::byte> bytes) {
  if (bytes.size() > Chunk::kMax) return nullptr;
  View view = pool.Copy(bytes);
  if (view.chunk == nullptr) return nullptr;
  auto packet = Create();
  packet->Append(std::move(view));
  return packet;
}

std::unique_ptr<Packet> Packet::Clone() const {
  auto copy = Create();
  copy->head_ = head_;
  copy->views_size_ = views_size_;
  copy->views_ = views_;
  std::memcpy(copy->inline_.data() + head_, inline_.data() + head_, kHeadroom - head_);
  copy->TakeState(*this);
  return copy;
}

void Packet::TakeState(const Packet& from) {
  ifindex = from.ifindex;
  ethertype = from.ethertype;
  type = from.type;
  checksum = from.checksum;
  checksum_start = from.checksum_start;
  checksum_offset = from.checksum_offset;
  gso_size = from.gso_size;
  mark = from.mark;
  wall_time = from.wall_time;
  tracking = from.tracking;
  tracking_info = from.tracking_info;
  fragment_size = from.fragment_size;
  link_source = from.link_source;
}

bool Packet::PutFront(BufferPool& pool, std::unique_ptr<Packet>& packet,
                      std::span<const std::byte> front) {
  constexpr size_t kLinkRoom = 32;
  if (packet->headroom() >= front.size() + kLinkRoom) {
    // It may be what was consumed from there.
    std::memmove(packet->Push(front.size()), front.data(), front.size());
    return true;
  }
  std::vector<std::byte> bytes(front.begin(), front.end());
  bytes.insert(bytes.end(), packet->head().begin(), packet->head().end());
  std::unique_ptr<Packet> joined = FromBytes(pool, bytes);
  if (joined == nullptr) return false;
  for (View& view : packet->views_) {
    if (view.length != 0) joined->Append(std::move(view));
  }
  joined->TakeState(*packet);
  packet = std::move(joined);
  return true;
}

std::byte* Packet::Push(size_t n) {
  head_ -= static_cast<uint32_t>(n);
  return inline_.data() + head_;
}

const std::byte* Packet::Pull(size_t n) {
  if (n > size()) return nullptr;
  const size_t in_head = kHeadroom - head_;
  if (n <= in_head) return inline_.data() + head_;
  if (in_head == 0) {
    auto first = views_.begin();
    while (first != views_.end() && first->length == 0) ++first;
    if (first->length >= n) return first->data();
    // Keep what was consumed alive: spans may still show it.
    consumed_.insert(consumed_.end(), std::make_move_iterator(views_.begin()),
                     std::make_move_iterator(first));
    views_.erase(views_.begin(), first);
  }
  // Join the pieces in one new chunk at the front.
  if (n > Chunk::kMax || views_.empty()) return nullptr;
  std::vector<std::byte> joined(n);
  CopyOut(0, joined);
  Chunk& any = *views_.back().chunk;
  View view = any.pool().Copy(joined);
  if (view.chunk == nullptr) return nullptr;
  size_t drop = n - in_head;
  head_ = kHeadroom;
  size_t kept = 0;
  while (drop >= views_[kept].length) {
    drop -= views_[kept].length;
    kept++;
    if (kept == views_.size()) break;
  }
  for (size_t i = 0; i < kept; i++) consumed_.push_back(std::move(views_[i]));
  views_.erase(views_.begin(), views_.begin() + static_cast<ptrdiff_t>(kept));
  if (drop != 0) views_.front() = views_.front().Sub(drop, views_.front().length - drop);
  views_.insert(views_.begin(), std::move(view));
  views_size_ += static_cast<uint32_t>(in_head);
  return views_.front().data();
}

void Packet::Consume(size_t n) {
  const size_t from_head = std::min<size_t>(n, kHeadroom - head_);
  head_ += static_cast<uint32_t>(from_head);
  n -= from_head;
  views_size_ -= static_cast<uint32_t>(n);
  for (View& view : views_) {
    if (n == 0) break;
    const auto part = static_cast<uint32_t>(std::min<size_t>(n, view.length));
    view.offset += part;
    view.length -= part;
    n -= part;
  }
}

void Packet::Append(View view) {
  views_size_ += view.length;
  if (!views_.empty()) {
    View& last = views_.back();
    if (last.chunk == view.chunk && last.offset + last.length == view.offset) {
      last.length += view.length;
      return;
    }
  }
  views_.push_back(std::move(view));
}

void Packet::Truncate(size_t n) {
  if (n >= size()) return;
  const size_t in_head = kHeadroom - head_;
  if (n < in_head) {
    // Move what stays against the end of the inline area.
    std::memmove(inline_.data() + kHeadroom - n, inline_.data() + head_, n);
    head_ = static_cast<uint32_t>(kHeadroom - n);
    views_.clear();
    views_size_ = 0;
    return;
  }
  size_t keep = n - in_head;
  views_size_ = static_cast<uint32_t>(keep);
  size_t i = 0;
  for (; i < views_.size() && keep >= views_[i].length; i++) keep -= views_[i].length;
  if (i < views_.size() && keep != 0) {
    views_[i].length = static_cast<uint32_t>(keep);
    i++;
  }
  views_.resize(i);
}

size_t Packet::CopyOut(size_t offset, std::span<std::byte> to) const {
  size_t done = 0;
  ForEach([&](std::span<const std::byte> piece) {
    if (offset >= piece.size()) {
      offset -= piece.size();
      return;
    }
    const size_t n = std::min(piece.size() - offset, to.size() - done);
    if (n != 0) std::memcpy(to.data() + done, piece.data() + offset, n);
    offset = 0;
    done += n;
  });
  return done;
}

std::vector<std::byte> Packet::ToBytes() const {
  std::vector<std::byte> out(size());
  CopyOut(0, out);
  return out;
}

void PacketQueue::Push(PacketPtr packet) {
  size_++;
  bytes_ += packet->size();
  Packet* raw = packet.get();
  if (tail_ == nullptr) {
    head_ = std::move(packet);
  } else {
    tail_->next = std::move(packet);
  }
  tail_ = raw;
}

PacketPtr PacketQueue::Pop() {
  if (head_ == nullptr) return nullptr;
  PacketPtr packet = std::move(head_);
  head_ = std::move(packet->next);
  if (head_ == nullptr) tail_ = nullptr;
  size_--;
  bytes_ -= packet->size();
  return packet;
}

void PacketQueue::Clear() {
  while (Pop() != nullptr) {
  }
}

}  // namespace netstack
