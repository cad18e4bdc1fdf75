// Changing addresses and ports of packets.
#include "netstack/filter/rewrite.h"

#include <algorithm>

#include "netstack/wire/bytes.h"
#include "netstack/wire/checksum.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"

namespace netstack {
namespace {

// RFC 1624: what the sum of the new words adds to that of the old ones, in one's complement.
uint32_t Difference(std::span<const std::byte> before, std::span<const std::byte> after) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 2 <= before.size(); i += 2) {
    sum += static_cast<uint16_t>(~Load16(&before[i]));
    sum += Load16(&after[i]);
  }
  return sum;
}

uint16_t Fold(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

class Rewriter {
 public:
  Rewriter(std::byte* bytes, size_t size, const Headers& headers, const Rewrite& rewrite, bool open)
      : bytes_(bytes), size_(size), headers_(headers), rewrite_(rewrite), open_(open) {}

  void Run() {
    PutAddress();
    if (rewrite_.with_port) PutPort();
    FixTransport();
    if (!headers_.v4) return;
    Store16(bytes_ + 10, 0);
    Store16(bytes_ + 10, ChecksumOf({bytes_, headers_.network_size}));
  }

 private:
  std::byte* transport() const { return bytes_ + headers_.network_size; }
  size_t transport_size() const { return size_ - headers_.network_size; }

  void PutAddress() {
    const size_t length = headers_.v4 ? 4 : 16;
    std::byte* at = bytes_ + (headers_.v4 ? 12 : 8) + (rewrite_.source ? 0 : length);
    const auto wire = std::as_bytes(rewrite_.address.wire());
    if (wire.size() != length) return;
    address_change_ = Difference({at, length}, wire);
    std::copy(wire.begin(), wire.end(), at);
  }

  void PutPort() {
    size_t offset;
    if (headers_.HasPorts()) {
      offset = rewrite_.source ? 0 : 2;
    } else if (headers_.IsIcmp() && !headers_.IsIcmpError() && rewrite_.source) {
      offset = 4;
    } else {
      return;
    }
    if (transport_size() < offset + 2) return;
    std::array<std::byte, 2> port;
    Store16(port.data(), rewrite_.port);
    port_change_ = Difference({transport() + offset, 2}, port);
    std::copy(port.begin(), port.end(), transport() + offset);
  }

  void FixTransport() {
    const size_t offset = headers_.checksum_offset();
    if (offset == 0 || transport_size() < offset + 2) return;
    std::byte* field = transport() + offset;
    const bool udp = headers_.protocol == kProtoUdp;
    // ICMP of IPv4 does not cover addresses.
    const uint32_t addresses = headers_.protocol == kProtoIcmp ? 0 : address_change_;
    if (open_ && headers_.protocol != kProtoIcmp && headers_.protocol != kProtoIcmp6) {
      Store16(field, Fold(Load16(field) + addresses));
      return;
    }
    if (udp && Load16(field) == 0) return;  // RFC 768: none.
    const uint32_t sum = static_cast<uint16_t>(~Load16(field)) + addresses + port_change_;
    auto value = static_cast<uint16_t>(~Fold(sum));
    if (udp && value == 0) value = 0xffff;
    Store16(field, value);
  }

  std::byte* const bytes_;
  const size_t size_;
  const Headers& headers_;
  const Rewrite& rewrite_;
  const bool open_;
  uint32_t address_change_ = 0, port_change_ = 0;
};

}  // namespace

bool RewritePacket(BufferPool& pool, PacketPtr& packet, const Headers& headers,
                   const Rewrite& rewrite) {
  // Chunks are shared: what changes is copied to the front.
  std::vector<std::byte> front(
      std::min(packet->size(), headers.network_size + headers.transport_size));
  if (packet->CopyOut(0, front) != front.size()) return false;
  const bool open = packet->checksum == ChecksumState::kPartial;
  Rewriter(front.data(), front.size(), headers, rewrite, open).Run();
  packet->Consume(front.size());
  return Packet::PutFront(pool, packet, front);
}

bool PatchPacket(BufferPool& pool, PacketPtr& packet, const Headers& headers, size_t at,
                 std::span<const std::byte> value) {
  constexpr size_t kMostFront = 1024;
  const size_t end = at + value.size(), transport = headers.network_size;
  if (end > packet->size() || end > kMostFront) return false;
  std::vector<std::byte> front(
      std::min(packet->size(), std::max(end + 1, transport + headers.transport_size)));
  if (packet->CopyOut(0, front) != front.size()) return false;
  const std::vector<std::byte> before = front;
  std::copy(value.begin(), value.end(), front.begin() + static_cast<ptrdiff_t>(at));
  if (headers.v4 && at < transport) {
    Store16(&front[10], 0);
    Store16(&front[10], ChecksumOf(std::span(front).first(transport)));
  }
  // What the transport's checksum covers: its own bytes, and addresses.
  const size_t field = transport + headers.checksum_offset();
  const bool has_field =
      headers.checksum_offset() != 0 && !headers.later_fragment && field + 2 <= front.size();
  const bool open = packet->checksum == ChecksumState::kPartial;
  const bool is_field = at >= field && at < field + 2;
  const bool absent = headers.protocol == kProtoUdp && has_field && Load16(&front[field]) == 0;
  if (has_field && !is_field && (open || !absent)) {
    const size_t addresses = headers.v4 ? 12 : 8, addresses_end = headers.v4 ? 20 : 40;
    const bool of_addresses = at < addresses_end && end > addresses;
    const bool covered = at >= transport ? !open : of_addresses && headers.protocol != kProtoIcmp;
    if (covered) {
      const size_t base = at >= transport ? transport : addresses;
      const size_t from = std::max(at, base) - (std::max(at, base) - base) % 2;
      const size_t stop = at >= transport ? std::min(front.size(), end + (end - base) % 2)
                                          : std::min(addresses_end, end + end % 2);
      std::vector<std::byte> old_words(before.begin() + static_cast<ptrdiff_t>(from),
                                       before.begin() + static_cast<ptrdiff_t>(stop));
      std::vector<std::byte> new_words(front.begin() + static_cast<ptrdiff_t>(from),
                                       front.begin() + static_cast<ptrdiff_t>(stop));
      old_words.resize((old_words.size() + 1) & ~size_t{1});
      new_words.resize(old_words.size());
      const uint32_t change = Difference(old_words, new_words);
      const uint16_t sum = Load16(&front[field]);
      Store16(&front[field],
              open ? Fold(sum + change)
                   : static_cast<uint16_t>(~Fold(static_cast<uint16_t>(~sum) + change)));
    }
  }
  packet->Consume(front.size());
  return Packet::PutFront(pool, packet, front);
}

void RewriteQuoted(std::span<std::byte> bytes, const Headers& headers, const Rewrite& rewrite) {
  if (bytes.size() < headers.network_size) return;
  Rewriter(bytes.data(), bytes.size(), headers, rewrite, false).Run();
}

}  // namespace netstack
