#include "sentry/boot/outside_devices.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>

namespace sentry {
namespace {

using netstack::VirtioNetHeader;

Errno Refuse(const Config& config, const std::string& what, int error) {
  std::fprintf(stderr, "sentry: --net=%s: %s\n", config.net.c_str(), what.c_str());
  return Errno(error);
}

// One of netdevice(7)'s, about the interface of that name.
bool AskInterface(const std::string& name, unsigned long request, ifreq& answer) {
  const base::Fd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  answer = {};
  std::strncpy(answer.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return any.valid() && ::ioctl(any.get(), request, &answer) == 0;
}

std::string WhyNotAttached(const std::string& name, int error) {
  switch (error) {
    case EBUSY:
      return "the device is in use by another program";
    case EPERM:
      return "no permission: make it yours with: ip tuntap add " + name + " mode tap user $USER";
    case EINVAL:
      return "it is not a TAP device";
    default:
      return std::strerror(error);
  }
}

// With super-segments and open checksums both ways, as far as it can.
Result<void> SetUpTap(const Config& config, int fd, OutsideDevice& device) {
  device.kind = OutsideDevice::Kind::kTap;
  ifreq request{};
  if (::ioctl(fd, TUNGETIFF, &request) != 0) {
    return Refuse(config, "it is not attached to a TAP device", errno);
  }
  const auto flags = static_cast<unsigned short>(request.ifr_flags);
  if ((flags & IFF_TAP) == 0 || (flags & IFF_NO_PI) == 0) {
    return Refuse(config, "it carries no bare Ethernet frames: a TAP with IFF_NO_PI does", EINVAL);
  }
  if ((flags & IFF_VNET_HDR) != 0) {
    int size = VirtioNetHeader::kLongSize;
    if (::ioctl(fd, TUNSETVNETHDRSZ, &size) != 0) size = VirtioNetHeader::kSize;
    device.header_size = static_cast<size_t>(size);
    constexpr unsigned long kOffloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    (void)::ioctl(fd, TUNSETOFFLOAD, kOffloads);
  }
  ifreq mtu;
  if (AskInterface(request.ifr_name, SIOCGIFMTU, mtu)) device.mtu = mtu.ifr_mtu;
  return {};
}

Result<OutsideDevice> OpenTap(const Config& config) {
  const std::string name(NetArgument(config));
  ifreq request;
  // TUNSETIFF would make one.
  if (!AskInterface(name, SIOCGIFINDEX, request)) {
    return Refuse(config, "no such device: make it with: ip tuntap add " + name + " mode tap",
                  ENODEV);
  }
  OutsideDevice device;
  device.file = base::Fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device.file.valid()) {
    return Refuse(config, std::string("/dev/net/tun: ") + std::strerror(errno), errno);
  }
  for (int more : {0, IFF_MULTI_QUEUE}) {
    request = {};
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | more);
    if (::ioctl(device.file.get(), TUNSETIFF, &request) == 0) break;
    const int error = errno;
    if (error != EINVAL || more != 0) return Refuse(config, WhyNotAttached(name, error), error);
  }
  TRY(SetUpTap(config, device.file.get(), device));
  return device;
}

Result<void> SetUpSocket(const Config& config, int fd, OutsideDevice& device) {
  int domain = 0, type = 0, header = 0;
  socklen_t size = sizeof(int);
  ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
  if (domain == AF_UNIX && (type == SOCK_SEQPACKET || type == SOCK_DGRAM)) {
    device.kind = OutsideDevice::Kind::kSocket;
    return {};
  }
  if (domain != AF_PACKET || type != SOCK_RAW) {
    return Refuse(
        config,
        "frames need a socket of AF_UNIX with borders between messages, or a raw one of AF_PACKET",
        EINVAL);
  }
  device.kind = OutsideDevice::Kind::kPacket;
  ::getsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &header, &size);
  device.header_size = header != 0 ? VirtioNetHeader::kSize : 0;
  sockaddr_ll bound{};
  size = sizeof(bound);
  ifreq name{}, mtu;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0 &&
      (name.ifr_ifindex = bound.sll_ifindex) != 0 && ::ioctl(fd, SIOCGIFNAME, &name) == 0 &&
      AskInterface(name.ifr_name, SIOCGIFMTU, mtu)) {
    device.mtu = device.max_mtu = mtu.ifr_mtu;
  }
  return {};
}

Result<OutsideDevice> TakeDescriptor(const Config& config) {
  const int fd = NetDescriptor(config);
  struct stat status;
  if (::fstat(fd, &status) != 0) return Refuse(config, std::strerror(errno), errno);
  OutsideDevice device;
  device.file = base::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  ::close(fd);
  if (!device.file.valid()) return Refuse(config, std::strerror(errno), errno);
  if (S_ISSOCK(status.st_mode)) {
    TRY(SetUpSocket(config, device.file.get(), device));
  } else {
    TRY(SetUpTap(config, device.file.get(), device));
  }
  ::fcntl(device.file.get(), F_SETFL, ::fcntl(device.file.get(), F_GETFL) | O_NONBLOCK);
  return device;
}

