// The files that one poll(2) or select(2) watches: held while it waits, asked again when a queue of
// theirs is notified.
#pragma once

#include <vector>

#include "sentry/kernel/task.h"

namespace sentry {

class PollSet {
 public:
  struct Entry {
    Ref<FileDescription> file;  // Null: not open (POLLNVAL), or not asked for.
    uint32_t events;            // POLLERR and POLLHUP included.
  };
  void Add(Ref<FileDescription> file, uint32_t events) {
    entries_.push_back({std::move(file), events});
  }
  size_t size() const { return entries_.size(); }
  bool HasFile(size_t index) const { return entries_[index].file != nullptr; }
  // Which of its events hold now.
  uint32_t Ready(size_t index) const;
  // Until one of them is ready.
  WaitSpec Wait(std::optional<MonoTime> deadline) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace sentry
