#include "sentry/socket/outside/host_port.h"

#include <linux/if_packet.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

#include "netstack/wire/bytes.h"

namespace sentry {
namespace {

// Puts a VLAN's tag, which a packet socket tells apart, back into a frame of `size` bytes behind
// its virtio header; its new size, 0: no room.
size_t PutTagBack(std::span<const iovec> frame, size_t size, const tpacket_auxdata& told) {
  constexpr size_t kAddresses = 12, kTag = 4;
  auto* at = static_cast<std::byte*>(frame[1].iov_base);
  if (size < kAddresses || size + kTag > frame[1].iov_len) return 0;
  std::memmove(at + kAddresses + kTag, at + kAddresses, size - kAddresses);
  const bool has_type = (told.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  constexpr unsigned kVlan = 0x8100;
  netstack::Store16(at + kAddresses, has_type ? told.tp_vlan_tpid : kVlan);
  netstack::Store16(at + kAddresses + 2, told.tp_vlan_tci);
  auto* header = static_cast<std::byte*>(frame[0].iov_base);
  auto parsed = netstack::VirtioNetHeader::Parse({header, frame[0].iov_len});
  if (parsed && parsed->NeedsChecksum()) {
    parsed->checksum_start = static_cast<uint16_t>(parsed->checksum_start + kTag);
    parsed->Write(header);
  }
  return size + kTag;
}

}  // namespace

class HostPort::File final : public netstack::FramePort {
 public:
  explicit File(OutsideDevice& device)
      : fd_(std::move(device.file)), kind_(device.kind), header_size_(device.header_size) {}
  int fd() const { return fd_.get(); }
  base::Result<size_t> Read(std::span<const iovec> to) override;
  base::Result<void> Write(std::span<const iovec> frame) override;
  void AwaitRoom() override {}

 private:
  base::Result<size_t> ReadPacket(std::span<const iovec> to);

  const base::Fd fd_;
  const OutsideDevice::Kind kind_;
  const size_t header_size_;
};

base::Result<size_t> HostPort::File::Read(std::span<const iovec> to) {
  if (kind_ == OutsideDevice::Kind::kPacket) return ReadPacket(to);
  if (kind_ == OutsideDevice::Kind::kSocket) {
    msghdr header{};
    header.msg_iov = const_cast<iovec*>(to.data());
    header.msg_iovlen = to.size();
    const ssize_t n = ::recvmsg(fd_.get(), &header, MSG_DONTWAIT);
    if (n < 0) return base::LastErrno();
    // The end, which OnEvents() is told of as well; else a message without a frame.
    if (n == 0) return Errno(EAGAIN);
    return static_cast<size_t>(n);
  }
  // At the file's own position, of which it has none: readv(2) in the Sentry's list of calls.
  const ssize_t n = ::preadv2(fd_.get(), to.data(), static_cast<int>(to.size()), -1, 0);
  if (n < 0) return base::LastErrno();
  return static_cast<size_t>(n);
}

base::Result<size_t> HostPort::File::ReadPacket(std::span<const iovec> to) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(tpacket_auxdata))];
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(to.data());
  header.msg_iovlen = to.size();
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  const ssize_t n = ::recvmsg(fd_.get(), &header, MSG_DONTWAIT);
  if (n < 0) return base::LastErrno();
  const auto size = static_cast<size_t>(n);
  const cmsghdr* c = CMSG_FIRSTHDR(&header);
  if (c == nullptr || c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) return size;
  tpacket_auxdata told;
  std::memcpy(&told, CMSG_DATA(c), sizeof(told));
  if ((told.tp_status & TP_STATUS_VLAN_VALID) == 0 || size < header_size_) return size;
  return header_size_ + PutTagBack(to, size - header_size_, told);
}

