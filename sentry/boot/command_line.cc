#include "sentry/boot/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "sentry/boot/outside.h"
#include "sentry/boot/outside_devices.h"
#include "sentry/syscalls/table.h"

namespace sentry {
namespace {

// "64m", "1.5g", "4096": bytes.
uint64_t ParseSize(const std::string& text, const char* flag) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  uint64_t unit = 1;
  switch (*end) {
    case 'k':
    case 'K':
      unit = uint64_t{1} << 10;
      ++end;
      break;
    case 'm':
    case 'M':
      unit = uint64_t{1} << 20;
      ++end;
      break;
    case 'g':
    case 'G':
      unit = uint64_t{1} << 30;
      ++end;
      break;
    case 't':
    case 'T':
      unit = uint64_t{1} << 40;
      ++end;
      break;
    default:
      break;
  }
  if (end == text.c_str() || *end != '\0' || value < 0) {
    throw CLI::ValidationError(
        flag, "'" + text + "' is not a size; write bytes, or a number with k, m, g or t");
  }
  return static_cast<uint64_t>(value * static_cast<double>(unit));
}

// "90", "1.5m", "500ms", "2h": seconds.
double ParseDuration(const std::string& text) {
  char* end = nullptr;
  double value = std::strtod(text.c_str(), &end);
  std::string unit = end;
  double scale = unit.empty() || unit == "s" ? 1
                 : unit == "ms"              ? 1e-3
                 : unit == "m"               ? 60
                 : unit == "h"               ? 3600
                                             : -1;
  if (end == text.c_str() || scale < 0 || value <= 0) {
    throw CLI::ValidationError(
        "--timeout", "'" + text + "' is not a time; write seconds, or a number with ms, s, m or h");
  }
  return value * scale;
}

uint64_t ParseCount(const std::string& text, const char* flag) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || after != end || value == 0)
    throw CLI::ValidationError(flag, "'" + text + "' is not a whole number above zero");
  return value;
}

// CLI11 takes "K=V" as any text.
void CheckVariables(const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    if (entry.find('=') == std::string::npos || entry.front() == '=')
      throw CLI::ValidationError("--env", "'" + entry + "' is not NAME=VALUE");
  }
}

void CheckCallNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    bool known = false;
    for (const SyscallEntry& entry : SyscallTable()) known = known || entry.name == name;
    if (!known)
      throw CLI::ValidationError("--strace",
                                 "'" + name + "' is not a system call; sentry syscalls lists them");
  }
}

std::string Absolute(const std::string& path) {
  if (!path.empty() && path.front() == '/') return path;
  char cwd[4096];
  std::string base = ::getcwd(cwd, sizeof(cwd)) != nullptr ? cwd : "/";
  return base == "/" ? "/" + path : base + "/" + path;
}

// PATH[:DEST][:shared]
MountFlag ParseBind(MountFlag::Kind kind, const std::string& text, const char* flag) {
  MountFlag mount{.kind = kind, .source = text, .dest = {}};
  constexpr std::string_view kShared = ":shared";
  if (mount.source.ends_with(kShared)) {
    mount.shared = true;
    mount.source.resize(mount.source.size() - kShared.size());
  }
  size_t colon = mount.source.find(':');
  if (colon != std::string::npos) {
    mount.dest = mount.source.substr(colon + 1);
    mount.source.resize(colon);
  }
  if (mount.source.empty())
    throw CLI::ValidationError(flag, "'" + text + "' names no path of the host");
  mount.source = Absolute(mount.source);
  if (mount.dest.empty()) mount.dest = mount.source;
  if (mount.dest.front() != '/')
    throw CLI::ValidationError(flag, "'" + mount.dest + "' is not an absolute path of the guest");
  if (mount.dest.find(':') != std::string::npos)
    throw CLI::ValidationError(flag, "'" + text + "' is not PATH[:DEST][:shared]");
  return mount;
}

// DEST[:size=N]
MountFlag ParseTmpfs(const std::string& text) {
  MountFlag mount{.kind = MountFlag::Kind::kTmpfs, .source = {}, .dest = text};
  size_t colon = text.find(":size=");
  if (colon != std::string::npos) {
    mount.dest = text.substr(0, colon);
    mount.size = ParseSize(text.substr(colon + 6), "--tmpfs");
  }
  if (mount.dest.empty() || mount.dest.front() != '/')
    throw CLI::ValidationError("--tmpfs", "'" + text + "' is not an absolute path of the guest");
  return mount;
}

