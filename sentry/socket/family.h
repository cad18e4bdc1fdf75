// The socket families of a sandbox: who makes a socket for a number of socket(2).
#pragma once

#include <map>
#include <memory>
#include <utility>

#include "sentry/kernel/subsystem.h"
#include "sentry/socket/socket.h"

namespace sentry {

class SocketFamily {
 public:
  virtual ~SocketFamily() = default;
  // `type` without flags; `flags`: O_NONBLOCK.  ESOCKTNOSUPPORT, EPROTONOSUPPORT, EPERM.
  virtual Result<Ref<Socket>> Create(OpContext& ctx, int type, int protocol, uint32_t flags) = 0;
  virtual Result<std::pair<Ref<Socket>, Ref<Socket>>> CreatePair(OpContext&, int /*type*/,
                                                                 int /*protocol*/,
                                                                 uint32_t /*flags*/) {
    return Errno(EOPNOTSUPP);
  }
};

// Filled by the layer that knows them all (syscalls/socket_families.cc).
class SocketFamilies final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kSocketFamilies;
  explicit SocketFamilies(Kernel&) {}

  bool empty() const { return families_.empty(); }
  void Register(int number, std::unique_ptr<SocketFamily> family) {
    families_[number] = std::move(family);
  }
  Result<SocketFamily*> Find(int number) const {  // EAFNOSUPPORT
    auto found = families_.find(number);
    if (found == families_.end()) return Errno(EAFNOSUPPORT);
    return found->second.get();
  }

 private:
  std::map<int, std::unique_ptr<SocketFamily>> families_;
};

}  // namespace sentry
