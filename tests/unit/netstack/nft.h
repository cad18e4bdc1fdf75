// Rule sets as nft(8) sends them, written in the terms of a test.
#pragma once

#include "netstack/filter/control.h"
#include "netstack/wire/icmp.h"
#include "netstack/wire/ipv4.h"

namespace netstack::nft {

using Item = ByteVector;  // One expression.
inline constexpr uint32_t kReg1 = 1, kReg2 = 2, kReg3 = 3;

template <typename F>
Item Make(const char* name, F fill) {
  AttributeWriter out;
  out.Text(abi::kNftaExprName, name);
  const size_t data = out.Begin(abi::kNftaExprData);
  fill(out);
  out.End(data);
  return out.bytes();
}
inline Item Payload(uint32_t base, uint32_t offset, uint32_t size) {
  return Make("payload", [&](AttributeWriter& w) {
    w.U32(1, kReg1).U32(2, base).U32(3, offset).U32(4, size);
  });
}
inline Item PayloadSet(uint32_t base, uint32_t offset, uint32_t size) {  // From kReg2.
  return Make("payload", [&](AttributeWriter& w) {
    w.U32(5, kReg2).U32(2, base).U32(3, offset).U32(4, size);
  });
}
inline Item Meta(uint32_t key) {
  return Make("meta", [&](AttributeWriter& w) { w.U32(1, kReg1).U32(2, key); });
}
inline Item Ct(uint32_t key) {
  return Make("ct", [&](AttributeWriter& w) { w.U32(1, kReg1).U32(2, key); });
}
inline Item Cmp(uint32_t op, ByteVector value) {
  return Make("cmp", [&](AttributeWriter& w) {
    w.U32(1, kReg1).U32(2, op);
    DumpValue(w, 3, value);
  });
}
inline Item Equals(ByteVector value) {
  return Cmp(0, std::move(value));
}
inline Item Mask(uint32_t mask) {  // Of this machine's order.
  return Make("bitwise", [&](AttributeWriter& w) {
    w.U32(1, kReg1).U32(2, kReg1).U32(3, 4);
    DumpValue(w, 4, std::as_bytes(std::span(&mask, 1)));
    DumpValue(w, 5, ByteVector(4));
  });
}
inline Item Load(uint32_t reg, ByteSpan value) {
  return Make("immediate", [&](AttributeWriter& w) {
    w.U32(1, reg);
    DumpValue(w, 2, value);
  });
}
inline Item Go(int32_t code, const char* chain = nullptr) {
  return Make("immediate", [&](AttributeWriter& w) {
    w.U32(1, 0);
    const size_t data = w.Begin(2), inner = w.Begin(abi::kNftaDataVerdict);
    w.U32(abi::kNftaVerdictCode, static_cast<uint32_t>(code));
    if (chain != nullptr) w.Text(abi::kNftaVerdictChain, chain);
    w.End(inner);
    w.End(data);
  });
}
inline Item Drop() {
  return Go(abi::kNfDrop);
}
inline Item Accept() {
  return Go(abi::kNfAccept);
}
inline Item Masq() {
  return Make("masq", [](AttributeWriter&) {});
}
// kReg2 holds the address, kReg3 the port if there is one.
inline Item NatTo(bool destination, uint8_t family, bool port) {
  return Make("nat", [&](AttributeWriter& w) {
    w.U32(1, destination ? 1 : 0).U32(2, family).U32(3, kReg2);
    if (port) w.U32(5, kReg3);
  });
}
inline Item RejectWith(uint32_t type, uint8_t code) {
  return Make("reject", [&](AttributeWriter& w) { w.U32(1, type).U8(2, code); });
}
inline Item Lookup(const char* set, bool verdicts = false) {
  return Make("lookup", [&](AttributeWriter& w) {
    w.Text(1, set).U32(2, kReg1);
    if (verdicts) w.U32(3, 0);
  });
}
// What kReg1 holds, with a counter of its own.
inline Item AddTo(const char* set) {
  return Make("dynset", [&](AttributeWriter& w) {
    w.Text(1, set).U32(3, 0).U32(4, kReg1);
    w.Put(7, Make("counter", [](AttributeWriter&) {}));
  });
}
inline ByteVector Port(uint16_t port) {
  ByteVector out(2);
  Store16(out.data(), port);
  return out;
}
inline ByteVector Byte(uint8_t value) {
  return {static_cast<std::byte>(value)};
}
inline ByteVector Word(uint32_t value) {  // Of this machine's order.
  const ByteSpan raw = std::as_bytes(std::span(&value, 1));
  return {raw.begin(), raw.end()};
}
inline ByteVector Address(const IpAddress& address) {
  const ByteSpan raw = std::as_bytes(address.wire());
  return {raw.begin(), raw.end()};
}

// One transaction.
class Batch {
 public:
  explicit Batch(uint8_t table_family = abi::kNfprotoIpv4) : family_(table_family) {
    AttributeWriter none;
    Put(abi::kNfnlMsgBatchBegin, 0, none, abi::kNfnlSubsysNftables);
  }
  Batch& Expect(uint32_t generation) {
    bytes_.clear();
    AttributeWriter w;
    w.U32(abi::kNfnlBatchGenid, generation);
    return Put(abi::kNfnlMsgBatchBegin, 0, w, abi::kNfnlSubsysNftables);
  }
  Batch& Table(const char* table, uint16_t flags = abi::kNlmFCreate) {
    AttributeWriter w;
    w.Text(abi::kNftaTableName, table);
    return Put(NftType(abi::kNftMsgNewTable), flags, w);
  }
  Batch& DeleteTable(const char* table) {
    AttributeWriter w;
    w.Text(abi::kNftaTableName, table);
    return Put(NftType(abi::kNftMsgDelTable), 0, w);
  }
  Batch& Chain(const char* table, const char* chain, uint16_t flags = abi::kNlmFCreate) {
    AttributeWriter w;
    w.Text(abi::kNftaChainTable, table).Text(abi::kNftaChainName, chain);
    return Put(NftType(abi::kNftMsgNewChain), flags, w);
  }
  Batch& Base(const char* table, const char* chain, const char* type, Hook hook, int32_t priority,
              bool drops = false) {
    AttributeWriter w;
    w.Text(abi::kNftaChainTable, table).Text(abi::kNftaChainName, chain);
    const size_t at = w.Begin(abi::kNftaChainHook);
    w.U32(abi::kNftaHookHooknum, static_cast<uint32_t>(hook));
    w.U32(abi::kNftaHookPriority, static_cast<uint32_t>(priority));
    w.End(at);
    w.Text(abi::kNftaChainType, type).U32(abi::kNftaChainPolicy, drops ? 0 : 1);
    return Put(NftType(abi::kNftMsgNewChain), abi::kNlmFCreate, w);
  }
  Batch& DeleteChain(const char* table, const char* chain) {
    AttributeWriter w;
    w.Text(abi::kNftaChainTable, table).Text(abi::kNftaChainName, chain);
    return Put(NftType(abi::kNftMsgDelChain), 0, w);
  }
  Batch& Rule(const char* table, const char* chain, const std::vector<Item>& items) {
    AttributeWriter w;
    w.Text(abi::kNftaRuleTable, table).Text(abi::kNftaRuleChain, chain);
    const size_t list = w.Begin(abi::kNftaRuleExpressions);
    for (const Item& item : items) w.Put(abi::kNftaListElem, item);
    w.End(list);
    return Put(NftType(abi::kNftMsgNewRule), abi::kNlmFCreate | abi::kNlmFAppend, w);
  }
  Batch& DeleteRule(const char* table, const char* chain, uint64_t handle) {
    AttributeWriter w;
    w.Text(abi::kNftaRuleTable, table).Text(abi::kNftaRuleChain, chain);
    w.U64(abi::kNftaRuleHandle, handle);
    return Put(NftType(abi::kNftMsgDelRule), 0, w);
  }
  Batch& Set(const char* table, const char* set, uint32_t flags, uint32_t key_size,
             bool verdicts = false, uint32_t size = 0) {
    AttributeWriter w;
    if (size != 0) {
      const size_t desc = w.Begin(abi::kNftaSetDesc);
      w.U32(abi::kNftaSetDescSize, size);
      w.End(desc);
    }
    w.Text(abi::kNftaSetTable, table).Text(abi::kNftaSetName, set);
    w.U32(abi::kNftaSetFlags, flags).U32(abi::kNftaSetKeyLen, key_size).U32(abi::kNftaSetId, ++id_);
    if (verdicts) w.U32(abi::kNftaSetDataType, abi::kNftDataVerdict);
    return Put(NftType(abi::kNftMsgNewSet), abi::kNlmFCreate, w);
  }
  Batch& Element(const char* table, const char* set, const ByteVector& key, bool end = false,
                 const char* jump = nullptr) {
    AttributeWriter w;
    w.Text(abi::kNftaSetElemListTable, table).Text(abi::kNftaSetElemListSet, set);
    const size_t list = w.Begin(abi::kNftaSetElemListElements), item = w.Begin(1);
    DumpValue(w, abi::kNftaSetElemKey, key);
    if (end) w.U32(abi::kNftaSetElemFlags, abi::kNftSetElemIntervalEnd);
    if (jump != nullptr) {
      const size_t data = w.Begin(abi::kNftaSetElemData), inner = w.Begin(abi::kNftaDataVerdict);
      w.U32(abi::kNftaVerdictCode, static_cast<uint32_t>(abi::kNftJump));
      w.Text(abi::kNftaVerdictChain, jump);
      w.End(inner);
      w.End(data);
    }
    w.End(item);
    w.End(list);
    return Put(NftType(abi::kNftMsgNewSetElem), abi::kNlmFCreate, w);
  }
  // The first error; 0: it counts.
  int Send(FilterControl& to) {
    AttributeWriter none;
    Put(abi::kNfnlMsgBatchEnd, 0, none, abi::kNfnlSubsysNftables);
    NetfilterAnswers answers;
    for (const auto& outcome : to.HandleBatch(bytes_, 1, "test", 1, answers)) {
      if (outcome.error != 0) return outcome.error;
    }
    return 0;
  }
  const ByteVector& bytes() const { return bytes_; }

