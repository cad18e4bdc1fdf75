// The server's loop over one channel, and the entry of the Gofer process.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <vector>

#include "gofer/protocol/frame.h"
#include "gofer/server/config.h"
#include "gofer/server/session.h"
#include "platform/base/fd.h"

namespace gofer {

// Serves one channel until it closes or the client breaks the framing.
//
// The calling thread receives, handles and answers.  Only once a client has shown that it keeps
// several requests open do more threads take part in receiving, so that one slow disk does not hold
// the others up.
class Server {
 public:
  // The session is borrowed.  `channel` is taken.
  Server(Session* session, base::Fd channel);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Run();

 private:
  class Desk;  // The buffers of one serving thread.

  void ServeFrames(bool main_thread);
  // Errors: the channel is closed, or the peer broke the protocol.
  base::Result<void> ServeFrame(Desk* desk, bool main_thread);
  base::Result<void> SendAnswer(Desk* desk, uint64_t id, const Answer& answer);
  void StartHelpers();
  void FollowClient(uint32_t cpu);

  Session* const session_;
  const base::Fd channel_;

  int apart_ = 0;                   // Requests in a row that came from another CPU.
  std::vector<pthread_t> helpers_;  // Touched by the thread in Run alone.
};

// Everything the Gofer process does: protects itself, then serves until `channel` closes.  Returns
// the exit status.
int ServerMain(GoferConfig config, base::Fd channel);

}  // namespace gofer
