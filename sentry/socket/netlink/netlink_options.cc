// Options of level SOL_NETLINK (netlink(7)).
#include "abi/linux/capability.h"
#include "sentry/socket/netlink/netlink_socket.h"

namespace sentry {

bool* NetlinkSocket::Flag(int32_t name) {
  switch (name) {
    case abi::kNetlinkPktinfo:
      return &packet_info_;
    case abi::kNetlinkBroadcastError:
      return &broadcast_error_;
    case abi::kNetlinkNoEnobufs:
      return &no_enobufs_;
    case abi::kNetlinkListenAllNsid:
      return &listen_all_nsid_;
    case abi::kNetlinkCapAck:
      return &cap_ack_;
    case abi::kNetlinkExtAck:
      return &ext_ack_;
    case abi::kNetlinkGetStrictChk:
      return &strict_;
    default:
      return nullptr;
  }
}

Result<void> NetlinkSocket::Join(OpContext& ctx, uint32_t group, bool join) {
  TRY(CheckGroups(ctx));
  if (group == 0 || group > protocol_of().groups()) return Errno(EINVAL);
  if (join) {
    groups_.insert(group);
  } else {
    groups_.erase(group);
  }
  return {};
}

Result<void> NetlinkSocket::SetFamilyOption(OpContext& ctx, int32_t level, int32_t name,
                                            std::span<const std::byte> value) {
  if (level != abi::kSolNetlink) return Errno(ENOPROTOOPT);
  const uint32_t number =
      value.size() >= sizeof(uint32_t) ? TRY(OptionAs<uint32_t>(value)) : uint32_t{0};
  if (name == abi::kNetlinkAddMembership || name == abi::kNetlinkDropMembership) {
    return Join(ctx, number, name == abi::kNetlinkAddMembership);
  }
  bool* flag = Flag(name);
  if (flag == nullptr) return Errno(ENOPROTOOPT);
  if (name == abi::kNetlinkListenAllNsid && !ctx.creds.HasCapability(abi::kCapNetAdmin)) {
    return Errno(EPERM);
  }
  *flag = number != 0;
  return {};
}

Result<OptionBytes> NetlinkSocket::GetFamilyOption(OpContext&, int32_t level, int32_t name) {
  if (level != abi::kSolNetlink) return Errno(ENOPROTOOPT);
  if (bool* flag = Flag(name); flag != nullptr && name != abi::kNetlinkListenAllNsid) {
    return OptionValue(int32_t{*flag ? 1 : 0});
  }
  if (name != abi::kNetlinkListMemberships) return Errno(ENOPROTOOPT);
  const size_t words = (protocol_of().groups() + 31) / 32;
  std::vector<uint32_t> mask(words, 0);
  for (uint32_t group : groups_) mask[(group - 1) / 32] |= 1u << ((group - 1) % 32);
  auto bytes = std::as_bytes(std::span(mask));
  return OptionBytes(bytes.begin(), bytes.end());
}

}  // namespace sentry
