// TcpEndpoint: binding, connecting, listening, accepting.
#include <poll.h>

#include <bit>

#include "netstack/stack/neighbour.h"
#include "netstack/tcp/tcp.h"
#include "netstack/wire/ipv4.h"

namespace netstack {

TcpEndpoint::TcpEndpoint(Tcp& tcp, int family, uint32_t uid)
    : Endpoint(tcp.stack(), family, kProtoTcp, uid),
      tcp_(tcp),
      congestion_(MakeCongestionControl(tcp.stack().sysctl().tcp_congestion_control)),
      timer_(tcp.stack().timers(), [this] { OnTimer(); }) {
  const Sysctl& sysctl = stack_.sysctl();
  send_buffer_ = sysctl.tcp_wmem[1];
  receive_buffer_ = sysctl.tcp_rmem[1];
  reordering_ = static_cast<uint32_t>(sysctl.tcp_reordering);
  local_.addr = IpAddress::AnyFor(IsV4());
  if (congestion_ == nullptr) congestion_ = MakeCongestionControl("reno");
}

TcpEndpoint::~TcpEndpoint() = default;

PortClaim TcpEndpoint::Claim() const {
  PortClaim claim;
  claim.addr = local_.addr;
  claim.v6only = ip6.v6only;
  claim.ifindex = options.bound_ifindex;
  claim.reuse_address = options.reuse_address;
  claim.reuse_port = options.reuse_port;
  claim.listening = state_ == TcpState::kListen;
  claim.uid = uid_;
  return claim;
}

Result<void> TcpEndpoint::Bind(const SocketAddr& local) {
  Stack::Scope scope(stack_);
  if (state_ != TcpState::kClose || local_.port != 0) return Errno(EINVAL);
  const bool v4 = local.addr.IsV4();
  if (!IsV4() && v4 && ip6.v6only) return Errno(EINVAL);
  if (!v4 && local.addr.NeedsScope()) {
    if (local.scope != 0) TRY(SetBoundInterface(local.scope));
    if (options.bound_ifindex == 0) return Errno(EINVAL);
  }
  const bool free = v4 ? ip4.freebind || ip4.transparent : ip6.freebind || ip6.transparent;
  if (!free && !stack_.CanBind(local.addr, options.bound_ifindex)) return Errno(EADDRNOTAVAIL);
  local_.addr = local.addr;
  local_.scope = local.scope;
  // IP_BIND_ADDRESS_NO_PORT: the port is chosen when the peer is known.
  if (local.port == 0 && ip4.bind_address_no_port) {
    bound_address_ = !local.addr.IsAny();
    return {};
  }
  if (Result<void> claimed = tcp_.ClaimPort(*this, local.port); !claimed.ok()) {
    local_.addr = IpAddress::AnyFor(IsV4());
    return claimed;
  }
  bound_address_ = !local.addr.IsAny();
  bound_port_ = true;
  return {};
}

Result<void> TcpEndpoint::Listen(int backlog) {
  Stack::Scope scope(stack_);
  // A negative backlog is a huge one, as Linux's comparison of unsigned numbers has it.
  const int limit = stack_.sysctl().somaxconn;
  const int bounded = backlog < 0 || backlog > limit ? limit : backlog;
  if (state_ == TcpState::kListen) {
    backlog_ = bounded;
    return {};
  }
  if (state_ != TcpState::kClose || progress_ != Progress::kIdle) return Errno(EINVAL);
  if (local_.port == 0) {
    TRY(tcp_.ClaimPort(*this, 0));
    bound_port_ = true;
  } else if (tcp_.Conflicts(*this, local_.port, true)) {
    return Errno(EADDRINUSE);
  }
  backlog_ = bounded;
  receive_shut_ = send_shut_ = false;
  SetState(TcpState::kListen);
  tcp_.AddListener(*this);
  return {};
}

Result<Ref<TcpEndpoint>> TcpEndpoint::Accept() {
  Stack::Scope scope(stack_);
  if (state_ != TcpState::kListen) return Errno(EINVAL);
  if (error_ != 0) return Errno(TakeError());
  if (accept_queue_.empty()) return Errno(EAGAIN);
  Ref<TcpEndpoint> child = std::move(accept_queue_.front());
  accept_queue_.pop_front();
  child->orphan_ = false;
  return child;
}

Result<void> TcpEndpoint::Connect(const SocketAddr& peer) {
  Stack::Scope scope(stack_);
  if (progress_ == Progress::kConnected) return Errno(EISCONN);
  if (progress_ == Progress::kConnecting) {
    if (state_ == TcpState::kSynSent || state_ == TcpState::kSynRecv) return Errno(EALREADY);
    if (state_ == TcpState::kClose || error_ != 0) {
      const int error = TakeError();
      TRY(Disconnect());  // It may be tried again.
      error_ = 0;
      return Errno(error != 0 ? error : ECONNABORTED);
    }
    progress_ = Progress::kConnected;
    return {};
  }
  if (state_ != TcpState::kClose) return Errno(EISCONN);
  if (fastopen_connect_) {
    if (CanOpenFast(peer.addr)) {
      // Not yet: the first data goes with the SYN.
      TRY(StartConnect(peer, false));
      progress_ = Progress::kConnecting;
      deferred_ = true;
      SetState(TcpState::kSynSent);
      NotifyReady(POLLOUT | POLLWRNORM);
      return {};
    }
    if ((stack_.sysctl().tcp_fastopen & 1) != 0) AskForCookie();
  }
  TRY(StartConnect(peer));
  progress_ = Progress::kConnecting;
  return Errno(EINPROGRESS);
}

Result<void> TcpEndpoint::StartConnect(const SocketAddr& peer, bool send) {
  SocketAddr to = peer;
  if (!IsV4() && ip6.v6only && to.addr.IsV4()) return Errno(ENETUNREACH);
  if (to.addr.IsAny()) {
    to.addr = to.addr.IsV4() ? IpAddress::LoopbackV4() : IpAddress::LoopbackV6();
    if (to.addr.IsV4() && !local_.addr.IsAny()) to.addr = local_.addr;
  }
  if (to.addr.IsMulticast()) return Errno(ENETUNREACH);
  if (to.addr.NeedsScope() && to.scope != 0) {
    if (options.bound_ifindex != 0 && options.bound_ifindex != to.scope) return Errno(EINVAL);
    options.bound_ifindex = to.scope;
  }
  const bool v4 = to.addr.IsV4();
  IpAddress source = local_.addr.IsAny() ? IpAddress::AnyFor(v4) : local_.addr;
  if (source.IsV4() != v4) return Errno(EINVAL);
  const RouteResult route = TRY(stack_.FindRoute(to.addr, source, options.bound_ifindex));
  if (route.type == RouteType::kBroadcast || route.type == RouteType::kMulticast) {
    return Errno(ENETUNREACH);
  }
  if (options.dont_route && route.gateway) return Errno(ENETUNREACH);
  const SocketAddr before = local_;
  local_.addr = route.source;
  if (local_.port == 0) {
    if (Result<void> chosen = tcp_.ChooseConnectPort(*this, to); !chosen.ok()) {
      local_ = before;
      return chosen;
    }
  } else if (!tcp_.TupleIsFree({{local_.addr, local_.port, 0}, {to.addr, to.port, 0}})) {
    local_ = before;
    return Errno(EADDRNOTAVAIL);
  }
  peer_ = {to.addr, to.port, to.addr.NeedsScope() ? route.out->index() : 0};
  SetupRoute(route);
  tcp_.AddConnection(*this);
  if (send) SendSyn();
  return {};
}

void TcpEndpoint::SetupRoute(const RouteResult& route) {
  route_ = route;
  const TcpTuple tuple = Tcp::TupleOf(*this);
  timestamp_offset_ = tcp_.TimestampOffset(tuple);
  const bool v4 = peer_.addr.IsV4();
  uint32_t own = std::min<uint32_t>(route.mtu, 65535u + (v4 ? 0 : 1)) - (v4 ? 40 : 60);
  if (user_mss_ != 0) own = std::min(own, static_cast<uint32_t>(user_mss_));
  advertised_mss_ = own;
  if (!v4 && ip6.auto_flowlabel && stack_.sysctl().ipv6_auto_flowlabels) {
    flow_label_ = static_cast<uint32_t>(Tcp::TupleHash{&stack_}(tuple)) & 0xfffff;
  }
}

uint8_t TcpEndpoint::WindowScale() const {
  // Room for what auto-tuning may reach (RFC 7323 section 2.3).
  const Sysctl& sysctl = stack_.sysctl();
  int64_t space =
      receive_buffer_locked_ ? receive_buffer_ / 2 : std::max(sysctl.tcp_rmem[2], sysctl.rmem_max);
  if (window_clamp_ != 0) space = std::min<int64_t>(space, window_clamp_);
  int scale = 0;
  while (scale < TcpOptions::kMaxWindowScale && (space >> scale) > 65535) scale++;
  return static_cast<uint8_t>(scale);
}

uint32_t TcpEndpoint::InitialWindow(uint32_t mss) const {
  uint32_t space = std::min(static_cast<uint32_t>(receive_buffer_) / 2, 65535u);
  if (window_clamp_ != 0) space = std::min(space, static_cast<uint32_t>(window_clamp_));
  if (space > mss) space = space / mss * mss;
  return space;
}

void TcpEndpoint::SendSyn() {
  const Sysctl& sysctl = stack_.sysctl();
  iss_ = tcp_.InitialSequence(Tcp::TupleOf(*this));
  snd_una_ = snd_nxt_ = snd_sml_ = iss_;
  queue_seq_ = iss_ + 1;
  rcv_nxt_ = rcv_wup_ = irs_ = 0;
  rcv_wnd_ = InitialWindow(advertised_mss_);
  rcv_ssthresh_ = rcv_wnd_;
  timestamps_on_ = sysctl.tcp_timestamps;
  sack_on_ = sysctl.tcp_sack;
  wscale_on_ = sysctl.tcp_window_scaling;
  ecn_on_ = sysctl.tcp_ecn == 1 || sysctl.tcp_ecn == 3 || sysctl.tcp_ecn == 4;
  accecn_ = {};
  accecn_.on = sysctl.tcp_ecn == 3;
  rcv_wscale_ = wscale_on_ ? WindowScale() : 0;
  retransmits_ = backoff_ = 0;
  stack_.stats().tcp.active_opens++;
  SetState(TcpState::kSynSent);
  asked_fast_open_ = syn_fast_open_ != SynFastOpen::kNone;
  constexpr uint8_t kNoCookie = 1;
  fast_open_fail_ = syn_fast_open_ == SynFastOpen::kAsk ? kNoCookie : 0;
  syn_had_data_ = !send_queue_.empty();
  TransmitRange(iss_, WriteSeq(), false);
  // The data is another matter than the SYN when it comes to losses.
  if (syn_had_data_) SplitAt(iss_ + 1);
  syn_fast_open_ = SynFastOpen::kNone;
  ArmRetransmit();
  ArmTimer();
}

void TcpEndpoint::InitFromRequest(const TcpRequest& request, const TcpEndpoint& listener) {
  options = listener.options;
  ip4 = listener.ip4;
  ip6 = listener.ip6;
  send_buffer_ = listener.send_buffer_;
  receive_buffer_ = listener.receive_buffer_;
  send_buffer_locked_ = listener.send_buffer_locked_;
  receive_buffer_locked_ = listener.receive_buffer_locked_;
  nodelay_ = listener.nodelay_;
  cork_ = listener.cork_;
  keep_idle_ = listener.keep_idle_;
  keep_interval_ = listener.keep_interval_;
  keep_count_ = listener.keep_count_;
  syn_count_ = listener.syn_count_;
  linger2_ = listener.linger2_;
  user_mss_ = listener.user_mss_;
  window_clamp_ = listener.window_clamp_;
  user_timeout_ms_ = listener.user_timeout_ms_;
  notsent_lowat_ = listener.notsent_lowat_;
  congestion_ = MakeCongestionControl(listener.congestion_->name());
  local_ = request.tuple.local;
  peer_ = request.tuple.peer;
  if (peer_.addr.NeedsScope()) peer_.scope = request.ifindex;
  SetupRoute(request.route);
  timestamp_offset_ = request.ts_offset;
  advertised_mss_ = request.advertised_mss;
  peer_mss_ = request.mss;
  timestamps_on_ = request.timestamps_on;
  sack_on_ = request.sack_on;
  ecn_on_ = request.ecn_on;
  accecn_.on = accecn_.handshake = request.accecn;
  wscale_on_ = request.wscale_on;
  snd_wscale_ = request.snd_wscale;
  rcv_wscale_ = request.wscale_on ? request.rcv_wscale : 0;
  ts_recent_ = request.ts_recent;
  ts_recent_at_ = stack_.now();
  iss_ = request.iss;
  snd_una_ = iss_;
  snd_nxt_ = snd_sml_ = iss_ + 1;
  queue_seq_ = iss_ + 1;
  irs_ = request.irs;
  rcv_nxt_ = rcv_wup_ = irs_ + 1;
  rcv_wnd_ = request.window;
  rcv_ssthresh_ = rcv_wnd_;
  sent_.push_back({iss_, iss_ + 1, request.sent_at});
  progress_ = Progress::kConnected;
  orphan_ = false;
  state_ = TcpState::kSynRecv;
}

void TcpEndpoint::LearnSynOptions(const TcpOptions& options, bool we_asked) {
  const Sysctl& sysctl = stack_.sysctl();
  const bool v4 = peer_.addr.IsV4();
  peer_mss_ = std::max<uint32_t>(options.mss.value_or(v4 ? 536 : 1220),
                                 static_cast<uint32_t>(sysctl.tcp_min_snd_mss));
  wscale_on_ =
      options.window_scale.has_value() && (we_asked ? wscale_on_ : sysctl.tcp_window_scaling);
  snd_wscale_ =
      wscale_on_
          ? static_cast<uint8_t>(std::min<int>(*options.window_scale, TcpOptions::kMaxWindowScale))
          : 0;
  if (!wscale_on_) rcv_wscale_ = 0;
  timestamps_on_ = timestamps_on_ && options.has_timestamps;
  if (timestamps_on_) {
    ts_recent_ = options.timestamp;
    ts_recent_at_ = stack_.now();
  }
  sack_on_ = sack_on_ && options.sack_permitted;
}

void TcpEndpoint::InitBuffers() {
  UpdateMss();
  // What a small segment of the peer may be, until larger ones come: tcp_initialize_rcv_mss().
  rcv_mss_ = std::max(std::min({snd_mss_, advertised_mss_, rcv_wnd_ / 2, 536u}), 88u);
  rcvq_space_ = std::min<uint32_t>(rcv_wnd_, 10 * advertised_mss_);
  rcvq_at_ = stack_.now();
  max_window_ = std::max(max_window_, snd_wnd_);
  // RFC 6928; after a lost SYN RFC 5681 section 3.1 wants one segment.
  window_.cwnd = total_retransmits_ > 0 && state_ == TcpState::kSynSent ? 1 : 10;
  quick_acks_ = 16;
  delivered_at_ = first_sent_at_ = stack_.now();
  StartModel();
  ExpandSendBuffer();
}

void TcpEndpoint::BecomeEstablished() {
  SetState(TcpState::kEstablished);
  stack_.stats().tcp.curr_estab++;
  retransmits_ = backoff_ = 0;
  retransmit_at_ = 0;
  opened_early_ = false;
  InitBuffers();
  last_data_received_at_ = stack_.now();
  RestartKeepalive();
  NotifyReady(POLLOUT | POLLWRNORM);
}

void TcpEndpoint::SetState(TcpState state) {
  const bool was = state_ == TcpState::kEstablished || state_ == TcpState::kCloseWait;
  const bool is = state == TcpState::kEstablished || state == TcpState::kCloseWait;
  if (was && !is) stack_.stats().tcp.curr_estab--;
  state_ = state;
}

Result<void> TcpEndpoint::Disconnect() {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  int error = 0;
  if (state_ == TcpState::kListen) {
    StopListening();
  } else if (state_ != TcpState::kClose) {
    error = ECONNRESET;  // tcp_disconnect() of Linux: somebody may wait for it.
    if (state_ != TcpState::kSynSent) SendReset();
    Finish(0);
  }
  error_ = error;
  receive_queue_.Clear();
  receive_shut_ = send_shut_ = false;
  fin_received_ = fin_queued_ = false;
  progress_ = Progress::kIdle;
  peer_ = {};
  if (!bound_address_) local_.addr = IpAddress::AnyFor(IsV4());
  if (!bound_port_) {
    tcp_.ReleasePort(*this, local_.port);
    local_.port = 0;
  }
  rtt_ = {};
  window_ = {};
  congestion_ = MakeCongestionControl(congestion_->name());
  deferred_ = opened_early_ = syn_data_acked_ = false;
  app_limited_ = 1;
  delivered_ = rate_bytes_ = 0;
  rate_interval_ = 0;
  waited_ = {};
  urgent_ = Urgent::kNone;
  NotifyReady(POLLOUT | POLLWRNORM | POLLHUP | (error != 0 ? POLLERR : 0));
  return {};
}

}  // namespace netstack
