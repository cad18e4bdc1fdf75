// FilterControl: requests and batches of nf_tables.
#include "netstack/filter/control.h"

#include <algorithm>

#include "netstack/filter/xtables.h"

namespace netstack {
namespace {

constexpr uint16_t kMsgMinType = 16;  // NLMSG_MIN_TYPE

std::vector<const Table*> TablesOf(const RuleSet& rules, uint8_t family) {
  std::vector<const Table*> out;
  for (const auto& [key, table] : rules.tables) {
    if (family == abi::kNfprotoUnspec || table->family == family) out.push_back(table.get());
  }
  // As they were made.
  std::sort(out.begin(), out.end(),
            [](const Table* a, const Table* b) { return a->handle < b->handle; });
  return out;
}

void DumpRules(const NetfilterRequest& request, const Attributes& data, const Table& table,
               NetfilterAnswers& answers) {
  if (data.Has(abi::kNftaRuleTable) && data.Text(abi::kNftaRuleTable) != table.name) return;
  for (const auto& [handle, chain] : table.chains) {
    if (data.Has(abi::kNftaRuleChain) && data.Text(abi::kNftaRuleChain) != chain->name) continue;
    for (size_t i = 0; i < chain->rules.size(); i++) AddRule(request, table, *chain, i, answers);
  }
}

void ResetRules(const Table& table, const Attributes& data) {
  if (data.Has(abi::kNftaRuleTable) && data.Text(abi::kNftaRuleTable) != table.name) return;
  for (const auto& [handle, chain] : table.chains) {
    if (data.Has(abi::kNftaRuleChain) && data.Text(abi::kNftaRuleChain) != chain->name) continue;
    for (const RuleRef& rule : chain->rules) {
      for (const ExpressionPtr& expression : rule->expressions) expression->Reset();
    }
  }
}

void DumpObjects(const NetfilterRequest& request, const Attributes& data, const Table& table,
                 uint32_t type, NetfilterAnswers& answers) {
  if (data.Has(abi::kNftaObjTable) && data.Text(abi::kNftaObjTable) != table.name) return;
  for (const auto& [handle, object] : table.objects) {
    if (type != 0 && object->type != type) continue;
    AddObject(request, table, *object, answers);
    if (request.command() == abi::kNftMsgGetObjReset) object->state->Reset();
  }
}

void DumpSets(const NetfilterRequest& request, const Attributes& data, const Table& table,
              NetfilterAnswers& answers) {
  if (data.Has(abi::kNftaSetTable) && data.Text(abi::kNftaSetTable) != table.name) return;
  for (const auto& [handle, set] : table.sets) AddSet(request, table, *set, answers);
}

bool IsReadOnly(uint8_t command) {
  switch (command) {
    case abi::kNftMsgGetTable:
    case abi::kNftMsgGetChain:
    case abi::kNftMsgGetRule:
    case abi::kNftMsgGetRuleReset:
    case abi::kNftMsgGetSet:
    case abi::kNftMsgGetSetElem:
    case abi::kNftMsgGetSetElemReset:
    case abi::kNftMsgGetGen:
    case abi::kNftMsgGetObj:
    case abi::kNftMsgGetObjReset:
    case abi::kNftMsgGetFlowtable:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<void> FilterControl::Handle(const NetfilterRequest& request, NetfilterAnswers& answers) {
  answers.generation = filter_.generation();
  switch (request.subsystem()) {
    case abi::kNfnlSubsysNftables:
      return HandleNft(request, answers);
    case abi::kNfnlSubsysNftCompat:
      return HandleCompat(request, answers);
    case abi::kNfnlSubsysCtnetlink:
      return HandleConntrack(request, answers);
    case abi::kNfnlSubsysCtnetlinkExp:
      // No helper ever expects a connection.
      if (request.IsDump() || request.command() == 2) return {};
      return Errno(request.command() == 1 ? ENOENT : EOPNOTSUPP);
    default:
      return Errno(EINVAL);
  }
}

Result<void> FilterControl::HandleNft(const NetfilterRequest& request, NetfilterAnswers& answers) {
  // Changes come in batches only.
  if (!IsReadOnly(request.command())) return Errno(EINVAL);
  if (request.command() == abi::kNftMsgGetGen) return AnswerGeneration(request, answers);
  return request.IsDump() ? Dump(request, answers) : GetOne(request, answers);
}

Result<void> FilterControl::AnswerGeneration(const NetfilterRequest& request,
                                             NetfilterAnswers& answers) {
  AttributeWriter out;
  out.U32(abi::kNftaGenId, filter_.generation()).U32(abi::kNftaGenProcPid, last_pid_);
  out.Text(abi::kNftaGenProcName, last_process_);
  answers.Add(request, NftType(abi::kNftMsgNewGen), abi::kNfprotoUnspec, out);
  return {};
}

Result<void> FilterControl::Dump(const NetfilterRequest& request, NetfilterAnswers& answers) {
  const Attributes data = TRY(Attributes::Parse(request.attributes));
  const RuleSet& rules = filter_.rules();
  if (request.command() == abi::kNftMsgGetSetElem ||
      request.command() == abi::kNftMsgGetSetElemReset) {
    const Table* table = rules.Find(request.family, data.Text(abi::kNftaSetElemListTable));
    const Set* set =
        table != nullptr ? table->FindSet(data.Text(abi::kNftaSetElemListSet)) : nullptr;
    if (set == nullptr) return Errno(ENOENT);
    AddElements(request, *table, *set, filter_.stack().now(), answers);
    return {};
  }
  for (const Table* table : TablesOf(rules, request.family)) {
    switch (request.command()) {
      case abi::kNftMsgGetTable:
        AddTable(request, *table, answers);
        break;
      case abi::kNftMsgGetChain: {
        auto uses = table->CountUses();
        for (const auto& [handle, chain] : table->chains) {
          AddChain(request, *table, *chain, uses[handle], answers);
        }
        break;
      }
      case abi::kNftMsgGetRule:
        DumpRules(request, data, *table, answers);
        break;
      case abi::kNftMsgGetRuleReset:
        DumpRules(request, data, *table, answers);
        ResetRules(*table, data);
        break;
      case abi::kNftMsgGetObj:
      case abi::kNftMsgGetObjReset:
        DumpObjects(request, data, *table, TRY(data.U32(abi::kNftaObjType)), answers);
        break;
      case abi::kNftMsgGetSet:
        DumpSets(request, data, *table, answers);
        break;
      default:  // Of flow tables there are none.
        break;
    }
  }
  return {};
}

namespace {

Result<void> GetRule(const NetfilterRequest& request, const Attributes& data, const Table& table,
                     NetfilterAnswers& answers) {
  const Chain* chain = table.FindChain(data.Text(abi::kNftaRuleChain));
  const uint64_t handle = TRY(data.U64(abi::kNftaRuleHandle));
  for (size_t i = 0; chain != nullptr && i < chain->rules.size(); i++) {
    if (chain->rules[i]->handle != handle) continue;
    AddRule(request, table, *chain, i, answers);
    if (request.command() == abi::kNftMsgGetRuleReset) {
      for (const ExpressionPtr& expression : chain->rules[i]->expressions) expression->Reset();
    }
    return {};
  }
  return Errno(ENOENT);
}

Result<void> GetElements(const NetfilterRequest& request, const Attributes& data,
                         const Table& table, Time now, NetfilterAnswers& answers) {
  const Set* set = table.FindSet(data.Text(abi::kNftaSetElemListSet));
  if (set == nullptr) return Errno(ENOENT);
  const ByteSpan list = TRY(data.Need(abi::kNftaSetElemListElements));
  return ForEachAttribute(list, [&](uint16_t, ByteSpan bytes) -> Result<void> {
    const Attributes element = TRY(Attributes::Parse(bytes));
    const uint32_t flags = TRY(element.U32(abi::kNftaSetElemFlags));
    const ByteVector key = TRY(ParseValue(element, abi::kNftaSetElemKey));
    if (key.size() != set->key_size) return Errno(EINVAL);
    auto found = set->Around(key, (flags & abi::kNftSetElemIntervalEnd) != 0);
    if (found == set->elements.end() || found->second.Expired(now)) return Errno(ENOENT);
    AddElement(request, table, *set, &found->first, found->second, now, answers);
    return {};
  });
}

}  // namespace

Result<void> FilterControl::GetOne(const NetfilterRequest& request, NetfilterAnswers& answers) {
  const Attributes data = TRY(Attributes::Parse(request.attributes));
  // The table's name is the first attribute of all of them.
  const Table* table =
      filter_.rules().Find(request.family, TRY(NeedName(data, abi::kNftaTableName)));
  if (table == nullptr) return Errno(ENOENT);
  switch (request.command()) {
    case abi::kNftMsgGetTable:
      AddTable(request, *table, answers);
      return {};
    case abi::kNftMsgGetChain: {
      const Chain* chain = table->FindChain(TRY(NeedName(data, abi::kNftaChainName)));
      if (chain == nullptr) return Errno(ENOENT);
      AddChain(request, *table, *chain, table->CountUses()[chain->handle], answers);
      return {};
    }
    case abi::kNftMsgGetRule:
    case abi::kNftMsgGetRuleReset:
      return GetRule(request, data, *table, answers);
    case abi::kNftMsgGetSet: {
      const Set* set = table->FindSet(data.Text(abi::kNftaSetName));
      if (set == nullptr) return Errno(ENOENT);
      AddSet(request, *table, *set, answers);
      return {};
    }
    case abi::kNftMsgGetSetElem:
    case abi::kNftMsgGetSetElemReset:
      return GetElements(request, data, *table, filter_.stack().now(), answers);
    case abi::kNftMsgGetObj:
    case abi::kNftMsgGetObjReset: {
      const uint32_t type = TRY(data.NeedU32(abi::kNftaObjType));
      const ObjectRef object = table->FindObject(type, data.Text(abi::kNftaObjName));
      if (object == nullptr) return Errno(ENOENT);
      AddObject(request, *table, *object, answers);
      if (request.command() == abi::kNftMsgGetObjReset) object->state->Reset();
      return {};
    }
    default:
      return Errno(ENOENT);
  }
}

// nfnl_compat_get_rcu() of Linux: which revision of an extension there is.
Result<void> FilterControl::HandleCompat(const NetfilterRequest& request,
                                         NetfilterAnswers& answers) {
  if (request.command() != 0) return Errno(EINVAL);
  const Attributes data = TRY(Attributes::Parse(request.attributes));
  const std::string name = TRY(NeedName(data, abi::kNftaCompatName));
  const uint32_t revision = TRY(data.NeedU32(abi::kNftaCompatRev));
  const uint32_t target = TRY(data.NeedU32(abi::kNftaCompatType));
  if (target > 1) return Errno(EINVAL);
  const bool v4 = request.family != abi::kNfprotoIpv6;
  if (FindXtables(target == 1, name, revision, v4) == nullptr) return Errno(ENOENT);
  AttributeWriter out;
  out.Text(abi::kNftaCompatName, name).U32(abi::kNftaCompatRev, revision);
  out.U32(abi::kNftaCompatType, target);
  answers.Add(request, request.type, request.family, out, abi::kNlmFMulti);
  return {};
}

bool FilterControl::IsBatch(ByteSpan datagram) {
  abi::Nlmsghdr header;
  if (datagram.size() < sizeof(header)) return false;
  std::memcpy(&header, datagram.data(), sizeof(header));
  return header.nlmsg_type == abi::kNfnlMsgBatchBegin &&
         (header.nlmsg_flags & abi::kNlmFRequest) != 0;
}

namespace {

// One message of a datagram.
struct Piece {
  abi::Nlmsghdr header{};
  ByteSpan payload;
  size_t at = 0;
};

// False: no more whole messages.
bool NextPiece(ByteSpan datagram, size_t& at, Piece& out) {
  if (at + sizeof(abi::Nlmsghdr) > datagram.size()) return false;
  std::memcpy(&out.header, &datagram[at], sizeof(out.header));
  if (out.header.nlmsg_len < sizeof(out.header) || out.header.nlmsg_len > datagram.size() - at) {
    return false;
  }
  out.at = at;
  out.payload =
      datagram.subspan(at + sizeof(out.header), out.header.nlmsg_len - sizeof(out.header));
  at += abi::NlAlign(out.header.nlmsg_len);
  return true;
}

// Of an attribute in its message, by its value; 0: there is none.
uint32_t OffsetOf(ByteSpan value, ByteSpan message) {
  if (value.empty()) return 0;
  return static_cast<uint32_t>(value.data() - message.data()) -
         static_cast<uint32_t>(sizeof(abi::Nlattr));
}

}  // namespace

FilterControl::Batch FilterControl::RunBatch(Transaction& transaction, ByteSpan datagram,
                                             uint32_t port, size_t most) {
  Batch batch;
  batch.echoes.generation = filter_.generation();
  const auto wants_ack = [](const Piece& piece) {
    return (piece.header.nlmsg_flags & abi::kNlmFAck) != 0;
  };
  const auto run = [&](const Piece& piece) -> Result<void> {
    const bool asks = (piece.header.nlmsg_flags & abi::kNlmFRequest) != 0;
    const uint16_t type = piece.header.nlmsg_type;
    if (!asks || type < kMsgMinType || type >> 8 != abi::kNfnlSubsysNftables) return Errno(EINVAL);
    return transaction.Apply(TRY(NetfilterRequest::Read(piece.header, piece.payload, port)),
                             batch.echoes);
  };
  size_t at = 0;
  Piece piece;
  (void)NextPiece(datagram, at, piece);
  if (wants_ack(piece)) batch.outcomes.push_back({piece.at, 0, 0});
  while (batch.messages < most && NextPiece(datagram, at, piece)) {
    if (piece.header.nlmsg_type == abi::kNfnlMsgBatchBegin) break;
    if (piece.header.nlmsg_type == abi::kNfnlMsgBatchEnd) {
      batch.ended = true;
      if (wants_ack(piece)) batch.outcomes.push_back({piece.at, 0, 0});
      break;
    }
    batch.messages++;
    batch.last_at = piece.at;
    const Result<void> done = run(piece);
    if (!done.ok()) {
      batch.failed = true;
      batch.outcomes.push_back({piece.at, done.error().value(),
                                OffsetOf(transaction.bad(), datagram.subspan(piece.at))});
      // One mistake brings many: all of them are told, within reason.
      if (batch.outcomes.size() > 256) break;
    } else if (wants_ack(piece)) {
      batch.outcomes.push_back({piece.at, 0, 0});
    }
  }
  return batch;
}

// What was good before the first message and is not after the last turns bad with one in between.
FilterControl::Outcome FilterControl::FindCulprit(ByteSpan datagram, uint32_t port, size_t messages,
                                                  int error) {
  size_t good = 0, bad = messages, at = 0;
  bool found = false;
  while (good < bad) {
    const size_t middle = bad - good == 1 ? bad : good + (bad - good) / 2;
    Transaction part(filter_.rules(), filter_.stack().now());
    const Batch batch = RunBatch(part, datagram, port, middle);
    if (part.Check().ok()) {
      if (middle == bad) break;
      good = middle;
    } else {
      at = batch.last_at;
      found = true;
      if (middle == bad) break;
      bad = middle;
    }
  }
  return {found ? at : 0, error, 0};
}

std::vector<FilterControl::Outcome> FilterControl::HandleBatch(ByteSpan datagram, uint32_t port,
                                                               const std::string& process,
                                                               uint32_t pid,
                                                               NetfilterAnswers& answers) {
  size_t at = 0;
  Piece begin;
  if (!NextPiece(datagram, at, begin)) return {};
  if (begin.payload.size() < sizeof(abi::Nfgenmsg)) return {{0, EINVAL, 0}};
  abi::Nfgenmsg general;
  std::memcpy(&general, begin.payload.data(), sizeof(general));
  if (__builtin_bswap16(general.res_id) != abi::kNfnlSubsysNftables) return {{0, EOPNOTSUPP, 0}};
  auto data = Attributes::Parse(begin.payload.subspan(sizeof(general)));
  if (!data.ok()) return {{0, EINVAL, 0}};
  const auto expected = data->U32(abi::kNfnlBatchGenid);
  if (!expected.ok()) return {{0, ERANGE, 0}};
  // Somebody else was faster (ERESTART).
  constexpr int kRestart = 85;
  if (*expected != 0 && *expected != filter_.generation()) return {{0, kRestart, 0}};
  Transaction transaction(filter_.rules(), filter_.stack().now());
  Batch batch = RunBatch(transaction, datagram, port, datagram.size());
  if (batch.failed || !batch.ended) {
    if (batch.failed) return batch.outcomes;
    return {};
  }
  const Result<void> committed = filter_.Commit(transaction.Finish());
  if (!committed.ok()) {
    return {FindCulprit(datagram, port, batch.messages, committed.error().value())};
  }
  last_process_ = process;
  last_pid_ = pid;
  answers.messages = std::move(batch.echoes.messages);
  answers.generation = filter_.generation();
  NetfilterRequest by;
  by.port = port;
  by.sequence = begin.header.nlmsg_seq;
  if (!answers.messages.empty()) (void)AnswerGeneration(by, answers).ok();
  return batch.outcomes;
}

}  // namespace netstack
