// Flows: one connection each, or the datagrams between two ends.
#pragma once

#include <array>
#include <memory>

#include "gofer/broker/audit.h"
#include "gofer/broker/dns_forwarder.h"
#include "gofer/broker/limits.h"
#include "gofer/broker/loop.h"
#include "gofer/broker/relay.h"
#include "gofer/protocol/broker.h"
#include "platform/base/fd.h"

namespace gofer {

// What a flow may ask of the broker.
class FlowOwner {
 public:
  virtual void Tell(const BrokerMessage& message, const base::Fd* descriptor) = 0;
  // Destroys the flow; not from within its constructor.
  virtual void End(uint64_t id) = 0;
  virtual Meter& meter() = 0;

 protected:
  ~FlowOwner() = default;
};

class Flow {
 public:
  Flow(Loop& loop, FlowOwner& owner, uint64_t id, FlowRecord record)
      : loop_(loop), owner_(owner), id_(id), record_(std::move(record)) {}
  virtual ~Flow() = default;
  virtual void Shutdown() {}
  // The Sentry is through with it.  False: there is still something to do; it ends by itself.
  virtual bool Close() { return true; }
  virtual void Reset() {}  // The far side is to see that it broke off.
  // Whether policy and limits are about it: the resolver's own are exempt.
  virtual bool limited() const { return true; }
  // Both sides are to see that it broke off, for this reason.
  virtual void Cut(const char* why);
  // Counts what went by; then the record is written.
  virtual void Count(FlowRecord&) {}
  FlowRecord& record() { return record_; }
  const FlowRecord& record() const { return record_; }
  bool untaken = false;  // Of a published port, and the Sentry has not answered yet.

 protected:
  // kConnected with `descriptor`; kFailed, and the end.
  void Connected(const base::Fd& descriptor);
  void Failed(int error);
  void TellFailed(int error);

  Loop& loop_;
  FlowOwner& owner_;
  const uint64_t id_;
  FlowRecord record_;
};

class TcpFlow final : public Flow {
 public:
  // `share`: the Sentry may get the socket itself.
  TcpFlow(Loop& loop, FlowOwner& owner, uint64_t id, FlowRecord record, bool share)
      : Flow(loop, owner, id, std::move(record)), share_(share) {}
  ~TcpFlow() override;
  void Start();  // Connects to the record's address.
  // Came in from there.  What the Sentry is to get.
  base::Result<base::Fd> Adopt(base::Fd connected);
  void Shutdown() override;
  bool Close() override;
  void Reset() override;
  void Cut(const char* why) override;
  void Count(FlowRecord& record) override;

 private:
  void OnWritable();
  // The socket itself if it is bound to its peer, else one end of a pair.
  base::Result<base::Fd> Share();
  void OnRelayEnd(int error);

  base::Fd socket_;
  const bool share_;
  bool locked_ = false;
  bool closed_ = false;  // The Sentry's word.
  void BePatient();

  Loop::Token patience_ = 0;
  uint64_t moved_ = 0;  // Of relay_, when that was armed.
  std::unique_ptr<Relay> relay_;
};

// Datagrams go through the broker: whoever holds a UDP socket can send anywhere with it, however
// it is connected.  The Sentry gets one end of a socket pair.
class UdpFlow final : public Flow {
 public:
  using Flow::Flow;
  ~UdpFlow() override;
  void Start();

 private:
  void OnInside();
  void OnOutside();
  // False: the limits allow nothing now; `then` is called when they do.
  bool MayCarry(Way way, void (UdpFlow::*then)());
  void TellError(int error);
  void CheckIdle();

  base::Fd outside_, inside_;
  Loop::Token idle_ = 0;
  int64_t last_used_ = 0;
};

// The resolver that the guest sees.
class DnsFlow final : public Flow {
 public:
  DnsFlow(Loop& loop, FlowOwner& owner, uint64_t id, FlowRecord record, DnsForwarder& forwarder)
      : Flow(loop, owner, id, std::move(record)), forwarder_(forwarder) {}
  ~DnsFlow() override;
  bool limited() const override { return false; }
  void Start();

 private:
  void OnInside();
  DnsForwarder& forwarder_;
  // Shared with answers that are under way.
  std::shared_ptr<base::Fd> inside_;
  Loop::Token idle_ = 0;
};

constexpr int kDatagramBatch = 64;  // Datagrams at a time, so that no flow starves the others.
constexpr int64_t kIdleMilliseconds = 120'000, kCheckMilliseconds = 30'000;
// One thread: one buffer.
inline std::array<char, 65536> datagram_buffer;

// A pair of datagram sockets; the first is the broker's.
base::Result<std::pair<base::Fd, base::Fd>> MakePair();

}  // namespace gofer
