// TcpEndpoint: a socket of tcp(7).  Created by Tcp::CreateEndpoint(), or by Accept().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "netstack/endpoint/endpoint.h"
#include "netstack/packet/fifo.h"
#include "netstack/stack/ports.h"
#include "netstack/tcp/congestion.h"
#include "netstack/tcp/segment.h"
#include "netstack/tcp/tcp_info.h"

namespace netstack {

class Tcp;
struct TcpRequest;

// Holds a port: a bound or connected endpoint, or the memory of one (TIME_WAIT).
class TcpPortHolder : public base::ListNode<TcpPortHolder> {
 public:
  virtual PortClaim Claim() const = 0;
  // Whether bind(2) asked for the port, so that connect(2) elsewhere must not share it.
  virtual bool OwnsPort() const = 0;

 protected:
  ~TcpPortHolder() = default;
};

struct TcpSend {
  bool oob = false;   // MSG_OOB: the last byte is urgent.
  bool more = false;  // MSG_MORE: a partial segment may wait.
  bool eor = false;   // MSG_EOR
};

struct TcpReceive {
  bool peek = false;
  size_t peek_offset = 0;  // SO_PEEK_OFF
  bool discard = false;    // MSG_TRUNC: `to` only says how much; nothing is copied.
};

class TcpEndpoint final : public Endpoint, public TcpPortHolder {
 public:
  TcpEndpoint(Tcp& tcp, int family, uint32_t uid);
  ~TcpEndpoint() override;

  // EINVAL: bound already, or not closed; EADDRINUSE; EADDRNOTAVAIL; ENODEV.
  Result<void> Bind(const SocketAddr& local);
  // As a series of connect(2) on a non-blocking socket: EINPROGRESS when it has started, EALREADY
  // while it goes on, success once when it is there, EISCONN from then on; the error that ended it
  // (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH...), after which it may be tried again.  A caller that
  // waits does so for POLLOUT | POLLERR | POLLHUP and asks again.  EADDRNOTAVAIL: no port is free.
  Result<void> Connect(const SocketAddr& peer);
  // sendto(2) with MSG_FASTOPEN where CanOpenFast() says so: as much of the data as the SYN takes
  // goes with it.  Errors as Connect() and Send(), but for EINPROGRESS.
  Result<size_t> ConnectAndSend(const SocketAddr& peer, ByteSource& data);
  bool CanOpenFast(const IpAddress& peer) const;
  // The next Connect() asks for a cookie.
  void AskForCookie() { syn_fast_open_ = SynFastOpen::kAsk; }
  // connect(2) with AF_UNSPEC: resets a connection, ends listening; the local address stays if it
  // was bound to.
  Result<void> Disconnect();
  // EADDRINUSE, EINVAL.  Again: changes the backlog, which is cut to somaxconn.
  Result<void> Listen(int backlog);
  // EAGAIN: none is there yet; EINVAL: not listening; the pending error.  The new endpoint has the
  // options of the listener, as Linux inherits them, and no observer.
  Result<Ref<TcpEndpoint>> Accept();

  // What fits into the send buffer; EAGAIN when nothing does.  ENOTCONN (and EPIPE as Linux
  // distinguishes them: never connected is EPIPE, SYN_SENT waits: EAGAIN), EPIPE after shutdown
  // (SIGPIPE is the socket layer's), the pending error, EFAULT.
  Result<size_t> Send(ByteSource& data, const TcpSend& how);
  // By reference (splice(2), sendfile(2)): bytes taken of the view.
  Result<size_t> SendView(const View& view, const TcpSend& how);
  // Up to the urgent mark.  0: end of file.  EAGAIN, ENOTCONN, the pending error.
  Result<size_t> Receive(ByteSink& to, const TcpReceive& how);
  // MSG_OOB.  EINVAL: none, already taken, or SO_OOBINLINE; EAGAIN: announced, not here yet.
  Result<size_t> ReceiveUrgent(ByteSink& to, bool peek);
  // Takes at most `max` bytes by reference, for splice(2).  Errors as Receive().
  Result<std::vector<View>> ReceiveViews(size_t max);
  // ENOTCONN.  A listener whose receive side is shut stops listening.
  Result<void> Shutdown(bool receive, bool send);
  // close(2): sends what is queued, then FIN; resets if unread data is dropped or SO_LINGER says
  // so. The connection lives on in the stack.  A caller that waits for SO_LINGER keeps its
  // observer, and waits until Lingering() is false (told by POLLHUP); then, or when it does not
  // wait, it calls SetObserver(nullptr) and drops its Ref.
  void Close() override;
  bool Lingering() const;
  // Resets the connection at once.
  void Abort();

