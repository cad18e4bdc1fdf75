// Leases of a regular file (fcntl(2): F_SETLEASE): who holds one is told before the file is opened
// or truncated in a way that does not go with it, and has some time to give it up.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/base/result.h"
#include "sentry/time/time.h"

namespace sentry {

using base::Errno;
using base::Result;

class FileDescription;
class Inode;

enum class LeaseType : uint8_t { kNone, kRead, kWrite };

struct Lease {
  FileDescription* holder;  // Its release ends the lease.
  int32_t fd;               // That it was taken through.
  LeaseType type;
  // While it is being broken: when it is lost, or is one for reading only.
  std::optional<MonoTime> unlock_at = {}, downgrade_at = {};

  bool Conflicts(bool write) const { return write || type == LeaseType::kWrite; }
};

// Those of one inode.  Whoever changes them notifies the queue of its FileLocks.
class Leases {
 public:
  // generic_add_lease(): EAGAIN when others' leases or a break are in the way.
  Result<void> Set(FileDescription& holder, int32_t fd, LeaseType type);
  Result<void> Remove(const FileDescription& holder);  // EAGAIN when it has none.
  bool Release(const FileDescription& holder);         // True: there was one.
  // F_GETLEASE: what a break leaves counts already.
  LeaseType TypeOf(const FileDescription& holder) const;
  bool Conflict(bool write) const;
  // Marks what conflicts as being broken until `deadline`; gives those that were not before.
  std::vector<Lease> Break(bool write, MonoTime deadline);
  // When the next one that conflicts is lost.
  std::optional<MonoTime> NextLoss(bool write) const;
  // Ends or weakens what had its time.  True: there was any.
  bool Expire(MonoTime now);

 private:
  Lease* Find(const FileDescription& holder);
  std::vector<Lease> held_;
};

// A lease of somebody's is in the way of opening or truncating it.
bool IsLeased(const Inode& inode, bool write);
// What open and truncate say then, to callers that can wait; never to a guest.
constexpr int kErrnoLeased = 603;

}  // namespace sentry
