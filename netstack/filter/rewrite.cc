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

void RewriteQuoted(std::span<std::byte> bytes, const Headers& headers, const Rewrite& rewrite) {
  if (bytes.size() < headers.network_size) return;
  Rewriter(bytes.data(), bytes.size(), headers, rewrite, false).Run();
}

}  // namespace netstack
