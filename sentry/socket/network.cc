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
  last_index_ = lo.index;
}

Network::~Network() {
  LeaveAll();
  ForgetIds();
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

Result<void> Network::CheckNew(const NetDevice& device) {
  if (!IsValidName(device.name)) return Errno(EINVAL);
  if (Find(device.name) != nullptr) return Errno(EEXIST);
  if (devices_.size() >= kMaxDevices) return Errno(ENOMEM);
  if (device.index != 0 && devices_.count(device.index) != 0) return Errno(EBUSY);
  return {};
}

Result<NetDevice*> Network::Add(NetDevice device) {
  TRY(CheckNew(device));
  // Numbers are not used again at once (dev_new_index()).
  if (device.index == 0) {
    while (devices_.count(++last_index_) != 0) {
    }
    device.index = last_index_;
  }
  NetDevice& kept = devices_[device.index] = std::move(device);
  const bool up = kept.IsUp();
  kept.flags &= ~kUpFlags;
  kept.carrier = HasCarrier(kept);
  kept.next_network = nullptr;
  if (kept.backing != nullptr) kept.backing->OnNetwork(this, kept.index);
  Tell([&kept](NetworkObserver& o) { o.OnLink(kept, false); });
  if (up) SetFlags(kept, kept.flags | abi::kIffUp);
  return &kept;
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
  device.flags |= abi::kIffUp;
  device.carrier = HasCarrier(device);
  if (device.carrier) device.flags |= kCarrierFlags;
  Changed(device);
  if (device.IsLoopback()) {
    InterfaceAddress address;
    address.device = device.index;
    address.flags = abi::kIfaFPermanent;
    address.scope = abi::kRtScopeHost;
    address.local = address.peer = IpAddress::V4(127, 0, 0, 1);
    address.prefix_length = 8;
    address.label = device.name;
    (void)Add(address, false);
    address.local = address.peer = IpAddress::Loopback6();
    address.prefix_length = 128;
    address.label.clear();
    address.protocol = 1;  // IFAPROT_KERNEL_LO
    (void)Add(address, false);
  } else if (device.carrier) {
    AddLinkLocal(device);
  }
  for (const InterfaceAddress& kept : std::vector(addresses_)) {
    if (kept.device == device.index) AddRoutesOf(kept);
  }
  UpdateDependents(device);
}

// addrconf_dev_config() of Linux.
void Network::AddLinkLocal(const NetDevice& device) {
  if (device.type != abi::kArphrdEther) return;
  InterfaceAddress address;
  address.device = device.index;
  address.flags = abi::kIfaFPermanent;
  address.scope = abi::kRtScopeLink;
  address.local = address.peer = LinkLocalOf(device);
  address.prefix_length = 64;
  address.protocol = 3;  // IFAPROT_KERNEL_LL
  if (plane != nullptr && plane->DetectsDuplicates(device)) address.flags |= abi::kIfaFTentative;
  (void)Add(address, false);
}

// IPv4 addresses stay, IPv6 ones go (fib_disable_ip() and addrconf_ifdown() of Linux).
void Network::TakeDown(NetDevice& device) {
  const std::vector<InterfaceAddress> all(addresses_);
  for (const InterfaceAddress& address : all) {
    if (address.device != device.index) continue;
    if (address.local.family == abi::kAfInet6) (void)Remove(address);
  }
  device.flags &= ~kUpFlags;
  device.carrier = HasCarrier(device);
  RemoveRoutesIf([&device](const Route& route) { return route.device == device.index; });
  Changed(device);
  UpdateDependents(device);
}

Result<void> Network::Rename(NetDevice& device, std::string_view name) {
  if (device.name == name) return {};
  const std::string wanted = FreeName(name);
  if (!IsValidName(wanted)) return Errno(EINVAL);
  if (Find(wanted) != nullptr) return Errno(EEXIST);
  device.name = wanted;
  for (InterfaceAddress& address : addresses_) {
    if (address.device == device.index && !address.label.empty()) address.label = device.name;
  }
  Changed(device);
  return {};
}

Result<void> Network::SetMtu(NetDevice& device, int64_t mtu) {
  const int64_t least = device.IsLoopback() ? 0 : 68;
  if (mtu < least || (mtu > device.max_mtu && !device.IsLoopback()) || mtu > INT32_MAX) {
    return Errno(EINVAL);
  }
  // A VLAN fits into what it is on (vlan_dev_change_mtu()).
  const NetDevice* below = device.kind == "vlan" ? Find(device.link) : nullptr;
  if (below != nullptr && mtu > below->mtu) return Errno(ERANGE);
  device.mtu = static_cast<int32_t>(mtu);
  device.mtu_given = true;
  Changed(device);
  for (int32_t index : Above(device)) {
    if (Find(index)->mtu > device.mtu) TRY(SetMtu(*Find(index), mtu));
  }
  // A bridge is as narrow as its narrowest port.
  if (NetDevice* bridge = Find(device.master)) UpdateBridge(*bridge);
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
    Networks& all = StateOf<Networks>(kernel);
    network->cookie = ++all.last_cookie;
    network->home = Ref<Network>(&all.first());
  }
  const Ref<Network> network;
};

}  // namespace

Network& Networks::Of(Kernel& kernel, const OpContext& ctx) {
  const bool known = ctx.task != nullptr && ctx.task->has_namespaces();
  return Of(kernel, known ? ctx.task->namespaces().net : kernel.initial_namespaces()->net);
}

Network& Networks::Current(Kernel& kernel) {
  return Of(kernel, kernel.namespaces().net);
}

Network& Networks::Of(Kernel& kernel, const Ref<StateNamespace>& ns) {
  Networks& all = StateOf<Networks>(kernel);
  const bool is_first = ns == kernel.initial_namespaces()->net;
  Network& network = is_first ? all.first() : *ns->Get<OwnNetwork>(kernel).network;
  if (!is_first) network.owner = ns->owner;
  if (network.plane == nullptr && all.make_plane) all.make_plane(network);
  return network;
}

}  // namespace sentry
