#include "sentry/boot/network_files.h"

#include "sentry/fs/dev/device_registry.h"
#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/process_net.h"
#include "sentry/fs/sysfs/sysfs.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/netlink/netlink_socket.h"
#include "sentry/socket/proc_net.h"
#include "sentry/socket/tun/tun_file.h"
#include "sentry/syscalls/socket_calls.h"

namespace sentry {
namespace {

std::string LinkAddress(const std::array<uint8_t, 6>& address) {
  std::string text;
  for (uint8_t byte : address) Append(text, text.empty() ? "%02x" : ":%02x", byte);
  return text;
}

// The attributes of /sys/class/net that programs look at.
SysNetDevice ForSysfs(Network& network, const NetDevice& device) {
  const LinkStats stats = network.plane != nullptr ? network.plane->Stats(device) : LinkStats();
  const char* state = device.IsLoopback() ? "unknown" : device.IsUp() ? "up" : "down";
  std::string flags;
  Append(flags, "0x%x", device.flags);
  auto text = [](auto number) { return std::to_string(number); };
  SysNetDevice out{
      .name = device.name,
      .index = device.index,
      .attributes = {{"addr_assign_type", "0"},
                     {"addr_len", device.HasAddress() ? "6" : "0"},
                     {"address", device.HasAddress() ? LinkAddress(device.address) : ""},
                     {"broadcast", device.HasAddress() ? LinkAddress(device.broadcast) : ""},
                     {"carrier", device.IsUp() && device.carrier ? "1" : "0"},
                     {"dev_id", "0x0"},
                     {"dev_port", "0"},
                     {"dormant", "0"},
                     {"flags", flags},
                     {"ifalias", ""},
                     {"ifindex", text(device.index)},
                     {"iflink", text(device.link != 0 ? device.link : device.index)},
                     {"link_mode", "0"},
                     {"mtu", text(device.mtu)},
                     {"netdev_group", text(device.group)},
                     {"operstate", state},
                     {"statistics/multicast", text(stats.multicast)},
                     {"statistics/rx_bytes", text(stats.rx_bytes)},
                     {"statistics/rx_dropped", text(stats.rx_dropped)},
                     {"statistics/rx_errors", text(stats.rx_errors)},
                     {"statistics/rx_packets", text(stats.rx_packets)},
                     {"statistics/tx_bytes", text(stats.tx_bytes)},
                     {"statistics/tx_dropped", text(stats.tx_dropped)},
                     {"statistics/tx_errors", text(stats.tx_errors)},
                     {"statistics/tx_packets", text(stats.tx_packets)},
                     {"tx_queue_len", text(device.tx_queue_length)},
                     {"type", text(device.type)},
                     {"uevent", "INTERFACE=" + device.name + "\nIFINDEX=" + text(device.index)}}};
  if (device.backing != nullptr) device.backing->Tell(out.attributes);
  return out;
}

}  // namespace

void SetUpNetworkFiles(Kernel& kernel) {
  FamiliesOf(kernel);  // They tell SocketDiag what they have.
  ProcNet& files = kernel.Get<ProcNet>();
  auto add = [&kernel, &files](const ProcNetFile& file) {
    files.Register(std::string(file.name), [&kernel, text = file.text](OpContext& ctx) {
      Network& network = Networks::Of(kernel, ctx);
      InetStack::Of(kernel, network);  // It counts, even if nobody has used it yet.
      return text(kernel, network);
    });
  };
  for (const ProcNetFile& file : ProcNetConfigFiles()) add(file);
  for (const ProcNetFile& file : ProcNetSocketFiles()) add(file);
  add({"netlink", NetlinkProcText});
  BindNetworkSysctls(kernel);
  kernel.Get<DeviceRegistry>().Register(
      kMiscMajor, abi::kTunMinor, 1,
      [&kernel](OpContext& ctx, const Path& path, uint64_t, uint32_t flags) {
        return OpenTun(kernel, ctx, path, flags);
      });
}

std::vector<SysNetDevice> SysNetDevices(Kernel& kernel, OpContext& ctx) {
  std::vector<SysNetDevice> devices;
  Network& network = Networks::Of(kernel, ctx);
  for (const auto& [index, device] : network.devices()) {
    devices.push_back(ForSysfs(network, device));
  }
  return devices;
}

}  // namespace sentry
