// SCM_RIGHTS by hand, since one side of the message lies in another process.
#include "platform/ptrace/fd_message.h"

namespace platform::ptracing {

using base::Errno;
using base::Result;

// Makes the pointers of the block right for a block at `base`.
void FdMessage::Point(uint64_t base) {
  const auto at = [base](size_t offset) { return reinterpret_cast<void*>(base + offset); };
  block_.range = {at(offsetof(Block, byte)), 1};
  block_.message.msg_iov = static_cast<iovec*>(at(offsetof(Block, range)));
  block_.message.msg_iovlen = 1;
  block_.message.msg_control = at(offsetof(Block, control));
  block_.message.msg_controllen = sizeof(block_.control);
}

Result<void> FdMessage::Send(int socket, int fd) {
  Point(reinterpret_cast<uint64_t>(&block_));
  cmsghdr* header = CMSG_FIRSTHDR(&block_.message);
  header->cmsg_len = CMSG_LEN(sizeof(fd));
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  if (::sendmsg(socket, &block_.message, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
    return base::LastErrno();
  return {};
}

void FdMessage::PrepareToReceive(uint64_t address) {
  block_ = {};
  Point(address);
}

Result<int> FdMessage::received() const {
  cmsghdr header;
  std::memcpy(&header, block_.control, sizeof(header));
  if (header.cmsg_level != SOL_SOCKET || header.cmsg_type != SCM_RIGHTS) return Errno(EMFILE);
  int fd = -1;
  std::memcpy(&fd, block_.control + CMSG_LEN(0), sizeof(fd));
  if (fd < 0) return Errno(EMFILE);
  return fd;
}

}  // namespace platform::ptracing
