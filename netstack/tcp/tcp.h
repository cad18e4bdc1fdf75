// Tcp: RFC 9293: which connection gets a segment, which ports are taken, who asks to connect, what
// is remembered of connections that are over.
#pragma once

#include <map>
#include <unordered_map>

#include "netstack/stack/forwarder.h"
#include "netstack/tcp/tcp_endpoint.h"

namespace netstack {

struct TcpTuple {
  SocketAddr local, peer;  // Scopes are 0.
  bool operator==(const TcpTuple&) const = default;
};

// A connection that a SYN asked for (SYN_RECV), until its handshake is complete.
struct TcpRequest {
  TcpRequest(TimerHeap& heap, base::UniqueFunction<void()> expire)
      : timer(heap, std::move(expire)) {}
  TcpTuple tuple;
  Ref<TcpEndpoint> listener;
  RouteResult route;
  uint32_t ifindex = 0;
  uint32_t irs = 0, iss = 0, ts_recent = 0, ts_offset = 0;
  uint32_t window = 0;  // The one offered.
  uint16_t mss = 536, advertised_mss = 536;
  uint8_t snd_wscale = 0, rcv_wscale = 0, tos = 0;
  bool wscale_on = false, timestamps_on = false, sack_on = false, ecn_on = false;
  bool give_cookie = false;  // Of TCP Fast Open.
  bool accecn = false;
  uint8_t syn_mark = 0;  // The SYN's two bits of ECN.
  bool acked = false;    // The last ACK has come, without data (TCP_DEFER_ACCEPT) or without room.
  uint8_t timeouts = 0, retransmits = 0;
  Time sent_at = 0;
  StackTimer timer;
};

// The memory of a connection that is over (RFC 9293 section 3.6.1).
struct TcpTimeWait final : TcpPortHolder {
  TcpTuple tuple;
  PortClaim claim;
  uint32_t snd_nxt = 0, rcv_nxt = 0, rcv_wnd = 0, ts_recent = 0, ts_offset = 0;
  uint8_t rcv_wscale = 0, tos = 0;
  bool timestamps_on = false;
  int family = 0;
  Time expires = 0, ts_recent_at = 0;
  PortClaim Claim() const override { return claim; }
  bool OwnsPort() const override { return false; }
};

class Tcp final : public TransportProtocol {
 public:
  static constexpr Duration kTimeWait = 60 * kSecond;

  explicit Tcp(Stack& stack);
  ~Tcp();
  Ref<TcpEndpoint> CreateEndpoint(int family, uint32_t uid);
  Stack& stack() { return stack_; }

  void Receive(PacketPtr packet, const IpReceived& ip) override;
  void OnError(const IpError& error) override;

  // --- gateways (forward.cc) ---
  // Requests to where nobody listens are `forwarder`'s to answer.  Those that are accepted come out
  // of `listener`, which lends them its options: an endpoint that listens on a port of its own.
  void SetForwarder(TcpForwarder* forwarder, Ref<TcpEndpoint> listener);
  void AcceptHeld(const TcpTuple& tuple);
  // `error`: an errno of connect(2), told in the way that makes the other side see it.
  void RefuseHeld(const TcpTuple& tuple, int error);

  // For dumps.
  std::vector<Ref<TcpEndpoint>> Endpoints() const;
  template <typename F>
  void ForEachTimeWait(F f) const {
    for (const auto& [tuple, tw] : time_waits_) f(*tw);
  }
  template <typename F>
  void ForEachRequest(F f) const {
    for (const auto& [tuple, request] : requests_) f(*request);
  }

 private:
  friend class TcpEndpoint;
  struct TupleHash {
    const Stack* stack;
    size_t operator()(const TcpTuple& t) const;
  };
  using PortList = base::IntrusiveList<TcpPortHolder>;

  // --- ports (ports.cc) ---
  Result<void> ClaimPort(TcpEndpoint& endpoint, uint16_t port);
  bool Conflicts(const TcpEndpoint& endpoint, uint16_t port, bool chosen);
  void HoldPort(TcpPortHolder& holder, uint16_t port);
  void ReleasePort(TcpPortHolder& holder, uint16_t port);
  // A port for a connection to `peer` from the endpoint's address.  EADDRNOTAVAIL.
  Result<void> ChooseConnectPort(TcpEndpoint& endpoint, const SocketAddr& peer);
  bool TupleIsFree(const TcpTuple& tuple);

