// Messages of nfnetlink: what is told of tables, chains, rules and sets.
#include "netstack/filter/messages.h"

#include <algorithm>

namespace netstack {
namespace {

constexpr uint32_t kOfMapTypes = abi::kNftSetMap;
// Elements of one message.
constexpr size_t kMaxMessage = 3400;

void PutElement(AttributeWriter& to, const Table& table, const Set& set, const ElementKey* key,
                const Element& element, Time now) {
  const size_t mark = to.Begin(abi::kNftaListElem);
  if (key != nullptr) DumpValue(to, abi::kNftaSetElemKey, key->bytes);
  if (!element.key_end.empty()) DumpValue(to, abi::kNftaSetElemKeyEnd, element.key_end);
  const bool end = key != nullptr && key->end;
  if (set.Has(kOfMapTypes) && !end) {
    if (set.data_type == abi::kNftDataVerdict) {
      DumpVerdict(to, abi::kNftaSetElemData, element.verdict, table);
    } else {
      DumpValue(to, abi::kNftaSetElemData, element.data);
    }
  }
  const uint32_t flags =
      key == nullptr ? abi::kNftSetElemCatchall : (end ? abi::kNftSetElemIntervalEnd : 0);
  if (flags != 0) to.U32(abi::kNftaSetElemFlags, flags);
  if (element.timeout != 0) {
    if (static_cast<uint64_t>(element.timeout / kMillisecond) != set.timeout) {
      to.U64(abi::kNftaSetElemTimeout, static_cast<uint64_t>(element.timeout / kMillisecond));
    }
    const Duration left = std::max<Duration>(0, element.expires - now);
    to.U64(abi::kNftaSetElemExpiration, static_cast<uint64_t>(left / kMillisecond));
  }
  if (element.stateful != nullptr) {
    const size_t state = to.Begin(abi::kNftaSetElemExpr);
    DumpExpressionInto(*element.stateful, to);
    to.End(state);
  }
  if (!element.userdata.empty()) to.Put(abi::kNftaSetElemUserdata, element.userdata);
  to.End(mark);
}

void BeginElements(AttributeWriter& to, const Table& table, const Set& set) {
  to.Text(abi::kNftaSetElemListTable, table.name).Text(abi::kNftaSetElemListSet, set.name);
}

}  // namespace

Result<NetfilterRequest> NetfilterRequest::Read(const abi::Nlmsghdr& header, ByteSpan payload,
                                                uint32_t port) {
  if (payload.size() < sizeof(abi::Nfgenmsg)) return Errno(EINVAL);
  NetfilterRequest out;
  out.type = header.nlmsg_type;
  out.flags = header.nlmsg_flags;
  out.sequence = header.nlmsg_seq;
  out.port = port;
  out.family = static_cast<uint8_t>(payload[0]);
  out.attributes = payload.subspan(sizeof(abi::Nfgenmsg));
  return out;
}

void NetfilterAnswers::Add(const NetfilterRequest& to, uint16_t type, uint8_t family,
                           AttributeWriter& attributes, uint16_t more_flags) {
  const uint16_t flags = static_cast<uint16_t>((to.IsDump() ? abi::kNlmFMulti : 0) | more_flags);
  AttributeWriter message;
  const size_t size = sizeof(abi::Nlmsghdr) + sizeof(abi::Nfgenmsg) + attributes.bytes().size();
  const abi::Nlmsghdr header{static_cast<uint32_t>(size), type, flags, to.sequence, to.port};
  const abi::Nfgenmsg general{family, 0,
                              __builtin_bswap16(static_cast<uint16_t>(generation & 0xffff))};
  message.Raw(std::as_bytes(std::span(&header, 1)));
  message.Raw(std::as_bytes(std::span(&general, 1)));
  message.Raw(attributes.bytes());
  messages.push_back(std::move(message.bytes()));
}

void AddTable(const NetfilterRequest& to, const Table& table, NetfilterAnswers& answers) {
  AttributeWriter out;
  out.Text(abi::kNftaTableName, table.name);
  out.U32(abi::kNftaTableUse, static_cast<uint32_t>(table.UseCount()));
  out.U64(abi::kNftaTableHandle, table.handle).U32(abi::kNftaTableFlags, table.flags);
  if (!table.userdata.empty()) out.Put(abi::kNftaTableUserdata, table.userdata);
  answers.Add(to, NftType(abi::kNftMsgNewTable), table.family, out);
}

void AddChain(const NetfilterRequest& to, const Table& table, const Chain& chain, uint32_t uses,
              NetfilterAnswers& answers) {
  AttributeWriter out;
  out.Text(abi::kNftaChainTable, table.name).Text(abi::kNftaChainName, chain.name);
  out.U64(abi::kNftaChainHandle, chain.handle);
  if (chain.base) {
    const size_t hook = out.Begin(abi::kNftaChainHook);
    out.U32(abi::kNftaHookHooknum, static_cast<uint32_t>(chain.hook));
    out.U32(abi::kNftaHookPriority, static_cast<uint32_t>(chain.priority));
    out.End(hook);
    out.U32(abi::kNftaChainPolicy,
            static_cast<uint32_t>(chain.drops ? abi::kNfDrop : abi::kNfAccept));
    out.Text(abi::kNftaChainType, chain.type);
  }
  if (chain.flags != 0) out.U32(abi::kNftaChainFlags, chain.flags);
  out.U32(abi::kNftaChainUse, uses);
  if (!chain.userdata.empty()) out.Put(abi::kNftaChainUserdata, chain.userdata);
  answers.Add(to, NftType(abi::kNftMsgNewChain), table.family, out);
}

void AddRule(const NetfilterRequest& to, const Table& table, const Chain& chain, size_t index,
             NetfilterAnswers& answers, bool with_place) {
  const Rule& rule = *chain.rules[index];
  AttributeWriter out;
  out.Text(abi::kNftaRuleTable, table.name).Text(abi::kNftaRuleChain, chain.name);
  out.U64(abi::kNftaRuleHandle, rule.handle);
  if (with_place && index != 0) out.U64(abi::kNftaRulePosition, chain.rules[index - 1]->handle);
  const size_t list = out.Begin(abi::kNftaRuleExpressions);
  for (const ExpressionPtr& expression : rule.expressions) DumpExpression(*expression, out);
  out.End(list);
  if (!rule.userdata.empty()) out.Put(abi::kNftaRuleUserdata, rule.userdata);
  answers.Add(to, NftType(abi::kNftMsgNewRule), table.family, out, abi::kNlmFAppend);
}

void AddSet(const NetfilterRequest& to, const Table& table, const Set& set,
            NetfilterAnswers& answers) {
  AttributeWriter out;
  out.Text(abi::kNftaSetTable, table.name).Text(abi::kNftaSetName, set.name);
  out.U64(abi::kNftaSetHandle, set.handle);
  if (set.flags != 0) out.U32(abi::kNftaSetFlags, set.flags);
  out.U32(abi::kNftaSetKeyType, set.key_type).U32(abi::kNftaSetKeyLen, set.key_size);
  if (set.Has(kOfMapTypes)) {
    out.U32(abi::kNftaSetDataType, set.data_type).U32(abi::kNftaSetDataLen, set.data_size);
  }
  if (set.timeout != 0) out.U64(abi::kNftaSetTimeout, set.timeout);
  if (set.gc_interval != 0) out.U32(abi::kNftaSetGcInterval, set.gc_interval);
  if (set.policy != 0) out.U32(abi::kNftaSetPolicy, set.policy);
  if (!set.userdata.empty()) out.Put(abi::kNftaSetUserdata, set.userdata);
  const size_t desc = out.Begin(abi::kNftaSetDesc);
  if (set.size != 0) out.U32(abi::kNftaSetDescSize, set.size);
  if (set.fields.size() > 1) {
    const size_t concat = out.Begin(abi::kNftaSetDescConcat);
    for (uint32_t size : set.fields) {
      const size_t field = out.Begin(abi::kNftaListElem);
      out.U32(abi::kNftaSetFieldLen, size);
      out.End(field);
    }
    out.End(concat);
  }
  out.End(desc);
  answers.Add(to, NftType(abi::kNftMsgNewSet), table.family, out);
}

void AddObject(const NetfilterRequest& to, const Table& table, const Object& object,
               NetfilterAnswers& answers) {
  AttributeWriter out;
  out.Text(abi::kNftaObjTable, table.name).Text(abi::kNftaObjName, object.name);
  out.U64(abi::kNftaObjHandle, object.handle).U32(abi::kNftaObjType, object.type);
  out.U32(abi::kNftaObjUse, table.CountUsesOf(object));
  const size_t data = out.Begin(abi::kNftaObjData);
  object.state->Dump(out);
  out.End(data);
  if (!object.userdata.empty()) out.Put(abi::kNftaObjUserdata, object.userdata);
  answers.Add(to, NftType(abi::kNftMsgNewObj), table.family, out);
}

void AddElement(const NetfilterRequest& to, const Table& table, const Set& set,
                const ElementKey* key, const Element& element, Time now,
                NetfilterAnswers& answers) {
  AttributeWriter out;
  BeginElements(out, table, set);
  const size_t list = out.Begin(abi::kNftaSetElemListElements);
  PutElement(out, table, set, key, element, now);
  out.End(list);
  answers.Add(to, NftType(abi::kNftMsgNewSetElem), table.family, out);
}

void AddElements(const NetfilterRequest& to, const Table& table, const Set& set, Time now,
                 NetfilterAnswers& answers) {
  auto at = set.elements.begin();
  bool catch_all = set.catch_all != nullptr;
  while (at != set.elements.end() || catch_all) {
    AttributeWriter out;
    BeginElements(out, table, set);
    const size_t list = out.Begin(abi::kNftaSetElemListElements);
    for (; at != set.elements.end() && out.bytes().size() < kMaxMessage; ++at) {
      if (!at->second.Expired(now)) PutElement(out, table, set, &at->first, at->second, now);
    }
    if (at == set.elements.end() && catch_all) {
      PutElement(out, table, set, nullptr, *set.catch_all, now);
      catch_all = false;
    }
    out.End(list);
    answers.Add(to, NftType(abi::kNftMsgNewSetElem), table.family, out);
  }
}

}  // namespace netstack
