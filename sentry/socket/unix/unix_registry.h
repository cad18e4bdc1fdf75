// What the AF_UNIX sockets of a sandbox share: abstract names, and the descriptions that are in
// flight (sent by SCM_RIGHTS and not received yet), which may hold each other in circles.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sentry/kernel/kernel.h"
#include "sentry/socket/socket_diag.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class UnixSocket;

class UnixSockets final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kUnixSockets;
  explicit UnixSockets(Kernel& kernel);

  // --- abstract names (unix(7)): the bytes behind the leading NUL, per type of socket ---
  Result<void> Claim(const std::string& name, UnixSocket& socket);  // EADDRINUSE
  void ReleaseName(const std::string& name, int type) { names_.erase({type, name}); }
  UnixSocket* Find(const std::string& name, int type) const;
  // A free name of five hexadecimal digits for `socket`.
  Result<std::string> Autobind(UnixSocket& socket);

  // --- all of them, for sock_diag(7) and /proc/net/unix ---
  void Born(UnixSocket& socket) { all_.insert(&socket); }
  void Died(UnixSocket& socket) { all_.erase(&socket); }
  std::vector<UnixSocketInfo> List(const Network& network) const;

  // --- descriptions in flight ---
  void Sent(FileDescription& file, uint32_t uid);
  void Arrived(FileDescription& file, uint32_t uid);
  size_t InFlightOf(uint32_t uid) const;
  size_t sockets_in_flight() const { return in_flight_.size(); }
  // Drops sockets that are held by nothing but each other's queues.
  void CollectGarbage();
  // Lets go of descriptions without recursion, however they hold one another.
  void Bury(std::vector<Ref<FileDescription>> files);

 private:
  std::set<UnixSocket*> all_;
  std::map<std::pair<int, std::string>, UnixSocket*> names_;
  std::map<UnixSocket*, uint32_t> in_flight_;  // How often each is.
  std::map<uint32_t, size_t> by_user_;
  std::vector<Ref<FileDescription>> buried_;
  bool burying_ = false;
  uint32_t next_autobind_ = 0;
};

// Descriptions in flight, counted while they are.
class UnixRights {
 public:
  UnixRights() = default;
  UnixRights(UnixSockets& registry, uint32_t uid, std::vector<Ref<FileDescription>> files);
  UnixRights(UnixRights&& other) noexcept;
  UnixRights& operator=(UnixRights&& other) noexcept;
  ~UnixRights();

  bool empty() const { return files_.empty(); }
  const std::vector<Ref<FileDescription>>& files() const { return files_; }
  std::vector<Ref<FileDescription>> Take();

 private:
  void Land();

  Ref<UnixSockets> registry_;
  uint32_t uid_ = 0;
  std::vector<Ref<FileDescription>> files_;
};

}  // namespace sentry
