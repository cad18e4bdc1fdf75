// What goes over the socket, and who may be there at once.
#include "gofer/broker/control.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "gofer/broker/policy_text.h"

namespace gofer {
namespace {

constexpr int64_t kPatience = 10'000;  // Milliseconds.

}  // namespace

base::Result<base::Fd> ListenForControl(const std::string& path) {
  constexpr int kBacklog = 8;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return base::Errno(ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  constexpr int kType = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  base::Fd socket = TRY(base::Fd::From(::socket(AF_UNIX, kType, 0)));
  const mode_t before = ::umask(0177);
  int bound = ::bind(socket.get(), to, sizeof(address));
  if (bound != 0 && errno == EADDRINUSE) {
    // One that nobody serves any longer was left behind.
    const base::Fd probe(::socket(AF_UNIX, kType, 0));
    errno = 0;
    if (::connect(probe.get(), to, sizeof(address)) != 0 && errno == ECONNREFUSED &&
        ::unlink(path.c_str()) == 0) {
      bound = ::bind(socket.get(), to, sizeof(address));
    } else {
      errno = EADDRINUSE;
    }
  }
  const int error = errno;
  ::umask(before);
  if (bound != 0) return base::Errno(error);
  if (::listen(socket.get(), kBacklog) != 0) return base::LastErrno();
  return socket;
}

Control::Control(Loop& loop, base::Fd listening,
                 std::function<std::string(std::string_view)> answer)
    : loop_(loop), listening_(std::move(listening)), answer_(std::move(answer)) {}

Control::~Control() {
  Stop();
}

void Control::Start() {
  Watch();
}

void Control::Stop() {
  while (!clients_.empty()) Drop(clients_.begin()->first);
  if (!listening_.valid()) return;
  loop_.Forget(listening_.get());
  listening_.reset();
}

void Control::Watch() {
  if (watched_ || !listening_.valid() || clients_.size() >= kMostClients) return;
  watched_ = true;
  loop_.WhenReadable(listening_.get(), [this] {
    watched_ = false;
    OnClient();
    Watch();
  });
}

void Control::OnClient() {
  base::Fd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid()) return;
  const int fd = socket.get();
  clients_[fd] = {std::move(socket), {}, loop_.After(kPatience, [this, fd] { Drop(fd); })};
  loop_.WhenReadable(fd, [this, fd] { OnText(fd); });
}

void Control::OnText(int fd) {
  Client& client = clients_.at(fd);
  std::array<char, 16384> buffer;
  const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EINTR) return Drop(fd);
  if (n > 0) client.text.append(buffer.data(), static_cast<size_t>(n));
  if (n != 0 && client.text.size() <= kMostPolicyText) {
    loop_.WhenReadable(fd, [this, fd] { OnText(fd); });
    return;
  }
  const std::string answer = answer_(client.text) + "\n";
  ::send(fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  Drop(fd);
}

void Control::Drop(int fd) {
  auto found = clients_.find(fd);
  if (found == clients_.end()) return;
  loop_.Cancel(found->second.patience);
  loop_.Forget(fd);
  clients_.erase(found);
  Watch();
}

}  // namespace gofer
