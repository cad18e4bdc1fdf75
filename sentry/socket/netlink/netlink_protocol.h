// NetlinkProtocol: the kernel's side of one netlink family (NETLINK_ROUTE and its kin).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sentry/socket/netlink/netlink_message.h"
#include "sentry/socket/network.h"

namespace sentry {

class NetlinkSocket;

// One request of a datagram, and where its answers go.
class NetlinkRequest {
 public:
  NetlinkRequest(OpContext& context, NetlinkSocket& from, const abi::Nlmsghdr& head,
                 std::span<const std::byte> body)
      : ctx(context), socket(from), header(head), payload(body) {}

  bool IsDump() const { return (header.nlmsg_flags & abi::kNlmFDump) == abi::kNlmFDump; }
  bool Has(uint16_t flag) const { return (header.nlmsg_flags & flag) != 0; }
  bool strict() const;  // NETLINK_GET_STRICT_CHK
  // The fixed part; what the sender left out is zero.
  template <typename T>
  T Fixed() const {
    T value{};
    std::memcpy(&value, payload.data(), std::min(sizeof(T), payload.size()));
    return value;
  }
  template <typename T>
  bool Holds() const {
    return payload.size() >= sizeof(T);
  }
  // What every request of rtnetlink(7) starts with.
  uint8_t Family() const { return Fixed<abi::Rtgenmsg>().rtgen_family; }
  // What is behind a fixed part of this size.
  Result<NetlinkAttributes> Attributes(size_t fixed) const {
    const size_t at = abi::NlAlign(fixed);
    return NetlinkAttributes::Parse(at < payload.size() ? payload.subspan(at)
                                                        : std::span<const std::byte>());
  }
  NetlinkMessage Reply(uint16_t type, uint16_t flags = 0) const;
  // Appended to what this request is answered with.
  void Send(NetlinkMessage message);
  // Fails, and tells in words why (NETLINK_EXT_ACK).
  Errno Refuse(int error, const char* why) {
    explanation = why;
    return Errno(error);
  }

  OpContext& ctx;
  NetlinkSocket& socket;
  const abi::Nlmsghdr header;
  const std::span<const std::byte> payload;
  std::vector<std::vector<std::byte>> answers;
  const char* explanation = nullptr;
  uint32_t bad_attribute = 0;  // From the message's start; 0: none is to blame.
};

class NetlinkProtocol {
 public:
  virtual ~NetlinkProtocol() = default;
  // For a dump, NLMSG_DONE is appended by the caller.
  virtual Result<void> Handle(NetlinkRequest& request) = 0;
  // A datagram that is more than its messages (nfnetlink's batches).  False: they count one by one.
  virtual bool HandleDatagram(OpContext&, NetlinkSocket&, std::span<const std::byte>) {
    return false;
  }
  // Highest multicast group.
  virtual uint32_t groups() const { return 0; }
  // Who may not administer the network may listen to groups.
  virtual bool AnyoneListens() const { return false; }
  // Messages below NLMSG_MIN_TYPE aside, anything is a request; otherwise user space talks among
  // itself (NETLINK_USERSOCK).
  virtual bool AnswersRequests() const { return true; }
};

}  // namespace sentry
