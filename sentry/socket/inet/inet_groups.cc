// /proc/net/igmp, igmp6, mcfilter and mcfilter6: the multicast groups of the devices.
#include "netstack/group/reporter.h"
#include "sentry/socket/inet/inet_stack.h"
#include "sentry/socket/proc_net.h"

namespace sentry {
namespace {

// What the kernel counts times in for user space (USER_HZ).
constexpr netstack::Duration kTick = netstack::kSecond / 100;

std::string Hex(const netstack::IpAddress& address) {
  std::string text;
  for (uint8_t byte : address.bytes()) AppendText(text, "%02x", byte);
  return text;
}

unsigned long Ticks(const netstack::GroupReporter::Status& status) {
  return status.answer_in > 0 ? static_cast<unsigned long>(status.answer_in / kTick) : 0;
}

// igmp_mc_seq_show() of Linux.
void Igmp(std::string& text, const netstack::Interface& device,
          const netstack::GroupReporter& reporter) {
  int count = 0;
  for (const auto& [group, members] : device.groups()) count += group.IsV4() ? 1 : 0;
  if (count == 0) return;
  const std::string querier = "V" + std::to_string(reporter.Version(device.index(), true));
  AppendText(text, "%u\t%-10s: %5d %7s\n", device.index(), device.name().c_str(), count,
             querier.c_str());
  for (const auto& [group, members] : device.groups()) {
    if (!group.IsV4()) continue;
    const auto status = reporter.StatusOf(device.index(), group);
    AppendText(text, "\t\t\t\t%08X %5d %d:%08lX\t\t%d\n", __builtin_bswap32(group.v4()),
               members.users(), status.answer_in >= 0, Ticks(status), status.last_reporter);
  }
}

// igmp6_mc_seq_show() of Linux; flags are its MAF_*.
void Igmp6(std::string& text, const netstack::Interface& device,
           const netstack::GroupReporter& reporter) {
  constexpr uint32_t kTimer = 1, kLastReporter = 2, kLoaded = 4, kNoReport = 8;
  for (const auto& [group, members] : device.groups()) {
    if (group.IsV4()) continue;
    const auto status = reporter.StatusOf(device.index(), group);
    uint32_t flags = group.MulticastScope() > 1 ? kLoaded : 0;
    if (!netstack::GroupReporter::IsReported(group)) flags |= kNoReport;
    if (status.answer_in >= 0) flags |= kTimer;
    if (status.last_reporter) flags |= kLastReporter;
    AppendText(text, "%-4u %-15s %s %5d %08X %lu\n", device.index(), device.name().c_str(),
               Hex(group).c_str(), members.users(), flags, Ticks(status));
  }
}

// igmp_mcf_seq_show() and igmp6_mcf_seq_show() of Linux.
void Filters(std::string& text, const netstack::Interface& device, bool v4) {
  for (const auto& [group, members] : device.groups()) {
    if (group.IsV4() != v4) continue;
    for (const auto& [source, count] : members.sources()) {
      if (v4) {
        AppendText(text, "%3u %6.6s 0x%08x 0x%08x %6d %6d\n", device.index(), device.name().c_str(),
                   group.v4(), source.v4(), count.including, count.excluding);
      } else {
        AppendText(text, "%3u %6.6s %s %s %6d %6d\n", device.index(), device.name().c_str(),
                   Hex(group).c_str(), Hex(source).c_str(), count.including, count.excluding);
      }
    }
  }
}

}  // namespace

std::string InetStack::Groups(std::string_view file) {
  std::string text;
  if (file == "igmp") text = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n";
  if (file == "mcfilter") {
    text = "Idx Device        MCA        SRC    INC    EXC\n";
  } else if (file == "mcfilter6") {
    AppendText(text, "%3s %6s %32s %32s %6s %6s\n", "Idx", "Device", "Multicast Address",
               "Source Address", "INC", "EXC");
  }
  for (const netstack::Interface* device : stack().interfaces()) {
    if (file == "igmp") {
      Igmp(text, *device, net_->groups());
    } else if (file == "igmp6") {
      Igmp6(text, *device, net_->groups());
    } else {
      Filters(text, *device, file == "mcfilter");
    }
  }
  return text;
}

}  // namespace sentry
