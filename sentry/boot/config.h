// What the command line asks for.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sentry {

constexpr int kSandboxFailed = 125;  // Exit status: it is not the program that failed.

// One of --ro, --rw, --tmpfs, --hide, in the order given.
struct MountFlag {
  enum class Kind { kReadOnly, kReadWrite, kTmpfs, kHide };
  Kind kind;
  std::string source;   // On the host; empty for tmpfs.
  std::string dest;     // In the guest, absolute.
  uint64_t size = 0;    // tmpfs: bytes, 0: no limit of its own.
  bool shared = false;  // The host may change it too: cached attributes are checked at each use.
};

struct Config {
  std::vector<std::string> argv;  // PROG and its arguments.

  // --- the guest's view ---
  std::string root;  // --root DIR: the guest's root instead of the default view; empty: default.
  std::vector<MountFlag> mounts;
  std::string export_changes;  // Tar file on the host; empty: none.
  std::string cwd;             // Empty: the caller's.
  std::vector<std::string> env;
  bool clear_env = false;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  std::string hostname = "sentry";
  // none, loopback: the guest's own loopback in both; user: outside by a broker; tap:NAME, fd:N,
  // netns:PATH: by a device of the host.
  std::string net = "none";
  std::vector<std::string> net_address;          // ADDRESS/BITS
  std::vector<std::string> net_gateway;          // ADDRESS
  int net_mtu = 0;                               // 0: the device's.
  std::string net_mac;                           // Empty: by the address.
  std::string pcap;                              // A file of the host; empty: none.
  std::vector<std::string> net_allow, net_deny;  // Rules (gofer/broker/policy.h).
  std::string net_policy;                        // open, allow, none; empty: by net_allow.
  std::string net_audit;                         // A file of the host; empty: none.
  std::vector<std::string> net_limit;            // Limits (gofer/broker/limits.h).
  std::string net_policy_file;                   // A file of the host; empty: none.
  std::string net_control;                       // A socket of the host; empty: none.
  std::string metadata;                          // A file of the host (JSON); empty: none.
  std::string metadata_token = "optional";       // or required
  std::vector<std::string> publish;              // [IP:]HOST:GUEST[/PROTO]
  std::vector<std::string> add_host;             // NAME:ADDRESS
  std::vector<std::string> dns;                  // ADDRESS[:PORT]; empty: as the host.

  // --- limits; 0: none ---
  uint64_t memory = 0;
  uint64_t pids = 0;
  double timeout_seconds = 0;
  double cpus = 0;
  uint64_t file_size = 0;

  // --- how it runs and what is told ---
  std::string platform = "auto";  // auto, notify, ptrace.
  bool patch = true;              // notify: rewrite hot call sites.
  std::string spin = "auto";      // --spin: notify: auto, always or never.
  bool strace = false;
  std::vector<std::string> strace_names;  // Empty: all calls.
  std::string strace_file;                // Empty: standard error.
  bool stats = false;
  std::string log_file;
  std::string log_level;  // Empty: "warning" with a log file, else nothing is logged.
  std::string log_format = "text";
};

}  // namespace sentry