  TcpState state() const { return state_; }
  // As they are, whatever the state: for listings.
  const SocketAddr& local() const { return local_; }
  const SocketAddr& peer() const { return peer_; }
  uint32_t Readiness() const override;
  Result<SocketAddr> LocalAddress() const override { return local_; }
  Result<SocketAddr> PeerAddress() const override;

  size_t ReadableBytes() const;  // SIOCINQ
  size_t UnackedBytes() const;   // SIOCOUTQ
  size_t UnsentBytes() const;    // SIOCOUTQNSD
  bool AtMark() const;           // SIOCATMARK, sockatmark(3)
  bool ReceivedEof() const { return receive_shut_; }
  TcpInfo Info() const;
  TcpRow Row() const;
  int listen_backlog() const { return backlog_; }

  // tcp(7).  Values have been checked by the caller as the manual page says, but for those that
  // return something.
  void SetNoDelay(bool on);
  void SetCork(bool on);
  void SetQuickAck(bool on);
  void SetKeepalive(bool on);     // SO_KEEPALIVE
  void SetKeepIdle(int seconds);  // 0: sysctl's
  void SetKeepInterval(int seconds);
  void SetKeepCount(int count);
  void SetSynCount(int count);
  void SetLinger2(int seconds);  // -1: no FIN_WAIT2 wait; 0: sysctl's
  void SetDeferAccept(int seconds);
  void SetUserTimeout(uint32_t milliseconds);  // 0: none
  Result<void> SetMaxSegment(int bytes);       // EINVAL
  Result<void> SetWindowClamp(int bytes);      // EINVAL
  void SetNotSentLowWater(uint32_t bytes);
  Result<void> SetCongestion(std::string_view name);  // ENOENT
  void SetFastOpen(int queue_length);                 // Listener; 0: off.
  void SetFastOpenConnect(bool on);
  void SetReceiveLowWater(int bytes);  // SO_RCVLOWAT
  void SetSendBuffer(int32_t bytes) override;
  void SetReceiveBuffer(int32_t bytes) override;
  void OnIpOptions() override {
    if (state_ != TcpState::kClose && state_ != TcpState::kListen) UpdateMss();
  }

  bool nodelay() const;
  bool cork() const;
  bool quickack() const;
  int keep_idle() const;  // Seconds; the sysctl's where none was set.
  int keep_interval() const;
  int keep_count() const;
  int syn_count() const;
  int linger2() const;
  int defer_accept() const;
  uint32_t user_timeout() const;
  int max_segment() const;
  int window_clamp() const;
  uint32_t not_sent_low_water() const;
  std::string_view congestion() const;
  // TCP_CC_INFO: how many words.
  size_t DescribeCongestion(CongestionInfo& info) const { return congestion_->Describe(info); }
  int fastopen() const;
  bool fastopen_connect() const;

  // Of TcpPortHolder.
  PortClaim Claim() const override;
  bool OwnsPort() const override { return bound_port_; }
  bool listening() const { return state_ == TcpState::kListen; }

 private:
  friend class Tcp;

  enum class Timer : uint8_t { kNone, kRetransmit, kLossProbe, kReorder, kPersist };
  enum class Progress : uint8_t { kIdle, kConnecting, kConnected };  // Of connect(2).