// The same address of the guest has the same one below, so that nobody's cache is wrong the next
// time; without one it is random.
std::array<uint8_t, 6> ChooseMac(const OutsideDevice& device) {
  std::array<uint8_t, 6> mac{0x52, 0x54};  // Locally administered.
  if (device.addresses.empty()) {
    [[maybe_unused]] const ssize_t got = ::getrandom(&mac[2], 4, 0);
  } else {
    const IpAddress& address = device.addresses.front().local;
    std::memcpy(&mac[2], address.bytes.data() + address.size() - 4, 4);
  }
  return mac;
}

Route DefaultRoute(const IpAddress& gateway) {
  Route route;
  route.destination = IpAddress::Any(gateway.family);
  route.gateway = gateway;
  route.table = RT_TABLE_MAIN;
  route.type = RTN_UNICAST;
  route.protocol = RTPROT_BOOT;
  if (gateway.family == AF_INET6) route.metric = 1024;
  return route;
}

// What the flags say of one that cannot know by itself.
void Configure(const Config& config, OutsideDevice& device) {
  for (const std::string& text : config.net_address) {
    device.addresses.push_back(*ParseNetAddress(text));
    if (device.addresses.back().local.family == AF_INET) {
      device.addresses.back().label = device.name;
    }
  }
  for (const std::string& text : config.net_gateway) {
    device.routes.push_back(DefaultRoute(*ParseIp(text)));
  }
  if (config.net_mtu != 0) device.mtu = config.net_mtu;
  device.max_mtu = std::max(device.max_mtu, device.mtu);
  device.mac = config.net_mac.empty() ? ChooseMac(device) : *ParseMac(config.net_mac);
}

}  // namespace

std::string_view NetMode(const Config& config) {
  return std::string_view(config.net).substr(0, config.net.find(':'));
}

std::string_view NetArgument(const Config& config) {
  const size_t colon = config.net.find(':');
  return colon == std::string::npos ? "" : std::string_view(config.net).substr(colon + 1);
}

bool NetUsesDevices(const Config& config) {
  return config.net.find(':') != std::string::npos;
}

int NetDescriptor(const Config& config) {
  const std::string_view text = NetMode(config) == "fd" ? NetArgument(config) : "";
  int fd = -1;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, fd);
  return error == std::errc() && after == end ? fd : -1;
}

bool CheckNetDescriptor(const Config& config) {
  const int fd = NetDescriptor(config);
  if (fd < 0 || ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) return true;
  (void)Refuse(config, "no such descriptor is open", EBADF);
  return false;
}

Result<HostDevices> OpenDevices(const Config& config) {
  HostDevices opened;
  if (NetMode(config) == "netns") {
    KeptNamespace kept = TRY(EnterNetworkNamespace(std::string(NetArgument(config))));
    opened.devices = std::move(kept.devices);
    opened.keeper = std::move(kept.keeper);
    return opened;
  }
  OutsideDevice device = TRY(NetMode(config) == "tap" ? OpenTap(config) : TakeDescriptor(config));
  Configure(config, device);
  opened.devices.push_back(std::move(device));
  return opened;
}

std::optional<IpAddress> ParseIp(std::string_view text) {
  const std::string zero(text);
  IpAddress address = IpAddress::Any(AF_INET);
  if (::inet_pton(AF_INET, zero.c_str(), address.bytes.data()) == 1) return address;
  address = IpAddress::Any(AF_INET6);
  if (::inet_pton(AF_INET6, zero.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<InterfaceAddress> ParseNetAddress(std::string_view text) {
  const size_t slash = text.find('/');
  std::optional<IpAddress> ip = ParseIp(text.substr(0, slash));
  if (!ip || ip->IsAny() || ip->IsMulticast() || slash == text.npos) return std::nullopt;
  unsigned bits = 0;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data() + slash + 1, end, bits);
  if (error != std::errc() || after != end || bits > ip->bits()) return std::nullopt;
  InterfaceAddress address;
  address.local = address.peer = *ip;
  address.prefix_length = static_cast<uint8_t>(bits);
  address.flags = IFA_F_PERMANENT;
  if (ip->family == AF_INET && bits < 31) {
    address.broadcast = ip->Prefix(address.prefix_length, true);
  }
  return address;
}

std::optional<std::array<uint8_t, 6>> ParseMac(std::string_view text) {
  std::array<uint8_t, 6> mac;
  if (text.size() != 17) return std::nullopt;
  for (size_t i = 0; i < mac.size(); ++i) {
    const char* at = text.data() + i * 3;
    const auto [after, error] = std::from_chars(at, at + 2, mac[i], 16);
    if (error != std::errc() || after != at + 2 || (i != 5 && at[2] != ':')) return std::nullopt;
  }
  if ((mac[0] & 1) != 0 || mac == std::array<uint8_t, 6>{}) return std::nullopt;
  return mac;
}

}  // namespace sentry
