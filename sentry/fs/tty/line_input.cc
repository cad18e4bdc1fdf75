// Characters that are typed (Linux: n_tty_receive_buf_common() and below).
#include "abi/linux/signal.h"
#include "sentry/fs/tty/characters.h"
#include "sentry/fs/tty/line_discipline.h"

namespace sentry {

size_t LineDiscipline::Receive(std::span<const uint8_t> bytes) {
  size_t taken = 0;
  while (taken < bytes.size()) {
    size_t room = kSize - (head_ - tail_);
    if (flags().Input(abi::kParmrk)) room = (room + 2) / 3;
    // The last place is kept for the end of the line.
    if (room <= 1) {
      bool overflow = canonical_ && canon_head_ == tail_;
      if (!overflow) break;
      // A line that is too long loses its last character for the next one.
      if (room == 0) --head_;
    }
    ReceiveOne(bytes[taken++]);
  }
  if (canonical_ && !flags().Local(abi::kExtproc)) return taken;
  if (head_ != tail_) driver_.InputReady();
  return taken;
}

void LineDiscipline::DropInput() {
  head_ = tail_ = canon_head_ = 0;
  line_ends_.reset();
  literal_next_ = erasing_ = false;
  driver_.InputDropped();
}

void LineDiscipline::ReceiveOne(uint8_t c) {
  const TtyFlags f = flags();
  if (plain_) return Put(c);
  if (f.Input(abi::kIstrip)) c &= 0x7f;
  if (f.Input(abi::kIuclc) && f.Local(abi::kIexten)) c = latin1::ToLower(c);
  if (literal_next_) {
    literal_next_ = false;
    return ReceivePlain(c);
  }
  if (f.Local(abi::kExtproc)) return Put(c);
  IsSpecial(c) ? ReceiveSpecial(c) : ReceivePlain(c);
}

void LineDiscipline::RestartIfAny() {
  const TtyFlags f = flags();
  if (stopped_ && !stopped_by_ioctl_ && f.Input(abi::kIxon) && f.Input(abi::kIxany)) Start(false);
}

// PARMRK: a real \377 is doubled, to tell it from a mark.
void LineDiscipline::PutMarked(uint8_t c) {
  if (c == 0xff && flags().Input(abi::kParmrk)) Put(c);
  Put(c);
}

void LineDiscipline::EchoTyped(uint8_t c) {
  if (!flags().Local(abi::kEcho)) return;
  FinishErasing();
  if (canon_head_ == head_) AddEcho(Echo::kSetColumn);
  EchoChar(c);
  ProcessEchoes();
}

void LineDiscipline::ReceivePlain(uint8_t c) {
  RestartIfAny();
  EchoTyped(c);
  PutMarked(c);
}

void LineDiscipline::ReceiveSignal(int signal, uint8_t c) {
  driver_.SendSignal(signal);
  if (!flags().Local(abi::kNoflsh)) {
    echoes_.clear();
    driver_.DropOutput();
    DropInput();
  }
  if (flags().Input(abi::kIxon)) Start(false);
  if (flags().Local(abi::kEcho)) EchoChar(c);
  ProcessEchoes();
}

void LineDiscipline::ReceiveSpecial(uint8_t c) {
  const TtyFlags f = flags();
  if (f.Input(abi::kIxon)) {
    if (f.Is(c, abi::kVstart)) return Start(false);
    if (f.Is(c, abi::kVstop)) return Stop(false);
  }
  if (f.Local(abi::kIsig)) {
    if (f.Is(c, abi::kVintr)) return ReceiveSignal(abi::kSigInt, c);
    if (f.Is(c, abi::kVquit)) return ReceiveSignal(abi::kSigQuit, c);
    if (f.Is(c, abi::kVsusp)) return ReceiveSignal(abi::kSigTstp, c);
  }
  RestartIfAny();
  if (c == '\r') {
    if (f.Input(abi::kIgncr)) return;
    if (f.Input(abi::kIcrnl)) c = '\n';
  } else if (c == '\n' && f.Input(abi::kInlcr)) {
    c = '\r';
  }
  if (canonical_ && ReceiveCanonical(c)) return;
  if (c == '\n' && f.Local(abi::kEcho)) {
    FinishErasing();
    EchoRaw('\n');
    ProcessEchoes();
  } else {
    EchoTyped(c);
  }
  PutMarked(c);
}

void LineDiscipline::EndLine(uint8_t c) {
  line_ends_.set(head_ % kSize);
  Put(c);
  canon_head_ = head_;
  driver_.InputReady();
}

void LineDiscipline::Reprint(uint8_t c) {
  FinishErasing();
  EchoChar(c);
  EchoRaw('\n');
  for (size_t at = canon_head_; at != head_; ++at) EchoChar(At(at));
  ProcessEchoes();
}

// The characters that edit and end lines.  False: it is none of them.
bool LineDiscipline::ReceiveCanonical(uint8_t c) {
  const TtyFlags f = flags();
  const bool echo = f.Local(abi::kEcho), extended = f.Local(abi::kIexten);
  if (f.Is(c, abi::kVerase) || f.Is(c, abi::kVkill) || (f.Is(c, abi::kVwerase) && extended)) {
    EraseBy(c);
    ProcessEchoes();
    return true;
  }
  if (f.Is(c, abi::kVlnext) && extended) {
    literal_next_ = true;
    if (!echo) return true;
    FinishErasing();
    if (f.Local(abi::kEchoctl)) {
      EchoRaw('^');
      EchoRaw('\b');
      ProcessEchoes();
    }
    return true;
  }
  if (f.Is(c, abi::kVreprint) && echo && extended) {
    Reprint(c);
    return true;
  }
  if (c == '\n') {
    if (f.Local(abi::kEcho | abi::kEchonl)) {
      EchoRaw('\n');
      ProcessEchoes();
    }
    EndLine(c);
    return true;
  }
  if (f.Is(c, abi::kVeof)) {
    EndLine(kDisabledChar);
    return true;
  }
  if (f.Is(c, abi::kVeol) || (f.Is(c, abi::kVeol2) && extended)) {
    EchoTyped(c);
    if (c == 0xff && f.Input(abi::kParmrk)) Put(c);
    EndLine(c);
    return true;
  }
  return false;
}

}  // namespace sentry