  // --- opening and closing (open.cc, close.cc) ---
  Result<void> StartConnect(const SocketAddr& peer, bool send = true);
  Result<size_t> SendDeferred(ByteSource& data);
  void FastOpenAnswered(const TcpSegment& segment);
  void AcceptEarly(TcpSegment& segment);
  Result<void> ChooseRoute();
  void SetupRoute(const RouteResult& route);
  void SendSyn();
  void BecomeEstablished();
  void InitFromRequest(const TcpRequest& request, const TcpEndpoint& listener);
  void InitBuffers();
  void SetState(TcpState state);
  // The connection is over: out of the tables, `error` for whoever asks.
  void Finish(int error);
  void StopListening();
  void EnterTimeWait();
  void QueueFin();
  void FinAcked();

  // --- input (input.cc, receive.cc) ---
  void Input(TcpSegment& segment);
  void InputSynSent(TcpSegment& segment);
  void InputSynchronized(TcpSegment& segment);
  bool CheckPaws(const TcpSegment& segment);
  bool CheckSequence(const TcpSegment& segment);
  void HandleReset(const TcpSegment& segment);
  void LearnSynOptions(const TcpOptions& options, bool we_asked);
  bool HandleAckState(const TcpSegment& segment);
  void ReceiveData(TcpSegment& segment);
  void AcceptInOrder(Packet& packet);
  void StoreEarly(TcpSegment& segment);
  void DrainEarly();
  void ReceiveFin();
  void HandleUrgent(const TcpSegment& segment);
  void TakeUrgentByte(const TcpSegment& segment);
  void NoteSack(uint32_t start, uint32_t end);
  void SetDsack(uint32_t start, uint32_t end);
  void NoteReceivedSize(uint32_t length);
  void GrowWindow(uint32_t length);
  void TuneReceiveBuffer(size_t copied);
  void MeasureReceiveRtt(const TcpSegment& segment);
  void OnError(const IpError& error);

  // --- acknowledgements of what we sent (ack.cc, recovery.cc) ---
  struct AckEffect {
    uint32_t acked_bytes = 0;      // snd_una has moved by so much.
    uint32_t delivered_bytes = 0;  // Acked or sacked for the first time.
    uint32_t newly_lost = 0;
    Duration rtt = 0;  // 0: no sample
    bool sacked_new = false, dsack = false, window_changed = false, ece = false;
    bool retransmit_acked = false, forward_ack = false;
    // What was under way at the timeout and was not sent again has arrived (RFC 5682).
    bool original_acked = false;
    uint32_t prior_in_flight = 0;  // bytes
    RateSample rate;
  };
  bool HandleAck(const TcpSegment& segment);
  bool AckIsAcceptable(const TcpSegment& segment);
  void UpdateSendWindow(const TcpSegment& segment, AckEffect& effect);
  void CleanAcked(uint32_t ack, AckEffect& effect);
  void ApplySack(const TcpSegment& segment, AckEffect& effect);
  void MarkSacked(uint32_t start, uint32_t end, AckEffect& effect);
  void NoteDelivered(const SentSegment& sent, AckEffect& effect);
  void SampleRtt(const TcpSegment& segment, AckEffect& effect);
  size_t SplitAt(uint32_t seq);
  void DetectLoss(AckEffect& effect);
  bool RackDetect(AckEffect& effect);
  void MarkLost(SentSegment& sent, AckEffect* effect);
  void React(const TcpSegment& segment, AckEffect& effect);
  void CountDuplicates(const TcpSegment& segment, AckEffect& effect);
  void InitReduction();
  void EnterRecovery();
  void EnterCwr();
  void ExitRecovery();
  void TryUndo(const TcpSegment& segment, const AckEffect& effect);
  void CheckTimeout(const AckEffect& effect);
  void Undo();
  void ProportionalReduction(const AckEffect& effect);
  void GrowCongestionWindow(const AckEffect& effect);
  void ProcessLossProbeAck(uint32_t ack, const AckEffect& effect);
  void ControlWindow(const AckEffect& effect);
  void ExpandSendBuffer();
  void CountRound(uint32_t ack);

