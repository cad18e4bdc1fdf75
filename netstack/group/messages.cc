// IGMP and MLD: reading queries, writing reports.
#include "netstack/group/messages.h"

#include <algorithm>
#include <cstring>

#include "netstack/wire/bytes.h"

namespace netstack {
namespace {

// A number of `mantissa_bits` and an exponent of three (RFC 3376 section 4.1.1, RFC 3810 section
// 5.1.3).
uint32_t FloatingPoint(uint32_t code, int mantissa_bits) {
  const uint32_t top = 1u << mantissa_bits;
  if (code < top << 3) return code;
  return ((code & (top - 1)) | top) << (((code >> mantissa_bits) & 7) + 3);
}

IpAddress ReadAddress(bool v4, const std::byte* at) {
  return v4 ? IpAddress::V4Bytes(at) : IpAddress::V6Bytes(at);
}
void WriteAddress(std::vector<std::byte>& to, const IpAddress& addr) {
  const auto bytes = std::as_bytes(addr.wire());
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

std::optional<GroupQuery> GroupQuery::Parse(bool v4, std::span<const std::byte> bytes) {
  // Both have type, code and checksum; MLD's code is 16 bits wide and stands behind these.
  const size_t address = v4 ? 4 : 16, group_at = v4 ? 4 : 8, old_size = group_at + address;
  if (bytes.size() < old_size) return std::nullopt;
  GroupQuery query;
  query.group = ReadAddress(v4, &bytes[group_at]);
  if (!query.group.IsAny() && !query.group.IsMulticast()) return std::nullopt;
  const uint32_t code = v4 ? Load8(&bytes[1]) : Load16(&bytes[4]);
  const Duration unit = v4 ? 100 * kMillisecond : kMillisecond;
  if (bytes.size() < old_size + 4) {
    // RFC 3376 section 7.1, RFC 3810 section 8.1: the length tells the version.
    if (bytes.size() != old_size) return std::nullopt;
    query.version = v4 && code == 0 ? 1 : 2;
    query.max_delay = query.version == 1 ? 10 * kSecond : code * unit;
    return query;
  }
  query.max_delay = FloatingPoint(code, v4 ? 4 : 12) * unit;
  query.robustness = Load8(&bytes[old_size]) & 7;
  query.interval = FloatingPoint(Load8(&bytes[old_size + 1]), 4) * kSecond;
  const size_t count = Load16(&bytes[old_size + 2]);
  if (bytes.size() < old_size + 4 + count * address) return std::nullopt;
  if (count != 0 && query.group.IsAny()) return std::nullopt;
  for (size_t i = 0; i < count; i++) {
    query.sources.push_back(ReadAddress(v4, &bytes[old_size + 4 + i * address]));
  }
  return query;
}

std::vector<std::vector<std::byte>> WriteReports(bool v4, std::span<const GroupRecord> records,
                                                 size_t room) {
  constexpr size_t kHead = 8;
  const size_t address = v4 ? 4 : 16, record_head = 4 + address;
  std::vector<std::vector<std::byte>> messages;
  auto begin = [&] {
    std::vector<std::byte> head(kHead);
    Store8(head.data(), v4 ? kIgmpReport3 : kMldReport2);
    messages.push_back(std::move(head));
  };
  for (const GroupRecord& record : records) {
    size_t done = 0;
    do {
      const size_t left = record.sources.size() - done;
      const bool fits =
          !messages.empty() &&
          messages.back().size() + record_head + std::min<size_t>(left, 1) * address <= room;
      if (!fits) begin();
      std::vector<std::byte>& to = messages.back();
      const size_t most = (room - std::min(room, to.size() + record_head)) / address;
      const size_t count = std::min(left, most);
      std::byte head[4] = {};
      Store8(&head[0], record.type);
      Store16(&head[2], static_cast<unsigned>(count));
      to.insert(to.end(), head, head + 4);
      WriteAddress(to, record.group);
      for (size_t i = 0; i < count; i++) WriteAddress(to, record.sources[done + i]);
      Store16(&to[6], Load16(&to[6]) + 1u);
      done += count;
      // What is excluded cannot be told in parts (RFC 3376 section 4.2.16); it is cut off.
      const bool whole = record.type == GroupRecord::kIsExclude ||
                         record.type == GroupRecord::kToExclude || count == 0;
      if (whole) break;
    } while (done < record.sources.size());
  }
  return messages;
}

std::vector<std::byte> WriteOldReport(uint8_t type, const IpAddress& group) {
  std::vector<std::byte> message(group.IsV4() ? 4 : 8);
  Store8(message.data(), type);
  WriteAddress(message, group);
  return message;
}

}  // namespace netstack
