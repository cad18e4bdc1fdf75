// Tcp: what is remembered of connections that are over (RFC 9293 section 3.10.7.4, RFC 6191).
#include "netstack/tcp/tcp.h"

namespace netstack {

void Tcp::AddTimeWait(std::unique_ptr<TcpTimeWait> tw) {
  const TcpTuple tuple = tw->tuple;
  // Linux gives up the memory rather than refuse the close (tcp_max_tw_buckets).
  if (time_waits_.size() >= static_cast<size_t>(stack_.sysctl().tcp_max_tw_buckets)) return;
  tw->expires = stack_.now() + kTimeWait;
  HoldPort(*tw, tuple.local.port);
  time_wait_queue_.push_back({tw->expires, tuple});
  time_waits_[tuple] = std::move(tw);
  time_wait_timer_.ArmBy(time_wait_queue_.front().first);
}

void Tcp::RemoveTimeWait(const TcpTuple& tuple) {
  auto found = time_waits_.find(tuple);
  if (found == time_waits_.end()) return;
  ReleasePort(*found->second, tuple.local.port);
  time_waits_.erase(found);
}

void Tcp::OnTimeWaitTimer() {
  const Time now = stack_.now();
  while (!time_wait_queue_.empty() && time_wait_queue_.front().first <= now) {
    const TcpTuple tuple = time_wait_queue_.front().second;
    time_wait_queue_.pop_front();
    auto found = time_waits_.find(tuple);
    if (found == time_waits_.end()) continue;
    if (found->second->expires > now) {
      // A late segment has started its time anew.
      time_wait_queue_.push_back({found->second->expires, tuple});
      continue;
    }
    stack_.stats().tcp.time_wait++;
    RemoveTimeWait(tuple);
  }
  if (!time_wait_queue_.empty()) time_wait_timer_.Arm(time_wait_queue_.front().first);
}

bool Tcp::ReceiveForTimeWait(TcpTimeWait& tw, TcpSegment& segment) {
  const TcpOptions& options = segment.options;
  const bool newer =
      tw.timestamps_on && options.has_timestamps && SeqAfter(options.timestamp, tw.ts_recent);
  const bool old =
      tw.timestamps_on && options.has_timestamps && SeqBefore(options.timestamp, tw.ts_recent);
  if (segment.Has(kTcpRst)) {
    // RFC 1337: a reset must not cut the wait short, where it is asked for.
    if (!stack_.sysctl().tcp_rfc1337 && segment.seq == tw.rcv_nxt && !old) RemoveTimeWait(tw.tuple);
    return false;
  }
  const bool syn = segment.Has(kTcpSyn) && !segment.Has(kTcpAck) && !segment.Has(kTcpFin);
  if (syn && !old && (SeqAfter(segment.seq, tw.rcv_nxt) || newer)) {
    stack_.stats().tcp.time_wait_recycled++;
    RemoveTimeWait(tw.tuple);
    return true;
  }
  if (!old) tw.expires = stack_.now() + kTimeWait;
  if (!segment.Has(kTcpSyn) && segment.length == 0 && !segment.Has(kTcpFin) &&
      segment.seq == tw.rcv_nxt) {
    return false;  // A plain ACK wants no answer.
  }
  Reply reply;
  reply.tuple = tw.tuple;
  reply.seq = tw.snd_nxt;
  reply.ack = tw.rcv_nxt;
  reply.flags = kTcpAck;
  reply.window = static_cast<uint16_t>(std::min(tw.rcv_wnd >> tw.rcv_wscale, 65535u));
  reply.tos = tw.tos;
  reply.ifindex = segment.ip->in->index();
  if (tw.timestamps_on) {
    reply.options.has_timestamps = true;
    reply.options.timestamp = static_cast<uint32_t>(stack_.now() / kMillisecond) + tw.ts_offset;
    reply.options.timestamp_echo = tw.ts_recent;
  }
  Send(reply);
  return false;
}

}  // namespace netstack
