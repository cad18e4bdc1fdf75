// The client against a server that is played by the test.
#include "gofer/protocol/client.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "abi/gofer/gofer.pb.h"
#include "gofer/protocol/frame.h"
#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

// Receives requests and answers them as the test says.
class FakeServer {
 public:
  FakeServer() {
    auto [ours, theirs] = SocketPair();
    socket_ = std::move(ours);
    client_end_ = std::move(theirs);
  }
  base::Fd TakeClientEnd() { return std::move(client_end_); }

  struct Incoming {
    uint64_t id = 0;
    uint16_t in_flight = 0;
    wire::Request request;
  };
  Incoming Receive() {
    Incoming in;
    base::Result<Frame> frame = ReceiveFrame(socket_.get(), buffer_, FdPassing::kRefused);
    if (!frame.ok()) return in;
    in.id = frame->header.id;
    in.in_flight = frame->header.in_flight;
    EXPECT_TRUE(in.request.ParseFromArray(frame->payload.data(), int(frame->payload.size())));
    return in;
  }
  void Send(uint64_t id, const wire::Reply& reply, int fd = -1) {
    const std::string bytes = reply.SerializeAsString();
    FrameHeader header;
    header.id = id;
    // The client may be gone by now, which is what some tests are about.
    [[maybe_unused]] const base::Result<void> sent =
        SendFrame(socket_.get(), header, std::as_bytes(std::span(bytes)), fd);
  }
  void SendRaw(std::string_view bytes) {
    ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  void AcceptHello() {
    const Incoming hello = Receive();
    EXPECT_TRUE(hello.request.has_hello());
    wire::Reply reply;
    reply.mutable_hello()->set_version(abi::gofer::kVersion);
    reply.mutable_hello()->set_max_request_size(abi::gofer::kMaxRequestSize);
    Send(hello.id, reply);
  }
  // The reply to a GetAttr, with the node's number as the size.
  void AnswerAttr(const Incoming& in) {
    wire::Reply reply;
    reply.mutable_attr()->mutable_attr()->set_size(in.request.get_attr().target().node());
    Send(in.id, reply);
  }
  void Close() { socket_.reset(); }

 private:
  base::Fd socket_, client_end_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(abi::gofer::kMaxRequestSize);
};

class GoferClient : public ::testing::Test {
 protected:
  void Connect(BlockingHook* hook = nullptr) {
    client_ = Client::Connect(fake_.TakeClientEnd(), hook).value();
    fake_.AcceptHello();
  }
  // A call whose outcome is looked at only later, in a thread of its own.
  std::thread CallAttr(uint64_t node, std::atomic<int>* outcome) {
    return std::thread([this, node, outcome] {
      base::Result<Attr> attr = client_->GetAttr({static_cast<NodeId>(node)});
      outcome->store(attr.ok() ? static_cast<int>(attr->size) : -attr.error().value());
    });
  }

  FakeServer fake_;
  std::unique_ptr<Client> client_;
};

TEST_F(GoferClient, RepliesFindTheirCallersInAnyOrder) {
  Connect();
  constexpr size_t kCalls = 8;
  std::atomic<int> outcomes[kCalls] = {};
  std::vector<std::thread> threads;
  std::vector<FakeServer::Incoming> requests;
  for (size_t i = 0; i < kCalls; ++i) {
    threads.push_back(CallAttr(100 + i, &outcomes[i]));
    requests.push_back(fake_.Receive());
    EXPECT_EQ(requests.back().in_flight, i + 1);
  }
  std::reverse(requests.begin(), requests.end());
  std::swap(requests[2], requests[5]);
  for (const auto& request : requests) fake_.AnswerAttr(request);
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < kCalls; ++i) EXPECT_EQ(outcomes[i].load(), static_cast<int>(100 + i));
}

