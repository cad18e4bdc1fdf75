#include "sentry/socket/netlink/netlink_message.h"

#include <algorithm>

namespace sentry {

Result<NetlinkAttributes> NetlinkAttributes::Parse(std::span<const std::byte> bytes) {
  NetlinkAttributes out;
  while (bytes.size() >= sizeof(abi::Nlattr)) {
    abi::Nlattr head;
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.nla_len < sizeof(head) || head.nla_len > bytes.size()) return Errno(EINVAL);
    out.all_[head.nla_type & abi::kNlaTypeMask] =
        bytes.subspan(sizeof(head), head.nla_len - sizeof(head));
    bytes = bytes.subspan(std::min(abi::NlAlign(head.nla_len), bytes.size()));
  }
  return out;
}

std::optional<std::span<const std::byte>> NetlinkAttributes::Find(uint16_t type) const {
  auto found = all_.find(type);
  if (found == all_.end()) return std::nullopt;
  return found->second;
}

std::string NetlinkAttributes::Text(uint16_t type) const {
  auto bytes = Find(type);
  if (!bytes) return {};
  std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return text.substr(0, text.find('\0'));
}

Result<IpAddress> NetlinkAttributes::Address(uint16_t type, uint16_t family) const {
  auto bytes = Find(type);
  if (!bytes) return IpAddress();
  IpAddress address = IpAddress::Any(family);
  if (bytes->size() != address.size() || bytes->empty()) return Errno(EINVAL);
  std::memcpy(address.bytes.data(), bytes->data(), bytes->size());
  return address;
}

Result<NetlinkAttributes> NetlinkAttributes::Nested(uint16_t type) const {
  auto bytes = Find(type);
  return Parse(bytes ? *bytes : std::span<const std::byte>());
}

NetlinkMessage::NetlinkMessage(uint16_t type, uint16_t flags, uint32_t sequence, uint32_t port) {
  Fixed(abi::Nlmsghdr{0, type, flags, sequence, port});
}

void NetlinkMessage::Append(std::span<const std::byte> bytes) {
  bytes_.resize(abi::NlAlign(bytes_.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

NetlinkMessage& NetlinkMessage::Attribute(uint16_t type, std::span<const std::byte> value) {
  Fixed(abi::Nlattr{static_cast<uint16_t>(sizeof(abi::Nlattr) + value.size()), type});
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  bytes_.resize(abi::NlAlign(bytes_.size()));  // The message's length counts the padding, too.
  return *this;
}

NetlinkMessage& NetlinkMessage::PutText(uint16_t type, std::string_view text) {
  const std::string with_nul(text);
  return Attribute(type, std::as_bytes(std::span(with_nul.c_str(), with_nul.size() + 1)));
}

size_t NetlinkMessage::BeginNested(uint16_t type) {
  Fixed(abi::Nlattr{0, type});
  return bytes_.size() - sizeof(abi::Nlattr);
}

void NetlinkMessage::EndNested(size_t mark) {
  bytes_.resize(abi::NlAlign(bytes_.size()));
  const uint16_t length = static_cast<uint16_t>(bytes_.size() - mark);
  std::memcpy(bytes_.data() + mark, &length, sizeof(length));
}

std::vector<std::byte> NetlinkMessage::Finish() && {
  const uint32_t length = static_cast<uint32_t>(bytes_.size());
  std::memcpy(bytes_.data(), &length, sizeof(length));
  bytes_.resize(abi::NlAlign(bytes_.size()));
  return std::move(bytes_);
}

}  // namespace sentry
