// Messages of a POSIX queue: highest priority first, oldest first among equals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace sentry {

class MessageStore {
 public:
  struct Message {
    uint32_t priority = 0;
    std::vector<std::byte> text;
  };

  size_t count() const { return count_; }
  uint64_t bytes() const { return bytes_; }
  void Add(Message message) {
    ++count_;
    bytes_ += message.text.size();
    by_priority_[message.priority].push_back(std::move(message.text));
  }
  // There is one.
  Message Take() {
    auto first = by_priority_.begin();
    Message message{first->first, std::move(first->second.front())};
    first->second.pop_front();
    if (first->second.empty()) by_priority_.erase(first);
    --count_;
    bytes_ -= message.text.size();
    return message;
  }

 private:
  std::map<uint32_t, std::deque<std::vector<std::byte>>, std::greater<>> by_priority_;
  size_t count_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace sentry
