// Loop: waits for descriptors and timers, one thread.  Boost.Asio behind a door of its own: its
// headers are heavy.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace gofer {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Calls back once when the descriptor can be read or written (or has an error).  Borrowed until
  // Forget(), which must come before it is closed; nothing is called after that.
  void WhenReadable(int fd, std::function<void()> then);
  void WhenWritable(int fd, std::function<void()> then);
  void Forget(int fd);
  // Once, after so many milliseconds; the token cancels it.
  using Token = uint64_t;
  Token After(int64_t milliseconds, std::function<void()> then);
  void Cancel(Token token);
  // Soon, when the running callback has returned.
  void Post(std::function<void()> then);

  void Run();   // Until Stop().
  void Poll();  // What can be done without waiting.
  void Stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gofer
