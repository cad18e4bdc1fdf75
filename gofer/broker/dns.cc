#include "gofer/broker/dns.h"

#include <algorithm>

namespace gofer {
namespace {

constexpr size_t kHeader = 12, kMostName = 255, kMostRecords = 256;
constexpr size_t kAdditional = 10;  // Where their number stands.
constexpr uint16_t kDnsOpt = 41, kDnsMost = 4096;
constexpr uint16_t kResponse = 0x8000, kOpcode = 0x7800, kRecursionDesired = 0x0100;
constexpr uint16_t kRecursionAvailable = 0x0080, kAuthoritative = 0x0400;

// Reads on in a message; nothing is read beyond its end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes, size_t at = 0) : bytes_(bytes), at_(at) {}
  bool good() const { return good_; }
  size_t at() const { return at_; }
  uint8_t Read8() {
    if (at_ >= bytes_.size()) {
      good_ = false;
      return 0;
    }
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  uint16_t Read16() {
    const uint16_t high = Read8();
    return static_cast<uint16_t>(high << 8 | Read8());
  }
  uint32_t Read32() {
    const uint32_t high = Read16();
    return high << 16 | Read16();
  }
  void Skip(size_t n) {
    if (bytes_.size() - std::min(at_, bytes_.size()) < n) {
      good_ = false;
    } else {
      at_ += n;
    }
  }
  std::span<const std::byte> Take(size_t n) {
    const size_t from = at_;
    Skip(n);
    return good_ ? bytes_.subspan(from, n) : std::span<const std::byte>();
  }
  // Past a name; what it says goes to `name` unless it is compressed (questions are not).
  void Name(std::string* name) {
    size_t total = 0;
    while (good_) {
      const uint8_t length = Read8();
      if (length == 0) return;
      if ((length & 0xc0) == 0xc0) {
        Read8();
        if (name != nullptr) good_ = false;
        return;
      }
      total += length + 1u;
      if ((length & 0xc0) != 0 || total > kMostName) good_ = false;
      for (std::byte byte : Take(length)) {
        if (name == nullptr) continue;
        char c = static_cast<char>(byte);
        if (c == '.' || c == '\0') good_ = false;  // A dot inside a label names something else.
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 'a' - 'A');
        name->push_back(c);
      }
      if (name != nullptr) name->push_back('.');
    }
  }

 private:
  std::span<const std::byte> bytes_;
  size_t at_;
  bool good_ = true;
};

void Put16(Bytes& to, uint16_t value) {
  to.push_back(static_cast<std::byte>(value >> 8));
  to.push_back(static_cast<std::byte>(value & 0xff));
}

uint16_t Flags(std::span<const std::byte> message) {
  return Reader(message, 2).Read16();
}

Bytes Reply(std::span<const std::byte> query, size_t size, DnsCode code, uint16_t answers) {
  Bytes out(query.begin(), query.begin() + 2);
  const bool desired = (Flags(query) & kRecursionDesired) != 0;
  Put16(out,
        static_cast<uint16_t>(kResponse | kRecursionAvailable | (desired ? kRecursionDesired : 0) |
                              (answers != 0 ? kAuthoritative : 0) | static_cast<uint16_t>(code)));
  Put16(out, size > kHeader ? 1 : 0);
  Put16(out, answers);
  Put16(out, 0);
  Put16(out, 0);
  out.insert(out.end(), query.begin() + kHeader, query.begin() + static_cast<ptrdiff_t>(size));
  return out;
}

}  // namespace

bool IsQuery(std::span<const std::byte> message) {
  return message.size() >= kHeader && (Flags(message) & (kResponse | kOpcode)) == 0;
}

std::optional<DnsQuestion> ParseQuestion(std::span<const std::byte> message) {
  if (message.size() < kHeader) return std::nullopt;
  DnsQuestion out;
  out.id = Reader(message).Read16();
  if (Reader(message, 4).Read16() != 1) return std::nullopt;
  Reader reader(message, kHeader);
  reader.Name(&out.name);
  out.type = reader.Read16();
  out.type_class = reader.Read16();
  if (!reader.good()) return std::nullopt;
  if (!out.name.empty()) out.name.pop_back();
  out.size = reader.at();
  return out;
}