void ParseUser(const std::string& text, Config& config) {
  unsigned uid = 0, gid = 0;
  const char* end = text.data() + text.size();
  auto [after, error] = std::from_chars(text.data(), end, uid);
  bool good = error == std::errc();
  gid = uid;
  if (good && after != end) {
    good = *after == ':';
    auto [last, gid_error] = std::from_chars(after + (good ? 1 : 0), end, gid);
    good = good && gid_error == std::errc() && last == end;
  }
  if (!good)
    throw CLI::ValidationError("--user", "'" + text + "' is not UID or UID:GID in numbers");
  config.uid = uid;
  config.gid = gid;
}

void AddViewFlags(CLI::App& app, Config& config) {
  auto add_mount = [&](const char* flag, MountFlag::Kind kind, const char* help) {
    app.add_option_function<std::vector<std::string>>(
           flag,
           [&config, kind, flag](const std::vector<std::string>& values) {
             for (const std::string& value : values) {
               config.mounts.push_back(kind == MountFlag::Kind::kTmpfs
                                           ? ParseTmpfs(value)
                                           : ParseBind(kind, value, flag));
             }
           },
           help)
        ->allow_extra_args(false)
        ->trigger_on_parse();
  };
  app.add_option("--root", config.root,
                 "DIR: the guest's root, instead of the host's system directories");
  add_mount("--ro", MountFlag::Kind::kReadOnly,
            "PATH[:DEST][:shared]: show PATH of the host, read-only");
  add_mount("--rw", MountFlag::Kind::kReadWrite,
            "PATH[:DEST][:shared]: show PATH of the host; what the guest writes is kept");
  add_mount("--tmpfs", MountFlag::Kind::kTmpfs,
            "DEST[:size=N[k|m|g|t]]: an empty file system in memory of at most N bytes");
  add_mount("--hide", MountFlag::Kind::kHide, "PATH: does not exist for the guest");
  app.add_option("--export-changes", config.export_changes,
                 "FILE.tar: at exit, write what the guest changed in memory; an OCI layer: "
                 "\".wh.NAME\" says that NAME was deleted");
  app.add_option("--cwd", config.cwd,
                 "DIR: working directory in the guest; default: the caller's, with --root /");
  app.add_option("--env", config.env, "K=V: set in the program's environment")
      ->allow_extra_args(false);
  app.add_flag("--clear-env", config.clear_env, "start from an empty environment");
  app.add_option_function<std::string>(
      "--user", [&config](const std::string& v) { ParseUser(v, config); },
      "UID[:GID] that the program runs as in the guest; default: the caller's");
  app.add_option("--hostname", config.hostname, "NAME: the guest's host name; default: sentry");
}

