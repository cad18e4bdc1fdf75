#include "sentry/socket/outside/device.h"

#include <poll.h>

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "platform/base/log.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/outside/host_port.h"

namespace sentry {

OutsideDevices::OutsideDevices(Kernel& kernel, Network& network, std::vector<OutsideDevice> devices)
    : kernel_(kernel), network_(network) {
  for (OutsideDevice& device : devices) Add(std::move(device));
}

void OutsideDevices::Add(OutsideDevice from) {
  InetStack& stack = InetStack::Of(kernel_, network_);
  netstack::DeviceLink::Options options;
  options.mac.bytes = from.mac;
  options.mtu = static_cast<uint32_t>(from.mtu);
  options.max_mtu = static_cast<uint32_t>(from.max_mtu);
  options.header_size = from.header_size;
  const int file = from.file.get();
  auto owned = std::make_unique<HostPort>(kernel_, from);
  HostPort& port = *owned;
  auto link =
      std::make_unique<netstack::DeviceLink>(options, stack.stack().pool(), std::move(owned));
  netstack::DeviceLink& borrowed = *link;
  stack.PrepareLink(from.name, std::move(link));
  NetDevice device;
  device.name = from.name;
  device.flags = abi::kIffBroadcast | abi::kIffMulticast | abi::kIffUp;
  device.mtu = from.mtu;
  device.max_mtu = from.max_mtu;
  device.address = from.mac;
  device.broadcast.fill(0xff);
  Result<NetDevice*> added = network_.Add(std::move(device));
  if (!added.ok()) {
    LOG_ERROR("outside: %s cannot be added", from.name.c_str());
    return;
  }
  const int32_t index = (*added)->index;
  for (InterfaceAddress& address : from.addresses) {
    address.device = index;
    (void)network_.Add(address, false);
  }
  for (Route& route : from.routes) {
    route.device = index;
    if (!network_.Add(route, {}).ok()) LOG_ERROR("outside: %s: a route fails", from.name.c_str());
  }
  opened_.push_back({file, &borrowed, port.alive()});
  port.Start(borrowed);
}

// Closed by the guest, and not yet all at the other side.
bool OutsideDevices::Unacknowledged() {
  for (const auto& connection : InetStack::Of(kernel_, network_).net().ListTcp()) {
    const auto state = static_cast<netstack::TcpState>(connection.row.state);
    if (connection.local.addr.IsLoopback()) continue;
    if (state == netstack::TcpState::kFinWait1 || state == netstack::TcpState::kClosing ||
        state == netstack::TcpState::kLastAck) {
      return true;
    }
  }
  return false;
}

void OutsideDevices::Finish(MonoTime deadline) {
  constexpr int64_t kTick = 10'000'000;  // Nobody runs the timers any more.
  netstack::Stack& stack = InetStack::Of(kernel_, network_).stack();
  while (MonotonicNow() < deadline && Unacknowledged()) {
    std::erase_if(opened_, [](const Opened& one) { return !*one.alive; });
    std::vector<pollfd> waiting;
    for (const Opened& one : opened_) waiting.push_back({one.file, POLLIN, 0});
    const timespec time{0, kTick};
    // The reactor may be in the midst of a batch, and ends once it has the lock.
    kernel_.lock().Unlock();
    const int polled = ::ppoll(waiting.data(), waiting.size(), &time, nullptr);
    kernel_.lock().Lock();
    if (polled < 0) return;
    for (const Opened& one : opened_) {
      one.link->Flush();
      (void)one.link->Receive();
    }
    stack.RunTimers();
  }
}

}  // namespace sentry