std::vector<DnsAddress> ParseAddresses(std::span<const std::byte> message) {
  std::vector<DnsAddress> out;
  const std::optional<DnsQuestion> question = ParseQuestion(message);
  if (!question) return out;
  const size_t answers = std::min<size_t>(Reader(message, 6).Read16(), kMostRecords);
  Reader reader(message, question->size);
  for (size_t i = 0; i < answers && reader.good(); ++i) {
    reader.Name(nullptr);
    const uint16_t type = reader.Read16(), type_class = reader.Read16();
    const uint32_t seconds = reader.Read32();
    const std::span<const std::byte> data = reader.Take(reader.Read16());
    if (!reader.good() || type_class != kDnsInternet) continue;
    DnsAddress found;
    found.seconds = seconds;
    if (type == kDnsA && data.size() == 4) {
      uint32_t v4 = 0;
      for (std::byte byte : data) v4 = v4 << 8 | static_cast<uint32_t>(byte);
      found.address = Address::V4(v4);
    } else if (type == kDnsAaaa && data.size() == 16) {
      std::transform(data.begin(), data.end(), found.address.bytes.begin(),
                     [](std::byte byte) { return static_cast<uint8_t>(byte); });
    } else {
      continue;
    }
    out.push_back(found);
  }
  return out;
}

Bytes MakeError(std::span<const std::byte> query, DnsCode code) {
  if (query.size() < kHeader) return {};
  const std::optional<DnsQuestion> question = ParseQuestion(query);
  return Reply(query, question ? question->size : kHeader, code, 0);
}

Bytes MakeAnswer(std::span<const std::byte> query, const DnsQuestion& question,
                 std::span<const Address> addresses) {
  constexpr uint32_t kSeconds = 60;
  std::vector<Address> fit;
  for (const Address& address : addresses) {
    const bool wanted = question.type == (address.IsV4() ? kDnsA : kDnsAaaa);
    if (wanted && question.type_class == kDnsInternet) fit.push_back(address);
  }
  Bytes out = Reply(query, question.size, DnsCode::kOk, static_cast<uint16_t>(fit.size()));
  for (const Address& address : fit) {
    Put16(out, 0xc000 | kHeader);  // The question's name.
    Put16(out, question.type);
    Put16(out, kDnsInternet);
    Put16(out, 0);
    Put16(out, kSeconds);
    const size_t from = address.IsV4() ? 12 : 0;
    Put16(out, static_cast<uint16_t>(16 - from));
    for (size_t i = from; i < 16; ++i) out.push_back(static_cast<std::byte>(address.bytes[i]));
  }
  return out;
}

DnsCode CodeOf(std::span<const std::byte> message) {
  return message.size() < kHeader ? DnsCode::kFormat : static_cast<DnsCode>(Flags(message) & 15);
}

bool AddEdns(Bytes& query) {
  const std::optional<DnsQuestion> question = ParseQuestion(query);
  if (!question || question->size != query.size()) return false;
  Reader counts(query, 6);
  const int records = counts.Read16() | counts.Read16() | counts.Read16();
  if (records != 0) return false;
  query[kAdditional + 1] = std::byte{1};
  query.push_back(std::byte{0});  // The root's name.
  for (const uint16_t word : {kDnsOpt, kDnsMost, uint16_t{0}, uint16_t{0}, uint16_t{0}}) {
    Put16(query, word);
  }
  return true;
}

void TakeEdns(Bytes& answer) {
  const std::optional<DnsQuestion> question = ParseQuestion(answer);
  if (!question) return;
  Reader counts(answer, 6);
  const size_t before = size_t{counts.Read16()} + counts.Read16(), last = counts.Read16();
  Reader reader(answer, question->size);
  for (size_t i = 0; i < std::min(before + last, kMostRecords) && reader.good(); ++i) {
    const size_t from = reader.at();
    reader.Name(nullptr);
    const uint16_t type = reader.Read16();
    reader.Skip(6);
    reader.Skip(reader.Read16());
    // Where others stand behind it, names of theirs may count on their places.
    if (!reader.good() || type != kDnsOpt || i < before || reader.at() != answer.size()) continue;
    answer.resize(from);
    answer[kAdditional] = static_cast<std::byte>((last - 1) >> 8);
    answer[kAdditional + 1] = static_cast<std::byte>((last - 1) & 0xff);
    return;
  }
}

void SetId(Bytes& message, uint16_t id) {
  message[0] = static_cast<std::byte>(id >> 8);
  message[1] = static_cast<std::byte>(id & 0xff);
}

}  // namespace gofer
