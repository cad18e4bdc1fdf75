// --net=user and host: the net broker as a process, and the gateway that the guest's stack sees.
#pragma once

#include "gofer/broker/config.h"
#include "sentry/boot/config.h"
#include "sentry/kernel/kernel.h"
#include "sentry/socket/metadata/service.h"
#include "sentry/socket/outside/device.h"

namespace sentry {

// Whether a broker is behind the network.
bool NetUsesBroker(const Config& config);
// What the flags ask for, with files and ports opened.  What is wrong was told in one line.
Result<gofer::BrokerConfig> PlanBroker(const Config& config);

struct BrokerProcess {
  pid_t pid = -1;
  base::Fd channel;
};
// The child serves until the channel closes.
Result<BrokerProcess> StartBroker(gofer::BrokerConfig config);

// eth0, its addresses and routes, and a resolver in /etc/resolv.conf.
void SetUpGateway(Kernel& kernel, const Config& config, base::Fd channel);
// The same for devices of the host (outside_devices.h); resolvers as --dns says.
void SetUpDevices(Kernel& kernel, const Config& config, std::vector<OutsideDevice> devices);

// What --metadata names; nothing: no flag.  What is wrong was told in one line.
Result<std::optional<MetadataOptions>> ReadMetadata(const Config& config);
// At 169.254.169.254:80; behind the gateway when there is one.
void SetUpMetadata(Kernel& kernel, MetadataOptions options);

// The program has ended: what it has sent goes out before the sandbox does.
void FinishOutside(Kernel& kernel);

// -p [IP:]HOST:GUEST[/PROTO], with ranges; nothing: it is not that.
std::optional<std::vector<gofer::PublishedPort>> ParsePublished(std::string_view text);

}  // namespace sentry
