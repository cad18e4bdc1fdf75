// Client::Channel: requests in flight on one socket, and the threads that wait for their replies.
//
// At most one waiting thread, the reader, receives.  It keeps its own reply, hands others to their
// waiters, and passes the role on when it leaves.  No lock is held over a host call, except to wake
// a waiter.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "abi/gofer/gofer.pb.h"
#include "gofer/protocol/client.h"
#include "gofer/protocol/frame.h"
#include "platform/base/mutex.h"

namespace gofer {

class Client::Channel {
 public:
  Channel(base::Fd socket, BlockingHook* hook);
  ~Channel();

  // Prepares the socket and sends the Hello.
  base::Result<void> Start();
  // Sends `request` (adding what is to be released) and waits.  An error in the reply becomes the
  // result.  `more` takes the descriptors behind the first.
  base::Result<base::Fd> Call(wire::Request* request, wire::Reply* reply,
                              std::vector<base::Fd>* more = nullptr) EXCLUDES(mu_);
  // The same for a request that may be made again: as long as there is room to be made.
  base::Result<base::Fd> CallAgain(wire::Request* request, wire::Reply* reply,
                                   std::vector<base::Fd>* more = nullptr) EXCLUDES(mu_);
  void Release(NodeId node) EXCLUDES(mu_);
  bool lost() const { return lost_.load(std::memory_order_acquire); }

 private:
  struct Waiter;
  class Wait;

  base::Result<void> Send(const wire::Request& request, uint64_t id, uint16_t in_flight);
  // As the reader: waits for a frame and delivers it.
  void ReceiveOne(Waiter* self, Wait* wait) EXCLUDES(mu_);
  void Deliver(Frame frame, Waiter* self) EXCLUDES(mu_);
  void AwaitReply(Waiter* self) EXCLUDES(mu_);
  bool AcceptHello(std::span<const std::byte> payload);
  void MarkLost() EXCLUDES(mu_);
  void PassReaderRole(const Waiter* leaving) REQUIRES(mu_);

  const base::Fd socket_;
  BlockingHook* const hook_;
  const std::unique_ptr<std::byte[]> incoming_;  // Of the reader.
  std::atomic<bool> lost_{false};
  std::atomic<bool> slow_phase_{false};  // The last wait was long.

  base::Mutex mu_{base::LockRank::kGoferChannel};
  std::vector<Waiter*> waiters_ GUARDED_BY(mu_);
  bool has_reader_ GUARDED_BY(mu_) = false;
  uint64_t next_id_ GUARDED_BY(mu_) = 2;  // 1 is the Hello's.
  std::vector<uint64_t> released_ GUARDED_BY(mu_);
};

}  // namespace gofer
