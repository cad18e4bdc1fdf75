// What goes out: processing of written characters (OPOST) and of echoes, which wait their turn when
// there is no room (Linux: do_output_char(), __process_echoes()).
#include <algorithm>

#include "sentry/fs/tty/characters.h"
#include "sentry/fs/tty/line_discipline.h"

namespace sentry {

bool LineDiscipline::PutOut(std::span<const uint8_t> bytes) {
  if (driver_.OutputRoom() < bytes.size()) return false;
  driver_.Output(bytes);
  return true;
}

bool LineDiscipline::ProcessNewline() {
  constexpr uint8_t kNewline[] = {'\r', '\n'};
  const bool both = flags().Output(abi::kOnlcr);
  if (!PutOut(std::span(kNewline).last(both ? 2 : 1))) return false;
  if (both || flags().Output(abi::kOnlret)) column_ = 0;
  canon_column_ = column_;
  return true;
}

bool LineDiscipline::ProcessOut(uint8_t c) {
  const TtyFlags f = flags();
  if (c == '\n') return ProcessNewline();
  if (c == '\t') {
    constexpr uint8_t kSpaces[] = {' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '};
    const unsigned spaces = 8 - (column_ & 7);
    const bool expand = (settings_.c_oflag & abi::kTabdly) == abi::kXtabs;
    if (!(expand ? PutOut(std::span(kSpaces).first(spaces)) : PutOut(c))) return false;
    column_ += spaces;
    return true;
  }
  if (c == '\r') {
    if (f.Output(abi::kOnocr) && column_ == 0) return true;
    const bool to_newline = f.Output(abi::kOcrnl);
    if (!PutOut(to_newline ? '\n' : '\r')) return false;
    if (!to_newline || f.Output(abi::kOnlret)) canon_column_ = column_ = 0;
    return true;
  }
  if (!latin1::IsControl(c) && f.Output(abi::kOlcuc)) c = latin1::ToUpper(c);
  if (!PutOut(c)) return false;
  if (c == '\b') {
    if (column_ > 0) --column_;
  } else if (!latin1::IsControl(c) && !IsContinuation(c)) {
    ++column_;
  }
  return true;
}

size_t LineDiscipline::Write(std::span<const uint8_t> bytes) {
  ProcessEchoes();
  size_t n = 0;
  if (flags().Output(abi::kOpost)) {
    while (n < bytes.size() && ProcessOut(bytes[n])) ++n;
    return n;
  }
  n = std::min(bytes.size(), driver_.OutputRoom());
  driver_.Output(bytes.first(n));
  return n;
}

void LineDiscipline::AddEcho(Echo kind, uint8_t value) {
  if (echoes_.size() >= kSize) echoes_.pop_front();
  echoes_.push_back({kind, value});
}

void LineDiscipline::EchoChar(uint8_t c) {
  if (c == 0xff) return AddEcho(Echo::kByte, c);
  bool caret = flags().Local(abi::kEchoctl) && latin1::IsControl(c) && c != '\t';
  AddEcho(caret ? Echo::kControl : Echo::kChar, c);
}

void LineDiscipline::EchoRaw(uint8_t c) {
  AddEcho(c == 0xff ? Echo::kByte : Echo::kChar, c);
}

bool LineDiscipline::ProcessEcho(const EchoStep& step) {
  switch (step.kind) {
    case Echo::kChar:
      return flags().Output(abi::kOpost) ? ProcessOut(step.value) : PutOut(step.value);
    case Echo::kByte:
      if (!PutOut(step.value)) return false;
      ++column_;
      return true;
    case Echo::kControl: {
      const uint8_t pair[] = {'^', static_cast<uint8_t>(step.value ^ 0100)};
      if (!PutOut(pair)) return false;
      column_ += 2;
      return true;
    }
    case Echo::kMoveBack:
      if (column_ > 0) --column_;
      return true;
    case Echo::kSetColumn:
      canon_column_ = column_;
      return true;
    case Echo::kEraseTab: {
      constexpr uint8_t kBack[] = {'\b', '\b', '\b', '\b', '\b', '\b', '\b', '\b'};
      unsigned columns = step.value & 7;
      if ((step.value & 0x80) == 0) columns += canon_column_;
      const unsigned back = 8 - (columns & 7);
      if (!PutOut(std::span(kBack).first(back))) return false;
      column_ -= std::min(column_, back);
      return true;
    }
  }
  return true;
}

void LineDiscipline::ProcessEchoes() {
  while (!echoes_.empty() && ProcessEcho(echoes_.front())) echoes_.pop_front();
}

}  // namespace sentry
