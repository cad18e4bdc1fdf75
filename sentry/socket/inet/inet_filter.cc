// The packet filter of a network's TCP/IP stack, as nfnetlink reaches it.
#include "netstack/filter/control.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/proc_net.h"

namespace sentry {
namespace {

const char* NameOf(uint8_t protocol) {
  switch (protocol) {
    case netstack::kProtoIcmp:
      return "icmp";
    case netstack::kProtoTcp:
      return "tcp";
    case netstack::kProtoUdp:
      return "udp";
    case netstack::kProtoIcmp6:
      return "icmpv6";
    default:
      return "unknown";
  }
}

constexpr const char* kTcpStates[] = {"NONE",     "SYN_SENT",   "SYN_RECV", "ESTABLISHED",
                                      "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
                                      "CLOSE",    "SYN_SENT2"};

std::string TupleText(const netstack::FlowTuple& tuple) {
  std::string text =
      "src=" + tuple.source.ToString() + " dst=" + tuple.destination.ToString() + " ";
  if (tuple.protocol == netstack::kProtoIcmp || tuple.protocol == netstack::kProtoIcmp6) {
    AppendText(text, "type=%u code=%u id=%u ", tuple.destination_port >> 8,
               tuple.destination_port & 0xff, tuple.source_port);
  } else if (tuple.protocol == netstack::kProtoTcp || tuple.protocol == netstack::kProtoUdp) {
    AppendText(text, "sport=%u dport=%u ", tuple.source_port, tuple.destination_port);
  }
  return text;
}

// ct_seq_show() of Linux.
std::string LineOf(const netstack::Connection& c, netstack::Time now) {
  const bool v4 = c.original.source.IsV4();
  std::string text;
  AppendText(text, "%-8s %u %-8s %u %ld ", v4 ? "ipv4" : "ipv6", v4 ? 2 : 10,
             NameOf(c.original.protocol), c.original.protocol,
             std::max<int64_t>(0, (c.expires - now) / netstack::kSecond));
  if (c.original.protocol == netstack::kProtoTcp) {
    text += std::string(kTcpStates[static_cast<size_t>(c.tcp)]) + " ";
  }
  text += TupleText(c.original);
  if (!c.Is(abi::kIpsSeenReply)) text += "[UNREPLIED] ";
  text += TupleText(c.reply);
  if (c.Is(abi::kIpsAssured)) text += "[ASSURED] ";
  AppendText(text, "mark=%u zone=0 use=2\n", c.mark);
  return text;
}

class InetFilter final : public NetfilterPlane {
 public:
  explicit InetFilter(netstack::Stack& stack) : stack_(stack), control_(stack) {}

  Result<void> Handle(const abi::Nlmsghdr& header, std::span<const std::byte> payload,
                      uint32_t port, Answers& answers) override {
    // What is too short to say for which family it is means nothing (nfnetlink_rcv_msg()).
    if (payload.size() < sizeof(abi::Nfgenmsg)) return {};
    netstack::Stack::Scope scope(stack_);
    netstack::NetfilterAnswers out;
    TRY(control_.Handle(TRY(netstack::NetfilterRequest::Read(header, payload, port)), out));
    answers = std::move(out.messages);
    return {};
  }

  std::vector<Outcome> HandleBatch(std::span<const std::byte> datagram, uint32_t port,
                                   const std::string& process, uint32_t pid,
                                   Answers& answers) override {
    netstack::Stack::Scope scope(stack_);
    netstack::NetfilterAnswers out;
    std::vector<Outcome> outcomes;
    for (const auto& outcome : control_.HandleBatch(datagram, port, process, pid, out)) {
      outcomes.push_back({outcome.at, outcome.error, outcome.bad_attribute});
    }
    answers = std::move(out.messages);
    return outcomes;
  }

  size_t Count() override {
    netstack::Conntrack* conntrack = control_.filter().conntrack();
    return conntrack != nullptr ? conntrack->size() : 0;
  }

  std::string Connections() override {
    std::string text;
    netstack::Conntrack* conntrack = control_.filter().conntrack();
    if (conntrack == nullptr) return text;
    const netstack::Time now = stack_.now();
    for (const netstack::ConnectionRef& connection : conntrack->All()) {
      if (connection->expires > now) text += LineOf(*connection, now);
    }
    return text;
  }

 private:
  netstack::Stack& stack_;
  netstack::FilterControl control_;
};

}  // namespace

NetfilterPlane* InetStack::Netfilter() {
  if (filter_ == nullptr) filter_ = std::make_unique<InetFilter>(stack());
  return filter_.get();
}

}  // namespace sentry
