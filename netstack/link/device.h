// DeviceLink: a link whose other end is a device of the host that reads and writes frames: a TAP, a
// packet socket, a socket to another stack.  It turns super-segments and open checksums into the
// virtio header of what is behind it, or does their work itself where there is none.
//
// What comes in is hostile: every length is checked, and what does not fit is counted and dropped.
#pragma once

#include <sys/uio.h>

#include <memory>
#include <span>

#include "netstack/link/link.h"
#include "netstack/wire/virtio_net.h"
#include "platform/base/result.h"

namespace netstack {

using base::Result;

// The host's side: one frame a call, behind its virtio header if there is one.  Never waits.
class FramePort {
 public:
  virtual ~FramePort() = default;
  // As readv(2); what does not fit is cut off.  EAGAIN: nothing is there.
  virtual Result<size_t> Read(std::span<const iovec> to) = 0;
  // EAGAIN: it has no room; asks AwaitRoom() for DeviceLink::Flush().
  virtual Result<void> Write(std::span<const iovec> frame) = 0;
  virtual void AwaitRoom() = 0;
};

// What the virtio header tells of a frame of Ethernet that the stack sends.  False: it cannot be
// told.
bool DescribeFrame(Packet& frame, VirtioNetHeader& header);
// The reverse for one that comes: what is known of its checksum and size.  Datagrams that were
// joined stay joined.  False: the header does not fit the frame.
bool ApplyHeader(Packet& frame, const VirtioNetHeader& header);

class DeviceLink final : public Link {
 public:
  struct Options {
    MacAddress mac;
    uint32_t mtu = 1500, max_mtu = 65521;
    // In front of every frame: 0, or VirtioNetHeader::kSize or kLongSize.
    size_t header_size = 0;
  };
  struct Counters {
    uint64_t malformed = 0, no_memory = 0, overrun = 0, unsent = 0;
  };
  static constexpr int kBatch = 64;            // Frames read before others have their turn.
  static constexpr size_t kMostQueued = 1000;  // Frames that wait for room; more are dropped.
  static constexpr size_t kMostQueuedBytes = 8 << 20;

  // `pool` outlives it.
  DeviceLink(const Options& options, BufferPool& pool, std::unique_ptr<FramePort> port)
      : options_(options), pool_(pool), port_(std::move(port)) {}

  LinkKind kind() const override { return LinkKind::kEthernet; }
  MacAddress mac() const override { return options_.mac; }
  uint32_t mtu() const override { return options_.mtu; }
  uint32_t max_mtu() const override { return options_.max_mtu; }
  // Where the device does not split and sum, Send() does.
  uint32_t gso_max() const override { return 65535; }
  bool checksum_offload() const override { return true; }
  void Attach(LinkSink* sink) override { sink_ = sink; }
  void Send(PacketPtr frame) override;

  // Frames are there: takes up to kBatch.  False: they are used up, or the port is broken; true:
  // there may be more.  Within the stack's lock, as all of it.
  bool Receive();
  // The port has room again.
  void Flush();
  const Counters& counters() const { return counters_; }

  // The same in steps for a port that gives the stack's lock up while it calls the host.
  // A frame is read into the places that Prepare() makes (again, if it was used), and taken.
  struct Incoming {
    std::array<std::byte, VirtioNetHeader::kLongSize> header;
    std::array<std::byte, 64> overflow;  // A frame may be longer than a chunk by its link header.
    ChunkRef chunk;                      // Null: there was no memory for it.
    std::array<iovec, 3> places;
  };
  void Prepare(Incoming& frame);
  void Take(Incoming& frame, size_t size);
  // From now on what is sent waits, for TakeHeld(): whoever calls that writes it (WriteTo) and
  // gives back what found no room, after which nothing is held.
  void Hold() { held_ = true; }
  PacketQueue TakeHeld();
  void GiveBack(PacketQueue unsent);
  // Needs no lock.  EAGAIN: there was no room.
  static Result<void> WriteTo(FramePort& port, const Packet& frame);
  void CountUnsent() { counters_.unsent++; }

 private:
  View Keep(Incoming& from, size_t size);
  PacketPtr Join(Incoming& from, size_t size);
  void Take(PacketPtr frame, const VirtioNetHeader& header);
  void Queue(PacketPtr frame);
  bool Write(const Packet& frame);  // False: no room.
  void Deliver(PacketPtr frame);

  const Options options_;
  BufferPool& pool_;
  LinkSink* sink_ = nullptr;
  Incoming next_;        // What Receive() reads into.
  PacketQueue waiting_;  // Not empty: AwaitRoom() was called, unless it is held.
  bool held_ = false;
  Counters counters_;
  std::unique_ptr<FramePort> port_;  // First to go.
};

}  // namespace netstack
