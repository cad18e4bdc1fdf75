// TCP seen from the middle: the states of a connection by the segments that pass.
#include "netstack/filter/conntrack.h"
#include "netstack/wire/tcp.h"

namespace netstack {
namespace {

using enum TcpFlow;

constexpr TcpStep kInvalid{false, false, kNone};
constexpr TcpStep kPassedBy{true, true, kNone};

bool AtLeast(TcpFlow state, TcpFlow least) {
  return static_cast<uint8_t>(state) >= static_cast<uint8_t>(least) && state != kSynSent2;
}

// A SYN begins anew where the connection is over; elsewhere it may be a copy from before.
TcpStep OnSyn(TcpFlow state, bool original) {
  if (state == kSynSent2) return {.next = kSynSent2};
  if (original) {
    if (state == kNone || state == kSynSent || AtLeast(state, kTimeWait)) return {.next = kSynSent};
    return kPassedBy;
  }
  if (state == kSynSent) return {.next = kSynSent2};  // Both at once.
  if (state == kTimeWait) return {.next = kSynSent};  // From the other side this time.
  return kInvalid;
}

TcpStep OnSynAck(TcpFlow state, bool original) {
  if (state == kSynSent2) return {.next = kSynReceived};
  if (original) return state == kSynReceived ? TcpStep{.next = kSynReceived} : kInvalid;
  if (state == kNone) return kInvalid;
  return state == kSynSent ? TcpStep{.next = kSynReceived} : kPassedBy;
}

TcpStep OnFin(TcpFlow state) {
  switch (state) {
    case kNone:
    case kSynSent:
    case kSynSent2:
      return kInvalid;
    case kSynReceived:
    case kEstablished:
      return {.next = kFinWait};
    case kFinWait:
    case kCloseWait:
    case kLastAck:
      return {.next = kLastAck};
    default:
      return {.next = state};
  }
}

TcpStep OnAck(TcpFlow state, bool original) {
  switch (state) {
    case kNone:  // Picked up in its midst (nf_conntrack_tcp_loose).
      return original ? TcpStep{.next = kEstablished} : kInvalid;
    case kSynSent:
    case kSynSent2:
      return original ? kInvalid : kPassedBy;
    case kSynReceived:
      return {.next = original ? kEstablished : kSynReceived};
    case kFinWait:
      return {.next = kCloseWait};
    case kLastAck:
      return {.next = kTimeWait};
    default:
      return {.next = state};
  }
}

}  // namespace

TcpStep StepTcp(TcpFlow state, FlowDirection direction, uint16_t flags) {
  const bool original = direction == FlowDirection::kOriginal;
  const bool syn = (flags & kTcpSyn) != 0, ack = (flags & kTcpAck) != 0;
  if ((flags & kTcpRst) != 0) {
    if (syn || (flags & kTcpFin) != 0) return kInvalid;
    return state == kNone ? kInvalid : TcpStep{.next = kClose};
  }
  if (syn) {
    if ((flags & kTcpFin) != 0) return kInvalid;
    return ack ? OnSynAck(state, original) : OnSyn(state, original);
  }
  if ((flags & kTcpFin) != 0) return ack ? OnFin(state) : kInvalid;
  return ack ? OnAck(state, original) : kInvalid;
}

int SecondsOf(TcpFlow state, const Sysctl& sysctl) {
  switch (state) {
    case kSynSent:
    case kSynSent2:
      return sysctl.nf_conntrack_tcp_timeout_syn_sent;
    case kSynReceived:
      return sysctl.nf_conntrack_tcp_timeout_syn_recv;
    case kEstablished:
      return sysctl.nf_conntrack_tcp_timeout_established;
    case kFinWait:
      return sysctl.nf_conntrack_tcp_timeout_fin_wait;
    case kCloseWait:
      return sysctl.nf_conntrack_tcp_timeout_close_wait;
    case kLastAck:
      return sysctl.nf_conntrack_tcp_timeout_last_ack;
    case kTimeWait:
      return sysctl.nf_conntrack_tcp_timeout_time_wait;
    case kNone:
    case kClose:
      break;
  }
  return sysctl.nf_conntrack_tcp_timeout_close;
}

}  // namespace netstack
