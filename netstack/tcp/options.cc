// TcpEndpoint: options of tcp(7) and socket(7).
#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

void TcpEndpoint::SetNoDelay(bool on) {
  Stack::Scope scope(stack_);
  nodelay_ = on;
  // Linux sends what Nagle held back, even under a cork.
  if (on) PushPending();
}

void TcpEndpoint::SetCork(bool on) {
  Stack::Scope scope(stack_);
  cork_ = on;
  if (!on) PushPending();
}

void TcpEndpoint::PushPending() {
  const Ref<TcpEndpoint> self(this);
  const bool cork = cork_;
  cork_ = false;
  Output();
  cork_ = cork;
  if (state_ != TcpState::kClose) ArmTimer();
}

void TcpEndpoint::SetQuickAck(bool on) {
  Stack::Scope scope(stack_);
  if (!on) {
    pingpong_ = true;
    return;
  }
  pingpong_ = false;
  EnterQuickAck(16);
  if (delayed_ack_at_ != 0) SendAck();
}

void TcpEndpoint::SetKeepalive(bool on) {
  Stack::Scope scope(stack_);
  options.keepalive = on;
  RestartKeepalive();
}

void TcpEndpoint::SetKeepIdle(int seconds) {
  Stack::Scope scope(stack_);
  keep_idle_ = seconds;
  if (!options.keepalive || keepalive_at_ == 0) return;
  const Time last = std::max(last_data_received_at_, last_ack_received_at_);
  keepalive_at_ = std::max(stack_.now(), last + keep_idle() * kSecond);
  ArmTimer();
}

void TcpEndpoint::SetKeepInterval(int seconds) {
  keep_interval_ = seconds;
}
void TcpEndpoint::SetKeepCount(int count) {
  keep_count_ = count;
}
void TcpEndpoint::SetSynCount(int count) {
  syn_count_ = count;
}
void TcpEndpoint::SetLinger2(int seconds) {
  linger2_ = seconds;
}
void TcpEndpoint::SetDeferAccept(int seconds) {
  defer_accept_ = seconds;
}
void TcpEndpoint::SetUserTimeout(uint32_t milliseconds) {
  user_timeout_ms_ = milliseconds;
}

Result<void> TcpEndpoint::SetMaxSegment(int bytes) {
  // Values outside of this range are refused, but for 0, which takes it back.
  if (bytes != 0 && (bytes < 88 || bytes > 32767)) return Errno(EINVAL);
  user_mss_ = bytes;
  return {};
}

Result<void> TcpEndpoint::SetWindowClamp(int bytes) {
  if (bytes == 0) {
    if (state_ != TcpState::kClose) return Errno(EINVAL);
    window_clamp_ = 0;
    return {};
  }
  window_clamp_ = std::max(bytes, 2304 / 2);  // SOCK_MIN_RCVBUF / 2
  return {};
}

void TcpEndpoint::SetNotSentLowWater(uint32_t bytes) {
  Stack::Scope scope(stack_);
  notsent_lowat_ = bytes;
  CheckWritable();
}

Result<void> TcpEndpoint::SetCongestion(std::string_view name) {
  if (name == congestion_->name()) return {};
  auto made = MakeCongestionControl(name);
  if (made == nullptr) return Errno(ENOENT);
  congestion_ = std::move(made);
  if (state_ != TcpState::kClose && state_ != TcpState::kListen && rtt_.known()) StartModel();
  return {};
}

void TcpEndpoint::SetFastOpen(int queue_length) {
  fastopen_queue_ = queue_length;
}
void TcpEndpoint::SetFastOpenConnect(bool on) {
  fastopen_connect_ = on;
}

void TcpEndpoint::SetReceiveLowWater(int bytes) {
  Stack::Scope scope(stack_);
  options.receive_low_water = bytes;
  NotifyReady(Readiness() & 0x41);  // POLLIN | POLLRDNORM
  // Linux makes the buffer large enough for the mark to be reached.
  const int want = std::min(2 * std::min(bytes, 0x3fffffff), stack_.sysctl().tcp_rmem[2]);
  if (!receive_buffer_locked_ && want > receive_buffer_) {
    receive_buffer_ = want;
    rcv_ssthresh_ = std::max(rcv_ssthresh_, static_cast<uint32_t>(want) / 2);
  }
}

void TcpEndpoint::SetSendBuffer(int32_t bytes) {
  Stack::Scope scope(stack_);
  send_buffer_ = bytes;
  send_buffer_locked_ = true;
  CheckWritable();
}

void TcpEndpoint::SetReceiveBuffer(int32_t bytes) {
  receive_buffer_ = bytes;
  receive_buffer_locked_ = true;
  rcv_ssthresh_ = std::max(rcv_ssthresh_, static_cast<uint32_t>(bytes) / 2);
}

bool TcpEndpoint::nodelay() const {
  return nodelay_;
}
bool TcpEndpoint::cork() const {
  return cork_;
}
bool TcpEndpoint::quickack() const {
  return !pingpong_;
}
int TcpEndpoint::keep_idle() const {
  return keep_idle_ != 0 ? keep_idle_ : stack_.sysctl().tcp_keepalive_time;
}
int TcpEndpoint::keep_interval() const {
  return keep_interval_ != 0 ? keep_interval_ : stack_.sysctl().tcp_keepalive_intvl;
}
int TcpEndpoint::keep_count() const {
  return keep_count_ != 0 ? keep_count_ : stack_.sysctl().tcp_keepalive_probes;
}
int TcpEndpoint::syn_count() const {
  return syn_count_ != 0 ? syn_count_ : stack_.sysctl().tcp_syn_retries;
}
int TcpEndpoint::linger2() const {
  if (linger2_ < 0) return -1;
  return linger2_ != 0 ? linger2_ : stack_.sysctl().tcp_fin_timeout;
}

// How many timeouts of the SYN-ACK those seconds are, as Linux converts them.
int TcpEndpoint::DeferRetries() const {
  if (defer_accept_ <= 0) return 0;
  int retries = 1;
  for (int period = 1, timeout = 1; defer_accept_ > period && retries < 255; retries++) {
    timeout = std::min(timeout * 2, 120);
    period += timeout;
  }
  return retries;
}

int TcpEndpoint::defer_accept() const {
  int seconds = 0;
  for (int i = 0, timeout = 1; i < DeferRetries(); i++, timeout = std::min(timeout * 2, 120)) {
    seconds += timeout;
  }
  return seconds;
}

uint32_t TcpEndpoint::user_timeout() const {
  return user_timeout_ms_;
}
int TcpEndpoint::max_segment() const {
  const bool fresh = state_ == TcpState::kClose || state_ == TcpState::kListen;
  if (user_mss_ != 0 && fresh) return user_mss_;
  return static_cast<int>(snd_mss_);
}
int TcpEndpoint::window_clamp() const {
  return window_clamp_;
}
uint32_t TcpEndpoint::not_sent_low_water() const {
  return notsent_lowat_;
}
std::string_view TcpEndpoint::congestion() const {
  return congestion_->name();
}
int TcpEndpoint::fastopen() const {
  return fastopen_queue_;
}
bool TcpEndpoint::fastopen_connect() const {
  return fastopen_connect_;
}

}  // namespace netstack
