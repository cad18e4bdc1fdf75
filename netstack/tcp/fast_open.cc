// TCP Fast Open (RFC 7413): data in the SYN, for those who have proven before that they are where
// they say.
#include <poll.h>

#include <algorithm>

#include "netstack/tcp/tcp.h"

namespace netstack {

// --- cookies ---

// What only we can make, for that client and this address of ours (section 4.1.2).
Tcp::FastOpenCookie Tcp::CookieFor(const TcpTuple& tuple) const {
  struct {
    IpAddress local, peer;
    uint64_t purpose;
  } key{tuple.local.addr, tuple.peer.addr, 0x7f0};
  const uint64_t hash = stack_.Hash(std::as_bytes(std::span(&key, 1)));
  FastOpenCookie cookie(sizeof(hash));
  std::memcpy(cookie.data(), &hash, sizeof(hash));
  return cookie;
}

// Of servers; the one that has been there longest makes room.
void Tcp::KeepCookie(const IpAddress& peer, std::span<const std::byte> cookie, uint32_t mss) {
  constexpr size_t kMostCookies = 1024;
  if (cookies_.size() >= kMostCookies && !cookies_.contains(peer)) {
    auto oldest = std::min_element(cookies_.begin(), cookies_.end(), [](auto& a, auto& b) {
      return a.second.kept_at < b.second.kept_at;
    });
    cookies_.erase(oldest);
  }
  cookies_[peer] = {{cookie.begin(), cookie.end()}, mss, stack_.now()};
}

const Tcp::KeptCookie* Tcp::FindCookie(const IpAddress& peer) const {
  auto found = cookies_.find(peer);
  return found == cookies_.end() ? nullptr : &found->second;
}

// --- the client ---

bool TcpEndpoint::CanOpenFast(const IpAddress& peer) const {
  const int allowed = stack_.sysctl().tcp_fastopen;
  constexpr int kClient = 1, kWithoutCookie = 4;
  if ((allowed & kClient) == 0) return false;
  return (allowed & kWithoutCookie) != 0 || tcp_.FindCookie(peer) != nullptr;
}

Result<size_t> TcpEndpoint::ConnectAndSend(const SocketAddr& peer, ByteSource& data) {
  Stack::Scope scope(stack_);
  const Ref<TcpEndpoint> self(this);
  if (state_ != TcpState::kClose) return Errno(EISCONN);
  TRY(StartConnect(peer, false));
  progress_ = Progress::kConnecting;
  return SendDeferred(data);
}

// The SYN that connect(2) has left to the first data.
Result<size_t> TcpEndpoint::SendDeferred(ByteSource& data) {
  deferred_ = false;
  const Tcp::KeptCookie* kept = tcp_.FindCookie(peer_.addr);
  // What one segment takes, behind more options than any other has.
  const uint32_t mss = std::min(advertised_mss_, kept != nullptr ? kept->mss : 536u);
  const size_t room = std::min<size_t>({mss > TcpOptions::kMaxSize ? mss - TcpOptions::kMaxSize : 0,
                                        static_cast<size_t>(send_buffer_), data.remaining()});
  Result<size_t> taken = room != 0 ? send_queue_.Fill(data, room, stack_.pool()) : size_t{0};
  if (!taken.ok()) {
    Finish(0);
    (void)Disconnect().ok();
    return taken;
  }
  syn_fast_open_ = kept != nullptr ? SynFastOpen::kSend : SynFastOpen::kAsk;
  SendSyn();
  return taken;
}

// The SYN has been acknowledged, alone or with its data.
void TcpEndpoint::FastOpenAnswered(const TcpSegment& segment) {
  const TcpOptions& options = segment.options;
  if (options.fastopen && !options.fastopen_cookie.empty() && asked_fast_open_) {
    tcp_.KeepCookie(peer_.addr, options.fastopen_cookie, peer_mss_);
  }
  if (!syn_had_data_) return;
  if (SeqAfter(segment.header.ack, iss_ + 1)) {
    syn_data_acked_ = true;
    stack_.stats().tcp.fastopen_active++;
    return;
  }
  // It wants the data again, as ever.
  constexpr uint8_t kDataNotAcked = 2;
  fast_open_fail_ = kDataNotAcked;
  stack_.stats().tcp.fastopen_active_fail++;
  for (SentSegment& sent : sent_) MarkLost(sent, nullptr);
}

// --- the server ---

// Whether the SYN has opened a connection already.
bool Tcp::OpenEarly(TcpEndpoint& listener, TcpSegment& segment, TcpRequest& request) {
  constexpr int kServer = 2, kServerWithoutCookie = 0x200, kEveryListener = 0x400;
  const int allowed = stack_.sysctl().tcp_fastopen;
  TcpStats& stats = stack_.stats().tcp;
  const TcpOptions& options = segment.options;
  if ((allowed & kServer) == 0) return false;
  if (listener.fastopen_queue_ <= 0 && (allowed & kEveryListener) == 0) return false;
  if (!options.fastopen && (allowed & kServerWithoutCookie) == 0) return false;
  int waiting = 0;
  for (const Ref<TcpEndpoint>& child : listener.accept_queue_) {
    waiting += child->state() == TcpState::kSynRecv ? 1 : 0;
  }
  const int most =
      listener.fastopen_queue_ > 0 ? listener.fastopen_queue_ : std::max(listener.backlog_, 1);
  if (waiting >= most) {
    stats.fastopen_listen_overflow++;
    return false;
  }
  const FastOpenCookie cookie = CookieFor(request.tuple);
  const bool known = std::equal(cookie.begin(), cookie.end(), options.fastopen_cookie.begin(),
                                options.fastopen_cookie.end());
  if (!known && (allowed & kServerWithoutCookie) == 0) {
    if (options.fastopen_cookie.empty()) {
      stats.fastopen_cookie_reqd++;
    } else {
      stats.fastopen_passive_fail++;
    }
    request.give_cookie = true;
    return false;
  }
  const Ref<TcpEndpoint> child = CreateEndpoint(listener.family(), listener.uid());
  // It answers for itself, in the older way.
  request.accecn = false;
  child->InitFromRequest(request, listener);
  HoldPort(*child, request.tuple.local.port);
  AddConnection(*child);
  stats.fastopen_passive++;
  child->AcceptEarly(segment);
  listener.accept_queue_.push_back(child);
  listener.NotifyReady(POLLIN | POLLRDNORM);
  return true;
}

void TcpEndpoint::AcceptEarly(TcpSegment& segment) {
  opened_early_ = true;
  snd_wnd_ = segment.header.window;
  snd_wl1_ = segment.seq;
  max_window_ = snd_wnd_;
  InitBuffers();
  sent_.front().sent_at = stack_.now();
  snd_sml_ = snd_una_;  // Nagle does not count the SYN.
  segment.seq++;
  segment.header.flags &= static_cast<uint16_t>(~kTcpSyn);
  if (segment.length != 0) {
    syn_data_acked_ = true;
    ReceiveData(segment);
  }
  // The answer acknowledges the data too.
  ack_pending_ = false;
  TransmitRange(iss_, iss_ + 1, true);
  ArmRetransmit();
  ArmTimer();
}

}  // namespace netstack
