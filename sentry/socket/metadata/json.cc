// A recursive parser, bounded in depth, and its inverse.
#include "sentry/socket/metadata/json.h"

#include <algorithm>
#include <charconv>

namespace sentry {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

void AppendUtf8(std::string& to, uint32_t point) {
  auto put = [&to](uint32_t byte) { to += static_cast<char>(byte); };
  if (point < 0x80) return put(point);
  if (point < 0x800) {
    put(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
  }
  put(0x80 | (point & 0x3f));
}

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  std::optional<JsonValue> Whole(std::string& wrong) {
    JsonValue value;
    if (Value(value, 0)) {
      Blank();
      if (at_ == text_.size()) return value;
      Fail("something behind the end");
    }
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n');
    wrong = "line " + std::to_string(line) + ": " + wrong_;
    return std::nullopt;
  }

 private:
  bool Fail(const char* what) {
    if (wrong_ == nullptr) wrong_ = what;
    return false;
  }
  void Blank() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool Word(std::string_view word, JsonValue& to, JsonValue::Kind kind) {
    if (!text_.substr(at_).starts_with(word)) return Fail("not a value");
    at_ += word.size();
    to.kind = kind;
    to.text = word;
    return true;
  }

  bool Value(JsonValue& to, size_t depth) {
    if (depth > JsonValue::kMostDepth) return Fail("too deep");
    Blank();
    if (at_ == text_.size()) return Fail("it ends too early");
    switch (text_[at_]) {
      case '{':
        return Object(to, depth);
      case '[':
        return Array(to, depth);
      case '"':
        to.kind = JsonValue::Kind::kString;
        return String(to.text);
      case 't':
        return Word("true", to, JsonValue::Kind::kBool);
      case 'f':
        return Word("false", to, JsonValue::Kind::kBool);
      case 'n':
        return Word("null", to, JsonValue::Kind::kNull);
      default:
        return Number(to);
    }
  }

  bool Object(JsonValue& to, size_t depth) {
    to.kind = JsonValue::Kind::kObject;
    ++at_;
    Blank();
    if (Take('}')) return true;
    do {
      Blank();
      std::string name;
      if (at_ == text_.size() || text_[at_] != '"') return Fail("a name is missing");
      if (!String(name)) return false;
      if (to.Find(name) != nullptr) return Fail("a name comes twice");
      Blank();
      if (!Take(':')) return Fail("a colon is missing");
      JsonValue value;
      if (!Value(value, depth + 1)) return false;
      to.names.push_back(std::move(name));
      to.items.push_back(std::move(value));
      Blank();
    } while (Take(','));
    return Take('}') || Fail("a comma or a brace is missing");
  }

  bool Array(JsonValue& to, size_t depth) {
    to.kind = JsonValue::Kind::kArray;
    ++at_;
    Blank();
    if (Take(']')) return true;
    do {
      JsonValue value;
      if (!Value(value, depth + 1)) return false;
      to.items.push_back(std::move(value));
      Blank();
    } while (Take(','));
    return Take(']') || Fail("a comma or a bracket is missing");
  }

  bool Digits() {
    const size_t first = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ != first;
  }
  bool Number(JsonValue& to) {
    const size_t first = at_;
    (void)Take('-');
    const bool zero = at_ < text_.size() && text_[at_] == '0';
    const size_t digits = at_;
    if (!Digits() || (zero && at_ != digits + 1)) return Fail("not a value");
    if (Take('.') && !Digits()) return Fail("not a number");
    if (Take('e') || Take('E')) {
      (void)(Take('+') || Take('-'));
      if (!Digits()) return Fail("not a number");
    }
    to.kind = JsonValue::Kind::kNumber;
    to.text = text_.substr(first, at_ - first);
    return true;
  }

  bool Hex(uint32_t& to) {
    if (text_.size() - at_ < 4) return Fail("a string does not end");
    const char* first = text_.data() + at_;
    const auto [after, error] = std::from_chars(first, first + 4, to, 16);
    if (error != std::errc() || after != first + 4) return Fail("not an escape");
    at_ += 4;
    return true;
  }
  bool Escape(std::string& to) {
    if (at_ == text_.size()) return Fail("a string does not end");
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const char c = text_[at_++];
    if (const size_t known = kFrom.find(c); known != kFrom.npos) {
      to += kTo[known];
      return true;
    }
    uint32_t point = 0, low = 0;
    if (c != 'u') return Fail("not an escape");
    if (!Hex(point)) return false;
    if (point >= 0xd800 && point < 0xe000) {  // Half of one.
      if (point >= 0xdc00 || !Take('\\') || !Take('u')) return Fail("not an escape");
      if (!Hex(low)) return false;
      if (low < 0xdc00 || low >= 0xe000) return Fail("not an escape");
      point = 0x10000 + ((point & 0x3ff) << 10 | (low & 0x3ff));
    }
    AppendUtf8(to, point);
    return true;
  }
  bool String(std::string& to) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return Fail("a string does not end");
      if (c != '\\') {
        to += c;
      } else if (!Escape(to)) {
        return false;
      }
    }
    return Fail("a string does not end");
  }

  const std::string_view text_;
  size_t at_ = 0;
  const char* wrong_ = nullptr;
};

void PrintString(const std::string& text, std::string& to) {
  static constexpr char kHex[] = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < 0x20) {
      to += "\\u00";
      to += kHex[byte >> 4];
      to += kHex[byte & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

void PrintValue(const JsonValue& value, std::string& to) {
  if (value.kind == JsonValue::Kind::kString) return PrintString(value.text, to);
  if (value.IsLeaf()) {
    to += value.text;
    return;
  }
  const bool object = value.kind == JsonValue::Kind::kObject;
  to += object ? '{' : '[';
  for (size_t i = 0; i < value.items.size(); ++i) {
    if (i != 0) to += ',';
    if (object) {
      PrintString(value.names[i], to);
      to += ':';
    }
    PrintValue(value.items[i], to);
  }
  to += object ? '}' : ']';
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  if (kind == Kind::kObject) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &items[static_cast<size_t>(found - names.begin())];
  }
  size_t number = 0;
  const char* end = name.data() + name.size();
  const auto [after, error] = std::from_chars(name.data(), end, number);
  const bool good = kind == Kind::kArray && error == std::errc() && after == end;
  return good && number < items.size() ? &items[number] : nullptr;
}

std::string JsonValue::Print() const {
  std::string out;
  PrintValue(*this, out);
  return out;
}

std::optional<JsonValue> JsonValue::Parse(std::string_view text, std::string& wrong) {
  if (text.size() > kMostBytes) {
    wrong = "more than 1 MiB";
    return std::nullopt;
  }
  return JsonParser(text).Whole(wrong);
}

}  // namespace sentry
