// The addresses of a network's devices.
#include <algorithm>

#include "abi/linux/netlink.h"
#include "sentry/socket/network.h"
#include "sentry/time/time.h"

namespace sentry {
namespace {

constexpr size_t kMaxAddresses = 16384;

uint32_t Hundredths() {
  return static_cast<uint32_t>(MonotonicNow().ns / 10'000'000);
}

}  // namespace

Result<void> Network::Add(InterfaceAddress address, bool replace) {
  NetDevice* device = Find(address.device);
  if (device == nullptr) return Errno(ENODEV);
  for (InterfaceAddress& kept : addresses_) {
    const bool same = kept.device == address.device && kept.local == address.local &&
                      (kept.local.family == abi::kAfInet6 ||
                       (kept.prefix_length == address.prefix_length && kept.peer == address.peer));
    if (!same) continue;
    if (!replace) return Errno(EEXIST);
    kept.valid_seconds = address.valid_seconds;
    kept.preferred_seconds = address.preferred_seconds;
    kept.updated = Hundredths();
    const InterfaceAddress told = kept;
    Tell([&told](NetworkObserver& o) { o.OnAddress(told, false); });
    return {};
  }
  if (addresses_.size() >= kMaxAddresses) return Errno(ENOBUFS);
  address.created = address.updated = Hundredths();
  if (address.local.family == abi::kAfInet) {
    const bool secondary =
        std::any_of(addresses_.begin(), addresses_.end(), [&address](const InterfaceAddress& a) {
          return a.device == address.device && a.local.family == abi::kAfInet &&
                 a.prefix_length == address.prefix_length &&
                 a.peer.InPrefix(address.peer, address.prefix_length) && a.scope <= address.scope;
        });
    if (secondary) address.flags |= abi::kIfaFSecondary;
  }
  addresses_.push_back(address);
  Tell([&address](NetworkObserver& o) { o.OnAddress(address, false); });
  if (device->IsUp()) AddRoutesOf(address);
  return {};
}

void Network::Put(const InterfaceAddress& address) {
  for (InterfaceAddress& kept : addresses_) {
    if (kept.device != address.device || kept.local != address.local) continue;
    kept.flags = address.flags;
    kept.valid_seconds = address.valid_seconds;
    kept.preferred_seconds = address.preferred_seconds;
    kept.updated = Hundredths();
    const InterfaceAddress told = kept;
    Tell([&told](NetworkObserver& o) { o.OnAddress(told, false); });
    return;
  }
  (void)Add(address, false);
}

Result<void> Network::Remove(const InterfaceAddress& like) {
  auto found =
      std::find_if(addresses_.begin(), addresses_.end(), [&like](const InterfaceAddress& a) {
        return a.device == like.device && a.local == like.local &&
               a.prefix_length == like.prefix_length;
      });
  if (found == addresses_.end()) return Errno(EADDRNOTAVAIL);
  const InterfaceAddress gone = *found;
  addresses_.erase(found);
  RemoveRoutesOf(gone);
  Tell([&gone](NetworkObserver& o) { o.OnAddress(gone, true); });
  // A primary address takes its secondaries along unless promote_secondaries is set; its default is
  // off (ip-sysctl).
  if (gone.local.family != abi::kAfInet || (gone.flags & abi::kIfaFSecondary) != 0) return {};
  for (const InterfaceAddress& other : std::vector(addresses_)) {
    if (other.device == gone.device && (other.flags & abi::kIfaFSecondary) != 0 &&
        other.prefix_length == gone.prefix_length &&
        other.peer.InPrefix(gone.peer, gone.prefix_length)) {
      (void)Remove(other);
    }
  }
  return {};
}

const InterfaceAddress* Network::FindAddress(const IpAddress& address) const {
  for (const InterfaceAddress& kept : addresses_) {
    if (kept.local == address) return &kept;
  }
  return nullptr;
}

bool Network::IsLocal(const IpAddress& address) const {
  const Route* route = Lookup(address);
  return route != nullptr && route->type == abi::kRtnLocal;
}

}  // namespace sentry
