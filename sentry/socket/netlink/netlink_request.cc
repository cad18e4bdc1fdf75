// The way of a request: taking it apart, acknowledging it (netlink_rcv_skb() of Linux).
#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/socket/netlink/netlink_socket.h"

namespace sentry {
namespace {}  // namespace

bool NetlinkRequest::strict() const {
  return socket.strict();
}

NetlinkMessage NetlinkRequest::Reply(uint16_t type, uint16_t flags) const {
  if (IsDump()) flags |= abi::kNlmFMulti;
  return NetlinkMessage(type, flags, header.nlmsg_seq, socket.port());
}

void NetlinkRequest::Send(NetlinkMessage message) {
  answers.push_back(std::move(message).Finish());
}

Result<void> NetlinkSocket::ToKernel(OpContext& ctx, std::span<const std::byte> bytes) {
  if (protocol_of().HandleDatagram(ctx, *this, bytes)) return {};
  while (bytes.size() >= sizeof(abi::Nlmsghdr)) {
    abi::Nlmsghdr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    // What is cut off is passed over in silence.
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes.size()) return {};
    HandleOne(ctx, header, bytes.first(header.nlmsg_len));
    bytes = bytes.subspan(std::min(abi::NlAlign(header.nlmsg_len), bytes.size()));
  }
  return {};
}

void NetlinkSocket::HandleOne(OpContext& ctx, const abi::Nlmsghdr& header,
                              std::span<const std::byte> message) {
  NetlinkRequest request(ctx, *this, header, message.subspan(sizeof(header)));
  int error = 0;
  if (request.Has(abi::kNlmFRequest) && header.nlmsg_type >= abi::kNlmsgMinType) {
    if (request.IsDump() && !dump_.empty()) {
      error = EBUSY;  // One dump at a time.
    } else {
      const Result<void> handled = protocol_of().Handle(request);
      if (!handled.ok()) error = handled.error().value();
      if (request.IsDump() && error == 0) return QueueDump(request, 0);
    }
    for (const std::vector<std::byte>& answer : request.answers) Deliver(answer, 0, 0);
  }
  if (error != 0 || request.Has(abi::kNlmFAck)) Acknowledge(request, message, error);
}

void NetlinkSocket::Acknowledge(const NetlinkRequest& request, std::span<const std::byte> message,
                                int error) {
  const abi::Nlmsghdr& header = request.header;
  const bool whole = error != 0 && !cap_ack_;
  const bool blame = error != 0 && request.bad_attribute != 0;
  const bool explain = ext_ack_ && (request.explanation != nullptr || blame);
  uint16_t flags = whole ? 0 : abi::kNlmFCapped;
  if (explain) flags |= abi::kNlmFAckTlvs;
  NetlinkMessage ack(abi::kNlmsgError, flags, header.nlmsg_seq, port_);
  ack.Fixed(int32_t{-error}).Fixed(header);
  if (whole) ack.Bytes(message.subspan(sizeof(header)));
  if (explain && request.explanation != nullptr) {
    ack.PutText(abi::kNlmsgerrAttrMsg, request.explanation);
  }
  if (explain && blame) ack.Put(abi::kNlmsgerrAttrOffs, request.bad_attribute);
  Deliver(std::move(ack).Finish(), 0, 0);
}

void NetlinkSocket::QueueDump(NetlinkRequest& request, int error) {
  for (std::vector<std::byte>& answer : request.answers) dump_.push_back(std::move(answer));
  NetlinkMessage done = request.Reply(abi::kNlmsgDone);
  done.Fixed(int32_t{-error});
  dump_.push_back(std::move(done).Finish());
  queue_.Notify(kReadable);
}

}  // namespace sentry
