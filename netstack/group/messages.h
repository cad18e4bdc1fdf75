// Messages of IGMP (RFC 1112, RFC 2236, RFC 3376) and MLD (RFC 2710, RFC 3810), which say the same
// in two forms.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "netstack/stack/environment.h"
#include "netstack/wire/address.h"

namespace netstack {

inline constexpr uint8_t kIgmpQuery = 0x11, kIgmpReport1 = 0x12, kIgmpReport2 = 0x16,
                         kIgmpLeave = 0x17, kIgmpReport3 = 0x22;
inline constexpr uint8_t kMldQuery = 130, kMldReport1 = 131, kMldDone = 132, kMldReport2 = 143;

struct GroupQuery {
  // Of IGMP; MLDv1 is 2 and MLDv2 is 3, which they are like.
  int version = 3;
  IpAddress group;  // Any: about all.
  std::vector<IpAddress> sources;
  Duration max_delay = 0;
  int robustness = 0;     // 0: not told
  Duration interval = 0;  // 0: not told

  // `bytes` are the whole message.  Nothing: malformed.
  static std::optional<GroupQuery> Parse(bool v4, std::span<const std::byte> bytes);
};

// Of a report of IGMPv3 and MLDv2.
struct GroupRecord {
  enum Type : uint8_t { kIsInclude = 1, kIsExclude, kToInclude, kToExclude, kAllow, kBlock };
  Type type;
  IpAddress group;
  std::vector<IpAddress> sources;
};

// One or more messages of at most `room` bytes, without checksum.
std::vector<std::vector<std::byte>> WriteReports(bool v4, std::span<const GroupRecord> records,
                                                 size_t room);
// A report of an older version, or the end of a membership.
std::vector<std::byte> WriteOldReport(uint8_t type, const IpAddress& group);

}  // namespace netstack
