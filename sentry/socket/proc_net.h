// The files of /proc/net (proc_pid_net(5)) about a network's configuration and sockets.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sentry/socket/network.h"
#include "sentry/socket/socket_diag.h"

namespace sentry {

struct ProcNetFile {
  std::string_view name;
  std::string (*text)(Kernel& kernel, Network& network);
};
// Files of configuration (proc_net.cc) and of sockets (proc_net_sockets.cc).
std::span<const ProcNetFile> ProcNetConfigFiles();
std::span<const ProcNetFile> ProcNetSocketFiles();

// Appends as printf(3) would.
void AppendText(std::string& text, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace sentry
