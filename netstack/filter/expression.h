// Expression: one step of a rule, as nf_tables puts rules together (nft(8)).
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "abi/linux/netfilter.h"
#include "netstack/filter/attributes.h"
#include "netstack/filter/conntrack.h"
#include "netstack/filter/nat.h"
#include "netstack/stack/stack.h"

namespace netstack {

struct Table;
struct Chain;
struct Set;
struct RuleSet;
class PacketFilter;

// A verdict by NFT_* and NF_*; where jumps go, by the chain's handle.
struct Verdict {
  int32_t code = abi::kNftContinue;
  uint64_t chain = 0;
};

// Sixteen times four bytes; larger registers are four of them.
struct Registers {
  static constexpr size_t kSize = 64;
  Verdict verdict;
  std::array<std::byte, kSize> bytes{};

  std::byte* at(uint8_t offset) { return bytes.data() + offset; }
  ByteSpan Read(uint8_t offset, size_t size) const {
    return std::span(bytes).subspan(offset, size);
  }
  void Store(uint8_t offset, ByteSpan value);  // The last four bytes are filled up with zeros.
  void Store8(uint8_t offset, uint8_t value) { Store(offset, std::as_bytes(std::span(&value, 1))); }
  void Store16(uint8_t offset, uint16_t value) {  // Of the network's order, as ports are;
    std::array<std::byte, sizeof(value)> big_endian;
    netstack::Store16(big_endian.data(), value);
    Store(offset, big_endian);
  }
  void Store32(uint8_t offset, uint32_t value) {  // of this machine's.
    std::memcpy(at(offset), &value, sizeof(value));
  }
  uint32_t Load32(uint8_t offset) const {
    uint32_t value;
    std::memcpy(&value, bytes.data() + offset, sizeof(value));
    return value;
  }
  void Break() { verdict.code = abi::kNftBreak; }
};

// Tokens that come with time.
struct TokenBucket {
  uint64_t cost = 0;  // Nanoseconds for one.
  uint64_t most = 0;  // Nanoseconds that can be saved up.
  mutable uint64_t saved = 0;
  mutable Time updated = 0;
  void Set(uint64_t rate, uint64_t seconds, uint64_t burst);
  bool Take(Time now, uint64_t count) const;
};

// One packet at one hook.
struct Evaluation {
  PacketFilter& filter;
  Stack& stack;
  PacketPtr& packet;
  Headers& headers;
  Hook hook;
  Interface* in;
  Interface* out;
  Conntrack* conntrack;  // Null: nothing is tracked.
  Nat* nat;
  const Table* table = nullptr;
  int budget = 0;
  TokenBucket* bucket = nullptr;  // Of the extension of x_tables that is at work.

  Connection* connection() const { return conntrack != nullptr ? conntrack->Of(*packet) : nullptr; }
};

// Where an expression is put.
struct ExpressionPlace {
  const RuleSet& rules;
  const Table& table;
  const Chain& chain;
  // Sets and chains of the same transaction by its own numbers.
  const std::map<uint32_t, uint64_t>& set_ids;
  const std::map<uint32_t, uint64_t>& chain_ids;
};

class Expression {
 public:
  virtual ~Expression() = default;
  virtual std::string_view name() const = 0;
  // Leaves the verdict at NFT_CONTINUE to go on.
  virtual void Evaluate(Evaluation& e, Registers& r) const = 0;
  virtual void Dump(AttributeWriter& to) const = 0;
  // Whether it can work in rules that are reached from this base chain.
  virtual Result<void> CheckBase(const Chain&) const { return {}; }
  virtual bool NeedsTracking() const { return false; }
  // Handles of the chain and the set that it refers to; 0: none.
  virtual uint64_t chain() const { return 0; }
  virtual uint64_t set() const { return 0; }
  virtual uint64_t object() const { return 0; }
  // Counts anew.
  virtual void Reset() const {}
};
using ExpressionPtr = std::unique_ptr<Expression>;

// From NFTA_LIST_ELEM's contents.  ENOENT: nobody knows such an expression.
Result<ExpressionPtr> ParseExpression(ByteSpan bytes, const ExpressionPlace& place);
void DumpExpression(const Expression& expression, AttributeWriter& to);
// Its name and data, without the list's element around.
void DumpExpressionInto(const Expression& expression, AttributeWriter& to);

// Registers by their numbers; offsets into Registers::bytes.  EINVAL, ERANGE: it does not fit.
Result<uint8_t> ParseRegister(const Attributes& from, uint16_t type, size_t size);
uint32_t RegisterNumber(uint8_t offset);
// NFTA_DATA_VALUE of `most` bytes at most.
Result<ByteVector> ParseValue(const Attributes& from, uint16_t type, size_t most = 64);
void DumpValue(AttributeWriter& to, uint16_t type, ByteSpan value);
Result<Verdict> ParseVerdict(const Attributes& data, const ExpressionPlace& place);
void DumpVerdict(AttributeWriter& to, uint16_t type, const Verdict& verdict, const Table& table);

// Parsers of the folder's files; null and no error: not one of these.
using ParseResult = Result<ExpressionPtr>;
ParseResult ParseBasic(std::string_view name, const Attributes& data, const ExpressionPlace& place);
ParseResult ParseLoad(std::string_view name, const Attributes& data, const ExpressionPlace& place);
ParseResult ParseStateful(std::string_view name, const Attributes& data);
ParseResult ParseAction(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place);
ParseResult ParseCompat(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place);

// What an element of a set can bear: counter, limit, quota.
ParseResult ParseElementState(ByteSpan bytes, const ExpressionPlace& place);
ParseResult ParsePacket(std::string_view name, const Attributes& data);
ParseResult ParseDynset(std::string_view name, const Attributes& data,
                        const ExpressionPlace& place);

ParseResult ParseReference(std::string_view name, const Attributes& data,
                           const ExpressionPlace& place);

// --- what several of them do ---
// Puts bytes into the packet, checksums with them.  False: it is too short, or no memory.
bool Patch(Evaluation& e, size_t at, ByteSpan value);
// Where an option of TCP of that kind is, and its length; nothing: there is none.
struct FoundOption {
  size_t at;  // From the packet's start.
  size_t size;
};
std::optional<FoundOption> FindTcpOption(const Evaluation& e, uint8_t kind);
// The largest segment that goes the packet's way without fragments.
uint16_t SegmentRoom(Evaluation& e);
// Lowers the MSS that a SYN tells of.
void ClampMss(Evaluation& e, uint16_t mss);
// RTN_* of an address, as fib and addrtype see it; `interface` null: any.
uint32_t AddressTypeOf(Stack& stack, const IpAddress& address, const Interface* interface);
// The packet's source (or destination) becomes one of the range, with all of its connection.  A
// verdict.
int32_t SetUpNat(Evaluation& e, NatKind kind, const NatRange& range);
int32_t Masquerade(Evaluation& e, NatRange range);
int32_t Redirect(Evaluation& e, NatRange range);
// NFT_REJECT_*
enum class RejectKind : uint8_t { kIcmp = 0, kTcpReset = 1, kIcmpx = 2 };
void Reject(Evaluation& e, RejectKind kind, uint8_t code);

}  // namespace netstack