  // --- accurate ECN (accecn.cc) ---
  void LearnAccEcn(const TcpSegment& answer);
  void ReadHandshakeAce(const TcpSegment& segment);
  void ReadAce(const TcpSegment& segment, AckEffect& effect);
  bool CountMark(const TcpSegment& segment);
  uint16_t AceFlags(bool pure_ack);

  // --- rates (rate.cc) ---
  enum class Wait : uint8_t { kNothing, kNetwork, kPeerWindow, kSendBuffer };
  void StampRate(SentSegment& sent);
  void SampleRate(const SentSegment& sent, RateSample& rate);
  void FinishRate(RateSample& rate);
  void CheckAppLimited();
  void HoldBack();
  PathSample Path() const;
  void StartModel();
  void UpdateModel(const AckEffect& effect);
  bool Paced() const { return options.max_pacing_rate != ~uint64_t{0} || congestion_->Models(); }
  uint64_t PacingRate() const;
  bool PaceHolds();
  void ChargePace(uint32_t bytes);
  uint32_t PacedSegmentBytes(uint32_t most) const;
  void SetWait(Wait wait);
  void BeginWait(Wait wait);
  void EndWait(Wait wait);
  void NoteWaits();
  void FillWaits(TcpInfo& info) const;

  // --- output (output.cc) ---
  // Sends what windows and Nagle allow.  `push`: a partial segment goes even if it is small.
  void Output(bool push = true);
  bool RefreshRoute();
  bool SendNew(bool push);
  bool Retransmit();
  void RetransmitSegment(SentSegment& sent);
  void TransmitRange(uint32_t seq, uint32_t end, bool retransmission);
  bool Transmit(uint32_t seq, uint32_t end, uint16_t flags);
  void SendAck();
  void SendChallengeAck();
  void SendDuplicateAck(const TcpSegment& segment);
  void SendReset();
  void SendProbe(bool keepalive);
  TcpOptions OptionsFor(uint16_t flags);
  uint16_t SelectWindow(uint16_t flags);
  uint32_t ReceiveSpace() const;
  bool NagleHolds(uint32_t length, bool push) const;
  uint32_t UsableWindow() const;
  uint32_t InFlight() const { return snd_nxt_ - snd_una_ - sacked_ - lost_; }
  uint32_t InFlightSegments() const { return (InFlight() + snd_mss_ - 1) / snd_mss_; }
  uint32_t WriteSeq() const { return queue_seq_ + static_cast<uint32_t>(send_queue_.size()); }
  // Behind the FIN, if one is queued.
  uint32_t EndSeq() const { return WriteSeq() + (fin_queued_ ? 1 : 0); }
  uint32_t MaxSegmentBytes();
  void UpdateMss();
  void ScheduleAck(const TcpSegment& segment, bool in_order);
  uint32_t TimestampNow() const;
  void AfterRead(size_t n);
  uint32_t WindowToOffer() const;
  uint32_t InitialWindow(uint32_t mss) const;
  uint8_t WindowScale() const;
  int DeferRetries() const;
  Result<void> CheckSend();
  // What can be read: bytes; 0: the end.
  Result<size_t> CheckReceive();
  size_t UntilMark(size_t offset, size_t max);
  void CheckWritable();
  bool Writable() const;
  bool InQuickAckMode() const { return quick_acks_ > 0 && !pingpong_; }
  void EnterQuickAck(uint32_t most);

  // --- timers (timers.cc) ---
  void OnTimer();
  void ArmTimer();
  void ArmRetransmit();
  void OnRetransmitTimeout();
  void OnLossProbe();
  void OnPersist();
  void OnKeepalive();
  void OnDelayedAck();
  bool ArmLossProbe();
  void RestartKeepalive();
  bool TimedOut(int retries);
  void IdleRestart();
  void PushPending();

