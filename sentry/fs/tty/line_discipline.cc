// Settings and flow control of the line discipline.
#include "sentry/fs/tty/line_discipline.h"

namespace sentry {

bool LineDiscipline::IsContinuation(uint8_t c) const {
  return flags().Input(abi::kIutf8) && (c & 0xc0) == 0x80;
}

// Which characters are more than data (n_tty_set_termios()).
void LineDiscipline::FindSpecials() {
  const TtyFlags f = flags();
  special_.reset();
  constexpr uint32_t kInput = abi::kIstrip | abi::kIuclc | abi::kIgncr | abi::kIcrnl | abi::kInlcr |
                              abi::kIxon | abi::kParmrk;
  plain_ = !f.Input(kInput) && !f.Local(abi::kIcanon | abi::kIsig | abi::kEcho);
  if (f.Input(abi::kIgncr | abi::kIcrnl)) special_.set('\r');
  if (f.Input(abi::kInlcr)) special_.set('\n');
  auto add = [this, &f](std::initializer_list<int> indexes) {
    for (int index : indexes) special_.set(f.Char(index));
  };
  if (f.Local(abi::kIcanon)) {
    special_.set('\n');
    add({abi::kVerase, abi::kVkill, abi::kVeof, abi::kVeol});
    if (f.Local(abi::kIexten)) {
      add({abi::kVwerase, abi::kVlnext, abi::kVeol2});
      if (f.Local(abi::kEcho)) add({abi::kVreprint});
    }
  }
  if (f.Input(abi::kIxon)) add({abi::kVstart, abi::kVstop});
  if (f.Local(abi::kIsig)) add({abi::kVintr, abi::kVquit, abi::kVsusp});
  special_.reset(kDisabledChar);
}

void LineDiscipline::Configure(const TtySettings& settings) {
  const TtySettings old = settings_;
  settings_ = settings;
  constexpr uint32_t kModes = abi::kIcanon | abi::kExtproc;
  if (((old.c_lflag ^ settings.c_lflag) & kModes) != 0) {
    line_ends_.reset();
    canon_head_ = tail_;
    // What is there counts as a line that was sent without an end.
    if (flags().Local(abi::kIcanon) && head_ != tail_) {
      line_ends_.set((head_ - 1) % kSize);
      canon_head_ = head_;
    }
    erasing_ = false;
    literal_next_ = false;
  }
  canonical_ = flags().Local(abi::kIcanon);
  FindSpecials();
  // Nobody could type the character that starts it any more.
  bool had_flow = (old.c_iflag & abi::kIxon) != 0;
  if (!flags().Input(abi::kIxon) && had_flow && !stopped_by_ioctl_) Start(false);
  driver_.InputReady();
}

void LineDiscipline::Reset() {
  Configure(DefaultTtySettings());
  DropInput();
  stopped_ = stopped_by_ioctl_ = false;
  echoes_.clear();
  column_ = canon_column_ = 0;
}

void LineDiscipline::Stop(bool by_ioctl) {
  bool was = stopped();
  (by_ioctl ? stopped_by_ioctl_ : stopped_) = true;
  if (!was) driver_.FlowChanged(true);
}

void LineDiscipline::Start(bool by_ioctl) {
  bool was = stopped();
  if (by_ioctl) stopped_by_ioctl_ = false;
  stopped_ = false;
  if (stopped()) return;
  if (was) driver_.FlowChanged(false);
  ProcessEchoes();
}

}  // namespace sentry
