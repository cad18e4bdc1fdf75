// Receive, parse, let the session answer, send: one thread unless the client keeps several requests
// open.
#include "gofer/server/server.h"

#include <google/protobuf/arena.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "platform/base/log.h"

namespace gofer {
namespace {

constexpr size_t kHelpers = 2;
constexpr int kFollowAfter = 3;  // Requests from elsewhere in a row.
constexpr size_t kHelperStack = 512 << 10;
constexpr size_t kArenaBlock = 16 << 10;

}  // namespace

// Kept over requests, so that the usual request allocates nothing.
class Server::Desk {
 public:
  std::span<std::byte> incoming() { return {incoming_.get(), abi::gofer::kMaxRequestSize}; }
  std::span<std::byte> outgoing() { return {outgoing_.get(), abi::gofer::kMaxReplySize}; }
  google::protobuf::Arena* arena() { return &arena_; }

 private:
  // Not zeroed: pages that no large message needs are never touched.
  std::unique_ptr<std::byte[]> incoming_{new std::byte[abi::gofer::kMaxRequestSize]};
  std::unique_ptr<std::byte[]> outgoing_{new std::byte[abi::gofer::kMaxReplySize]};
  std::unique_ptr<char[]> block_{new char[kArenaBlock]};
  google::protobuf::Arena arena_{block_.get(), kArenaBlock};
};

Server::Server(Session* session, base::Fd channel)
    : session_(session), channel_(std::move(channel)) {}

void Server::Run() {
  ServeFrames(true);
  // The peer may still hold the channel open when it broke the framing: this wakes the helpers.
  ::shutdown(channel_.get(), SHUT_RDWR);
  for (const pthread_t helper : helpers_) ::pthread_join(helper, nullptr);
  helpers_.clear();
}

void Server::ServeFrames(bool main_thread) {
  Desk desk;
  while (true) {
    const base::Result<void> served = ServeFrame(&desk, main_thread);
    if (served.ok()) continue;
    if (served.Is(EPROTO)) LOG_ERROR("gofer: malformed request, closing the connection");
    // So that the other threads, which may have seen nothing, stop as well.
    ::shutdown(channel_.get(), SHUT_RDWR);
    return;
  }
}

base::Result<void> Server::ServeFrame(Desk* desk, bool main_thread) {
  const Frame frame = TRY(ReceiveFrame(channel_.get(), desk->incoming(), FdPassing::kRefused));
  if (main_thread) {
    if (frame.header.in_flight > 1) StartHelpers();
    FollowClient(frame.header.cpu);
  }
  google::protobuf::Arena* arena = desk->arena();
  auto* request = google::protobuf::Arena::CreateMessage<wire::Request>(arena);
  auto* reply = google::protobuf::Arena::CreateMessage<wire::Reply>(arena);
  base::Result<void> done = base::Ok();
  if (request->ParseFromArray(frame.payload.data(), static_cast<int>(frame.payload.size()))) {
    Answer answer{reply, {}, {}};
    if (session_->Handle(*request, &answer)) {
      done = SendAnswer(desk, frame.header.id, answer);
    }
  } else {
    done = base::Errno(EPROTO);
  }
  arena->Reset();
  return done;
}

// A request and its reply are a hand-over: a wake-up that crosses to another, halted CPU costs
// several times the work that is done there.  So the server moves to where its client runs, once
// that is seen to last.
void Server::FollowClient(uint32_t cpu) {
  if (cpu >= CPU_SETSIZE || static_cast<int>(cpu) == ::sched_getcpu()) {
    apart_ = 0;
    return;
  }
  if (++apart_ < kFollowAfter) return;
  apart_ = 0;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::sched_setaffinity(0, sizeof(set), &set);  // Refused for CPUs that are not ours: then we stay.
}

base::Result<void> Server::SendAnswer(Desk* desk, uint64_t id, const Answer& answer) {
  wire::Reply* reply = answer.message;
  size_t size = reply->ByteSizeLong();
  std::array<int, abi::gofer::kMaxFds> donated;
  size_t count = 0;
  if (answer.fd.valid()) {
    donated[count++] = answer.fd.get();
    for (const base::Fd& fd : answer.more) donated[count++] = fd.get();
  }
  if (size > desk->outgoing().size()) {
    reply->Clear();
    reply->set_error(EMSGSIZE);
    size = reply->ByteSizeLong();
    count = 0;
  }
  auto* out = reinterpret_cast<uint8_t*>(desk->outgoing().data());
  reply->SerializeWithCachedSizesToArray(out);
  FrameHeader header;
  header.id = id;
  return SendFrame(channel_.get(), header, desk->outgoing().first(size),
                   std::span(donated).first(count));
}

// Only the main thread comes here.  Too few threads is no error: the ones there are serve on.
void Server::StartHelpers() {
  if (!helpers_.empty()) return;
  const auto serve = [](void* server) -> void* {
    static_cast<Server*>(server)->ServeFrames(false);
    return nullptr;
  };
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kHelperStack);
  for (size_t i = 0; i < kHelpers; ++i) {
    pthread_t helper;
    if (::pthread_create(&helper, &attributes, serve, this) == 0) helpers_.push_back(helper);
  }
  ::pthread_attr_destroy(&attributes);
}

}  // namespace gofer
