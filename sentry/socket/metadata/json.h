// JSON (RFC 8259) as the operator's file has it: a tree that is read once and then only looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sentry {

struct JsonValue {
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::string text;              // Of a string; of a number or a bool as it is spelled.
  std::vector<JsonValue> items;  // Of an array, or of an object the values.
  std::vector<std::string> names;

  bool IsLeaf() const { return kind != Kind::kArray && kind != Kind::kObject; }
  // Of that name, or of an array the one of that number; null: there is none.
  const JsonValue* Find(std::string_view name) const;
  std::string Print() const;

  static constexpr size_t kMostBytes = 1 << 20, kMostDepth = 64;
  // `wrong` is what is the matter, with its line, when there is no value.
  static std::optional<JsonValue> Parse(std::string_view text, std::string& wrong);
};

}  // namespace sentry
