// Control: a Unix socket by which an operator replaces the policy while the sandbox runs.  Whoever
// may open the socket's file may do that.
//
// A client sends a policy (policy_text.h) and shuts its side down; the answer is "ok" or a line
// that says what is wrong, in which case nothing has changed.  One that sends nothing is told what
// has been used.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "gofer/broker/loop.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// EADDRINUSE: somebody serves there.
base::Result<base::Fd> ListenForControl(const std::string& path);

class Control {
 public:
  // `answer`: to what a client has sent.  Without a socket: nobody comes.
  Control(Loop& loop, base::Fd listening, std::function<std::string(std::string_view)> answer);
  ~Control();
  void Start();
  // Nobody is served any longer.
  void Stop();

 private:
  struct Client {
    base::Fd socket;
    std::string text;
    Loop::Token patience;
  };
  void Watch();
  void OnClient();
  void OnText(int fd);
  void Drop(int fd);

  static constexpr size_t kMostClients = 4;
  Loop& loop_;
  base::Fd listening_;
  std::function<std::string(std::string_view)> answer_;
  std::map<int, Client> clients_;
  bool watched_ = false;
};

}  // namespace gofer
