// A doubly linked list whose links live in the elements: no allocation, O(1) removal of a known
// element.
#pragma once

#include <cstddef>

namespace base {

class ListLink {
 public:
  ListLink() = default;
  ListLink(const ListLink&) = delete;
  ListLink& operator=(const ListLink&) = delete;
  ~ListLink() { Unlink(); }

  bool linked() const { return next_ != this; }
  void Unlink() {
    prev_->next_ = next_;
    next_->prev_ = prev_;
    next_ = prev_ = this;
  }

 private:
  template <typename T, typename Tag>
  friend class IntrusiveList;
  ListLink* next_ = this;
  ListLink* prev_ = this;
};

// Elements derive from ListNode<Tag>; Tag tells lists of one element type apart.
template <typename Tag>
class ListNode : public ListLink {};

template <typename T, typename Tag = T>
class IntrusiveList {
 public:
  using Node = ListNode<Tag>;

  IntrusiveList() = default;
  ~IntrusiveList() { clear(); }

  bool empty() const { return !head_.linked(); }
  void push_back(T& item) { InsertBefore(&head_, &Link(item)); }
  void push_front(T& item) { InsertBefore(head_.next_, &Link(item)); }
  T& front() { return Item(head_.next_); }
  T& back() { return Item(head_.prev_); }
  T* pop_front() {
    if (empty()) return nullptr;
    T& item = front();
    Link(item).Unlink();
    return &item;
  }
  static void Remove(T& item) { Link(item).Unlink(); }
  static bool Linked(const T& item) { return static_cast<const Node&>(item).linked(); }
  void clear() {
    while (!empty()) head_.next_->Unlink();
  }

  class Iterator {
   public:
    explicit Iterator(ListLink* at) : at_(at) {}
    T& operator*() const { return Item(at_); }
    T* operator->() const { return &Item(at_); }
    Iterator& operator++() {
      at_ = IntrusiveList::Next(at_);
      return *this;
    }
    bool operator==(const Iterator& other) const = default;

   private:
    ListLink* at_;
  };
  // The element under the iterator must not be removed while iterating.
  Iterator begin() { return Iterator(head_.next_); }
  Iterator end() { return Iterator(&head_); }

 private:
  static ListLink* Next(ListLink* link) { return link->next_; }
  static ListLink& Link(T& item) { return static_cast<Node&>(item); }
  static T& Item(ListLink* link) { return static_cast<T&>(static_cast<Node&>(*link)); }
  static void InsertBefore(ListLink* at, ListLink* link) {
    link->Unlink();
    link->prev_ = at->prev_;
    link->next_ = at;
    at->prev_->next_ = link;
    at->prev_ = link;
  }

  ListLink head_;
};

}  // namespace base