  // --- connections ---
  void AddConnection(TcpEndpoint& endpoint);
  void RemoveConnection(TcpEndpoint& endpoint);
  void AddListener(TcpEndpoint& endpoint);
  void RemoveListener(TcpEndpoint& endpoint);
  TcpEndpoint* FindListener(const IpReceived& ip, uint16_t port, uint16_t peer_port);
  static TcpTuple TupleOf(const TcpEndpoint& endpoint);

  // --- passive opens (passive_open.cc) ---
  void ReceiveSyn(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple);
  void ReceiveForRequest(TcpRequest& request, TcpSegment& segment);
  void SendSynAck(TcpRequest& request);
  void OnRequestTimer(const TcpTuple& tuple);
  void DropRequest(const TcpTuple& tuple);
  void DropRequestsOf(const TcpEndpoint& listener);
  bool Establish(TcpRequest& request, TcpSegment& segment);
  uint32_t Cookie(const TcpTuple& tuple, uint32_t irs, uint32_t minute) const;
  void SendCookie(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple);
  bool ReceiveCookie(TcpEndpoint& listener, TcpSegment& segment, const TcpTuple& tuple);
  bool PrepareRequest(TcpRequest& request, TcpEndpoint& listener, const TcpSegment& segment,
                      const TcpTuple& tuple);
  // --- TCP Fast Open (fast_open.cc) ---
  using FastOpenCookie = std::vector<std::byte>;
  struct KeptCookie {
    FastOpenCookie cookie;
    uint32_t mss = 536;
    Time kept_at = 0;
  };
  FastOpenCookie CookieFor(const TcpTuple& tuple) const;
  void KeepCookie(const IpAddress& peer, std::span<const std::byte> cookie, uint32_t mss);
  const KeptCookie* FindCookie(const IpAddress& peer) const;  // Null: none.
  void ForgetCookie(const IpAddress& peer) { cookies_.erase(peer); }
  bool OpenEarly(TcpEndpoint& listener, TcpSegment& segment, TcpRequest& request);
  uint32_t InitialSequence(const TcpTuple& tuple) const;
  uint32_t TimestampOffset(const TcpTuple& tuple) const;

  // --- TIME_WAIT (time_wait.cc) ---
  void AddTimeWait(std::unique_ptr<TcpTimeWait> tw);
  void RemoveTimeWait(const TcpTuple& tuple);
  // Whether the segment is a SYN that may open the connection anew.
  bool ReceiveForTimeWait(TcpTimeWait& tw, TcpSegment& segment);
  void OnTimeWaitTimer();

  // --- segments without a connection (reply.cc) ---
  struct Reply {
    TcpTuple tuple;
    uint32_t seq = 0, ack = 0;
    uint16_t flags = 0, window = 0;
    TcpOptions options;
    uint8_t tos = 0;
    uint32_t ifindex = 0;
  };
  void Send(const Reply& reply);
  void SendResetFor(const TcpSegment& segment, const TcpTuple& tuple);
  void Dispatch(TcpSegment& segment, const TcpTuple& tuple);

  struct HeldRequest {
    TcpSegment segment;
    IpReceived ip;
  };
  // Whether a forwarder has taken the segment.
  bool Hold(TcpSegment& segment, const TcpTuple& tuple);
  std::optional<HeldRequest> TakeHeld(const TcpTuple& tuple);

  Stack& stack_;
  TcpForwarder* forwarder_ = nullptr;
  Ref<TcpEndpoint> forward_listener_;
  std::unordered_map<TcpTuple, HeldRequest, TupleHash> held_;
  std::unordered_map<TcpTuple, Ref<TcpEndpoint>, TupleHash> connections_;
  std::unordered_map<TcpTuple, std::unique_ptr<TcpRequest>, TupleHash> requests_;
  std::unordered_map<TcpTuple, std::unique_ptr<TcpTimeWait>, TupleHash> time_waits_;
  std::unordered_map<uint16_t, std::vector<Ref<TcpEndpoint>>> listeners_;
  std::unordered_map<uint16_t, std::unique_ptr<PortList>> ports_;
  Fifo<std::pair<Time, TcpTuple>> time_wait_queue_;
  StackTimer time_wait_timer_;
  std::map<IpAddress, KeptCookie> cookies_;  // What servers have given.
};

}  // namespace netstack