TEST_F(GoferClient, DescriptorsGoToTheRightCaller) {
  Connect();
  std::atomic<bool> first_has_fd{false};
  std::thread first([&] { first_has_fd.store(client_->Open({NodeId{1}}, OpenMode::kRead).ok()); });
  const FakeServer::Incoming open = fake_.Receive();
  std::atomic<int> second_outcome{0};
  std::thread second = CallAttr(5, &second_outcome);
  const FakeServer::Incoming attr = fake_.Receive();
  fake_.AnswerAttr(attr);
  second.join();
  const base::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  wire::Reply reply;
  reply.mutable_open()->mutable_opened()->set_readable(true);
  fake_.Send(open.id, reply, file.get());
  first.join();
  EXPECT_TRUE(first_has_fd.load());
  EXPECT_EQ(second_outcome.load(), 5);
}

TEST_F(GoferClient, NoRoomForADescriptorIsEnfile) {
  Connect();
  std::atomic<int> outcome{0};
  std::thread caller([&] {
    const base::Result<OpenedFile> file = client_->Open({NodeId{1}}, OpenMode::kRead);
    outcome.store(file.ok() ? 0 : file.error().value());
  });
  const FakeServer::Incoming open = fake_.Receive();
  wire::Reply reply;
  reply.mutable_open()->mutable_opened()->set_readable(true);
  std::vector<base::Fd> fill;  // The next number is beyond the limit.
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const base::Fd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const rlimit few{.rlim_cur = static_cast<rlim_t>(next.get()) + 1, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  for (base::Fd one(::dup(0)); one.valid(); one = base::Fd(::dup(0))) {
    fill.push_back(std::move(one));
  }
  fake_.Send(open.id, reply, next.get());
  caller.join();
  fill.clear();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(outcome.load(), ENFILE);
  EXPECT_FALSE(client_->lost());
  std::atomic<int> later{0};
  std::thread again = CallAttr(5, &later);
  fake_.AnswerAttr(fake_.Receive());
  again.join();
  EXPECT_EQ(later.load(), 5);
}

TEST_F(GoferClient, LossEndsEveryCallInFlight) {
  Connect();
  std::atomic<int> outcomes[3] = {};
  std::vector<std::thread> threads;
  for (auto& outcome : outcomes) {
    threads.push_back(CallAttr(1, &outcome));
    fake_.Receive();
  }
  EXPECT_FALSE(client_->lost());
  fake_.Close();
  for (std::thread& thread : threads) thread.join();
  for (auto& outcome : outcomes) EXPECT_EQ(outcome.load(), -EIO);
  EXPECT_TRUE(client_->lost());
  EXPECT_TRUE(client_->GetAttr({NodeId{1}}).Is(EIO));
  client_->Release(NodeId{1});  // Is no trouble either.
}

TEST_F(GoferClient, BadRepliesAreALoss) {
  wire::Reply fine;
  fine.mutable_attr();
  FrameHeader header;
  header.id = 2;
  header.size = 3;
  const std::string with_garbage =
      std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + "\xff\xff\xff";
  const std::vector<std::function<void()>> replies = {
      [&] { fake_.SendRaw("short"); },
      [&] { fake_.SendRaw(with_garbage); },
      [&] { fake_.Send(999, fine); },  // Nobody asked.
      [&] { fake_.SendRaw(std::string(sizeof(header), '\xff')); },
  };
  for (const auto& reply : replies) {
    fake_ = FakeServer();
    Connect();
    std::atomic<int> outcome{0};
    std::thread thread = CallAttr(1, &outcome);
    fake_.Receive();
    reply();
    thread.join();
    EXPECT_EQ(outcome.load(), -EIO);
    EXPECT_TRUE(client_->lost());
  }
}

TEST_F(GoferClient, OtherVersionsAreRefused) {
  client_ = Client::Connect(fake_.TakeClientEnd(), nullptr).value();
  const FakeServer::Incoming hello = fake_.Receive();
  EXPECT_EQ(hello.request.hello().version(), abi::gofer::kVersion);
  wire::Reply reply;
  reply.mutable_hello()->set_version(abi::gofer::kVersion + 1);
  fake_.Send(hello.id, reply);
  EXPECT_TRUE(client_->GetAttr({NodeId{1}}).Is(EIO));
}

TEST_F(GoferClient, ErrorsAreTheServers) {
  Connect();
  std::atomic<int> outcome{0};
  std::thread thread = CallAttr(1, &outcome);
  wire::Reply reply;
  reply.set_error(ESTALE);
  fake_.Send(fake_.Receive().id, reply);
  thread.join();
  EXPECT_EQ(outcome.load(), -ESTALE);
  EXPECT_FALSE(client_->lost());
}

TEST_F(GoferClient, ReleasesTravelWithTheNextRequest) {
  Connect();
  client_->Release(NodeId{11});
  client_->Release(NodeId{12});
  client_->Release(NodeId::kNone);
  std::atomic<int> outcome{0};
  std::thread thread = CallAttr(1, &outcome);
  const FakeServer::Incoming request = fake_.Receive();
  fake_.AnswerAttr(request);
  thread.join();
  ASSERT_EQ(request.request.release_size(), 2);
  EXPECT_EQ(request.request.release(1), 12U);
  // Many without a request go alone.
  for (uint64_t i = 1; i <= 64; ++i) client_->Release(NodeId{i});
  const FakeServer::Incoming alone = fake_.Receive();
  EXPECT_EQ(alone.request.release_size(), 64);
  EXPECT_EQ(alone.request.body_case(), wire::Request::BODY_NOT_SET);
}

// Counts its calls, and lets the test wait for the first.
class CountingHook final : public BlockingHook {
 public:
  void BeginBlocking() override {
    begun.fetch_add(1);
    begun.notify_all();
  }
  void EndBlocking() override { ended.fetch_add(1); }
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
};

TEST_F(GoferClient, LongWaitsAreBracketed) {
  CountingHook hook;
  Connect(&hook);
  std::atomic<int> outcome{0};
  std::thread thread = CallAttr(1, &outcome);
  const FakeServer::Incoming request = fake_.Receive();
  hook.begun.wait(0);  // Nothing comes, so the kernel lock is given up.
  EXPECT_EQ(hook.ended.load(), 0);
  // Who comes while another waits for long does not hold the lock either.
  std::atomic<int> other{0};
  std::thread second = CallAttr(2, &other);
  const FakeServer::Incoming second_request = fake_.Receive();
  hook.begun.wait(1);
  fake_.AnswerAttr(second_request);
  second.join();
  fake_.AnswerAttr(request);
  thread.join();
  EXPECT_EQ(hook.begun.load(), 2);
  EXPECT_EQ(hook.ended.load(), 2);
  EXPECT_EQ(outcome.load(), 1);
  EXPECT_EQ(other.load(), 2);
}

TEST(GoferPairs, ManyThreadsOverOneChannel) {
  HostDir host;
  host.Dir("d");
  host.File("d/f", "shared");
  CountingHook hook;
  std::vector<MountConfig> mounts;
  mounts.push_back(MountAt(host.path(), true));
  ServerThread server(std::move(mounts));
  std::unique_ptr<Client> client = Client::Connect(server.TakeChannel(), &hook).value();
  const NodeId root = client->Attach(0, 1).value()[0].node;
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const std::string own = "own" + std::to_string(t);
      for (int i = 0; i < 200; ++i) {
        const std::string_view names[] = {"d", "f"};
        Walked walked = client->Walk(root, names, {.open = OpenMode::kRead}).value();
        EXPECT_EQ(ReadAll(walked.file.fd), "shared");
        client->Release(walked.entries[0].node);
        EXPECT_TRUE(client->Create(root, own, {.mode = 0600}).ok());
        EXPECT_TRUE(client->Unlink(root, own).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(hook.begun.load(), hook.ended.load());
  ASSERT_TRUE(client->GetAttr({root}).ok());
  client.reset();
}

}  // namespace
}  // namespace gofer
