// Messages of nfnetlink, in and out.
#pragma once

#include "abi/linux/netfilter.h"
#include "netstack/filter/attributes.h"
#include "netstack/filter/ruleset.h"

namespace netstack {

struct NetfilterRequest {
  uint16_t type = 0, flags = 0;
  uint32_t sequence = 0, port = 0;
  uint8_t family = 0;
  ByteSpan attributes;  // Behind struct nfgenmsg.

  // EINVAL: the message is too short.
  static Result<NetfilterRequest> Read(const abi::Nlmsghdr& header, ByteSpan payload,
                                       uint32_t port);
  uint8_t subsystem() const { return static_cast<uint8_t>(type >> 8); }
  uint8_t command() const { return static_cast<uint8_t>(type); }
  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
  bool IsDump() const { return (flags & abi::kNlmFDump) == abi::kNlmFDump; }
};

// Whole messages, one each.
class NetfilterAnswers {
 public:
  std::vector<ByteVector> messages;
  uint32_t generation = 0;

  // A message of this subsystem and number in answer to a request.
  void Add(const NetfilterRequest& to, uint16_t type, uint8_t family, AttributeWriter& attributes,
           uint16_t more_flags = 0);
};

constexpr uint16_t NftType(uint8_t command) {
  return static_cast<uint16_t>(abi::kNfnlSubsysNftables << 8 | command);
}

// What is told of each kind of object.
void AddTable(const NetfilterRequest& to, const Table& table, NetfilterAnswers& answers);
void AddChain(const NetfilterRequest& to, const Table& table, const Chain& chain, uint32_t uses,
              NetfilterAnswers& answers);
void AddRule(const NetfilterRequest& to, const Table& table, const Chain& chain, size_t index,
             NetfilterAnswers& answers, bool with_place = true);
void AddSet(const NetfilterRequest& to, const Table& table, const Set& set,
            NetfilterAnswers& answers);
void AddObject(const NetfilterRequest& to, const Table& table, const Object& object,
               NetfilterAnswers& answers);
// All of them, in as many messages as it takes.
void AddElements(const NetfilterRequest& to, const Table& table, const Set& set, Time now,
                 NetfilterAnswers& answers);
void AddElement(const NetfilterRequest& to, const Table& table, const Set& set,
                const ElementKey* key, const Element& element, Time now, NetfilterAnswers& answers);

}  // namespace netstack
