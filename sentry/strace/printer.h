// Printer: the text of one call as it grows, and the primitives that the decoders of single
// arguments are made of.  Everything it prints looks as strace(1) prints it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "sentry/strace/memory_reader.h"
#include "sentry/strace/names.h"

namespace sentry {

using CallArgs = std::span<const uint64_t, 6>;

class Printer {
 public:
  static constexpr size_t kMaxString = 32;  // Bytes of data shown, as strace -s 32.
  static constexpr size_t kMaxPath = 4096;
  static constexpr size_t kMaxElements = 32;  // Of an array.
  static constexpr size_t kMaxBits = 4096;

  // `result` is absent while the call is being entered.
  Printer(CallArgs args, MemoryReader& memory, std::optional<int64_t> result)
      : args_(args), memory_(memory), result_(result) {}

  uint64_t arg(size_t index) const { return args_[index]; }
  uint32_t arg32(size_t index) const { return static_cast<uint32_t>(args_[index]); }
  int64_t result() const { return result_.value_or(0); }
  bool failed() const { return result() < 0 && result() >= -4095; }
  MemoryReader& memory() { return memory_; }
  std::string Take() { return std::move(out_); }

  void Text(std::string_view text) { out_ += text; }
  void Dec(int64_t value);
  void Udec(uint64_t value);
  void Hex(uint64_t value);     // 0x1f; 0 for zero
  void Octal(uint64_t value);   // 0644, at least three digits
  void Pointer(uint64_t addr);  // NULL or 0x7f...
  void Enum(const NameSet& set, uint64_t value);
  void Flags(const NameSet& set, uint64_t value);
  // Like Flags, after `first` if that is not empty: O_RDWR and then the flags.
  void FlagsAfter(std::string_view first, const NameSet& set, uint64_t value);

  // "name=" with a comma unless it follows an opening brace or bracket.
  void Field(std::string_view name);
  void Comma();

  // A quoted string, with "..." after it when it is longer than `limit`.
  void Quoted(std::string_view bytes, size_t limit);
  void QuotedHex(std::string_view bytes, size_t limit);
  // `size` bytes at `addr` as a quoted string.
  void Bytes(uint64_t addr, uint64_t size, size_t limit = kMaxString);
  // A NUL-terminated string at `addr`.
  void CString(uint64_t addr, size_t limit);

  // All of `to`, or false.
  bool LoadBytes(uint64_t addr, std::span<std::byte> to);
  // A copy of the T at `addr`, if all of it can be read.
  template <typename T>
  std::optional<T> Load(uint64_t addr) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    if (addr == 0 || !LoadBytes(addr, std::as_writable_bytes(std::span(&value, 1)))) {
      return std::nullopt;
    }
    return value;
  }

  // print(*this, value) for the T at `addr`, or the address where there is none.
  template <typename T, typename Print>
  void Struct(uint64_t addr, Print print) {
    std::optional<T> value = Load<T>(addr);
    if (!value) return Pointer(addr);
    print(*this, *value);
  }

  // As Struct, but a failed call has written nothing.
  template <typename T, typename Print>
  void OutStruct(uint64_t addr, Print print) {
    if (failed()) return Pointer(addr);
    Struct<T>(addr, print);
  }

  // [0 3 5]: the bits that are set in a mask of `bits` bits, at most kMaxBits of them.
  void Bitmap(uint64_t addr, uint64_t bits);

  // [a, b, c] of the `count` T at `addr`.
  template <typename T, typename Print>
  void Array(uint64_t addr, uint64_t count, Print print) {
    if (addr == 0 || (count != 0 && !Load<T>(addr))) return Pointer(addr);
    Text("[");
    for (uint64_t i = 0; i < count; ++i) {
      Comma();
      if (i == kMaxElements) {
        Text("...");
        break;
      }
      Struct<T>(addr + i * sizeof(T), print);
    }
    Text("]");
  }

 private:
  CallArgs args_;
  MemoryReader& memory_;
  std::optional<int64_t> result_;
  std::string out_;
};

}  // namespace sentry
