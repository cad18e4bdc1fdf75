// A link to a device of the host: virtio headers and frames as anybody may write them, and what the
// link makes of frames that go.  Input: the size of the header, then frames behind two octets of
// length each; every other one is sent.
//
// needs: netstack
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "netstack/link/device.h"
#include "netstack/netstack.h"

namespace {

using namespace netstack;

class FuzzEnvironment final : public Environment {
 public:
  Time Now() override { return 1000 * kSecond; }
  Time WallTime() override { return 0; }
  void Random(std::span<std::byte> out) override {
    for (std::byte& b : out) b = std::byte{4};
  }
  void WakeAt(Time) override {}
};

class FuzzPort final : public FramePort {
 public:
  explicit FuzzPort(std::span<const std::byte>& next) : next_(next) {}
  Result<size_t> Read(std::span<const iovec> to) override {
    if (next_.empty()) return base::Errno(EAGAIN);
    size_t done = 0;
    for (const iovec& piece : to) {
      const size_t n = std::min(piece.iov_len, next_.size() - done);
      if (n != 0) std::memcpy(piece.iov_base, next_.data() + done, n);
      done += n;
    }
    next_ = {};
    return done;
  }
  Result<void> Write(std::span<const iovec> frame) override {
    size_t size = 0;
    for (const iovec& piece : frame) size += piece.iov_len;
    if (size > 70000) __builtin_trap();
    return {};
  }
  void AwaitRoom() override { __builtin_trap(); }

 private:
  std::span<const std::byte>& next_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  FuzzEnvironment environment;
  NetStack net(environment);
  net.AddLoopback();
  std::span<const std::byte> next;
  DeviceLink::Options options;
  options.mac = {{2, 0, 0, 0, 0, 1}};
  constexpr size_t kSizes[] = {0, VirtioNetHeader::kSize, VirtioNetHeader::kLongSize};
  options.header_size = kSizes[data[0] % 3];
  auto owned =
      std::make_unique<DeviceLink>(options, net.stack().pool(), std::make_unique<FuzzPort>(next));
  DeviceLink& link = *owned;
  Interface& device = **net.stack().AddInterface("eth0", std::move(owned));
  (void)net.stack().SetFlags(device, abi::kIffUp, abi::kIffUp);
  InterfaceAddress own;
  own.addr = IpAddress::V4(0xc0000201);
  own.prefix = 24;
  (void)net.stack().AddAddress(device, own);
  std::span<const std::byte> rest(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  for (bool out = false; rest.size() > 2; out = !out) {
    const size_t length = std::min<size_t>(Load16(rest.data()), rest.size() - 2);
    next = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    if (!out) {
      (void)link.Receive();
      continue;
    }
    // As a frame that came with a header, and goes out again.
    std::optional<VirtioNetHeader> header = VirtioNetHeader::Parse(next);
    if (!header) continue;
    PacketPtr frame = Packet::FromBytes(net.stack().pool(), next.subspan(VirtioNetHeader::kSize));
    if (frame == nullptr || frame->size() / (header->gso_size | 1u) > 500) continue;
    frame->gso_size = header->gso_size;
    if (header->NeedsChecksum()) frame->checksum = ChecksumState::kPartial;
    net.stack().FindInterface("eth0")->SendFrame(std::move(frame));
  }
  return 0;
}
