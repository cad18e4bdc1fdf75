// Parsers of headers: no input reads beyond its end or goes on for ever.
//
// needs: netstack
#include <cstdint>
#include <span>

#include "netstack/wire/checksum.h"
#include "netstack/wire/ethernet.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv6.h"
#include "netstack/wire/tcp.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace netstack;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  (void)ArpPacket::Parse(bytes);
  if (std::optional<Ipv4Header> ip = Ipv4Header::Parse(bytes)) {
    const auto options = bytes.subspan(Ipv4Header::kSize, ip->header_size - Ipv4Header::kSize);
    (void)FindBadIp4Option(options);
    (void)FindIp4Option(options, kIpOptRecordRoute);
    (void)CopiedIp4Options(options);
  }
  (void)Ipv6Header::Parse(bytes);
  if (size > 1) {
    const Ipv6Extensions walk = WalkExtensions(data[0], bytes.subspan(1), (data[0] & 1) != 0);
    if (walk.verdict == Ipv6Extensions::Verdict::kOk && walk.size > size - 1) __builtin_trap();
  }
  if (std::optional<TcpHeader> tcp = TcpHeader::Parse(bytes)) {
    const TcpOptions options =
        TcpOptions::Parse(bytes.subspan(TcpHeader::kSize, tcp->header_size - TcpHeader::kSize));
    std::array<std::byte, TcpOptions::kMaxSize> out;
    if (options.Write(out.data()) > out.size()) __builtin_trap();
  }
  (void)TcpOptions::Parse(bytes);
  (void)NeighbourMessage::Parse(bytes, NeighbourMessage::kSourceOption);
  (void)ChecksumOf(bytes);
  return 0;
}
