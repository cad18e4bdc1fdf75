#include "sentry/socket/network.h"

#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "sentry/kernel/namespaces.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

// What user space may change (netdevice(7)); IFF_UP aside.
constexpr uint32_t kSettableFlags =
    abi::kIffDebug | abi::kIffNoarp | abi::kIffPromisc | abi::kIffAllmulti | abi::kIffMulticast;
constexpr uint32_t kUpFlags = abi::kIffUp | abi::kIffRunning | abi::kIffLowerUp;
constexpr int64_t kMaxMtu = 65535;
constexpr size_t kMaxDevices = 1024;

// dev_valid_name() of Linux.
bool IsValidName(std::string_view name) {
  if (name.empty() || name.size() >= abi::kIfNameSize || name == "." || name == "..") return false;
  return name.find_first_of("/: \t\n\v\f\r") == std::string_view::npos;
}

// RFC 4291, appendix A: the interface identifier from an Ethernet address.
IpAddress LinkLocalOf(const NetDevice& device) {
  IpAddress address{abi::kAfInet6, {}};
  address.bytes[0] = 0xfe;
  address.bytes[1] = 0x80;
  for (size_t i = 0; i < 3; ++i) {
    address.bytes[8 + i] = device.address[i];
    address.bytes[13 + i] = device.address[3 + i];
  }
  address.bytes[8] ^= 2;
  address.bytes[11] = 0xff;
  address.bytes[12] = 0xfe;
  return address;
}

}  // namespace

bool NetDevice::IsLoopback() const {
  return (flags & abi::kIffLoopback) != 0;
}
bool NetDevice::IsUp() const {
  return (flags & abi::kIffUp) != 0;
}

Network::Network() {
  NetDevice lo;
  lo.index = 1;
  lo.name = "lo";
  lo.flags = abi::kIffLoopback;
  lo.mtu = 65536;
  lo.type = abi::kArphrdLoopback;
  devices_[lo.index] = lo;
}

Network::~Network() {
  outside_owner.reset();
  plane_owner.reset();
}

NetDevice* Network::Find(int32_t index) {
  auto found = devices_.find(index);
  return found == devices_.end() ? nullptr : &found->second;
}

NetDevice* Network::Find(std::string_view name) {
  for (auto& [index, device] : devices_) {
    if (device.name == name) return &device;
  }
  return nullptr;
}

Result<NetDevice*> Network::Add(NetDevice device) {
  if (!IsValidName(device.name)) return Errno(EINVAL);
  if (Find(device.name) != nullptr) return Errno(EEXIST);
  if (devices_.size() >= kMaxDevices) return Errno(ENOMEM);
  if (device.index == 0) {
    device.index = devices_.rbegin()->first + 1;
  } else if (devices_.count(device.index) != 0) {
    return Errno(EBUSY);
  }
  NetDevice& kept = devices_[device.index] = std::move(device);
  const bool up = kept.IsUp();
  kept.flags &= ~kUpFlags;
  Tell([&kept](NetworkObserver& o) { o.OnLink(kept, false); });
  if (up) SetFlags(kept, kept.flags | abi::kIffUp);
  return &kept;
}

void Network::Remove(int32_t index) {
  NetDevice* device = Find(index);
  if (device == nullptr) return;
  SetFlags(*device, device->flags & ~abi::kIffUp);
  const std::vector<InterfaceAddress> all(addresses_);
  for (const InterfaceAddress& address : all) {
    if (address.device == index) (void)Remove(address);
  }
  NetDevice gone = std::move(*device);
  devices_.erase(index);
  Tell([&gone](NetworkObserver& o) { o.OnLink(gone, true); });
}

void Network::Changed(const NetDevice& device) {
  Tell([&device](NetworkObserver& o) { o.OnLink(device, false); });
}

