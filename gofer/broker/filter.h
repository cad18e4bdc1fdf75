// The broker's own seccomp allow-list: every host call it makes once it serves, each with its
// reason.  A call outside of it kills the process, which the Sentry sees as a lost connection.
#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "platform/host/seccomp_filter.h"

namespace gofer {

inline constexpr size_t kMaxBrokerCalls = 40;
inline constexpr uint32_t kSocketTypes = SOCK_STREAM | SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

inline constexpr auto kBrokerRules = std::to_array<host::Rule>({
    // Flows.
    host::Allow(SYS_socket, "flows over IPv4",
                {host::Arg32(0, AF_INET), host::ArgBitsWithin(1, kSocketTypes)}),
    host::Allow(SYS_socket, "flows over IPv6",
                {host::Arg32(0, AF_INET6), host::ArgBitsWithin(1, kSocketTypes)}),
    host::Allow(SYS_connect, "flows that the policy allows; resolvers"),
    host::Allow(SYS_accept4, "clients of published ports"),
    host::Allow(SYS_socketpair, "the Sentry's end of datagram flows", {host::Arg32(0, AF_UNIX)}),
    host::Allow(SYS_shutdown, "half-closed connections"),
    host::Allow(SYS_getsockopt, "how connecting ended; byte counts"),
    host::Allow(SYS_setsockopt, "TCP_NODELAY, resets, the filter that binds a socket to its peer"),
    host::Allow(SYS_sendto, "datagrams"),
    host::Allow(SYS_recvfrom, "datagrams"),
    host::Allow(SYS_sendmsg, "messages to the Sentry, with descriptors"),
    host::Allow(SYS_recvmsg, "messages of the Sentry; datagrams"),
    host::Allow(SYS_close, "flows that ended"),
    host::Allow(SYS_fcntl, "a descriptor that waits to be sent; flags of sockets"),
    // The loop.
    host::Allow(SYS_epoll_wait, "the loop"),
    host::Allow(SYS_epoll_ctl, "the loop's set"),
    host::Allow(SYS_ioctl, "what the loop watches does not block", {host::Arg32(1, FIONBIO)}),
    host::Allow(SYS_timerfd_settime, "the loop's next timer"),
    host::Allow(SYS_read, "the loop's wake-up"),
    host::Allow(SYS_write, "the loop's wake-up; audit and log lines"),
    host::Allow(SYS_restart_syscall, "the kernel's own restart after a stop"),
    host::Allow(SYS_clock_gettime, "times, where the vDSO has none"),
    host::Allow(SYS_getrandom, "numbers of DNS queries"),
    // The C library: memory, never executable.
    host::Allow(SYS_brk, "heap"),
    host::Allow(SYS_mmap, "heap", {host::ArgMasked(2, PROT_EXEC, 0)}),
    host::Allow(SYS_mprotect, "heap", {host::ArgMasked(2, PROT_EXEC, 0)}),
    host::Allow(SYS_munmap, "heap"),
    host::Allow(SYS_mremap, "large blocks of the heap that grow"),
    host::Allow(SYS_madvise, "gives memory back"),
    host::Allow(SYS_futex, "the C library's locks"),
    host::Allow(SYS_exit_group, "the channel has closed"),
    host::On(host::FailWith(ENOENT), SYS_openat, "the C library looks for the time zone"),
});

// And with --net=host.
inline constexpr auto kListenRules = std::to_array<host::Rule>({
    host::Allow(SYS_bind, "ports that the guest listens on"),
    host::Allow(SYS_listen, "likewise"),
    host::Allow(SYS_getsockname, "likewise"),
});

inline constexpr auto kHostBrokerRules = [] {
  std::array<host::Rule, kBrokerRules.size() + kListenRules.size()> all{};
  std::copy(kListenRules.begin(), kListenRules.end(),
            std::copy(kBrokerRules.begin(), kBrokerRules.end(), all.begin()));
  return all;
}();
static_assert(host::CountCalls(kHostBrokerRules) <= kMaxBrokerCalls);

base::Result<void> InstallBrokerFilter(bool may_listen);

}  // namespace gofer
