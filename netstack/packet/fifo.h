// Fifo<T>: a queue in one array, which costs nothing while it is empty.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace netstack {

template <typename T>
class Fifo {
 public:
  bool empty() const { return head_ == items_.size(); }
  size_t size() const { return items_.size() - head_; }
  T& operator[](size_t i) { return items_[head_ + i]; }
  const T& operator[](size_t i) const { return items_[head_ + i]; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }
  const T& back() const { return items_.back(); }
  auto begin() { return items_.begin() + static_cast<ptrdiff_t>(head_); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin() + static_cast<ptrdiff_t>(head_); }
  auto end() const { return items_.end(); }

  void push_back(T item) { items_.push_back(std::move(item)); }
  void insert(size_t at, T item) {
    items_.insert(begin() + static_cast<ptrdiff_t>(at), std::move(item));
  }
  void erase(size_t at) { items_.erase(begin() + static_cast<ptrdiff_t>(at)); }
  void pop_front() {
    items_[head_] = T();
    head_++;
    if (head_ == items_.size()) {
      clear();
    } else if (head_ >= 32 && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), begin());
      head_ = 0;
    }
  }
  void clear() {
    head_ = 0;
    if (items_.capacity() > 16) {
      std::vector<T>().swap(items_);
    } else {
      items_.clear();
    }
  }

 private:
  std::vector<T> items_;
  size_t head_ = 0;
};

}  // namespace netstack
