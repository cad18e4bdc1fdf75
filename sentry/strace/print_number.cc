// Plain numbers, addresses, strings and buffers.
#include "abi/linux/fcntl.h"
#include "sentry/strace/arg_printer.h"

namespace sentry {
namespace {

void Int(Printer& p, size_t index) {
  p.Dec(static_cast<int32_t>(p.arg32(index)));
}
void Uint(Printer& p, size_t index) {
  p.Udec(p.arg32(index));
}
void Long(Printer& p, size_t index) {
  p.Dec(static_cast<int64_t>(p.arg(index)));
}
void Ulong(Printer& p, size_t index) {
  p.Udec(p.arg(index));
}
void Hex(Printer& p, size_t index) {
  p.Hex(p.arg(index));
}
void Pointer(Printer& p, size_t index) {
  p.Pointer(p.arg(index));
}
// -1 leaves the id as it is.
void Id(Printer& p, size_t index) {
  uint32_t id = p.arg32(index);
  id == ~uint32_t{0} ? p.Text("-1") : p.Udec(id);
}

void Path(Printer& p, size_t index) {
  p.CString(p.arg(index), Printer::kMaxPath);
}
void String(Printer& p, size_t index) {
  p.CString(p.arg(index), Printer::kMaxString);
}
void BufIn(Printer& p, size_t index) {
  p.Bytes(p.arg(index), p.arg(index + 1));
}
void BufOut(Printer& p, size_t index) {
  // A buffer of size 0 asks for the size that would be needed.
  if (p.failed() || p.arg(index + 1) == 0) return p.Pointer(p.arg(index));
  p.Bytes(p.arg(index), static_cast<uint64_t>(p.result()));
}
void PathOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  uint64_t size = static_cast<uint64_t>(p.result());
  std::optional<char> last = size == 0 ? std::nullopt : p.Load<char>(p.arg(index) + size - 1);
  if (last == '\0') --size;  // getcwd counts the NUL, readlink has none.
  p.Bytes(p.arg(index), size, Printer::kMaxPath);
}
void RandomOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  uint64_t size = static_cast<uint64_t>(p.result());
  std::string bytes(size > Printer::kMaxString ? Printer::kMaxString : size, '\0');
  if (!p.LoadBytes(p.arg(index), std::as_writable_bytes(std::span(bytes)))) {
    return p.Pointer(p.arg(index));
  }
  if (size > bytes.size()) bytes += '\0';
  p.QuotedHex(bytes, Printer::kMaxString);
}

template <typename T>
void PrintNumber(Printer& p, const T& value) {
  if constexpr (std::is_signed_v<T>) {
    p.Dec(value);
  } else {
    p.Udec(value);
  }
}
// [5]: a number behind a pointer.
template <typename T>
void NumberAt(Printer& p, size_t index) {
  p.Array<T>(p.arg(index), 1, PrintNumber<T>);
}
template <typename T>
void NumberOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  NumberAt<T>(p, index);
}
void PointerOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  p.Array<uint64_t>(p.arg(index), 1, [](Printer& q, const uint64_t& value) { q.Pointer(value); });
}

using enum ArgKind;

constexpr ArgPrinter kNumberPrinters[] = {
    {kInt, Int},
    {kUint, Uint},
    {kLong, Long},
    {kUlong, Ulong},
    {kSize, Ulong},
    {kOffset, Long},
    {kHexOffset, Hex},
    {kHex, Hex},
    {kPtr, Pointer},
    {kFd, Int},
    {kPid, Int},
    {kUid, Id},
    {kGid, Id},
    {kPath, Path},
    {kString, String},
    {kBufIn, BufIn},
    {kXattrValueIn, BufIn},
    {kBufOut, BufOut, When::kReturn},
    {kPathOut, PathOut, When::kReturn},
    {kRandomOut, RandomOut, When::kReturn},
    {kIntOut, NumberOut<int32_t>, When::kReturn},
    {kUintOut, NumberOut<uint32_t>, When::kReturn},
    {kSizeOut, NumberOut<uint64_t>, When::kReturn},
    {kTimeOut, NumberOut<int64_t>, When::kReturn},
    {kLengthPtr, NumberAt<uint32_t>, When::kReturn},
    {kOffsetPtr, NumberAt<int64_t>},
    {kPtrOut, PointerOut, When::kReturn},
};

}  // namespace

std::span<const ArgPrinter> NumberPrinters() {
  return kNumberPrinters;
}

}  // namespace sentry