void AddNetworkFlags(CLI::App& app, Config& config) {
  app.add_option("--net", config.net,
                 "none (default) or loopback: the guest has its own loopback and nothing else; "
                 "user: it reaches outside through a broker process, without privilege here; "
                 "host: the same without any policy, private networks and this host (10.0.2.2 in "
                 "the guest) too, and what it listens on is on this host's ports; "
                 "tap:NAME, fd:N, netns:PATH: its frames go to a TAP device, to an inherited "
                 "descriptor (TAP, packet socket, Unix socket with message borders), to the "
                 "interfaces of a prepared network namespace, whose addresses and routes it has "
                 "while it runs");
  app.add_option("--net-address", config.net_address,
                 "ADDRESS/BITS: with tap and fd, an address of the guest's eth0, IPv4 or IPv6")
      ->allow_extra_args(false);
  app.add_option("--net-gateway", config.net_gateway,
                 "ADDRESS: with tap and fd, where the guest's default route leads")
      ->allow_extra_args(false);
  app.add_option("--net-mtu", config.net_mtu,
                 "N: with tap and fd, the MTU of eth0; default: the device's, else 1500")
      ->check(CLI::Range(68, 65521));
  app.add_option("--net-mac", config.net_mac,
                 "MAC: with tap and fd, eth0's; default: 52:54 and the end of its address");
  app.add_option("--pcap", config.pcap,
                 "FILE: write the frames of the guest's interfaces outside, or of its loopback "
                 "when there are none, for tcpdump and wireshark (pcapng)");
  app.add_option(
         "--net-allow", config.net_allow,
         "RULE: with --net=user, where it may go, and nowhere else: ADDRESS[/BITS], NAME or "
         "*.DOMAIN, then [:PORT[-PORT]]; private networks and this host (10.0.2.2 in the "
         "guest, 127.0.0.1 in a rule) need a rule of their own")
      ->allow_extra_args(false);
  app.add_option("--net-deny", config.net_deny, "RULE: where it may not go, whatever else says")
      ->allow_extra_args(false);
  app.add_option(
         "--net-policy", config.net_policy,
         "open, allow or none: what is so of the rest; default: open, with --net-allow allow")
      ->check(CLI::IsMember({"open", "allow", "none"}));
  app.add_option("--net-audit", config.net_audit,
                 "FILE: append a line of JSON for each connection, allowed or not");
  app.add_option(
         "--net-limit", config.net_limit,
         "NAME=VALUE: with --net=user, rate-out and rate-in (bytes per second), packets-out "
         "and packets-in, connections (per second), each as N or N/BURST; flows (at once); "
         "quota-out and quota-in (bytes in all); N with k, m, g or t")
      ->allow_extra_args(false);
  app.add_option("--net-policy-file", config.net_policy_file,
                 "FILE: more of these, a line each: policy MODE, allow RULE, deny RULE, limit "
                 "NAME=VALUE");
  app.add_option("--net-control", config.net_control,
                 "SOCKET: make this Unix socket; such lines sent to it replace policy and limits "
                 "while the program runs, nothing asks what was used");
  app.add_option("-p,--publish", config.publish,
                 "[IP:]HOST:GUEST[/tcp|udp]: a port of this host, on 127.0.0.1 unless IP is given, "
                 "leads to a port of the guest; ranges as 8000-8010; without HOST any free port")
      ->allow_extra_args(false);
  app.add_option("--metadata", config.metadata,
                 "FILE.json: what the guest reads at http://169.254.169.254/, by path: leaves as "
                 "text, names of what is below, or JSON when it accepts that");
  app.add_option("--metadata-token", config.metadata_token,
                 "optional (default) or required: whether reading takes a token from a PUT of "
                 "/latest/api/token, as with IMDSv2")
      ->check(CLI::IsMember({"optional", "required"}));
  app.add_option("--add-host", config.add_host, "NAME:ADDRESS: how the guest resolves NAME")
      ->allow_extra_args(false);
  app.add_option("--dns", config.dns,
                 "ADDRESS[:PORT]: whom the guest's resolver asks; default: as this host does")
      ->allow_extra_args(false);
}

void CheckNetMode(const Config& config) {
  const std::string_view mode = NetMode(config), argument = NetArgument(config);
  const bool device = mode == "tap" || mode == "fd" || mode == "netns";
  const bool known =
      device || mode == "none" || mode == "loopback" || mode == "user" || mode == "host";
  if (!known || device == argument.empty() || device != NetUsesDevices(config)) {
    throw CLI::ValidationError(
        "--net",
        "'" + config.net + "' is not none, loopback, user, host, tap:NAME, fd:N or netns:PATH");
  }
  constexpr size_t kMostName = 15;  // IFNAMSIZ
  if (mode == "tap" && argument.size() > kMostName)
    throw CLI::ValidationError("--net", "'" + config.net + "' is too long for a device");
  if (mode == "fd" && NetDescriptor(config) <= STDERR_FILENO)
    throw CLI::ValidationError("--net", "'" + config.net + "' is not a descriptor above 2");
}

