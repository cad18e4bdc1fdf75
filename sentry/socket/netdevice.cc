#include "sentry/socket/netdevice.h"

#include <algorithm>
#include <cstring>

#include "abi/linux/capability.h"
#include "abi/linux/ioctl.h"
#include "abi/linux/netdevice.h"
#include "abi/linux/netlink.h"
#include "abi/linux/socket.h"

namespace sentry {
namespace {

template <typename T>
void Store(abi::Ifreq& request, const T& value) {
  static_assert(sizeof(T) <= sizeof(request.data));
  std::memcpy(request.data, &value, sizeof(T));
}
template <typename T>
T Load(const abi::Ifreq& request) {
  T value;
  std::memcpy(&value, request.data, sizeof(T));
  return value;
}

abi::SockAddrIn InetAddress(const IpAddress& address) {
  abi::SockAddrIn in{};
  in.sin_family = abi::kAfInet;
  in.sin_addr = address.v4();
  return in;
}

// The first IPv4 address with the label (an alias as in "eth0:1", or the name itself).
const InterfaceAddress* FirstOf(const Network& network, const NetDevice& device,
                                std::string_view label) {
  for (const InterfaceAddress& address : network.addresses()) {
    if (address.device == device.index && address.local.family == abi::kAfInet &&
        (address.label == label || label == device.name)) {
      return &address;
    }
  }
  return nullptr;
}

// Requests about an address: EADDRNOTAVAIL when there is none (devinet_ioctl() of Linux).
Result<void> TellAddress(const Network& network, const NetDevice& device, uint64_t request,
                         abi::Ifreq& ifreq) {
  const InterfaceAddress* address = FirstOf(network, device, ifreq.name);
  if (address == nullptr) return Errno(EADDRNOTAVAIL);
  switch (request) {
    case abi::kSiocgifaddr:
      Store(ifreq, InetAddress(address->local));
      return {};
    case abi::kSiocgifnetmask:
      Store(
          ifreq,
          InetAddress(IpAddress::Any(abi::kAfInet).Prefix(0, true).Prefix(address->prefix_length)));
      return {};
    case abi::kSiocgifbrdaddr:
      Store(ifreq, InetAddress(address->broadcast.Empty() ? IpAddress::Any(abi::kAfInet)
                                                          : address->broadcast));
      return {};
    default:  // SIOCGIFDSTADDR
      Store(ifreq, InetAddress(address->peer));
      return {};
  }
}

Result<void> Tell(const Network& network, const NetDevice& device, uint64_t request,
                  abi::Ifreq& ifreq) {
  switch (request) {
    case abi::kSiocgifflags:
      Store(ifreq, static_cast<int16_t>(device.flags));
      return {};
    case abi::kSiocgifindex:
      Store(ifreq, device.index);
      return {};
    case abi::kSiocgifmtu:
      Store(ifreq, device.mtu);
      return {};
    case abi::kSiocgifmetric:
      Store(ifreq, int32_t{0});
      return {};
    case abi::kSiocgiftxqlen:
      Store(ifreq, device.tx_queue_length);
      return {};
    case abi::kSiocgifhwaddr: {
      abi::SockAddr address{};
      address.sa_family = device.type;
      std::memcpy(address.sa_data, device.address.data(), device.address.size());
      Store(ifreq, address);
      return {};
    }
    case abi::kSiocgifmap:
      std::memset(ifreq.data, 0, sizeof(ifreq.data));
      return {};
    default:
      return TellAddress(network, device, request, ifreq);
  }
}

uint8_t PrefixOf(uint32_t mask) {
  return static_cast<uint8_t>(__builtin_popcount(mask));
}

// Changes of the first address: it is removed and comes back changed (devinet_ioctl()).
Result<void> SetAddress(Network& network, NetDevice& device, uint64_t request,
                        const abi::Ifreq& ifreq) {
  const auto given = Load<abi::SockAddrIn>(ifreq);
  if (given.sin_family != abi::kAfInet) return Errno(EINVAL);
  const IpAddress value = IpAddress::V4(given.sin_addr);
  const InterfaceAddress* old = FirstOf(network, device, ifreq.name);
  InterfaceAddress changed;
  if (old != nullptr) changed = *old;
  if (old == nullptr && request != abi::kSiocsifaddr) return Errno(EADDRNOTAVAIL);
  changed.device = device.index;
  changed.flags |= abi::kIfaFPermanent;
  changed.label = ifreq.name;
  if (request == abi::kSiocsifaddr) {
    changed.local = changed.peer = value;
    // The class of the address tells the mask (inet_abc_len()).
    const uint8_t first = value.bytes[0];
    changed.prefix_length = first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 32;
    changed.broadcast = IpAddress();
    const bool broadcasts = (device.flags & abi::kIffBroadcast) != 0;
    if (broadcasts) changed.broadcast = value.Prefix(changed.prefix_length, true);
  } else if (request == abi::kSiocsifnetmask) {
    const uint32_t host = __builtin_bswap32(given.sin_addr);
    if ((~host & (~host + 1)) != 0) return Errno(EINVAL);  // Not a prefix.
    changed.prefix_length = PrefixOf(given.sin_addr);
    if (!changed.broadcast.Empty()) {
      changed.broadcast = changed.local.Prefix(changed.prefix_length, true);
    }
  } else if (request == abi::kSiocsifbrdaddr) {
    changed.broadcast = value;
  } else {
    changed.peer = value;
    changed.prefix_length = 32;
  }
  if (old != nullptr) TRY(network.Remove(InterfaceAddress(*old)));
  if (value.IsAny() && request == abi::kSiocsifaddr) return {};
  return network.Add(std::move(changed), false);
}

Result<void> Change(Network& network, NetDevice& device, uint64_t request,
                    const abi::Ifreq& ifreq) {
  switch (request) {
    case abi::kSiocsifflags: {
      constexpr uint32_t kLow = 0xffff;
      network.SetFlags(device, (device.flags & ~kLow) | Load<uint16_t>(ifreq));
      return {};
    }
    case abi::kSiocsifmtu:
      return network.SetMtu(device, Load<int32_t>(ifreq));
    case abi::kSiocsifmetric:
      return Load<int32_t>(ifreq) == 0 ? Result<void>() : Errno(EOPNOTSUPP);
    case abi::kSiocsiftxqlen:
      if (Load<int32_t>(ifreq) < 0) return Errno(EINVAL);
      device.tx_queue_length = Load<int32_t>(ifreq);
      return {};
    case abi::kSiocsifname: {
      std::array<char, abi::kIfNameSize + 1> name{};
      std::memcpy(name.data(), ifreq.data, abi::kIfNameSize);
      return network.Rename(device, name.data());
    }
    case abi::kSiocsifhwaddr: {
      const auto address = Load<abi::SockAddr>(ifreq);
      if (address.sa_family != device.type) return Errno(EINVAL);
      if (device.IsLoopback()) return Errno(EOPNOTSUPP);
      std::memcpy(device.address.data(), address.sa_data, device.address.size());
      device.address_given = true;
      network.Changed(device);
      return {};
    }
    default:
      return SetAddress(network, device, request, ifreq);
  }
}

bool Tells(uint64_t request) {
  constexpr uint64_t kAll[] = {abi::kSiocgifflags,   abi::kSiocgifindex,   abi::kSiocgifmtu,
                               abi::kSiocgifmetric,  abi::kSiocgiftxqlen,  abi::kSiocgifhwaddr,
                               abi::kSiocgifaddr,    abi::kSiocgifnetmask, abi::kSiocgifbrdaddr,
                               abi::kSiocgifdstaddr, abi::kSiocgifmap};
  return std::find(std::begin(kAll), std::end(kAll), request) != std::end(kAll);
}

bool Changes(uint64_t request) {
  constexpr uint64_t kAll[] = {abi::kSiocsifflags,  abi::kSiocsifmtu,     abi::kSiocsifmetric,
                               abi::kSiocsiftxqlen, abi::kSiocsifname,    abi::kSiocsifhwaddr,
                               abi::kSiocsifaddr,   abi::kSiocsifnetmask, abi::kSiocsifbrdaddr,
                               abi::kSiocsifdstaddr};
  return std::find(std::begin(kAll), std::end(kAll), request) != std::end(kAll);
}

// Interfaces with an IPv4 address, each with its first one (inet_gifconf()).
Result<uint64_t> ListInterfaces(const Network& network, UserMemory& memory, uint64_t arg) {
  abi::Ifconf list = TRY(memory.CopyIn(UserPtr<abi::Ifconf>(arg)));
  if (list.len < 0) return Errno(EINVAL);
  const size_t room = static_cast<size_t>(list.len) / sizeof(abi::Ifreq);
  std::vector<abi::Ifreq> found;
  for (const InterfaceAddress& address : network.addresses()) {
    if (address.local.family != abi::kAfInet) continue;
    abi::Ifreq entry{};
    address.label.copy(entry.name, sizeof(entry.name) - 1);
    Store(entry, InetAddress(address.local));
    found.push_back(entry);
  }
  if (list.buf != 0) {
    found.resize(std::min(found.size(), room));
    TRY(memory.CopyOutArray(UserPtr<abi::Ifreq>(list.buf), std::span<const abi::Ifreq>(found)));
  }
  list.len = static_cast<int32_t>(found.size() * sizeof(abi::Ifreq));
  TRY(memory.CopyOut(UserPtr<abi::Ifconf>(arg), list));
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> NetdeviceIoctl(OpContext& ctx, Network& network, UserMemory& memory,
                                uint64_t request, uint64_t arg) {
  if (request == abi::kSiocgifconf) return ListInterfaces(network, memory, arg);
  const bool by_index = request == abi::kSiocgifname, changes = Changes(request);
  if (!by_index && !changes && !Tells(request)) return Errno(ENOTTY);
  abi::Ifreq ifreq = TRY(memory.CopyIn(UserPtr<abi::Ifreq>(arg)));
  ifreq.name[sizeof(ifreq.name) - 1] = '\0';
  // An alias names its device.
  const std::string_view label(ifreq.name);
  NetDevice* device = by_index ? network.Find(Load<int32_t>(ifreq))
                               : network.Find(label.substr(0, label.find(':')));
  if (changes && !network.Allows(ctx, abi::kCapNetAdmin)) return Errno(EPERM);
  if (device == nullptr) return Errno(ENODEV);
  if (changes) {
    TRY(Change(network, *device, request, ifreq));
    return uint64_t{0};
  }
  if (by_index) {
    std::memset(ifreq.name, 0, sizeof(ifreq.name));
    device->name.copy(ifreq.name, sizeof(ifreq.name) - 1);
  } else {
    TRY(Tell(network, *device, request, ifreq));
  }
  TRY(memory.CopyOut(UserPtr<abi::Ifreq>(arg), ifreq));
  return uint64_t{0};
}

}  // namespace sentry
