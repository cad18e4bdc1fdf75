#include "sentry/boot/outside.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "gofer/broker/control.h"
#include "gofer/broker/policy_text.h"
#include "platform/base/log.h"
#include "platform/base/log_sink.h"
#include "sentry/socket/network.h"
#include "sentry/socket/outside/gateway.h"
#include "sentry/vfs/name_ops.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

Errno Say(const std::string& what, int error) {
  std::fprintf(stderr, "sentry: %s: %s\n", what.c_str(), std::strerror(error));
  return Errno(error);
}

// "80", "8000-8010", "": nothing is a port of the host's choice.
bool ParseRange(std::string_view text, uint32_t& first, uint32_t& last) {
  first = last = 0;
  if (text.empty()) return true;
  auto number = [](std::string_view digits, uint32_t& to) {
    const char* end = digits.data() + digits.size();
    auto [after, error] = std::from_chars(digits.data(), end, to);
    return error == std::errc() && after == end && to >= 1 && to <= 65535;
  };
  const size_t dash = text.find('-');
  if (!number(text.substr(0, dash), first)) return false;
  last = first;
  return dash == text.npos || (number(text.substr(dash + 1), last) && last >= first);
}

Result<void> OpenPorts(const Config& config, gofer::BrokerConfig& plan) {
  for (const std::string& text : config.publish) {
    std::optional<std::vector<gofer::PublishedPort>> ports = ParsePublished(text);
    for (gofer::PublishedPort& port : *ports) {
      const bool chosen = port.host_port == 0;
      Result<void> bound = gofer::BindPort(port);
      if (!bound.ok()) return Say(text + ": -p", bound.error().value());
      if (chosen) {
        std::fprintf(stderr, "sentry: published %s:%u -> %u\n", port.host.Text().c_str(),
                     port.host_port, port.guest_port);
      }
      plan.ports.push_back(std::move(port));
    }
  }
  return {};
}

// The file, and what the flags say besides or instead.
Result<void> PlanPolicy(const Config& config, gofer::BrokerConfig& plan) {
  gofer::PolicyText policy;
  if (!config.net_policy_file.empty()) {
    std::ifstream file(config.net_policy_file);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return Say(config.net_policy_file + ": --net-policy-file", ENOENT);
    const std::string wrong = policy.Add(text.str());
    if (!wrong.empty()) {
      std::fprintf(stderr, "sentry: %s: --net-policy-file: %s\n", config.net_policy_file.c_str(),
                   wrong.c_str());
      return Errno(EINVAL);
    }
  }
  for (const std::string& text : config.net_allow) {
    policy.allow.push_back(*gofer::PolicyRule::Parse(text));
  }
  for (const std::string& text : config.net_deny) {
    policy.deny.push_back(*gofer::PolicyRule::Parse(text));
  }
  for (const std::string& text : config.net_limit) (void)policy.limits.Add(text);
  if (!config.net_policy.empty()) policy.mode = config.net_policy;
  const gofer::PolicyMode mode = policy.Mode();
  plan.policy.Replace(mode, std::move(policy.allow), std::move(policy.deny));
  plan.limits = policy.limits;
  if (!config.net_control.empty()) {
    Result<base::Fd> control = gofer::ListenForControl(config.net_control);
    if (!control.ok()) return Say(config.net_control + ": --net-control", control.error().value());
    plan.control = std::move(*control);
  }
  // Only who carries the bytes can count them; a Sentry that was taken over would not.
  plan.share_sockets = !plan.limits.OfBytes() && !plan.control.valid();
  return {};
}

void WriteResolver(MountNamespace& mounts, const std::string& text) {
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow(), .umask = 022};
  const WalkRoot from{mounts.Root(), mounts.Root(), mounts};
  // It may be a link to what this guest has not got.
  (void)Unlink(ctx, from, "/etc/resolv.conf");
  Result<Ref<FileDescription>> file =
      OpenPath(ctx, from, "/etc/resolv.conf", abi::kOWronly | abi::kOCreat | abi::kOTrunc, 0644);
  if (!file.ok()) {
    LOG_WARNING("outside: no /etc/resolv.conf: %s", std::strerror(file.error().value()));
    return;
  }
  BufferSource source(std::as_bytes(std::span(text)));
  int64_t position = 0;
  (void)(*file)->Write(ctx, source, &position);
}

}  // namespace

std::optional<std::vector<gofer::PublishedPort>> ParsePublished(std::string_view text) {
  gofer::PublishedPort port;
  port.host = gofer::Address::V4(INADDR_LOOPBACK);  // The world is not let in unasked.
  if (const size_t slash = text.rfind('/'); slash != text.npos) {
    const std::string_view protocol = text.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp") return std::nullopt;
    port.protocol = protocol == "tcp" ? IPPROTO_TCP : IPPROTO_UDP;
    text = text.substr(0, slash);
  }
  const size_t guest_colon = text.rfind(':');
  if (guest_colon == text.npos) return std::nullopt;
  const std::string_view guest = text.substr(guest_colon + 1);
  std::string_view host = text.substr(0, guest_colon);
  if (const size_t colon = host.rfind(':'); colon != host.npos) {
    std::string_view address = host.substr(0, colon);
    host = host.substr(colon + 1);
    if (address.starts_with('[') && address.ends_with(']')) {
      address = address.substr(1, address.size() - 2);
    }
    std::optional<gofer::Address> parsed = gofer::Address::Parse(address);
    if (!parsed) return std::nullopt;
    port.host = *parsed;
  }
  uint32_t first, last, host_first, host_last;
  if (!ParseRange(guest, first, last) || first == 0) return std::nullopt;
  if (!ParseRange(host, host_first, host_last)) return std::nullopt;
  if (host_first != 0 && host_last - host_first != last - first) return std::nullopt;
  std::vector<gofer::PublishedPort> all;
  for (uint32_t i = 0; i <= last - first; ++i) {
    gofer::PublishedPort one;
    one.protocol = port.protocol;
    one.host = port.host;
    one.guest_port = static_cast<uint16_t>(first + i);
    one.host_port = static_cast<uint16_t>(host_first == 0 ? 0 : host_first + i);
    all.push_back(std::move(one));
  }
  return all;
}

