#include "sentry/socket/unix/unix_registry.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "sentry/socket/unix/unix_socket.h"

namespace sentry {
namespace {

UnixSocket* AsUnix(FileDescription& file) {
  return dynamic_cast<UnixSocket*>(&file);
}

}  // namespace

UnixSockets::UnixSockets(Kernel& kernel) {
  // Both live as long as the kernel.
  StateOf<SocketDiag>(kernel).unix_sockets = [this](const Network& network) {
    return List(network);
  };
}

std::vector<UnixSocketInfo> UnixSockets::List(const Network& network) const {
  std::vector<UnixSocketInfo> list;
  for (const UnixSocket* socket : all_) {
    if (&socket->network() == &network) list.push_back(socket->Describe());
  }
  std::sort(list.begin(), list.end(),
            [](const UnixSocketInfo& a, const UnixSocketInfo& b) { return a.inode < b.inode; });
  return list;
}

Result<void> UnixSockets::Claim(const std::string& name, UnixSocket& socket) {
  if (!names_.emplace(std::pair(socket.type(), name), &socket).second) return Errno(EADDRINUSE);
  return {};
}

UnixSocket* UnixSockets::Find(const std::string& name, int type) const {
  auto found = names_.find({type, name});
  return found == names_.end() ? nullptr : found->second;
}

Result<std::string> UnixSockets::Autobind(UnixSocket& socket) {
  constexpr uint32_t kNames = 0x100000;
  for (uint32_t i = 0; i < kNames; ++i) {
    char name[8];
    std::snprintf(name, sizeof(name), "%05x", ++next_autobind_ % kNames);
    if (Claim(name, socket).ok()) return std::string(name);
  }
  return Errno(ENOSPC);
}

void UnixSockets::Sent(FileDescription& file, uint32_t uid) {
  ++by_user_[uid];
  if (UnixSocket* socket = AsUnix(file)) ++in_flight_[socket];
}

void UnixSockets::Arrived(FileDescription& file, uint32_t uid) {
  if (--by_user_[uid] == 0) by_user_.erase(uid);
  UnixSocket* socket = AsUnix(file);
  if (socket == nullptr) return;
  auto found = in_flight_.find(socket);
  if (found != in_flight_.end() && --found->second == 0) in_flight_.erase(found);
}

size_t UnixSockets::InFlightOf(uint32_t uid) const {
  auto found = by_user_.find(uid);
  return found == by_user_.end() ? 0 : found->second;
}

void UnixSockets::CollectGarbage() {
  // Candidates: every reference is one in flight.
  std::map<UnixSocket*, uint32_t> unexplained;
  for (auto [socket, count] : in_flight_) {
    if (socket->RefCount() == count) unexplained[socket] = count;
  }
  if (unexplained.empty()) return;
  std::set<UnixSocket*> garbage;
  for (auto [socket, count] : unexplained) {
    garbage.insert(socket);
    socket->ForEachRight([&](FileDescription& file) {
      UnixSocket* held = AsUnix(file);
      if (held == nullptr) return;
      auto found = unexplained.find(held);
      if (found != unexplained.end()) --found->second;
    });
  }
  // Held by a queue that is none of a candidate's: alive, and all that it holds is too.
  std::vector<UnixSocket*> alive;
  for (auto [socket, count] : unexplained) {
    if (count != 0) alive.push_back(socket);
  }
  while (!alive.empty()) {
    UnixSocket* socket = alive.back();
    alive.pop_back();
    if (garbage.erase(socket) == 0) continue;
    socket->ForEachRight([&](FileDescription& file) {
      UnixSocket* held = AsUnix(file);
      if (held != nullptr && garbage.contains(held)) alive.push_back(held);
    });
  }
  std::vector<Ref<FileDescription>> dead;
  for (UnixSocket* socket : garbage) socket->TakeRights(dead);
  Bury(std::move(dead));
}

void UnixSockets::Bury(std::vector<Ref<FileDescription>> files) {
  for (Ref<FileDescription>& file : files) buried_.push_back(std::move(file));
  if (burying_) return;  // A destructor below us; the loop there goes on with them.
  burying_ = true;
  while (!buried_.empty()) {
    Ref<FileDescription> file = std::move(buried_.back());
    buried_.pop_back();
  }
  burying_ = false;
}

UnixRights::UnixRights(UnixSockets& registry, uint32_t uid, std::vector<Ref<FileDescription>> files)
    : registry_(&registry), uid_(uid), files_(std::move(files)) {
  for (const Ref<FileDescription>& file : files_) registry_->Sent(*file, uid_);
}

UnixRights::UnixRights(UnixRights&& other) noexcept
    : registry_(other.registry_), uid_(other.uid_), files_(std::exchange(other.files_, {})) {}

UnixRights& UnixRights::operator=(UnixRights&& other) noexcept {
  std::swap(registry_, other.registry_);
  std::swap(uid_, other.uid_);
  std::swap(files_, other.files_);
  return *this;
}

UnixRights::~UnixRights() {
  if (files_.empty()) return;
  Land();
  registry_->Bury(std::move(files_));
}

void UnixRights::Land() {
  for (const Ref<FileDescription>& file : files_) registry_->Arrived(*file, uid_);
}

std::vector<Ref<FileDescription>> UnixRights::Take() {
  if (!files_.empty()) Land();
  return std::exchange(files_, {});
}

}  // namespace sentry
