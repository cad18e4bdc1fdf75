// Requests in flight: numbering, sending, waiting, and who receives.
#include "gofer/protocol/channel.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "platform/base/log.h"

namespace gofer {
namespace {

constexpr uint64_t kHelloId = 1;
// What a wait may last outside of the hook's bracket.  The socket's own timeout, which costs
// nothing: it counts ticks of the host (4 ms with 250 Hz, and up to two of them), while each call
// with a finer timer, ppoll for one, was measured to cost more than the whole round trip on a
// virtual machine (30 us instead of 14).
constexpr timeval kPollTime = {.tv_sec = 0, .tv_usec = 500};
// Since that is long for other guests, a wait that was this slow lets the next ones enter the
// bracket at once, until one is quick again.
constexpr int64_t kSlow = 300'000;  // Nanoseconds.
constexpr size_t kReleaseBatch = 64;
constexpr size_t kSmallRequest = 2048;

int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

bool IsNoRoom(uint32_t error) {
  return error == EMFILE || error == ENFILE;
}

// The server had no number left for a descriptor, or this process has none for one that was sent.
bool LacksRoom(const wire::Reply& reply, const base::Fd& fd) {
  const wire::OpenedFile& opened = reply.has_open() ? reply.open().opened() : reply.walk().opened();
  return IsNoRoom(reply.walk().error()) || IsNoRoom(reply.walk().open_error()) ||
         (!fd.valid() && (opened.readable() || opened.writable()));
}

}  // namespace

// A word to sleep on: one sleeper, set by others.
class WakeWord {
 public:
  void Set() {
    word_.store(1, std::memory_order_release);
    ::syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  // Returns when it was set, or for no reason.
  void Sleep() {
    if (word_.exchange(0, std::memory_order_acquire) != 0) return;
    ::syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
    word_.store(0, std::memory_order_relaxed);
  }

 private:
  std::atomic<uint32_t> word_{0};
};

// One call in flight, on the stack of its caller.  Guarded by mu_, but for `wake`.
struct Client::Channel::Waiter {
  uint64_t id = 0;
  wire::Reply* reply = nullptr;
  WakeWord wake;
  bool done = false;
  bool parsed = false;  // The reader was the caller itself: `reply` is filled in.
  std::vector<std::byte> payload;
  base::Fd fd;
  std::vector<base::Fd> more;
};

// The time a caller has waited, and whether it is in the hook's bracket.
class Client::Channel::Wait {
 public:
  Wait(BlockingHook* hook, std::atomic<bool>* slow_phase)
      : hook_(hook), slow_phase_(slow_phase), start_(Now()) {
    if (slow_phase_->load(std::memory_order_relaxed)) Begin();
  }
  ~Wait() {
    slow_phase_->store(Now() - start_ > kSlow, std::memory_order_relaxed);
    if (blocking_) hook_->EndBlocking();
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  void Begin() {
    if (hook_ == nullptr || blocking_) return;
    blocking_ = true;
    hook_->BeginBlocking();
  }

 private:
  BlockingHook* const hook_;
  std::atomic<bool>* const slow_phase_;
  const int64_t start_;
  bool blocking_ = false;
};

Client::Channel::Channel(base::Fd socket, BlockingHook* hook)
    : socket_(std::move(socket)),
      hook_(hook),
      // Not zeroed: pages that no large reply needs are never touched.
      incoming_(new std::byte[abi::gofer::kMaxReplySize]) {}

Client::Channel::~Channel() = default;

base::Result<void> Client::Channel::Start() {
  if (hook_ != nullptr &&
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &kPollTime, sizeof(kPollTime)) != 0) {
    return base::LastErrno();
  }
  wire::Request request;
  request.mutable_hello()->set_version(abi::gofer::kVersion);
  request.mutable_hello()->set_max_reply_size(abi::gofer::kMaxReplySize);
  return Send(request, kHelloId, 1);
}

bool Client::Channel::AcceptHello(std::span<const std::byte> payload) {
  wire::Reply reply;
  if (!reply.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
  return reply.error() == 0 && reply.hello().version() == abi::gofer::kVersion &&
         reply.hello().max_request_size() >= abi::gofer::kMaxRequestSize;
}

base::Result<void> Client::Channel::Send(const wire::Request& request, uint64_t id,
                                         uint16_t in_flight) {
  const size_t size = request.ByteSizeLong();
  if (size > abi::gofer::kMaxRequestSize) return base::Errno(E2BIG);
  std::byte small[kSmallRequest];
  std::unique_ptr<std::byte[]> large;
  if (size > sizeof(small)) large.reset(new std::byte[size]);
  std::byte* buffer = large != nullptr ? large.get() : small;
  request.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(buffer));
  const int cpu = ::sched_getcpu();
  FrameHeader header;
  header.id = id;
  header.in_flight = in_flight;
  header.cpu = cpu >= 0 ? static_cast<uint32_t>(cpu) : abi::gofer::kNoCpu;
  const base::Result<void> sent = SendFrame(socket_.get(), header, {buffer, size}, -1);
  if (sent.ok()) return sent;
  MarkLost();
  return base::Errno(EIO);
}

base::Result<base::Fd> Client::Channel::Call(wire::Request* request, wire::Reply* reply,
                                             std::vector<base::Fd>* more) {
  if (lost()) return base::Errno(EIO);
  if (hook_ != nullptr && !hook_->MayWait()) return base::Errno(EAGAIN);
  Waiter self;
  self.reply = reply;
  uint16_t in_flight = 0;
  {
    base::MutexLock lock(&mu_);
    self.id = next_id_++;
    waiters_.push_back(&self);
    in_flight = static_cast<uint16_t>(std::min<size_t>(waiters_.size(), UINT16_MAX));
    for (const uint64_t node : released_) request->add_release(node);
    released_.clear();
  }
  const base::Result<void> sent = Send(*request, self.id, in_flight);
  if (sent.ok()) AwaitReply(&self);
  {
    base::MutexLock lock(&mu_);
    std::erase(waiters_, &self);
    PassReaderRole(&self);
  }
  if (!sent.ok()) return sent.error();
  if (!self.done) return base::Errno(EIO);
  if (!self.parsed &&
      !reply->ParseFromArray(self.payload.data(), static_cast<int>(self.payload.size()))) {
    MarkLost();
    return base::Errno(EIO);
  }
  if (reply->error() != 0) return base::Errno(static_cast<int>(reply->error()));
  if (more != nullptr) *more = std::move(self.more);
  return std::move(self.fd);
}

base::Result<base::Fd> Client::Channel::CallAgain(wire::Request* request, wire::Reply* reply,
                                                  std::vector<base::Fd>* more) {
  for (;;) {
    base::Result<base::Fd> got = Call(request, reply, more);
    const bool no_room =
        got.ok() ? LacksRoom(*reply, *got) : IsNoRoom(static_cast<uint32_t>(got.error().value()));
    if (!no_room || hook_ == nullptr || !hook_->MakeRoom()) return got;
    for (const wire::Entry& entry : reply->walk().entries()) {
      Release(static_cast<NodeId>(entry.node()));
    }
    request->clear_release();
    reply->Clear();
  }
}

void Client::Channel::AwaitReply(Waiter* self) {
  Wait wait(hook_, &slow_phase_);
  while (true) {
    bool reader = false;
    {
      base::MutexLock lock(&mu_);
      if (self->done || lost()) return;
      reader = !has_reader_;
      has_reader_ = true;
    }
    if (reader) {
      ReceiveOne(self, &wait);
    } else {
      wait.Begin();  // Whoever reads has been waiting for longer.
      self->wake.Sleep();
    }
  }
}

void Client::Channel::ReceiveOne(Waiter* self, Wait* wait) {
  base::Result<Frame> frame = base::Errno(EAGAIN);
  while (frame.Is(EAGAIN)) {
    frame = ReceiveFrame(socket_.get(), {incoming_.get(), abi::gofer::kMaxReplySize},
                         FdPassing::kAccepted);
    if (frame.Is(EAGAIN)) wait->Begin();
  }
  if (frame.ok()) {
    Deliver(std::move(frame).value(), self);
  } else {
    MarkLost();
  }
  base::MutexLock lock(&mu_);
  has_reader_ = false;
}

void Client::Channel::Deliver(Frame frame, Waiter* self) {
  bool valid = true;
  if (frame.header.id == kHelloId) {
    valid = AcceptHello(frame.payload);
  } else if (frame.header.id == self->id) {
    valid =
        self->reply->ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size()));
    self->fd = std::move(frame.fd);
    self->more = std::move(frame.more);
    base::MutexLock lock(&mu_);
    self->parsed = self->done = valid;
  } else {
    base::MutexLock lock(&mu_);
    const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter* waiter) {
      return waiter->id == frame.header.id && !waiter->done;
    });
    valid = found != waiters_.end();
    if (valid) {
      (*found)->payload.assign(frame.payload.begin(), frame.payload.end());
      (*found)->fd = std::move(frame.fd);
      (*found)->more = std::move(frame.more);
      (*found)->done = true;
      (*found)->wake.Set();
    }
  }
  if (!valid) MarkLost();  // A reply to nothing, or one that cannot be read.
}

void Client::Channel::PassReaderRole(const Waiter* leaving) {
  if (has_reader_) return;
  for (Waiter* waiter : waiters_) {
    if (waiter == leaving || waiter->done) continue;
    waiter->wake.Set();
    return;
  }
}

void Client::Channel::MarkLost() {
  if (!lost_.exchange(true, std::memory_order_acq_rel)) LOG_ERROR("gofer: connection lost");
  base::MutexLock lock(&mu_);
  for (Waiter* waiter : waiters_) waiter->wake.Set();
}

void Client::Channel::Release(NodeId node) {
  if (node == NodeId::kNone || lost()) return;
  wire::Request request;
  {
    base::MutexLock lock(&mu_);
    released_.push_back(static_cast<uint64_t>(node));
    if (released_.size() < kReleaseBatch) return;
    for (const uint64_t id : released_) request.add_release(id);
    released_.clear();
  }
  [[maybe_unused]] const base::Result<void> sent =
      Send(request, 0, 1);  // A failure marks the loss.
}

}  // namespace gofer
