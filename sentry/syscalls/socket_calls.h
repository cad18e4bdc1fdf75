// The calls of sockets, for the table.
#pragma once

#include "abi/linux/socket.h"
#include "abi/linux/time.h"
#include "sentry/kernel/task.h"
#include "sentry/socket/family.h"
#include "sentry/socket/socket.h"

namespace sentry {

// socket_families.cc: the families of this sandbox.
SocketFamilies& FamiliesOf(Kernel& kernel);

// What stands behind a descriptor: EBADF, ENOTSOCK.
Result<Ref<Socket>> GetSocket(Task& task, FdNum fd);
// An address argument; EINVAL when it is longer than a sockaddr_storage.
Result<SocketAddress> ReadAddress(Task& task, uint64_t address, int32_t size);
// Writes an address and its length where accept(2) and its like want them; a null `to` is fine.
Result<void> WriteAddress(Task& task, const SocketAddress& address, uint64_t to,
                          UserPtr<int32_t> size);

// socket.cc
Result<FdNum> SysSocket(Task& task, int32_t family, int32_t type, int32_t protocol);
Result<void> SysSocketpair(Task& task, int32_t family, int32_t type, int32_t protocol,
                           UserPtr<int32_t> fds);
Result<void> SysBind(Task& task, FdNum fd, uint64_t address, int32_t size);
Result<void> SysListen(Task& task, FdNum fd, int32_t backlog);
Result<FdNum> SysAccept(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size);
Result<FdNum> SysAccept4(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size,
                         uint32_t flags);
Result<void> SysConnect(Task& task, FdNum fd, uint64_t address, int32_t size);
Result<void> SysGetsockname(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size);
Result<void> SysGetpeername(Task& task, FdNum fd, uint64_t address, UserPtr<int32_t> size);
Result<void> SysShutdown(Task& task, FdNum fd, int32_t how);
Result<void> SysSetsockopt(Task& task, FdNum fd, int32_t level, int32_t name, uint64_t value,
                           int32_t size);
Result<void> SysGetsockopt(Task& task, FdNum fd, int32_t level, int32_t name, uint64_t value,
                           UserPtr<int32_t> size);

// socket_send.cc
Result<size_t> SysSendto(Task& task, FdNum fd, uint64_t data, size_t length, uint32_t flags,
                         uint64_t address, int32_t address_size);
Result<size_t> SysSendmsg(Task& task, FdNum fd, UserPtr<abi::MsgHdr> message, uint32_t flags);
Result<size_t> SysSendmmsg(Task& task, FdNum fd, UserPtr<abi::Mmsghdr> messages, uint32_t count,
                           uint32_t flags);

// socket_receive.cc
Result<size_t> SysRecvfrom(Task& task, FdNum fd, uint64_t data, size_t length, uint32_t flags,
                           uint64_t address, UserPtr<int32_t> address_size);
Result<size_t> SysRecvmsg(Task& task, FdNum fd, UserPtr<abi::MsgHdr> message, uint32_t flags);
// recvmsg(2) into other memory than the header's own vector says.
Result<size_t> ReceiveMessage(Task& task, Ref<Socket> socket, UserPtr<abi::MsgHdr> message,
                              std::vector<UserRange> ranges, uint32_t flags);
// One message into a buffer: what was received (UringRecvmsgOut), room for the address, for control
// data, and the data.
struct ProvidedMessage {
  uint64_t buffer, size;
  uint32_t name_size;
  uint64_t control_size;
};
// Never waits.  The number of octets of the buffer that count; EFAULT: there is no room for data.
Result<size_t> ReceiveIntoBuffer(Task& task, FdNum fd, const ProvidedMessage& message,
                                 uint32_t flags);
Result<size_t> SysRecvmmsg(Task& task, FdNum fd, UserPtr<abi::Mmsghdr> messages, uint32_t count,
                           uint32_t flags, UserPtr<abi::Timespec> timeout);

}  // namespace sentry
