// A temporary directory on the host, and a client connected to a server that serves it from a
// thread of the test.
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gofer/protocol/client.h"
#include "gofer/server/server.h"

namespace gofer {

class HostDir {
 public:
  HostDir() {
    char name[] = "/tmp/gofer-test-XXXXXX";
    path_ = ::mkdtemp(name);
    ::chmod(name, 0755);
  }
  ~HostDir() {
    ::nftw(
        path_.c_str(),
        [](const char* path, const struct stat*, int, struct FTW*) { return ::remove(path); }, 16,
        FTW_DEPTH | FTW_PHYS);
  }
  HostDir(const HostDir&) = delete;
  HostDir& operator=(const HostDir&) = delete;

  const std::string& path() const { return path_; }
  std::string At(std::string_view name) const { return path_ + "/" + std::string(name); }
  void File(std::string_view name, std::string_view text = "", mode_t mode = 0644) const {
    const base::Fd fd(::open(At(name).c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    EXPECT_EQ(::fchmod(fd.get(), mode), 0);
  }
  void Dir(std::string_view name, mode_t mode = 0755) const {
    EXPECT_EQ(::mkdir(At(name).c_str(), mode), 0);
    EXPECT_EQ(::chmod(At(name).c_str(), mode), 0);
  }
  void Link(std::string_view target, std::string_view name) const {
    EXPECT_EQ(::symlink(std::string(target).c_str(), At(name).c_str()), 0);
  }

 private:
  std::string path_;
};

inline std::pair<base::Fd, base::Fd> SocketPair() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  return {base::Fd(ends[0]), base::Fd(ends[1])};
}

// A server in a thread; the other end of its channel is for the test.
class ServerThread {
 public:
  explicit ServerThread(std::vector<MountConfig> configs, uint32_t max_nodes = 1000) {
    for (MountConfig& config : configs) mounts_.push_back(Mount::Create(std::move(config)).value());
    session_ = std::make_unique<Session>(mounts_, guard_, max_nodes);
    auto [ours, theirs] = SocketPair();
    channel_ = std::move(ours);
    server_ = std::make_unique<Server>(session_.get(), std::move(theirs));
    thread_ = std::thread([this] { server_->Run(); });
  }
  ~ServerThread() {
    channel_.reset();
    thread_.join();
  }
  base::Fd TakeChannel() { return std::move(channel_); }
  const base::Fd& channel() const { return channel_; }
  Session& session() { return *session_; }

 private:
  std::vector<Mount> mounts_;
  PathGuard guard_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Server> server_;
  base::Fd channel_;
  std::thread thread_;
};

inline MountConfig MountAt(const std::string& path, bool writable) {
  MountConfig config;
  config.path = path;
  config.writable = writable;
  return config;
}

class GoferPair {
 public:
  explicit GoferPair(MountConfig config, uint32_t max_nodes = 1000)
      : server_(One(std::move(config)), max_nodes),
        client_(Client::Connect(server_.TakeChannel(), nullptr).value()) {}

  Client& client() { return *client_; }
  Session& session() { return server_.session(); }
  Root root() { return client_->Attach(0, 1).value().at(0); }
  base::Result<Walked> Walk(NodeId dir, std::vector<std::string_view> names,
                            WalkOptions options = {}) {
    return client_->Walk(dir, names, options);
  }

 private:
  static std::vector<MountConfig> One(MountConfig config) {
    std::vector<MountConfig> all;
    all.push_back(std::move(config));
    return all;
  }
  ServerThread server_;
  std::unique_ptr<Client> client_;
};

inline std::string ReadAll(const base::Fd& fd) {
  char text[4096];
  const ssize_t size = ::pread(fd.get(), text, sizeof(text), 0);
  return size < 0 ? "unreadable" : std::string(text, static_cast<size_t>(size));
}

}  // namespace gofer
