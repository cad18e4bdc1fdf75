// Tcp: connections that others open: SYNs, requests, SYN cookies.
#include <poll.h>

#include "netstack/tcp/tcp.h"

namespace netstack {
namespace {

// What a cookie can remember of the peer's MSS (RFC 4987 section 3.6).
constexpr uint16_t kCookieMss[] = {536, 1220, 1440, 1460, 4312, 8960, 32768, 65495};
constexpr uint32_t kCookieLife = 2;  // minutes

}  // namespace

// RFC 6528: a hash of the connection's ends, and a clock of 64 ns.
uint32_t Tcp::InitialSequence(const TcpTuple& tuple) const {
  return static_cast<uint32_t>(TupleHash{&stack_}(tuple)) +
         static_cast<uint32_t>(stack_.now() >> 6);
}

uint32_t Tcp::TimestampOffset(const TcpTuple& tuple) const {
  // The same for all ports, so that TIME_WAIT can compare timestamps.
  TcpTuple hosts = tuple;
  hosts.local.port = hosts.peer.port = 0;
  return static_cast<uint32_t>(TupleHash{&stack_}(hosts) >> 32);
}

bool Tcp::PrepareRequest(TcpRequest& request, TcpEndpoint& listener, const TcpSegment& segment,
                         const TcpTuple& tuple) {
  const Sysctl& sysctl = stack_.sysctl();
  const TcpOptions& options = segment.options;
  Result<RouteResult> route =
      stack_.FindRoute(tuple.peer.addr, tuple.local.addr,
                       tuple.peer.addr.NeedsScope() ? segment.ip->in->index() : 0);
  if (!route.ok()) return false;
  request.tuple = tuple;
  request.listener = Ref<TcpEndpoint>(&listener);
  request.route = *route;
  request.ifindex = segment.ip->in->index();
  request.irs = segment.seq;
  request.iss = InitialSequence(tuple);
  request.ts_offset = TimestampOffset(tuple);
  const bool v4 = tuple.peer.addr.IsV4();
  request.mss = options.mss.value_or(v4 ? 536 : 1220);
  if (request.mss < sysctl.tcp_min_snd_mss)
    request.mss = static_cast<uint16_t>(sysctl.tcp_min_snd_mss);
  uint32_t own = std::min<uint32_t>(route->mtu, 65535u + (v4 ? 0 : 1)) - (v4 ? 40 : 60);
  if (listener.user_mss_ != 0) own = std::min(own, static_cast<uint32_t>(listener.user_mss_));
  request.advertised_mss = static_cast<uint16_t>(own);
  request.wscale_on = sysctl.tcp_window_scaling && options.window_scale.has_value();
  if (request.wscale_on) {
    request.snd_wscale =
        static_cast<uint8_t>(std::min<int>(*options.window_scale, TcpOptions::kMaxWindowScale));
    request.rcv_wscale = listener.WindowScale();
  }
  request.timestamps_on = sysctl.tcp_timestamps && options.has_timestamps;
  request.ts_recent = options.timestamp;
  request.sack_on = sysctl.tcp_sack && options.sack_permitted;
  request.ecn_on = sysctl.tcp_ecn != 0 && segment.Has(kTcpEce) && segment.Has(kTcpCwr);
  request.accecn = sysctl.tcp_ecn >= 3 && AccEcn::AskedBy(segment);
  request.syn_mark = static_cast<uint8_t>(segment.ip->tos & 3);
  request.window = listener.InitialWindow(own);
  request.tos = segment.ip->source.IsV4()
                    ? listener.ip4.tos
                    : static_cast<uint8_t>(std::max(0, listener.ip6.traffic_class));
  return true;
}

void Tcp::ReceiveSyn(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple) {
  TcpStats& stats = stack_.stats().tcp;
  if (segment.Has(kTcpRst)) return;
  if (segment.Has(kTcpAck)) {
    if (segment.Has(kTcpSyn) || !ReceiveCookie(listener, segment, tuple))
      SendResetFor(segment, tuple);
    return;
  }
  if (!segment.Has(kTcpSyn) || segment.Has(kTcpFin)) return;
  if (listener.accept_queue_.size() > static_cast<size_t>(listener.backlog_)) {
    stats.listen_overflows++;
    stats.listen_drops++;
    return;
  }
  const Sysctl& sysctl = stack_.sysctl();
  const bool full = listener.requests_ >= static_cast<uint32_t>(std::max(listener.backlog_, 1));
  if (sysctl.tcp_syncookies == 2 || (full && sysctl.tcp_syncookies == 1)) {
    stats.req_q_full_cookies++;
    SendCookie(listener, segment, tuple);
    return;
  }
  if (full) {
    stats.req_q_full_drop++;
    stats.listen_drops++;
    return;
  }
  auto request =
      std::make_unique<TcpRequest>(stack_.timers(), [this, tuple] { OnRequestTimer(tuple); });
  if (!PrepareRequest(*request, listener, segment, tuple)) return;
  if (OpenEarly(listener, segment, *request)) return;
  listener.requests_++;
  request->sent_at = stack_.now();
  request->timer.Arm(stack_.now() + kInitialRto);
  TcpRequest& kept = *request;
  requests_[tuple] = std::move(request);
  SendSynAck(kept);
}

void Tcp::SendSynAck(TcpRequest& request) {
  Reply reply;
  reply.tuple = request.tuple;
  reply.seq = request.iss;
  reply.ack = request.irs + 1;
  reply.flags = kTcpSyn | kTcpAck;
  if (request.accecn) {
    reply.flags |= AccEcn::Flags(AccEcn::AceForMark(request.syn_mark));
  } else if (request.ecn_on) {
    reply.flags |= kTcpEce;
  }
  reply.window = static_cast<uint16_t>(std::min(request.window, 65535u));
  reply.tos = request.tos;
  reply.ifindex = request.ifindex;
  reply.options.mss = request.advertised_mss;
  if (request.wscale_on) reply.options.window_scale = request.rcv_wscale;
  reply.options.sack_permitted = request.sack_on;
  if (request.timestamps_on) {
    reply.options.has_timestamps = true;
    reply.options.timestamp =
        static_cast<uint32_t>(stack_.now() / kMillisecond) + request.ts_offset;
    reply.options.timestamp_echo = request.ts_recent;
  }
  FastOpenCookie cookie;
  if (request.give_cookie) {
    cookie = CookieFor(request.tuple);
    reply.options.fastopen = true;
    reply.options.fastopen_cookie = cookie;
  }
  Send(reply);
}

void Tcp::OnRequestTimer(const TcpTuple& tuple) {
  auto found = requests_.find(tuple);
  if (found == requests_.end()) return;
  TcpRequest& request = *found->second;
  const TcpEndpoint& listener = *request.listener;
  int retries = listener.syn_count_ != 0 ? listener.syn_count_ : stack_.sysctl().tcp_synack_retries;
  // TCP_DEFER_ACCEPT waits for data silently, then lets the peer ask once more.
  const bool deferring = request.acked && listener.defer_accept_ != 0;
  if (deferring) retries = std::max(retries, listener.DeferRetries());
  if (request.timeouts >= retries) {
    stack_.stats().tcp.listen_drops++;
    DropRequest(tuple);
    return;
  }
  request.timeouts++;
  if (!deferring || request.timeouts >= listener.DeferRetries()) {
    request.retransmits++;
    stack_.stats().tcp.retrans_segs++;
    SendSynAck(request);
  }
  request.timer.Arm(stack_.now() + std::min(kInitialRto << request.timeouts, kMaxRto));
}

void Tcp::DropRequest(const TcpTuple& tuple) {
  auto found = requests_.find(tuple);
  if (found == requests_.end()) return;
  const std::unique_ptr<TcpRequest> request = std::move(found->second);
  requests_.erase(found);
  request->listener->requests_--;
}

void Tcp::DropRequestsOf(const TcpEndpoint& listener) {
  std::erase_if(requests_, [&](auto& item) { return item.second->listener.get() == &listener; });
}

void Tcp::ReceiveForRequest(TcpRequest& request, TcpSegment& segment) {
  const TcpTuple tuple = request.tuple;
  const TcpOptions& options = segment.options;
  if (segment.Has(kTcpSyn) && !segment.Has(kTcpAck) && !segment.Has(kTcpRst) &&
      segment.seq == request.irs) {
    // The SYN again: our answer was lost, or is under way.
    request.retransmits++;
    SendSynAck(request);
    return;
  }
  const bool old = request.timestamps_on && options.has_timestamps &&
                   SeqBefore(options.timestamp, request.ts_recent);
  const uint32_t first = request.irs + 1;
  const bool in_window =
      SeqAtOrAfter(segment.seq, first) && SeqAtOrBefore(segment.end(), first + request.window);
  if (!in_window || old) {
    if (segment.Has(kTcpRst)) return;
    Reply reply;
    reply.tuple = tuple;
    reply.seq = request.iss + 1;
    reply.ack = first;
    reply.flags = kTcpAck;
    reply.window = static_cast<uint16_t>(std::min(request.window, 65535u));
    reply.ifindex = request.ifindex;
    Send(reply);
    return;
  }
  if (segment.Has(kTcpRst) || segment.Has(kTcpSyn)) {
    if (segment.Has(kTcpRst) && segment.seq != first) return;  // RFC 5961 section 3.2
    if (segment.Has(kTcpSyn)) SendResetFor(segment, tuple);
    stack_.stats().tcp.attempt_fails++;
    stack_.stats().tcp.embryonic_rsts++;
    DropRequest(tuple);
    return;
  }
  if (!segment.Has(kTcpAck)) return;
  if (segment.header.ack != request.iss + 1) {
    SendResetFor(segment, tuple);
    return;
  }
  TcpEndpoint& listener = *request.listener;
  const bool empty = segment.length == 0 && !segment.Has(kTcpFin);
  if (listener.defer_accept_ != 0 && empty && request.timeouts < listener.DeferRetries()) {
    request.acked = true;
    return;
  }
  if (listener.accept_queue_.size() > static_cast<size_t>(listener.backlog_)) {
    stack_.stats().tcp.listen_overflows++;
    if (stack_.sysctl().tcp_abort_on_overflow) {
      SendResetFor(segment, tuple);
      DropRequest(tuple);
      return;
    }
    request.acked = true;
    return;
  }
  Establish(request, segment);
}

bool Tcp::Establish(TcpRequest& request, TcpSegment& segment) {
  const Ref<TcpEndpoint> listener = request.listener;
  const Ref<TcpEndpoint> child = CreateEndpoint(listener->family(), listener->uid());
  child->InitFromRequest(request, *listener);
  if (request.timeouts == 0 && request.retransmits == 0 && request.sent_at != 0) {
    child->rtt_.Sample(stack_.now() - request.sent_at, stack_.now());
  }
  HoldPort(*child, request.tuple.local.port);
  const TcpTuple tuple = request.tuple;
  DropRequest(tuple);
  AddConnection(*child);
  child->Input(segment);
  if (child->state() == TcpState::kSynRecv) {  // The segment did not do, after all.
    child->Finish(0);
    return false;
  }
  listener->accept_queue_.push_back(child);
  listener->NotifyReady(POLLIN | POLLRDNORM);
  return true;
}

uint32_t Tcp::Cookie(const TcpTuple& tuple, uint32_t irs, uint32_t minute) const {
  struct {
    uint64_t tuple;
    uint32_t irs, minute;
  } key{TupleHash{&stack_}(tuple), irs, minute};
  return static_cast<uint32_t>(stack_.Hash(std::as_bytes(std::span(&key, 1)))) & 0x00ffffff;
}

// 24 bits of hash, 3 of MSS, 5 of time; what else was agreed on rides in our timestamp.
void Tcp::SendCookie(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple) {
  TcpRequest request(stack_.timers(), [] {});
  if (!PrepareRequest(request, listener, segment, tuple)) return;
  uint32_t index = 0;
  while (index + 1 < std::size(kCookieMss) && kCookieMss[index + 1] <= request.mss) index++;
  const auto minute = static_cast<uint32_t>(stack_.now() / (60 * kSecond));
  request.iss = (Cookie(tuple, segment.seq, minute) | index << 24 | (minute & 31) << 27);
  request.ecn_on = request.accecn = false;
  if (!request.timestamps_on) {
    request.wscale_on = request.sack_on = false;
  } else {
    // The lowest six bits: window scale (15: none), SACK.
    const uint32_t bits =
        (request.wscale_on ? request.snd_wscale : 15u) | (request.sack_on ? 16u : 0u);
    const auto now = static_cast<uint32_t>(stack_.now() / kMillisecond) + request.ts_offset;
    request.ts_offset += ((now & ~63u) | bits) - now;
  }
  stack_.stats().tcp.syncookies_sent++;
  SendSynAck(request);
}

bool Tcp::ReceiveCookie(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple) {
  if (stack_.sysctl().tcp_syncookies == 0) return false;
  TcpStats& stats = stack_.stats().tcp;
  const uint32_t cookie = segment.header.ack - 1, irs = segment.seq - 1;
  const auto minute = static_cast<uint32_t>(stack_.now() / (60 * kSecond));
  const uint32_t age = (minute - (cookie >> 27)) & 31;
  if (age > kCookieLife || Cookie(tuple, irs, minute - age) != (cookie & 0x00ffffff)) {
    stats.syncookies_failed++;
    return false;
  }
  if (listener.accept_queue_.size() > static_cast<size_t>(listener.backlog_)) {
    stats.listen_overflows++;
    return true;
  }
  TcpSegment syn;
  syn.seq = irs;
  syn.ip = segment.ip;
  syn.options.mss = kCookieMss[(cookie >> 24) & 7];
  if (segment.options.has_timestamps) {
    const uint32_t bits = segment.options.timestamp_echo & 63;
    syn.options.has_timestamps = true;
    syn.options.timestamp = segment.options.timestamp;
    if ((bits & 15) != 15) syn.options.window_scale = static_cast<uint8_t>(bits & 15);
    syn.options.sack_permitted = (bits & 16) != 0;
  }
  auto request = std::make_unique<TcpRequest>(stack_.timers(), [] {});
  if (!PrepareRequest(*request, listener, syn, tuple)) return false;
  request->iss = cookie;
  stats.syncookies_recv++;
  listener.requests_++;
  TcpRequest& kept = *request;
  requests_[tuple] = std::move(request);
  Establish(kept, segment);
  return true;
}

}  // namespace netstack
