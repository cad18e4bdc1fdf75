// The receive queues of AF_UNIX sockets: one stream of bytes with ancillary data at places in it,
// or a list of datagrams.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <vector>

#include "sentry/kernel/byte_ring.h"
#include "sentry/socket/message.h"
#include "sentry/socket/unix/unix_registry.h"

namespace sentry {

// Bytes, and who sent which of them.  A read never mixes bytes of different senders when the
// reader wants to know them (SO_PASSCRED), and ends with the bytes that descriptors came with.
class UnixStreamQueue {
 public:
  explicit UnixStreamQueue(MemoryBudget& budget) : ring_(budget) {}

  size_t size() const { return ring_.size(); }
  bool empty() const { return ring_.empty(); }
  // Takes at most `max` bytes; `rights` belong to them when any were taken.
  Result<size_t> Put(IoSource& source, size_t max, const abi::Ucred& sender, UnixRights& rights);
  struct TakeRules {
    bool peek = false;
    size_t peek_offset = 0;
    bool one_sender = false;
  };
  Result<size_t> Take(IoSink& sink, TakeRules rules, ControlData& control);
  template <typename F>
  void ForEachRight(F f) const {
    for (const Passed& passed : passed_) {
      for (const Ref<FileDescription>& file : passed.rights.files()) f(*file);
    }
  }
  void TakeRights(std::vector<Ref<FileDescription>>& to);

 private:
  struct Passed {
    uint64_t begin, end;  // Of the bytes that they came with.
    UnixRights rights;
  };
  struct Sender {
    uint64_t begin;  // From here on.
    abi::Ucred credentials;
  };
  const abi::Ucred& SenderAt(uint64_t position) const;
  size_t BytesOfOneSender(uint64_t position) const;
  void Forget();  // What lies behind the first byte now.

  ByteRing ring_;
  uint64_t first_ = 0;  // Position of the ring's first byte in the stream.
  std::list<Passed> passed_;
  std::vector<Sender> senders_;
};

// What a sender has in other sockets' queues; outlives the sender.
struct UnixSendAccount final : RefCounted {
  size_t used = 0;
  base::WaitQueue* writable = nullptr;  // The sender's; null when it is gone.
  size_t limit = 0;                     // SO_SNDBUF of the sender.
  bool Writable() const { return used * 4 <= limit; }
};

struct UnixDatagram {
  UnixDatagram(MemoryBudget& budget, Ref<UnixSendAccount> account, size_t charge);
  ~UnixDatagram();
  UnixDatagram(const UnixDatagram&) = delete;
  UnixDatagram& operator=(const UnixDatagram&) = delete;

  std::vector<std::byte> data;
  SocketAddress from;
  abi::Ucred sender{};
  UnixRights rights;

 private:
  MemoryBudget& budget_;
  Ref<UnixSendAccount> account_;
  const size_t charge_;
};

}  // namespace sentry