void CheckDeviceFlags(const Config& config) {
  for (const std::string& text : config.net_address) {
    if (!ParseNetAddress(text))
      throw CLI::ValidationError("--net-address", "'" + text + "' is not ADDRESS/BITS");
  }
  for (const std::string& text : config.net_gateway) {
    if (!ParseIp(text))
      throw CLI::ValidationError("--net-gateway", "'" + text + "' is not an address");
  }
  if (!config.net_mac.empty() && !ParseMac(config.net_mac))
    throw CLI::ValidationError("--net-mac", "'" + config.net_mac + "' is not XX:XX:XX:XX:XX:XX");
  const bool any = !config.net_address.empty() || !config.net_gateway.empty() ||
                   config.net_mtu != 0 || !config.net_mac.empty();
  if (any && NetMode(config) != "tap" && NetMode(config) != "fd") {
    throw CLI::ValidationError(
        "--net", "--net-address, --net-gateway, --net-mtu and --net-mac need --net=tap or fd");
  }
  for (const std::string& text : config.dns) {
    if (NetUsesDevices(config) && !ParseIp(text))
      throw CLI::ValidationError("--dns", "'" + text + "' is not an address");
  }
}

void CheckNetwork(const Config& config) {
  CheckNetMode(config);
  for (const auto* rules : {&config.net_allow, &config.net_deny}) {
    for (const std::string& text : *rules) {
      if (gofer::PolicyRule::Parse(text)) continue;
      throw CLI::ValidationError(rules == &config.net_allow ? "--net-allow" : "--net-deny",
                                 "'" + text + "' is not a network, an address or a name");
    }
  }
  for (const std::string& text : config.net_limit) {
    if (!gofer::Limits().Add(text))
      throw CLI::ValidationError("--net-limit", "'" + text + "' is not a limit as rate-out=1m/4m");
  }
  for (const std::string& text : config.publish) {
    if (!ParsePublished(text))
      throw CLI::ValidationError("--publish", "'" + text + "' is not [IP:]HOST:GUEST[/tcp|udp]");
  }
  for (const std::string& text : config.add_host) {
    const size_t colon = text.find(':');
    if (colon == 0 || colon == text.npos || !gofer::Address::Parse(text.substr(colon + 1)))
      throw CLI::ValidationError("--add-host", "'" + text + "' is not NAME:ADDRESS");
  }
  for (const std::string& text : config.dns) {
    if (!gofer::Resolver::Parse(text))
      throw CLI::ValidationError("--dns", "'" + text + "' is not ADDRESS[:PORT]");
  }
  CheckDeviceFlags(config);
  if (!config.metadata.empty() && NetUsesDevices(config))
    throw CLI::ValidationError("--metadata", "it needs --net=none, loopback, user or host");
  const bool any = !config.net_allow.empty() || !config.net_deny.empty() ||
                   !config.net_policy.empty() || !config.net_audit.empty() ||
                   !config.net_limit.empty() || !config.net_policy_file.empty() ||
                   !config.net_control.empty() || !config.publish.empty() ||
                   !config.add_host.empty() || (!config.dns.empty() && !NetUsesDevices(config));
  if (any && !NetUsesBroker(config))
    throw CLI::ValidationError("--net", "the flags of the network outside need --net=user");
  const bool policy = !config.net_allow.empty() || !config.net_deny.empty() ||
                      !config.net_policy.empty() || !config.net_policy_file.empty() ||
                      !config.net_control.empty();
  if (policy && config.net == "host")
    throw CLI::ValidationError("--net", "there is no policy with --net=host: use --net=user");
}

void AddLimitFlags(CLI::App& app, Config& config) {
  app.add_option_function<std::string>(
      "--memory", [&config](const std::string& v) { config.memory = ParseSize(v, "--memory"); },
      "N[k|m|g|t]: bytes of memory of all processes and files in memory; default: none, but for "
      "files half of the host's memory");
  app.add_option_function<std::string>(
      "--pids", [&config](const std::string& v) { config.pids = ParseCount(v, "--pids"); },
      "N: processes and threads alive at once; default: 32768");
  app.add_option_function<std::string>(
      "--timeout", [&config](const std::string& v) { config.timeout_seconds = ParseDuration(v); },
      "T[ms|s|m|h]: seconds until the program is killed; default: no limit");
  app.add_option("--cpus", config.cpus,
                 "N: CPU time per second, in CPUs, such as 0.5; default: no limit")
      ->check(CLI::PositiveNumber);
  app.add_option_function<std::string>(
      "--fsize", [&config](const std::string& v) { config.file_size = ParseSize(v, "--fsize"); },
      "N[k|m|g|t]: bytes of the largest file that may be written; default: the caller's limit");
}

