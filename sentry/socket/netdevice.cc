#include "sentry/socket/netdevice.h"

#include <cstring>

#include "abi/linux/ioctl.h"
#include "abi/linux/netdevice.h"
#include "abi/linux/socket.h"

namespace sentry {
namespace {

constexpr uint32_t kLoopbackAddress = 0x0100007f;  // 127.0.0.1 in network byte order.
constexpr uint32_t kLoopbackMask = 0x000000ff;

template <typename T>
void Store(abi::Ifreq& request, const T& value) {
  static_assert(sizeof(T) <= sizeof(request.data));
  std::memcpy(request.data, &value, sizeof(T));
}

abi::SockAddrIn InetAddress(uint32_t address) {
  abi::SockAddrIn in{};
  in.sin_family = abi::kAfInet;
  in.sin_addr = address;
  return in;
}

// EADDRNOTAVAIL, ENODEV... as dev_ifsioc() of Linux; ENOTTY: not a request about an interface.
Result<void> Answer(uint64_t request, abi::Ifreq& ifreq) {
  switch (request) {
    case abi::kSiocgifflags:
      Store(ifreq, static_cast<int16_t>(abi::kIffUp | abi::kIffLoopback | abi::kIffRunning));
      return {};
    case abi::kSiocgifindex:
      Store(ifreq, NetInterface::kIndex);
      return {};
    case abi::kSiocgifmtu:
      Store(ifreq, NetInterface::kMtu);
      return {};
    case abi::kSiocgifmetric:
      Store(ifreq, int32_t{0});
      return {};
    case abi::kSiocgiftxqlen:
      Store(ifreq, int32_t{1000});
      return {};
    case abi::kSiocgifhwaddr: {
      abi::SockAddr address{};
      address.sa_family = abi::kArphrdLoopback;
      Store(ifreq, address);
      return {};
    }
    case abi::kSiocgifaddr:
      Store(ifreq, InetAddress(kLoopbackAddress));
      return {};
    case abi::kSiocgifnetmask:
      Store(ifreq, InetAddress(kLoopbackMask));
      return {};
    case abi::kSiocgifbrdaddr:
    case abi::kSiocgifdstaddr:
      Store(ifreq, InetAddress(0));
      return {};
    default:
      return Errno(ENOTTY);
  }
}

Result<uint64_t> ListInterfaces(UserMemory& memory, uint64_t arg) {
  abi::Ifconf list = TRY(memory.CopyIn(UserPtr<abi::Ifconf>(arg)));
  abi::Ifreq loopback{};
  std::strcpy(loopback.name, NetInterface::kName);
  Store(loopback, InetAddress(kLoopbackAddress));
  const bool fits = list.len >= static_cast<int32_t>(sizeof(loopback));
  if (list.buf != 0 && fits) TRY(memory.CopyOut(UserPtr<abi::Ifreq>(list.buf), loopback));
  list.len = list.buf == 0 || fits ? sizeof(loopback) : 0;
  TRY(memory.CopyOut(UserPtr<abi::Ifconf>(arg), list));
  return uint64_t{0};
}

}  // namespace

Result<uint64_t> NetdeviceIoctl(UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request == abi::kSiocgifconf) return ListInterfaces(memory, arg);
  abi::Ifreq probe{};
  const bool by_index = request == abi::kSiocgifname;
  if (!by_index && Answer(request, probe).Is(ENOTTY)) return Errno(ENOTTY);
  abi::Ifreq ifreq = TRY(memory.CopyIn(UserPtr<abi::Ifreq>(arg)));
  if (by_index) {
    int32_t index;
    std::memcpy(&index, ifreq.data, sizeof(index));
    if (index != NetInterface::kIndex) return Errno(ENODEV);
    std::strcpy(ifreq.name, NetInterface::kName);
  } else {
    if (std::strncmp(ifreq.name, NetInterface::kName, sizeof(ifreq.name)) != 0) {
      return Errno(ENODEV);
    }
    TRY(Answer(request, ifreq));
  }
  TRY(memory.CopyOut(UserPtr<abi::Ifreq>(arg), ifreq));
  return uint64_t{0};
}

}  // namespace sentry