  Tcp& tcp_;
  SocketAddr local_, peer_;
  TcpState state_ = TcpState::kClose;
  Progress progress_ = Progress::kIdle;
  bool bound_address_ = false, bound_port_ = false;
  bool in_table_ = false;  // Of connections.
  bool receive_shut_ = false, send_shut_ = false, orphan_ = false;
  mutable bool nospace_ = false;
  bool buffer_full_ = false;  // Somebody waits for room: neither Nagle nor a cork holds data back.
  RouteResult route_;
  uint64_t route_generation_ = 0;
  uint32_t flow_label_ = 0;

  // Options.
  bool nodelay_ = false, cork_ = false, fastopen_connect_ = false;
  int keep_idle_ = 0, keep_interval_ = 0, keep_count_ = 0, syn_count_ = 0, linger2_ = 0;
  int defer_accept_ = 0, user_mss_ = 0, window_clamp_ = 0, fastopen_queue_ = 0;
  uint32_t user_timeout_ms_ = 0, notsent_lowat_ = 0;

  // TCP Fast Open: what the next SYN says; what became of it.
  enum class SynFastOpen : uint8_t { kNone, kAsk, kSend } syn_fast_open_ = SynFastOpen::kNone;
  bool asked_fast_open_ = false, syn_had_data_ = false, syn_data_acked_ = false;
  bool deferred_ = false;      // connect(2) has left the SYN to the first data.
  bool opened_early_ = false;  // Accepted with its SYN.
  uint8_t fast_open_fail_ = 0;

  // Listening.
  int backlog_ = 0;
  Fifo<Ref<TcpEndpoint>> accept_queue_;
  uint32_t requests_ = 0;  // In the SYN queue.

  // What was agreed on.
  bool timestamps_on_ = false, sack_on_ = false, ecn_on_ = false, wscale_on_ = false;
  uint8_t snd_wscale_ = 0, rcv_wscale_ = 0;
  uint32_t timestamp_offset_ = 0;
  uint32_t ts_recent_ = 0;
  Time ts_recent_at_ = 0;

  // Sending.
  ByteQueue send_queue_;    // From queue_seq_ on.
  uint32_t queue_seq_ = 0;  // SYN excluded: iss + 1 at first.
  uint32_t iss_ = 0, snd_una_ = 0, snd_nxt_ = 0, snd_wnd_ = 0, snd_wl1_ = 0, max_window_ = 0;
  uint32_t snd_up_ = 0;   // Behind the urgent byte; valid while urgent_out_.
  uint32_t snd_sml_ = 0;  // End of the last small segment (Minshall).
  uint32_t peer_mss_ = 536, snd_mss_ = 536;
  bool fin_queued_ = false, urgent_out_ = false, push_pending_ = false;
  Fifo<SentSegment> sent_;
  uint32_t sacked_ = 0, lost_ = 0;  // bytes
  RttEstimator rtt_;
  CongestionWindow window_;
  std::unique_ptr<CongestionControl> congestion_;
  TcpCaState ca_state_ = TcpCaState::kOpen;
  uint32_t high_seq_ = 0;  // snd_nxt when recovery began.
  uint32_t duplicate_acks_ = 0, reordering_ = 3;
  uint32_t round_end_ = 0;
  bool round_start_ = false, cwnd_limited_ = false;
  // Proportional rate reduction (RFC 6937).
  uint32_t prr_delivered_ = 0, prr_out_ = 0, prior_cwnd_ = 0;
  // Undoing a reduction that was not warranted (RFC 3522, RFC 3708).
  uint32_t undo_cwnd_ = 0, undo_ssthresh_ = 0, undo_retransmits_ = 0, retransmit_stamp_ = 0;
  uint32_t undo_marker_ = 0;
  bool undo_possible_ = false;
  // F-RTO (RFC 5682): whether the timeout may turn out to be spurious; whether new data goes first.
  bool frto_ = false, frto_send_new_ = false;
  // RACK-TLP (RFC 8985).
  Time rack_sent_at_ = 0;
  uint32_t rack_end_ = 0, rack_reorder_steps_ = 1, highest_sacked_ = 0;
  Duration rack_rtt_ = 0;
  bool reordering_seen_ = false, probe_is_retransmission_ = false;
  uint32_t probe_end_ = 0;
  bool probe_out_ = false;
  // ECN (RFC 3168, RFC 9768).
  AccEcn accecn_;
  bool ece_pending_ = false, cwr_pending_ = false, ecn_seen_ = false;

