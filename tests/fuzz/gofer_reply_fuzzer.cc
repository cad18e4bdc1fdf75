// Replies of a Gofer that went wrong, to each request that the Sentry makes.  The client must give
// a value that makes sense or an error, and never wait for ever.
//
// needs: gofer_protocol
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "abi/gofer/framing.h"
#include "abi/gofer/gofer.pb.h"
#include "gofer/protocol/client.h"
#include "gofer/protocol/frame.h"
#include "platform/base/log.h"

namespace {

using gofer::Client;
using gofer::NodeId;

// Queues a frame that the client will find when it waits.
void Send(int socket, uint64_t id, const std::string& payload, int fd = -1) {
  gofer::FrameHeader header;
  header.id = id;
  [[maybe_unused]] const base::Result<void> sent =
      gofer::SendFrame(socket, header, std::as_bytes(std::span(payload)), fd);
}

void SendHello(int socket) {
  gofer::wire::Reply reply;
  reply.mutable_hello()->set_version(abi::gofer::kVersion);
  reply.mutable_hello()->set_max_request_size(abi::gofer::kMaxRequestSize);
  reply.mutable_hello()->set_mount_count(1);
  Send(socket, 1, reply.SerializeAsString());
}

void CheckName(const std::string& name) {
  CHECK(!name.empty() && name.size() <= gofer::kMaxNameLength);
  CHECK(name.find('/') == std::string::npos && name != "." && name != "..");
}

void Call(Client& client, uint8_t which) {
  const gofer::Target target{.node = NodeId{7}, .name = "f"};
  const std::array<std::string_view, 2> names = {"a", "b"};
  switch (which % 12) {
    case 0:
      (void)client.Attach(0, 1);
      break;
    case 1: {
      const auto walked = client.Walk(NodeId{7}, names, {.open = gofer::OpenMode::kRead});
      if (walked.ok()) CHECK(walked->entries.size() <= names.size());
      break;
    }
    case 2:
      (void)client.Open(target, gofer::OpenMode::kBest);
      break;
    case 3: {
      const auto page = client.ReadDir(NodeId{7}, 0, true);
      if (!page.ok()) break;
      for (const gofer::DirEntry& entry : page->entries) CheckName(entry.name);
      break;
    }
    case 4:
      (void)client.Create(NodeId{7}, "f", {});
      break;
    case 5:
      (void)client.Mkdir(NodeId{7}, "f", 0755, {});
      break;
    case 6:
      (void)client.GetAttr(target);
      break;
    case 7:
      (void)client.StatFs(NodeId{7});
      break;
    case 8: {
      const auto link = client.ReadLink(target);
      if (link.ok()) CHECK(link->size() <= gofer::kMaxLinkTarget);
      break;
    }
    case 9:
      (void)client.GetXattr(target, "user.a");
      break;
    case 10:
      (void)client.ListXattr(target);
      break;
    default:
      (void)client.Rename(NodeId{7}, "a", NodeId{8}, "b", 0);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider from(data, size);
  int ends[2];
  CHECK(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  base::Fd ours(ends[0]);
  auto client = Client::Connect(base::Fd(ends[1]), nullptr);
  if (!client.ok()) return 0;
  SendHello(ours.get());
  const auto which = from.ConsumeIntegral<uint8_t>();
  const bool with_fd = from.ConsumeBool();
  const uint64_t id =
      from.ConsumeIntegralInRange<uint64_t>(0, 7) == 0 ? from.ConsumeIntegral<uint64_t>() : 2;
  if (from.ConsumeIntegralInRange(0, 7) == 0) {
    const std::string raw = from.ConsumeRemainingBytesAsString();
    (void)!::send(ours.get(), raw.data(), raw.size(), MSG_NOSIGNAL);
  } else {
    Send(ours.get(), id, from.ConsumeRemainingBytesAsString(), with_fd ? STDIN_FILENO : -1);
  }
  ::shutdown(ours.get(), SHUT_WR);  // What does not come now never comes.
  Call(**client, which);
  return 0;
}
