// epoll(7).  An epoll file has an item per (descriptor number, description) that it watches.  An
// item sits in the wait queue of its file; when that is notified the item joins the ready list, and
// epoll_wait asks the files on that list what holds now.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "abi/linux/epoll.h"
#include "platform/base/intrusive_list.h"
#include "platform/base/unique_function.h"
#include "sentry/kernel/kernel.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class EpollFile;

// Holds no reference to its file: it goes when the file does (ReleaseWatcher).
class EpollItem final : public base::Waiter,
                        public ReleaseWatcher,
                        public base::ListNode<struct EpollReadyTag>,
                        public base::ListNode<struct EpollParentTag> {
 public:
  using Key = std::pair<int, FileDescription*>;
  EpollItem(EpollFile& owner, Key key, const abi::EpollEvent& event);

  void Wake(uint32_t events) override;
  void OnRelease() override;
  // What of the events that it asks for holds now.
  uint32_t Ready() const;
  void Change(const abi::EpollEvent& event);  // EPOLL_CTL_MOD
  // It was reported: what EPOLLONESHOT and EPOLLET do then.  True: it stays on the ready list.
  bool Reported();

  EpollFile& owner;
  const Key key;
  uint32_t events;  // Without any but the flags: disabled by EPOLLONESHOT.
  uint64_t data;
};

class EpollFile final : public FileDescription {
 public:
  EpollFile(Path path, uint32_t flags) : FileDescription(std::move(path), flags) {}

  uint32_t Poll() override;
  Result<int64_t> Seek(OpContext&, int64_t, int) override { return int64_t{0}; }
  base::WaitQueue* Queue() override { return &queue_; }
  std::string FdInfo() override;
  Result<uint64_t> Ioctl(OpContext&, UserMemory&, uint64_t, uint64_t) override {
    return Errno(EINVAL);  // ep_eventpoll_ioctl()
  }

  // epoll_ctl(2).  ELOOP when epoll files would watch each other in a circle or too deep.
  Result<void> Add(int fd, FileDescription& file, const abi::EpollEvent& event);
  Result<void> Modify(int fd, FileDescription& file, const abi::EpollEvent& event);
  Result<void> Delete(int fd, FileDescription& file);
  // What is watched under the number `fd`; `skip`: as many others under that number come before.
  // ENOENT.
  Result<FileDescription*> Watched(int fd, uint32_t skip) const;
  // Gives `take` at most `max` events that hold now.  When it fails all of them stay ready.
  Result<size_t> Harvest(size_t max,
                         base::UniqueFunction<Result<void>(std::span<const abi::EpollEvent>)> take);

 private:
  friend class EpollItem;
  using ReadyList = base::IntrusiveList<EpollItem, EpollReadyTag>;
  ~EpollFile() override;
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);
  void MarkReady(EpollItem& item);
  int DepthBelow() const;  // Of epoll files watched by this one; 0: none.
  int DepthAbove();
  bool Watches(const EpollFile& other) const;

  std::map<EpollItem::Key, std::unique_ptr<EpollItem>> items_;
  ReadyList ready_;
  base::IntrusiveList<EpollItem, EpollParentTag> parents_;  // Items that watch this file.
  base::WaitQueue queue_;
};

EpollFile* AsEpoll(FileDescription& file);
Ref<FileDescription> NewEpoll(Kernel& kernel);

}  // namespace sentry
