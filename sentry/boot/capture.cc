#include "sentry/boot/capture.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "sentry/socket/inet/inet_stack.h"

namespace sentry {
namespace {

constexpr size_t kAtOnce = 256 << 10;
constexpr int64_t kReadersPatience = 500'000'000;  // Until somebody who follows the file sees it.

}  // namespace

Capture::Capture(Kernel& kernel, Network& network, base::Fd file)
    : file_(std::move(file)),
      flush_(kernel.timers(), [this] { Flush(); }),
      environment_(kernel, [] {}),
      capture_(environment_, [this](std::span<const std::byte> block) { Add(block); }) {
  netstack::Stack& stack = InetStack::Of(kernel, network).stack();
  const bool outside = stack.interfaces().size() > 1;
  for (netstack::Interface* interface : stack.interfaces()) {
    if (interface->IsLoopback() != outside) capture_.Watch(*interface);
  }
  Flush();
}

void Capture::Add(std::span<const std::byte> block) {
  if (!file_.valid()) return;
  waiting_.insert(waiting_.end(), block.begin(), block.end());
  if (waiting_.size() >= kAtOnce) return Flush();
  if (!flush_.armed()) flush_.Arm(MonotonicNow() + kReadersPatience);
}

void Capture::Flush() {
  std::span<const std::byte> rest(waiting_);
  while (!rest.empty() && file_.valid()) {
    const ssize_t n = ::write(file_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      std::fprintf(stderr, "sentry: --pcap: the capture ends here: %s\n", std::strerror(errno));
      file_.reset();
      break;
    }
    rest = rest.subspan(static_cast<size_t>(n));
  }
  waiting_.clear();
}

}  // namespace sentry
