// OutsideFlow: an endpoint of the gateway's stack, which the guest takes for the far side, and the
// host's socket that is its other half.  Bytes go from one to the other as both have room.
#pragma once

#include <vector>

#include "netstack/netstack.h"
#include "platform/base/fd.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

class Gateway;
using base::Ref;
using base::RefCounted;

class OutsideFlow : public RefCounted, public netstack::EndpointObserver {
 public:
  uint64_t id() const { return id_; }
  // The host's half; from now on it is watched.
  void Open(base::Fd host);
  // Both halves go; the gateway forgets it.  `error`: told to the far side as a reset.
  void End(int error);
  void OnReady(uint32_t events) override;

 protected:
  OutsideFlow(Gateway& gateway, uint64_t id) : gateway_(gateway), id_(id) {}
  ~OutsideFlow() override;

  // Moves what can be moved.  Within a call into the gateway's stack.
  virtual void Pump() = 0;
  virtual netstack::Endpoint* endpoint() = 0;
  // Of the host's half: events that Pump() waits for.
  void Await(uint32_t epoll_events);

  Gateway& gateway_;
  const uint64_t id_;
  base::Fd host_;
  bool ended_ = false;

 private:
  bool queued_ = false;
};

class TcpOutsideFlow final : public OutsideFlow {
 public:
  TcpOutsideFlow(Gateway& gateway, uint64_t id, const netstack::TcpTuple& tuple)
      : OutsideFlow(gateway, id), tuple_(tuple) {}
  const netstack::TcpTuple& tuple() const { return tuple_; }
  // The guest's connection is there.
  void Attach(netstack::Ref<netstack::TcpEndpoint> endpoint);
  bool attached() const { return tcp_ != nullptr; }
  // The host has not taken all that the guest has sent.
  bool unsent() const { return attached() && !out_.empty(); }
  int host() const { return host_.get(); }
  // The far side has broken off.
  void Break();
  // A client from outside: connects to the guest.
  void Dial(netstack::Ref<netstack::TcpEndpoint> endpoint, const netstack::SocketAddr& guest);

 private:
  void Pump() override;
  bool FinishDialling();
  void PumpOut(uint32_t& await);
  void PumpIn(uint32_t& await);
  Result<size_t> Write();
  bool Read(uint32_t& await);
  netstack::Endpoint* endpoint() override { return tcp_.get(); }

  const netstack::TcpTuple tuple_;
  netstack::Ref<netstack::TcpEndpoint> tcp_;
  netstack::SocketAddr dialled_;
  bool dialling_ = false, out_ended_ = false, in_ended_ = false;
  std::vector<netstack::View> out_;  // Taken from the guest, not yet written.
  netstack::View in_;                // Read from the host, not yet taken by the guest's side.
};

class UdpOutsideFlow final : public OutsideFlow {
 public:
  UdpOutsideFlow(Gateway& gateway, uint64_t id, netstack::Ref<netstack::UdpEndpoint> endpoint);
  // The broker has refused: what the guest sends is answered with that error until the flow is
  // forgotten.
  void Refuse(int error);

 private:
  void Pump() override;
  netstack::Endpoint* endpoint() override { return udp_.get(); }
  void TellGuest(int error);
  void Forget() { End(0); }

  netstack::Ref<netstack::UdpEndpoint> udp_;
  Timer forget_;
  int refused_ = 0;  // errno
};

}  // namespace sentry
