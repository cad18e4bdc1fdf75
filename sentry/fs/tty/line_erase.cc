// Editing a line that is being typed: what ERASE, WERASE and KILL take away, and how that looks
// (Linux: eraser()).
#include "sentry/fs/tty/characters.h"
#include "sentry/fs/tty/line_discipline.h"

namespace sentry {

// ECHOPRT shows what was erased between \ and /.
void LineDiscipline::FinishErasing() {
  if (!erasing_) return;
  EchoRaw('/');
  erasing_ = false;
}

// KILL where the line on the screen cannot be taken back.
void LineDiscipline::KillLineQuickly() {
  head_ = canon_head_;
  if (!flags().Local(abi::kEcho)) return;
  FinishErasing();
  EchoChar(flags().Char(abi::kVkill));
  if (flags().Local(abi::kEchok)) EchoRaw('\n');
}

void LineDiscipline::EraseBy(uint8_t c) {
  const TtyFlags f = flags();
  if (head_ == canon_head_) return;
  if (f.Is(c, abi::kVerase)) return EraseMany(Erase::kChar);
  if (f.Is(c, abi::kVwerase) && f.Local(abi::kIexten)) return EraseMany(Erase::kWord);
  bool visibly =
      f.Local(abi::kEcho) && f.Local(abi::kEchok) && f.Local(abi::kEchoke) && f.Local(abi::kEchoe);
  visibly ? EraseMany(Erase::kLine) : KillLineQuickly();
}

void LineDiscipline::EraseMany(Erase kind) {
  bool in_word = false;
  while (head_ != canon_head_) {
    // One character, of several bytes perhaps, but never a part of one.
    size_t first = head_;
    uint8_t c;
    do {
      c = At(--first);
    } while (IsContinuation(c) && first != canon_head_);
    if (IsContinuation(c)) break;
    if (kind == Erase::kWord) {
      if (latin1::IsAlnum(c) || c == '_') {
        in_word = true;
      } else if (in_word) {
        break;
      }
    }
    size_t count = head_ - first;
    head_ = first;
    if (flags().Local(abi::kEcho)) EchoErased(kind, c, first, count);
    if (kind == Erase::kChar) break;
  }
  if (head_ == canon_head_ && flags().Local(abi::kEcho)) FinishErasing();
}

void LineDiscipline::EchoErased(Erase kind, uint8_t c, size_t first, size_t count) {
  const TtyFlags f = flags();
  auto back_space = [this] {
    for (uint8_t one : {'\b', ' ', '\b'}) EchoRaw(one);
  };
  if (f.Local(abi::kEchoprt)) {
    if (!erasing_) {
      EchoRaw('\\');
      erasing_ = true;
    }
    EchoChar(c);
    for (size_t i = 1; i < count; ++i) {
      EchoRaw(At(first + i));
      AddEcho(Echo::kMoveBack);
    }
  } else if (kind == Erase::kChar && !f.Local(abi::kEchoe)) {
    EchoChar(f.Char(abi::kVerase));
  } else if (c == '\t') {
    EchoErasedTab();
  } else {
    bool control = latin1::IsControl(c), shown = f.Local(abi::kEchoctl);
    if (control && shown) back_space();
    if (!control || shown) back_space();
  }
}

// How far a tab had moved follows from the columns since the line's start or the tab before.
void LineDiscipline::EchoErasedTab() {
  constexpr uint8_t kBehindTab = 0x80;
  unsigned columns = 0;
  bool behind_tab = false;
  for (size_t at = head_; at != canon_head_ && !behind_tab;) {
    uint8_t c = At(--at);
    if (c == '\t') {
      behind_tab = true;
    } else if (latin1::IsControl(c)) {
      if (flags().Local(abi::kEchoctl)) columns += 2;
    } else if (!IsContinuation(c)) {
      ++columns;
    }
  }
  AddEcho(Echo::kEraseTab, static_cast<uint8_t>((columns & 7) | (behind_tab ? kBehindTab : 0)));
}

}  // namespace sentry