void AddRunFlags(CLI::App& app, Config& config) {
  app.add_option("--platform", config.platform,
                 "auto (default: notify where it works, else ptrace), notify or ptrace")
      ->check(CLI::IsMember({"auto", "notify", "ptrace"}));
  app.add_flag("!--no-patch", config.patch,
               "leave the code of guests as it is: some calls get slower");
  app.add_option(
         "--spin", config.spin,
         "auto (default: for microseconds, while a CPU is idle and a single thread calls all "
         "the time), always or never: calls get faster, and the second CPU works too")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  auto take_names = [&config](const std::vector<std::string>& values) {
    config.strace = true;
    for (const std::string& names : values) {
      for (std::string& name : CLI::detail::split(names, ',')) {
        if (!name.empty()) config.strace_names.push_back(std::move(name));
      }
    }
    return true;
  };
  app.add_option("--strace", CLI::callback_t(take_names),
                 "[=NAME,...]: print the program's system calls")
      ->expected(0, 1)
      ->type_name("");
  app.add_option("--strace-file", config.strace_file,
                 "FILE: write them there instead of to standard error");
  app.add_flag("--stats", config.stats,
               "at exit, print calls by count and time, peak memory, the start-up split");
  app.add_option("--log", config.log_file,
                 "FILE: the sandbox's own log, appended to; default: none");
  app.add_option("--log-level", config.log_level,
                 "debug, info, warning, error or off; default: warning with --log, else off")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}));
  app.add_option("--log-format", config.log_format, "text (default) or json, a line each")
      ->check(CLI::IsMember({"text", "json"}));
}

int ReportError(const CLI::App& app, const CLI::Error& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help
  std::fprintf(stderr, "sentry: %s (see sentry --help)\n", error.what());
  return kSandboxFailed;
}

// Everything behind "--" is the program's; CLI11 must not look at it.
std::vector<std::string> TakeProgram(std::vector<std::string>& args) {
  auto dashes = std::find(args.begin(), args.end(), "--");
  if (dashes == args.end()) return {};
  std::vector<std::string> program(dashes + 1, args.end());
  args.erase(dashes, args.end());
  return program;
}

}  // namespace

ParsedLine ParseCommandLine(int argc, char** argv) {
  ParsedLine line;
  std::vector<std::string> args(argv + 1, argv + argc);
  line.config.argv = TakeProgram(args);
  CLI::App app(
      "sentry [flags] -- PROG [ARG...]\n\nRuns a Linux program that nobody trusts: a kernel in "
      "user space between it and this machine.\n"
      "Without flags: a disposable machine.  The program sees the system's directories and the "
      "current one, both read-only\n"
      "underneath; what it writes goes to memory and is gone at exit.\n"
      "Exit status: the program's; 128+N when signal N killed it; 126 cannot be executed; 127 not "
      "found; 125 the sandbox failed.",
      "sentry");
  AddViewFlags(app, line.config);
  AddNetworkFlags(app, line.config);
  AddLimitFlags(app, line.config);
  AddRunFlags(app, line.config);
  CLI::App* doctor = app.add_subcommand("doctor", "what this host offers, and what will be used");
  CLI::App* syscalls =
      app.add_subcommand("syscalls", "the table of system calls and how far each is supported");
  syscalls->add_flag("--json", line.json, "as JSON");
  app.require_subcommand(0, 1);
  try {
    std::reverse(args.begin(), args.end());
    app.parse(args);
    CheckVariables(line.config.env);
    CheckNetwork(line.config);
    CheckCallNames(line.config.strace_names);
  } catch (const CLI::Error& error) {
    line.exit_status = ReportError(app, error);
    return line;
  }
  if (doctor->parsed()) {
    line.command = Command::kDoctor;
  } else if (syscalls->parsed()) {
    line.command = Command::kSyscalls;
  } else if (line.config.argv.empty()) {
    std::fprintf(stderr,
                 "sentry: no program given: sentry [flags] -- PROG [ARG...] (see sentry --help)\n");
    line.exit_status = kSandboxFailed;
  } else {
    line.command = Command::kRun;
  }
  return line;
}

}  // namespace sentry
