// TcpEndpoint: accurate ECN (RFC 9768), without its option: each end counts the packets that came
// marked CE, and tells the lowest three bits of the count where RFC 3168 has its flags (ACE).
#include "netstack/tcp/tcp.h"

namespace netstack {
namespace {

constexpr uint8_t kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3;
constexpr uint16_t kAceFlags = kTcpAe | kTcpCwr | kTcpEce;

uint8_t AceOf(const TcpSegment& segment) {
  return static_cast<uint8_t>((segment.Has(kTcpAe) ? 4 : 0) | (segment.Has(kTcpCwr) ? 2 : 0) |
                              (segment.Has(kTcpEce) ? 1 : 0));
}

}  // namespace

uint16_t AccEcn::Flags(uint8_t ace) {
  uint16_t flags = 0;
  if ((ace & 4) != 0) flags |= kTcpAe;
  if ((ace & 2) != 0) flags |= kTcpCwr;
  if ((ace & 1) != 0) flags |= kTcpEce;
  return flags;
}

// How a SYN, or the answer to one, was marked when it came (section 3.1.1, table 3).
uint8_t AccEcn::AceForMark(uint8_t mark) {
  switch (mark & 3) {
    case kEct1:
      return 3;
    case kEct0:
      return 4;
    case kCe:
      return 6;
    default:
      return 2;
  }
}

bool AccEcn::AskedBy(const TcpSegment& syn) {
  return (syn.header.flags & kAceFlags) == kAceFlags;
}

// The answer to our SYN, which asked for it (section 3.1.1, table 2).
void TcpEndpoint::LearnAccEcn(const TcpSegment& answer) {
  const uint8_t ace = AceOf(answer);
  accecn_.on = ace == 2 || ace == 3 || ace == 4 || ace == 6;
  ecn_on_ = accecn_.on || ace == 1 || ace == 5;
  if (!accecn_.on) return;
  const auto mark = static_cast<uint8_t>(answer.ip->tos & 3);
  accecn_.handshake = true;
  accecn_.syn_mark = mark;
  if (mark == kCe) accecn_.received++;
}

// The first acknowledgement of our answer: how that was marked, if it bears nothing else (section
// 3.2.2.1, table 4).
void TcpEndpoint::ReadHandshakeAce(const TcpSegment& segment) {
  accecn_.handshake = false;
  if (segment.length != 0 || segment.options.sack_count != 0) {
    AckEffect effect;
    effect.forward_ack = true;
    ReadAce(segment, effect);
    return;
  }
  const uint8_t ace = AceOf(segment);
  if (ace == 0) accecn_.unmarked = true;  // Something on the way clears the bits.
  if (ace == 6) accecn_.echoed++;
}

// How many more of ours have come marked.
void TcpEndpoint::ReadAce(const TcpSegment& segment, AckEffect& effect) {
  // An old one, or one of which nothing can be told.
  if (!effect.forward_ack && !effect.sacked_new) return;
  const auto more = static_cast<uint8_t>((AceOf(segment) - accecn_.echoed) & 7);
  if (more == 0) return;
  accecn_.echoed = static_cast<uint8_t>(accecn_.echoed + more);
  delivered_ce_ += more;
  effect.ece = ecn_seen_ = true;
}

// A packet has come; whether it is to be acknowledged at once (section 3.2.2.5.1): the first that
// is marked after some that were not, and every second from then on.
bool TcpEndpoint::CountMark(const TcpSegment& segment) {
  const auto mark = static_cast<uint8_t>(segment.ip->tos & 3);
  if (mark != kNotEct) ecn_seen_ = true;
  const bool before = std::exchange(accecn_.last_marked, mark == kCe);
  if (mark != kCe) return false;
  accecn_.received++;
  accecn_.untold++;
  return !before || accecn_.untold >= 2;
}

// Of a segment that goes out.
uint16_t TcpEndpoint::AceFlags(bool pure_ack) {
  const bool handshake = std::exchange(accecn_.handshake, false);
  accecn_.untold = 0;
  if (handshake && pure_ack) return AccEcn::Flags(AccEcn::AceForMark(accecn_.syn_mark));
  return AccEcn::Flags(accecn_.received & 7);
}

}  // namespace netstack
