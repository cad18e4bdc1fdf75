#include "sentry/fs/epoll/epoll.h"

#include <algorithm>
#include <cstdio>

#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"

namespace sentry {
namespace {

constexpr uint32_t kFlags =
    abi::kEpollEt | abi::kEpollOneshot | abi::kEpollWakeup | abi::kEpollExclusive;
constexpr uint32_t kAlways = abi::kEpollErr | abi::kEpollHup;
constexpr int kMaxNests = 4;  // EP_MAX_NESTS

}  // namespace

EpollItem::EpollItem(EpollFile& owner, Key key, const abi::EpollEvent& event)
    : owner(owner), key(key), events(event.events | kAlways), data(event.data) {}

void EpollItem::Wake(uint32_t happened) {
  if ((events & ~kFlags & happened) != 0) owner.MarkReady(*this);
}

void EpollItem::OnRelease() {
  owner.items_.erase(key);
}

uint32_t EpollItem::Ready() const {
  return key.second->Poll() & events & ~kFlags;
}

void EpollItem::Change(const abi::EpollEvent& event) {
  events = event.events | kAlways;
  data = event.data;
}

bool EpollItem::Reported() {
  if ((events & abi::kEpollOneshot) != 0) events &= kFlags;
  return (events & (abi::kEpollOneshot | abi::kEpollEt)) == 0;
}

EpollFile::~EpollFile() {
  // Items that watch this file go by themselves; it must not find them in a list that is gone.
  parents_.clear();
}

void EpollFile::MarkReady(EpollItem& item) {
  if (!ReadyList::Linked(item)) ready_.push_back(item);
  queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
}

// Items that were noted but do not hold any more leave the list, as in Linux's ep_poll_readyevents.
uint32_t EpollFile::Poll() {
  while (!ready_.empty()) {
    if (ready_.front().Ready() != 0) return abi::kPollIn | abi::kPollRdnorm;
    ready_.pop_front();
  }
  return 0;
}

Result<size_t> EpollFile::Harvest(
    size_t max, base::UniqueFunction<Result<void>(std::span<const abi::EpollEvent>)> take) {
  ReadyList waiting;  // Level-triggered items go back behind the others, not into this round.
  while (EpollItem* item = ready_.pop_front()) waiting.push_back(*item);
  std::vector<EpollItem*> items;
  std::vector<abi::EpollEvent> events;
  while (items.size() < max) {
    EpollItem* item = waiting.pop_front();
    if (item == nullptr) break;
    const uint32_t now = item->Ready();
    if (now == 0) continue;
    items.push_back(item);
    events.push_back({now, item->data});
  }
  Result<void> taken = events.empty() ? Ok() : take(events);
  while (EpollItem* item = waiting.pop_front()) ready_.push_back(*item);
  for (EpollItem* item : items) {
    if (!taken.ok() || item->Reported()) ready_.push_back(*item);
  }
  if (!taken.ok()) return taken.error();
  return items.size();
}

int EpollFile::DepthBelow() const {
  int depth = 0;
  for (const auto& [key, item] : items_) {
    if (EpollFile* below = AsEpoll(*key.second)) depth = std::max(depth, 1 + below->DepthBelow());
  }
  return depth;
}

int EpollFile::DepthAbove() {
  int depth = 0;
  for (EpollItem& item : parents_) depth = std::max(depth, 1 + item.owner.DepthAbove());
  return depth;
}

bool EpollFile::Watches(const EpollFile& other) const {
  for (const auto& [key, item] : items_) {
    EpollFile* below = AsEpoll(*key.second);
    if (below != nullptr && (below == &other || below->Watches(other))) return true;
  }
  return false;
}

Result<void> EpollFile::Add(int fd, FileDescription& file, const abi::EpollEvent& event) {
  EpollItem::Key key{fd, &file};
  if (items_.contains(key)) return Errno(EEXIST);
  EpollFile* nested = AsEpoll(file);
  if (nested != nullptr) {
    if (nested->Watches(*this)) return Errno(ELOOP);
    if (DepthAbove() + 1 + nested->DepthBelow() > kMaxNests) return Errno(ELOOP);
  }
  auto made = std::make_unique<EpollItem>(*this, key, event);
  EpollItem& item = *made;
  items_.emplace(key, std::move(made));
  file.release_watchers.Add(item);
  if (nested != nullptr) nested->parents_.push_back(item);
  // All bits: Wake() compares with what is asked for then.
  file.Queue()->Add(item, ~uint32_t{0});
  if (item.Ready() != 0) MarkReady(item);
  return {};
}

Result<void> EpollFile::Modify(int fd, FileDescription& file, const abi::EpollEvent& event) {
  auto found = items_.find({fd, &file});
  if (found == items_.end()) return Errno(ENOENT);
  EpollItem& item = *found->second;
  if ((item.events & abi::kEpollExclusive) != 0) return Errno(EINVAL);
  item.Change(event);
  if (item.Ready() != 0) MarkReady(item);
  return {};
}

Result<void> EpollFile::Delete(int fd, FileDescription& file) {
  if (items_.erase({fd, &file}) == 0) return Errno(ENOENT);
  return {};
}

Result<FileDescription*> EpollFile::Watched(int fd, uint32_t skip) const {
  for (auto at = items_.lower_bound({fd, nullptr}); at != items_.end(); ++at) {
    if (at->first.first != fd) break;
    if (skip-- == 0) return at->first.second;
  }
  return Errno(ENOENT);
}

std::string EpollFile::FdInfo() {
  std::string text;
  for (const auto& [key, item] : items_) {
    char line[128];
    std::snprintf(line, sizeof(line), "tfd: %8d events: %8x data: %16llx  pos:%lld ino:%llx\n",
                  key.first, item->events, static_cast<unsigned long long>(item->data),
                  static_cast<long long>(key.second->offset),
                  static_cast<unsigned long long>(key.second->inode()->ino()));
    text += line;
  }
  return text;
}

EpollFile* AsEpoll(FileDescription& file) {
  return dynamic_cast<EpollFile*>(&file);
}

Ref<FileDescription> NewEpoll(Kernel& kernel) {
  return MakeRef<EpollFile>(kernel.Get<NamelessFiles>().Anon("anon_inode:[eventpoll]"),
                            abi::kORdwr);
}

}  // namespace sentry
