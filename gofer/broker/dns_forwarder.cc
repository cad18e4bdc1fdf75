#include "gofer/broker/dns_forwarder.h"

#include <sys/random.h>
#include <sys/socket.h>

#include <array>

namespace gofer {
namespace {

constexpr int64_t kTimeout = 2500;  // Milliseconds until the next resolver is asked.
constexpr size_t kAttempts = 4;

}  // namespace

// One query that is with a resolver.  Each has a socket, and so a port, and a number of its own:
// nobody who does not see the query can make up an answer (RFC 5452).
struct DnsForwarder::Asked {
  Bytes query;
  DnsQuestion question;
  uint16_t number = 0;
  size_t attempt = 0;
  bool edns = false, plain = false;  // It was added; it was not understood.
  base::Fd socket;
  Loop::Token timer = 0;
  Answer then;
};

DnsForwarder::~DnsForwarder() {
  for (auto& [key, asked] : under_way_) Drop(*asked);
}

std::vector<Address> DnsForwarder::KnownHosts(const std::string& name) const {
  std::vector<Address> found;
  const auto range = config_.hosts.equal_range(name);
  for (auto at = range.first; at != range.second; ++at) found.push_back(at->second);
  return found;
}

void DnsForwarder::Handle(std::span<const std::byte> query, Answer then) {
  if (!IsQuery(query)) return;
  const std::optional<DnsQuestion> question = ParseQuestion(query);
  if (!question) return then(MakeError(query, DnsCode::kFormat));
  const std::vector<Address> known = KnownHosts(question->name);
  if (!known.empty()) return then(MakeAnswer(query, *question, known));
  if (!config_.policy.MayResolve(question->name)) {
    FlowRecord record;
    record.kind = "dns";
    record.protocol = 17;
    record.name = question->name;
    record.rule = "name";
    record.began_ms = WallMilliseconds();
    record.began_monotonic = MonotonicMilliseconds();
    audit_.Write(record);
    return then(MakeError(query, DnsCode::kNoName));
  }
  if (config_.resolvers.empty() || under_way_.size() >= kMostAsked) {
    return then(MakeError(query, DnsCode::kServerFailure));
  }
  auto asked = std::make_shared<Asked>();
  asked->query.assign(query.begin(), query.end());
  asked->question = *question;
  asked->then = std::move(then);
  under_way_[asked.get()] = asked;
  Ask(asked);
}

void DnsForwarder::Drop(Asked& asked) {
  if (asked.socket.valid()) loop_.Forget(asked.socket.get());
  asked.socket.reset();
  loop_.Cancel(asked.timer);
}

void DnsForwarder::Finish(const std::shared_ptr<Asked>& asked, const Bytes& answer) {
  const std::shared_ptr<Asked> keep = asked;
  Drop(*keep);
  under_way_.erase(keep.get());
  keep->then(answer);
}

void DnsForwarder::Ask(const std::shared_ptr<Asked>& asked) {
  Drop(*asked);
  if (asked->attempt == kAttempts) {
    return Finish(asked, MakeError(asked->query, DnsCode::kServerFailure));
  }
  const Resolver& resolver = config_.resolvers[asked->attempt++ % config_.resolvers.size()];
  sockaddr_storage to;
  const socklen_t size = resolver.address.Fill(to, resolver.port);
  asked->socket = base::Fd(::socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  std::weak_ptr<Asked> weak = asked;
  asked->timer = loop_.After(kTimeout, [this, weak] {
    if (auto still = weak.lock()) Ask(still);
  });
  if (!asked->socket.valid()) return;
  if (::connect(asked->socket.get(), reinterpret_cast<const sockaddr*>(&to), size) != 0) return;
  if (::getrandom(&asked->number, sizeof(asked->number), 0) < 0) return;
  Bytes query = asked->query;
  asked->edns = !asked->plain && AddEdns(query);
  SetId(query, asked->number);
  ::send(asked->socket.get(), query.data(), query.size(), MSG_NOSIGNAL);
  loop_.WhenReadable(asked->socket.get(), [this, weak] {
    if (auto still = weak.lock()) OnAnswer(still);
  });
}

void DnsForwarder::OnAnswer(const std::shared_ptr<Asked>& asked) {
  std::array<std::byte, 4096> buffer;
  const ssize_t n = ::recv(asked->socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN) return Ask(asked);  // Refused: the next one.
  if (n > 0) {
    const auto bytes = std::span(buffer).first(static_cast<size_t>(n));
    const std::optional<DnsQuestion> question = ParseQuestion(bytes);
    const bool fits = question && !IsQuery(bytes) && question->id == asked->number &&
                      question->name == asked->question.name &&
                      question->type == asked->question.type;
    if (fits && asked->edns && CodeOf(bytes) == DnsCode::kFormat) {
      asked->plain = true;
      return Ask(asked);
    }
    if (fits) {
      const int64_t now = MonotonicMilliseconds() / 1000;
      for (const DnsAddress& found : ParseAddresses(bytes)) {
        config_.policy.Learn(question->name, found.address, found.seconds, now);
      }
      Bytes answer(bytes.begin(), bytes.end());
      if (asked->edns) TakeEdns(answer);
      SetId(answer, asked->question.id);
      return Finish(asked, answer);
    }
  }
  std::weak_ptr<Asked> weak = asked;
  loop_.WhenReadable(asked->socket.get(), [this, weak] {
    if (auto still = weak.lock()) OnAnswer(still);
  });
}

}  // namespace gofer
