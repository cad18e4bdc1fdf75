// DNS messages (RFC 1035): as much as a forwarder has to understand.  Bytes come from the guest and
// from the network: everything is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gofer/broker/address.h"

namespace gofer {

using Bytes = std::vector<std::byte>;

enum class DnsCode : uint8_t {
  kOk = 0,
  kFormat = 1,
  kServerFailure = 2,
  kNoName = 3,
  kRefused = 5
};
inline constexpr uint16_t kDnsA = 1, kDnsAaaa = 28, kDnsInternet = 1;

struct DnsQuestion {
  uint16_t id = 0;
  std::string name;  // Lower case, without the last dot; empty: the root.
  uint16_t type = 0, type_class = 0;
  size_t size = 0;  // Of header and question.
};

struct DnsAddress {
  Address address;
  uint32_t seconds = 0;
};

// Of a message with one question, a query or an answer; nothing: malformed.
std::optional<DnsQuestion> ParseQuestion(std::span<const std::byte> message);
bool IsQuery(std::span<const std::byte> message);
// The A and AAAA records of an answer.
std::vector<DnsAddress> ParseAddresses(std::span<const std::byte> message);
// An answer without records, and one with the addresses that fit the question.
Bytes MakeError(std::span<const std::byte> query, DnsCode code);
Bytes MakeAnswer(std::span<const std::byte> query, const DnsQuestion& question,
                 std::span<const Address> addresses);
DnsCode CodeOf(std::span<const std::byte> message);
// A query without EDNS goes on with it (RFC 6891), so that a long answer comes whole; what the
// answer has of it is taken out again.  False: the query has more than a question.
bool AddEdns(Bytes& query);
void TakeEdns(Bytes& answer);
void SetId(Bytes& message, uint16_t id);

}  // namespace gofer
