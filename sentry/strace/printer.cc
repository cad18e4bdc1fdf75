// The primitives: numbers, flags, quoted strings, guest memory.
#include "sentry/strace/printer.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace sentry {
namespace {

constexpr uint64_t kPage = 4096;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// The escape of one byte.  Octal escapes are as short as the byte that follows allows.
std::string Escaped(unsigned char c, bool digit_follows) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    default:
      break;
  }
  if (c >= 0x20 && c < 0x7f) return std::string(1, static_cast<char>(c));
  char text[8];
  std::snprintf(text, sizeof(text), digit_follows ? "\\%03o" : "\\%o", c);
  return text;
}

}  // namespace

const NamedValue* FindName(const NameSet& set, uint64_t value) {
  for (const NamedValue& row : set.rows) {
    if (row.value == value) return &row;
  }
  return nullptr;
}

void Printer::Dec(int64_t value) {
  out_ += std::to_string(value);
}

void Printer::Udec(uint64_t value) {
  out_ += std::to_string(value);
}

void Printer::Hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), value == 0 ? "0" : "%#llx",
                static_cast<unsigned long long>(value));
  out_ += text;
}

void Printer::Octal(uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%#03llo", static_cast<unsigned long long>(value));
  out_ += text;
}

void Printer::Pointer(uint64_t addr) {
  if (addr == 0) return Text("NULL");
  Hex(addr);
}

void Printer::Enum(const NameSet& set, uint64_t value) {
  if (const NamedValue* name = FindName(set, value)) {
    Text(set.prefix);
    return Text(name->text);
  }
  Hex(value);
  if (set.unknown[0] != 0) out_ += std::string(" /* ") + set.unknown + " */";
}

void Printer::Flags(const NameSet& set, uint64_t value) {
  FlagsAfter("", set, value);
}

void Printer::FlagsAfter(std::string_view first, const NameSet& set, uint64_t value) {
  if (value == 0 && first.empty()) return Text(set.zero[0] != 0 ? set.zero : "0");
  size_t start = out_.size();
  Text(first);
  for (const NamedValue& row : set.rows) {
    if (row.value == 0 || (value & row.value) != row.value) continue;
    if (out_.size() != start) Text("|");
    Text(set.prefix);
    Text(row.text);
    value &= ~row.value;
  }
  if (value == 0) return;
  bool alone = out_.size() == start;
  if (!alone) Text("|");
  Hex(value);
  // Without any name the reader would not know what kind of flags these are.
  if (alone && set.unknown[0] != 0) out_ += std::string(" /* ") + set.unknown + " */";
}

void Printer::Comma() {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != '(') Text(", ");
}

void Printer::Field(std::string_view name) {
  Comma();
  Text(name);
  Text("=");
}

void Printer::Quoted(std::string_view bytes, size_t limit) {
  size_t shown = std::min(bytes.size(), limit);
  out_ += '"';
  for (size_t i = 0; i < shown; ++i) {
    out_ += Escaped(static_cast<unsigned char>(bytes[i]), i + 1 < shown && IsDigit(bytes[i + 1]));
  }
  out_ += '"';
  if (bytes.size() > shown) Text("...");
}

void Printer::QuotedHex(std::string_view bytes, size_t limit) {
  size_t shown = std::min(bytes.size(), limit);
  out_ += '"';
  for (char c : bytes.substr(0, shown)) {
    char text[8];
    std::snprintf(text, sizeof(text), "\\x%02x", static_cast<unsigned char>(c));
    out_ += text;
  }
  out_ += '"';
  if (bytes.size() > shown) Text("...");
}

bool Printer::LoadBytes(uint64_t addr, std::span<std::byte> to) {
  while (!to.empty()) {
    base::Result<size_t> got = memory_.Read(addr, to);
    if (!got.ok() || *got == 0) return false;
    to = to.subspan(std::min(*got, to.size()));
    addr += *got;
  }
  return true;
}

void Printer::Bitmap(uint64_t addr, uint64_t bits) {
  if (addr == 0) return Pointer(addr);
  std::byte mask[kMaxBits / 8] = {};
  bits = std::min<uint64_t>(bits, kMaxBits);
  if (!LoadBytes(addr, std::span(mask, (bits + 7) / 8))) return Pointer(addr);
  Text("[");
  bool first = true;
  for (uint64_t i = 0; i < bits; ++i) {
    if ((mask[i / 8] >> (i % 8) & std::byte{1}) == std::byte{0}) continue;
    if (!first) Text(" ");
    first = false;
    Udec(i);
  }
  Text("]");
}

void Printer::Bytes(uint64_t addr, uint64_t size, size_t limit) {
  if (addr == 0) return Pointer(addr);
  // One byte more than is shown says whether "..." belongs behind it; it need not be readable.
  std::string bytes(std::min<uint64_t>(size, limit), '\0');
  if (!LoadBytes(addr, std::as_writable_bytes(std::span(bytes)))) return Pointer(addr);
  if (size > limit) bytes += '\0';
  Quoted(bytes, limit);
}

void Printer::CString(uint64_t addr, size_t limit) {
  if (addr == 0) return Pointer(addr);
  std::string text;
  bool ended = false;
  while (!ended && text.size() <= limit) {
    // Up to the end of the page: the next one need not be mapped.
    char chunk[256];
    uint64_t at = addr + text.size();
    size_t want = std::min<uint64_t>(sizeof(chunk), kPage - at % kPage);
    base::Result<size_t> got = memory_.Read(at, std::as_writable_bytes(std::span(chunk, want)));
    if (!got.ok() || *got == 0) return Pointer(addr);
    size_t length = strnlen(chunk, std::min(*got, want));
    ended = length < *got;
    text.append(chunk, length);
  }
  Quoted(text, limit);
}

}  // namespace sentry
