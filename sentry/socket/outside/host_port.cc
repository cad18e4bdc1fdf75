#include "sentry/socket/outside/host_port.h"

#include <linux/if_packet.h>
#include <sys/epoll.h>
#include <sys/uio.h>

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

HostPort::HostPort(Kernel& kernel, OutsideDevice& device)
    : kernel_(kernel),
      name_(device.name),
      file_(std::move(device.file)),
      kind_(device.kind),
      header_size_(device.header_size) {}

HostPort::~HostPort() {
  *alive_ = false;
  if (link_ != nullptr) kernel_.reactor().Unwatch(file_.get());
}

void HostPort::Start(netstack::DeviceLink& link) {
  link_ = &link;
  base::Result<void> watched =
      kernel_.reactor().Watch(file_.get(), Wanted(), [this](uint32_t events) { OnEvents(events); });
  if (!watched.ok()) {
    std::fprintf(stderr, "sentry: --net: %s: %s\n", name_.c_str(),
                 std::strerror(watched.error().value()));
  }
}

base::Result<size_t> HostPort::Read(std::span<const iovec> to) {
  const int count = static_cast<int>(to.size());
  base::Result<size_t> got = Errno(EAGAIN);
  if (kind_ == OutsideDevice::Kind::kPacket) {
    got = ReadPacket(to);
  } else if (kind_ == OutsideDevice::Kind::kSocket) {
    msghdr header{};
    header.msg_iov = const_cast<iovec*>(to.data());
    header.msg_iovlen = to.size();
    const ssize_t n = ::recvmsg(file_.get(), &header, MSG_DONTWAIT);
    if (n < 0) got = base::LastErrno();
    // The end, which OnEvents() is told of as well; else a message without a frame.
    if (n > 0) got = static_cast<size_t>(n);
  } else {
    // At the file's own position, of which it has none: readv(2) in the Sentry's list of calls.
    const ssize_t n = ::preadv2(file_.get(), to.data(), count, -1, 0);
    if (n < 0) got = base::LastErrno();
    if (n >= 0) got = static_cast<size_t>(n);
  }
  if (got.ok()) {
    read_any_ = true;
  } else if (!got.Is(EAGAIN) && !got.Is(EINTR)) {
    // The interface has been taken down: told once, and it may come up again.
    if (got.Is(ENETDOWN)) {
      read_any_ = true;
      return Errno(EINTR);
    }
    error_ = got.error().value();
  }
  return got;
}

base::Result<size_t> HostPort::ReadPacket(std::span<const iovec> to) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(tpacket_auxdata))];
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(to.data());
  header.msg_iovlen = to.size();
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  const ssize_t n = ::recvmsg(file_.get(), &header, MSG_DONTWAIT);
  if (n < 0) return base::LastErrno();
  const auto size = static_cast<size_t>(n);
  const cmsghdr* c = CMSG_FIRSTHDR(&header);
  if (c == nullptr || c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) return size;
  tpacket_auxdata told;
  std::memcpy(&told, CMSG_DATA(c), sizeof(told));
  if ((told.tp_status & TP_STATUS_VLAN_VALID) == 0 || size < header_size_) return size;
  return header_size_ + PutTagBack(to, size - header_size_, told);
}

base::Result<void> HostPort::Write(std::span<const iovec> frame) {
  ssize_t n;
  if (kind_ == OutsideDevice::Kind::kTap) {
    n = ::pwritev2(file_.get(), frame.data(), static_cast<int>(frame.size()), -1, 0);
  } else {
    msghdr header{};
    header.msg_iov = const_cast<iovec*>(frame.data());
    header.msg_iovlen = frame.size();
    n = ::sendmsg(file_.get(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  if (n < 0) return base::LastErrno();
  return {};
}

uint32_t HostPort::Wanted() const {
  return EPOLLIN | EPOLLRDHUP | (awaits_room_ ? EPOLLOUT : 0u);
}

void HostPort::AwaitRoom() {
  if (awaits_room_ || link_ == nullptr || error_ != 0) return;
  awaits_room_ = true;
  kernel_.reactor().Rearm(file_.get(), Wanted());
}

void HostPort::OnEvents(uint32_t events) {
  if (std::exchange(awaits_room_, false)) link_->Flush();
  read_any_ = false;
  (void)link_->Receive();
  // A device that is gone says so for ever.
  if ((events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)) != 0 && !read_any_ && error_ == 0)
    error_ = ENODEV;
  if (error_ != 0) {
    std::fprintf(stderr, "sentry: --net: %s: the device is gone: %s\n", name_.c_str(),
                 std::strerror(error_));
    return;
  }
  kernel_.reactor().Rearm(file_.get(), Wanted());
}

}  // namespace sentry