base::Result<void> HostPort::File::Write(std::span<const iovec> frame) {
  ssize_t n;
  if (kind_ == OutsideDevice::Kind::kTap) {
    n = ::pwritev2(fd_.get(), frame.data(), static_cast<int>(frame.size()), -1, 0);
  } else {
    msghdr header{};
    header.msg_iov = const_cast<iovec*>(frame.data());
    header.msg_iovlen = frame.size();
    n = ::sendmsg(fd_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  if (n < 0) return base::LastErrno();
  return {};
}

HostPort::HostPort(Kernel& kernel, OutsideDevice& device)
    : kernel_(kernel), name_(device.name), file_(std::make_shared<File>(device)) {}

HostPort::~HostPort() {
  *alive_ = false;
  if (link_ != nullptr) kernel_.reactor().Unwatch(file_->fd());
}

void HostPort::Start(netstack::DeviceLink& link) {
  link_ = &link;
  base::Result<void> watched =
      kernel_.reactor().Watch(file_->fd(), Wanted(), [this](uint32_t events) { OnEvents(events); });
  if (!watched.ok()) {
    std::fprintf(stderr, "sentry: --net: %s: %s\n", name_.c_str(),
                 std::strerror(watched.error().value()));
  }
}

base::Result<size_t> HostPort::Read(std::span<const iovec> to) {
  base::Result<size_t> got = file_->Read(to);
  if (got.ok()) {
    read_any_ = true;
    return got;
  }
  const bool down = got.Is(ENETDOWN);
  Note(got.error());
  return down ? base::Result<size_t>(Errno(EINTR)) : got;
}

base::Result<void> HostPort::Write(std::span<const iovec> frame) {
  return file_->Write(frame);
}

// What a read has failed with.
void HostPort::Note(base::Errno error) {
  if (error.value() == EAGAIN || error.value() == EINTR) return;
  // The interface has been taken down: told once, and it may come up again.
  if (error.value() == ENETDOWN) {
    read_any_ = true;
    return;
  }
  error_ = error.value();
}

uint32_t HostPort::Wanted() const {
  return EPOLLIN | EPOLLRDHUP | (awaits_room_ ? EPOLLOUT : 0u);
}

void HostPort::AwaitRoom() {
  if (awaits_room_ || link_ == nullptr || error_ != 0) return;
  awaits_room_ = true;
  kernel_.reactor().Rearm(file_->fd(), Wanted());
}

struct HostPort::Batch {
  void Read(File& file) {
    for (; count < frames.size(); ++count) {
      const base::Result<size_t> got = file.Read(frames[count].places);
      if (!got.ok()) {
        error = got.error();
        return;
      }
      sizes[count] = *got;
    }
  }

  std::vector<netstack::DeviceLink::Incoming> frames;
  std::array<size_t, kMostFrames> sizes{};
  size_t count = 0;
  base::Errno error{0};
};

// What has come, a few frames at a time.  False: this has gone meanwhile, or all ends.
bool HostPort::ReceiveBatches() {
  Kernel& kernel = kernel_;
  const std::shared_ptr<bool> alive = alive_;
  const std::shared_ptr<File> file = file_;
  for (size_t done = 0; done < netstack::DeviceLink::kBatch;) {
    Batch batch;
    batch.frames = std::exchange(frames_, {});
    batch.frames.resize(expected_);
    for (auto& frame : batch.frames) link_->Prepare(frame);
    kernel.BeginBlocking();
    batch.Read(*file);
    kernel.EndBlocking();
    if (!*alive || kernel.stopping()) return false;
    link_->Hold();
    for (size_t i = 0; i < batch.count; ++i) link_->Take(batch.frames[i], batch.sizes[i]);
    const bool all = batch.count == batch.frames.size();
    read_any_ = read_any_ || batch.count != 0;
    done += std::max<size_t>(batch.count, 1);
    // Memory for as many as there may be; of a device that is idle, for one.
    expected_ = all ? std::min(2 * expected_, kMostFrames) : batch.count + 1;
    batch.frames.resize(std::min(batch.frames.size(), all ? expected_ : 1));
    frames_ = std::move(batch.frames);
    if (!all) Note(batch.error);
    // Readers go on while their data is acknowledged.
    kernel.DrainReady();
    if (!*alive) return false;
    const bool odd = batch.error.value() == EINTR || batch.error.value() == ENETDOWN;
    const std::optional<bool> sent = SendHeld();
    if (!sent) return false;
    // A peer on this machine has sent more within our acknowledging.
    if (!all && !odd && !*sent) return true;
  }
  return true;
}

// What the stack has answered, and whatever else it sends meanwhile: whether there was anything.
// Nothing: this has gone meanwhile.
std::optional<bool> HostPort::SendHeld() {
  bool any = false;
  Kernel& kernel = kernel_;
  const std::shared_ptr<bool> alive = alive_;
  const std::shared_ptr<File> file = file_;
  constexpr int kTurns = 16;  // So that one that always sends does not keep the reactor.
  for (int turn = 0; turn < kTurns; ++turn) {
    netstack::PacketQueue frames = link_->TakeHeld();
    if (frames.empty()) break;
    std::vector<netstack::PacketPtr> sent;
    size_t lost = 0;
    kernel.BeginBlocking();
    while (!frames.empty()) {
      const base::Result<void> written = netstack::DeviceLink::WriteTo(*file, *frames.front());
      if (written.Is(EAGAIN)) break;
      if (!written.ok()) ++lost;
      sent.push_back(frames.Pop());  // Gone with its chunks under the lock.
    }
    kernel.EndBlocking();
    if (!*alive) return std::nullopt;
    while (lost-- != 0) link_->CountUnsent();
    any = any || !sent.empty();
    if (frames.empty()) continue;
    link_->GiveBack(std::move(frames));
    return any;
  }
  link_->GiveBack({});
  return any;
}

void HostPort::OnEvents(uint32_t events) {
  if (std::exchange(awaits_room_, false)) link_->Flush();
  read_any_ = false;
  if (!ReceiveBatches()) return;
  // A device that is gone says so for ever.
  if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0 && !read_any_ && error_ == 0)
    error_ = ENODEV;
  if (error_ != 0) {
    std::fprintf(stderr, "sentry: --net: %s: the device is gone: %s\n", name_.c_str(),
                 std::strerror(error_));
    return;
  }
  kernel_.reactor().Rearm(file_->fd(), Wanted());
}

}  // namespace sentry