void Network::SetFlags(NetDevice& device, uint32_t flags) {
  const bool was_up = device.IsUp(), up = (flags & abi::kIffUp) != 0;
  device.flags = (device.flags & ~kSettableFlags) | (flags & kSettableFlags);
  if (up && !was_up) {
    BringUp(device);
  } else if (!up && was_up) {
    TakeDown(device);
  } else {
    Changed(device);
  }
}

void Network::BringUp(NetDevice& device) {
  device.flags |= kUpFlags;
  Changed(device);
  InterfaceAddress address;
  address.device = device.index;
  address.flags = abi::kIfaFPermanent;
  if (device.IsLoopback()) {
    address.scope = abi::kRtScopeHost;
    address.local = address.peer = IpAddress::V4(127, 0, 0, 1);
    address.prefix_length = 8;
    address.label = device.name;
    (void)Add(address, false);
    address.local = address.peer = IpAddress::Loopback6();
    address.prefix_length = 128;
    address.label.clear();
    address.protocol = 1;  // IFAPROT_KERNEL_LO
  } else if (device.type == abi::kArphrdEther) {
    address.scope = abi::kRtScopeLink;
    address.local = address.peer = LinkLocalOf(device);
    address.prefix_length = 64;
    address.protocol = 3;  // IFAPROT_KERNEL_LL
  }
  if (!address.local.Empty()) (void)Add(address, false);
  for (const InterfaceAddress& kept : std::vector(addresses_)) {
    if (kept.device == device.index) AddRoutesOf(kept);
  }
}

// IPv4 addresses stay, IPv6 ones go (fib_disable_ip() and addrconf_ifdown() of Linux).
void Network::TakeDown(NetDevice& device) {
  const std::vector<InterfaceAddress> all(addresses_);
  for (const InterfaceAddress& address : all) {
    if (address.device != device.index) continue;
    if (address.local.family == abi::kAfInet6) (void)Remove(address);
  }
  device.flags &= ~kUpFlags;
  RemoveRoutesIf([&device](const Route& route) { return route.device == device.index; });
  Changed(device);
}

Result<void> Network::Rename(NetDevice& device, std::string_view name) {
  if (!IsValidName(name)) return Errno(EINVAL);
  if (device.name == name) return {};
  if (Find(name) != nullptr) return Errno(EEXIST);
  device.name = name;
  for (InterfaceAddress& address : addresses_) {
    if (address.device == device.index && !address.label.empty()) address.label = device.name;
  }
  Changed(device);
  return {};
}

Result<void> Network::SetMtu(NetDevice& device, int64_t mtu) {
  const int64_t least = device.IsLoopback() ? 0 : 68;
  if (mtu < least || (mtu > kMaxMtu && !device.IsLoopback()) || mtu > INT32_MAX) {
    return Errno(EINVAL);
  }
  device.mtu = static_cast<int32_t>(mtu);
  Changed(device);
  return {};
}

Networks::Networks(Kernel&) : first_(MakeRef<Network>()) {
  NetDevice& lo = *first_->Find("lo");
  first_->SetFlags(lo, lo.flags | abi::kIffUp);
  first_->cookie = 1;
}

namespace {

// What a network namespace of the guest's own has: a loopback device that is down.
class OwnNetwork final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kNetwork;
  explicit OwnNetwork(Kernel& kernel) : network(MakeRef<Network>()) {
    network->cookie = ++StateOf<Networks>(kernel).last_cookie;
  }
  const Ref<Network> network;
};

}  // namespace

Network& Networks::Of(Kernel& kernel, const OpContext& ctx) {
  const bool known = ctx.task != nullptr && ctx.task->has_namespaces();
  const Ref<StateNamespace>& initial = kernel.initial_namespaces()->net;
  const Ref<StateNamespace>& own = known ? ctx.task->namespaces().net : initial;
  if (own == initial) return StateOf<Networks>(kernel).first();
  Network& network = *own->Get<OwnNetwork>(kernel).network;
  network.owner = own->owner;
  return network;
}

}  // namespace sentry
