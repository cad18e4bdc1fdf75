// What send and receive carry besides bytes.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "abi/linux/socket.h"
#include "abi/linux/time.h"
#include "platform/base/ref.h"
#include "sentry/socket/address.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

// One ancillary message that a family makes or takes besides those below.
struct RawControl {
  int32_t level;
  int32_t type;
  std::vector<std::byte> data;
};

// Ancillary data (cmsg(3)) in the kernel's own terms.
struct ControlData {
  std::vector<base::Ref<FileDescription>> rights;  // SCM_RIGHTS
  std::optional<abi::Ucred> credentials;           // SCM_CREDENTIALS
  std::vector<RawControl> raw;
  bool empty() const { return rights.empty() && !credentials && raw.empty(); }
};

struct SendArgs {
  uint32_t flags = 0;  // MSG_*
  SocketAddress to;    // Empty: none was given.
  // Taken by the first attempt that sends something.
  ControlData control;
};

struct Received {
  SocketAddress from;  // Empty: none is reported.
  ControlData control;
  uint32_t flags = 0;      // MSG_TRUNC, MSG_EOR...: msg_flags.
  size_t full_length = 0;  // Of the message, however much of it was taken.
};

}  // namespace sentry