bool NetUsesBroker(const Config& config) {
  return config.net == "user" || config.net == "host";
}

Result<gofer::BrokerConfig> PlanBroker(const Config& config) {
  gofer::BrokerConfig plan;
  TRY(PlanPolicy(config, plan));
  if (config.net == "host") {
    plan.policy.mode = gofer::PolicyMode::kUnrestricted;
    plan.publish_all = true;
    std::fprintf(stderr,
                 "sentry: --net=host: warning: the program reaches all that this host reaches, and "
                 "itself at 10.0.2.2, and listens on its ports\n");
  }
  gofer::AddHostAddresses(plan.policy);
  for (const std::string& text : config.dns) {
    plan.resolvers.push_back(*gofer::Resolver::Parse(text));
  }
  if (config.dns.empty()) plan.resolvers = gofer::ReadResolvers("/etc/resolv.conf");
  for (const std::string& text : config.add_host) {
    const size_t colon = text.find(':');
    plan.hosts.emplace(gofer::Lower(text.substr(0, colon)),
                       *gofer::Address::Parse(text.substr(colon + 1)));
  }
  if (!config.net_audit.empty()) {
    plan.audit =
        base::Fd(::open(config.net_audit.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!plan.audit.valid()) return Say(config.net_audit + ": --net-audit", errno);
  }
  TRY(OpenPorts(config, plan));
  return plan;
}

Result<BrokerProcess> StartBroker(gofer::BrokerConfig config) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return base::LastErrno();
  base::Fd ours(ends[0]), theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return base::LastErrno();
  if (pid == 0) {
    ours.reset();
    base::MoveLogSink(STDERR_FILENO);
    // In the terminal's process group, but it ends with the Sentry alone.
    for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU}) {
      ::signal(signal, SIG_IGN);
    }
    ::_exit(gofer::BrokerMain(std::move(config), std::move(theirs)));
  }
  return BrokerProcess{.pid = pid, .channel = std::move(ours)};
}

void SetUpGateway(Kernel& kernel, const Config& config, base::Fd channel) {
  Network& network = StateOf<Networks>(kernel).first();
  auto gateway = MakeRef<Gateway>(kernel, network, std::move(channel));
  if (config.net == "host") gateway->FollowListeners(network);
  network.outside_owner = std::move(gateway);
  WriteResolver(*kernel.root_mounts,
                "nameserver " + gofer::Address::V4(gofer::kResolverV4).Text() + "\n");
}

void SetUpDevices(Kernel& kernel, const Config& config, std::vector<OutsideDevice> devices) {
  Network& network = StateOf<Networks>(kernel).first();
  network.outside_owner = MakeRef<OutsideDevices>(kernel, network, std::move(devices));
  std::string text;
  for (const std::string& resolver : config.dns) text += "nameserver " + resolver + "\n";
  if (!text.empty()) WriteResolver(*kernel.root_mounts, text);
}

Result<std::optional<MetadataOptions>> ReadMetadata(const Config& config) {
  if (config.metadata.empty()) return std::optional<MetadataOptions>();
  std::ifstream file(config.metadata);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return Say(config.metadata + ": --metadata", ENOENT);
  std::string wrong;
  std::optional<JsonValue> tree = JsonValue::Parse(text.str(), wrong);
  if (!tree) {
    std::fprintf(stderr, "sentry: %s: --metadata: %s\n", config.metadata.c_str(), wrong.c_str());
    return Errno(EINVAL);
  }
  return std::optional(MetadataOptions{*std::move(tree), config.metadata_token == "required"});
}

void SetUpMetadata(Kernel& kernel, MetadataOptions options) {
  Network& network = StateOf<Networks>(kernel).first();
  if (auto* gateway = dynamic_cast<Gateway*>(network.outside_owner.get())) {
    return gateway->ServeMetadata(std::move(options));
  }
  network.outside_owner = MakeRef<MetadataDevice>(kernel, network, std::move(options));
}

void FinishOutside(Kernel& kernel) {
  constexpr int64_t kPatience = 5'000'000'000;
  base::MutexLock lock(&kernel.lock());
  RefCounted* owner = StateOf<Networks>(kernel).first().outside_owner.get();
  const MonoTime deadline = MonotonicNow() + kPatience;
  if (auto* gateway = dynamic_cast<Gateway*>(owner)) gateway->Finish(deadline);
  if (auto* devices = dynamic_cast<OutsideDevices*>(owner)) devices->Finish(deadline);
}

}  // namespace sentry