  // Receiving.
  ByteQueue receive_queue_;  // Up to rcv_nxt_.
  uint32_t irs_ = 0, rcv_nxt_ = 0, rcv_wup_ = 0, rcv_wnd_ = 0;
  uint32_t rcv_ssthresh_ = 0, rcv_mss_ = 536, advertised_mss_ = 536;
  Fifo<EarlyData> early_;
  uint32_t early_bytes_ = 0;
  std::array<SackBlock, 4> sack_recent_{};
  uint8_t sack_recent_count_ = 0;
  SackBlock dsack_{};
  bool fin_received_ = false;
  // Urgent data: the byte's sequence number, and whether it has come.
  enum class Urgent : uint8_t { kNone, kAnnounced, kHere, kTaken } urgent_ = Urgent::kNone;
  uint32_t urgent_seq_ = 0;
  uint8_t urgent_byte_ = 0;
  bool passed_mark_ = false;  // Reading has skipped the urgent byte.
  // Delayed acknowledgements.
  bool ack_pending_ = false, pingpong_ = false, ack_push_ = false;
  uint32_t quick_acks_ = 0;
  Duration ato_ = 40 * kMillisecond;
  // Receive-buffer tuning.
  Duration rcv_rtt_ = 0;
  uint32_t rcv_rtt_seq_ = 0;
  Time rcv_rtt_at_ = 0, rcvq_at_ = 0;
  uint32_t rcvq_space_ = 0;
  size_t rcvq_copied_ = 0;

  // Timers: several deadlines, one timer.
  StackTimer timer_;
  Timer retransmit_kind_ = Timer::kNone;
  // 0: none
  Time retransmit_at_ = 0, delayed_ack_at_ = 0, keepalive_at_ = 0, linger_at_ = 0, pace_at_ = 0;
  Time pace_next_ = 0;  // Before that nothing goes out, if it is paced.
  uint8_t retransmits_ = 0, backoff_ = 0, probes_ = 0;
  uint8_t keepalive_probes_ = 0;
  Time first_retransmit_at_ = 0, last_challenge_at_ = 0, last_oow_ack_at_ = 0;
  uint32_t challenges_ = 0;
  int soft_error_ = 0;

  // Figures for TCP_INFO.
  Time last_data_sent_at_ = 0, last_ack_received_at_ = 0, last_data_received_at_ = 0;
  uint64_t bytes_acked_ = 0, bytes_received_ = 0, bytes_sent_ = 0, bytes_retransmitted_ = 0;
  uint32_t segments_in_ = 0, segments_out_ = 0, data_segments_in_ = 0, data_segments_out_ = 0;
  uint32_t total_retransmits_ = 0, dsacks_ = 0, reorderings_ = 0, early_segments_ = 0;
  uint64_t delivered_ = 0;
  uint32_t delivered_ce_ = 0;
  Time delivered_at_ = 0, first_sent_at_ = 0;
  uint64_t rate_bytes_ = 0;
  Duration rate_interval_ = 0;
  bool rate_app_limited_ = true;
  Wait wait_ = Wait::kNothing;
  uint64_t app_limited_ = 1;  // Until so much has been delivered, the sender limits; 0: the path.
  Time wait_since_ = 0;
  std::array<Duration, 3> waited_{};  // By Wait, but for the first.
};

}  // namespace netstack