 private:
  Batch& Put(uint16_t type, uint16_t flags, AttributeWriter& attributes, uint16_t resource = 0) {
    const size_t size = sizeof(abi::Nlmsghdr) + sizeof(abi::Nfgenmsg) + attributes.bytes().size();
    const abi::Nlmsghdr header{static_cast<uint32_t>(size), type,
                               static_cast<uint16_t>(flags | abi::kNlmFRequest), 0, 0};
    const abi::Nfgenmsg general{family_, 0, __builtin_bswap16(resource)};
    AttributeWriter message;
    message.Raw(std::as_bytes(std::span(&header, 1)));
    message.Raw(std::as_bytes(std::span(&general, 1)));
    message.Raw(attributes.bytes());
    bytes_.insert(bytes_.end(), message.bytes().begin(), message.bytes().end());
    return *this;
  }

  const uint8_t family_;
  uint32_t id_ = 0;
  ByteVector bytes_;
};

// --- what rules begin with ---
inline std::vector<Item> operator+(std::vector<Item> a, const std::vector<Item>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline std::vector<Item> Protocol(uint8_t protocol) {
  return {Meta(16), Equals(Byte(protocol))};
}
inline std::vector<Item> DestinationPort(uint8_t protocol, uint16_t port) {
  return Protocol(protocol) + std::vector<Item>{Payload(2, 2, 2), Equals(Port(port))};
}
inline std::vector<Item> Out(const char* name) {
  ByteVector text(16);
  std::memcpy(text.data(), name, std::strlen(name));
  return {Meta(7), Equals(text)};
}

}  // namespace netstack::nft
