// CaptureFile: the frames of interfaces in pcapng (draft-ietf-opsawg-pcapng), as tcpdump and
// wireshark read it.
#pragma once

#include <functional>
#include <list>
#include <span>
#include <vector>

#include "netstack/stack/interface.h"

namespace netstack {

class CaptureFile {
 public:
  // `write` gets whole blocks, in order.
  using Write = std::function<void(std::span<const std::byte>)>;
  CaptureFile(Environment& environment, Write write);
  // From now on what goes through it.  The capture outlives the interface.
  void Watch(Interface& interface);

 private:
  class Watched final : public PacketTap {
   public:
    Watched(CaptureFile& file, uint32_t number) : file_(file), number_(number) {}
    void Tap(Interface& interface, const Packet& packet, size_t link_header_size) override {
      file_.Add(number_, interface, packet, link_header_size);
    }

   private:
    CaptureFile& file_;
    const uint32_t number_;
  };
  void Add(uint32_t number, Interface& interface, const Packet& packet, size_t link_header_size);
  void WriteBlock(uint32_t type);

  Environment& environment_;
  const Write write_;
  std::vector<std::byte> body_;  // Of the block that is made.
  std::vector<std::byte> block_;
  std::list<Watched> taps_;
};

}  // namespace netstack
