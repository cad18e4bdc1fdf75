// Instances of inotify(7), their watches and their queue.
#include "sentry/fs/inotify/inotify.h"

#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "abi/linux/ioctl.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/kernel.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

constexpr size_t kHeader = sizeof(abi::InotifyEvent);
// What is told whether it was asked for or not.
constexpr uint32_t kAlways = abi::kInUnmount | abi::kInIgnored | abi::kInQOverflow;

// With the NUL, padded to whole headers (round_event_name_len()).
size_t PaddedName(size_t length) {
  return length == 0 ? 0 : (length + 1 + kHeader - 1) / kHeader * kHeader;
}

}  // namespace

// ---- watches ----

bool InotifyWatch::OnEvent(uint32_t mask, uint32_t cookie, std::string_view name) {
  if ((mask & abi::kInExclUnlink) != 0) {
    constexpr uint32_t kOfOpenFiles =
        abi::kInAccess | abi::kInModify | abi::kInOpen | abi::kInClose;
    if ((mask_ & abi::kInExclUnlink) != 0 && (mask & kOfOpenFiles) != 0) return true;
    mask &= ~abi::kInExclUnlink;
  }
  if ((mask & abi::kInAllEvents & mask_) == 0 && (mask & kAlways) == 0) return true;
  // inotify_handle_inode_event(): these two never say what kind of object it was.
  if ((mask & (abi::kInDeleteSelf | abi::kInMoveSelf)) != 0) mask &= ~abi::kInIsdir;
  owner_.Enqueue(wd_, mask, cookie, name);
  return (mask_ & abi::kInOneshot) == 0;
}

void InotifyWatch::OnGone() {
  owner_.Forget(*this);
}

Ref<Dentry> InotifyWatch::ReleaseName(const Dentry& dentry) {
  if (dentry_ != &dentry) return nullptr;
  return std::move(dentry_);
}

// ---- the instance ----

Inotify::Inotify(Path path, uint32_t flags, Ref<InotifyUsers> users, uint32_t uid,
                 const Limits& limits)
    : FileDescription(std::move(path), flags),
      users_(std::move(users)),
      uid_(uid),
      limits_(limits) {
  ++users_->Of(uid_).instances;
}

Inotify::~Inotify() {
  users_->Of(uid_).watches -= static_cast<int64_t>(watches_.size());
  --users_->Of(uid_).instances;
  for (auto& [wd, watch] : watches_) InotifyWatches::Remove(*watch);
}

InotifyWatch* Inotify::FindWatch(const Inode& inode) {
  auto found = by_inode_.find(&inode);
  return found == by_inode_.end() ? nullptr : found->second;
}

// Numbers are not used again before all have been (idr_alloc_cyclic()).
int32_t Inotify::NextWd() {
  do {
    last_wd_ = last_wd_ == std::numeric_limits<int32_t>::max() ? 1 : last_wd_ + 1;
  } while (watches_.contains(last_wd_));
  return last_wd_;
}

Result<int32_t> Inotify::AddWatch(const Path& path, uint32_t mask) {
  constexpr uint32_t kKept = abi::kInAllEvents | abi::kInOneshot | abi::kInExclUnlink;
  if (InotifyWatch* known = FindWatch(*path.inode())) {
    if ((mask & abi::kInMaskCreate) != 0) return Errno(EEXIST);
    uint32_t before = (mask & abi::kInMaskAdd) != 0 ? known->mask() : 0;
    known->set_mask(before | (mask & kKept));
    return known->wd();
  }
  int64_t& watches = users_->Of(uid_).watches;
  if (watches >= limits_.watches) return Errno(ENOSPC);
  ++watches;
  int32_t wd = NextWd();
  auto watch = std::make_unique<InotifyWatch>(*this, wd, mask & kKept, path.dentry);
  path.inode()->EnsureWatches().Add(*watch);
  by_inode_[path.inode()] = watch.get();
  watches_[wd] = std::move(watch);
  return wd;
}

Result<void> Inotify::RemoveWatch(int32_t wd) {
  auto found = watches_.find(wd);
  if (found == watches_.end()) return Errno(EINVAL);
  InotifyWatches::Remove(*found->second);
  Forget(*found->second);
  return {};
}

void Inotify::Forget(InotifyWatch& watch) {
  auto found = watches_.find(watch.wd());
  // Its dentry may be the last to go, and end the watches of others.
  std::unique_ptr<InotifyWatch> gone = std::move(found->second);
  watches_.erase(found);
  by_inode_.erase(&gone->inode());
  --users_->Of(uid_).watches;
  Enqueue(gone->wd(), abi::kInIgnored, 0, {});
}

size_t Inotify::Event::Size() const {
  return kHeader + PaddedName(name.size());
}

void Inotify::Enqueue(int32_t wd, uint32_t mask, uint32_t cookie, std::string_view name) {
  if (events_.size() >= limits_.queued_events) {
    if (overflowed_) return;
    overflowed_ = true;
    events_.push_back({-1, abi::kInQOverflow, 0, {}});
  } else {
    // One that only repeats the newest is left out (inotify(7)); cookies are not compared.
    const Event* last = events_.empty() ? nullptr : &events_.back();
    bool repeats = last != nullptr && last->wd == wd && last->mask == mask && last->name == name;
    if (repeats && (mask & abi::kInIgnored) == 0) return;
    events_.push_back({wd, mask, cookie, std::string(name)});
  }
  queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
}

Result<size_t> Inotify::Read(OpContext&, IoSink& sink, int64_t*) {
  size_t total = 0;
  while (!events_.empty()) {
    const Event& event = events_.front();
    if (event.Size() > sink.remaining()) {
      if (total == 0) return Errno(EINVAL);
      break;
    }
    std::vector<std::byte> bytes(event.Size());
    abi::InotifyEvent header{.wd = event.wd,
                             .mask = event.mask,
                             .cookie = event.cookie,
                             .len = static_cast<uint32_t>(PaddedName(event.name.size()))};
    std::memcpy(bytes.data(), &header, kHeader);
    std::memcpy(bytes.data() + kHeader, event.name.data(), event.name.size());
    if (event.wd < 0) overflowed_ = false;
    events_.pop_front();
    // Linux has taken the event when the copy faults.
    if (TRY(sink.Put(bytes)) != bytes.size()) return Errno(EFAULT);
    total += bytes.size();
  }
  if (total == 0) return Errno(EAGAIN);
  return total;
}

Result<uint64_t> Inotify::Ioctl(OpContext&, UserMemory& memory, uint64_t request, uint64_t arg) {
  if (request != abi::kFionread) return Errno(ENOTTY);
  size_t bytes = 0;
  for (const Event& event : events_) bytes += event.Size();
  TRY(memory.CopyOut(UserPtr<int32_t>(arg), static_cast<int32_t>(bytes)));
  return uint64_t{0};
}

uint32_t Inotify::Poll() {
  return events_.empty() ? 0 : abi::kPollIn | abi::kPollRdnorm;
}

std::string Inotify::FdInfo() {
  std::string text;
  for (auto at = watches_.rbegin(); at != watches_.rend(); ++at) {
    const InotifyWatch& watch = *at->second;
    char line[128];
    std::snprintf(line, sizeof(line), "inotify wd:%x ino:%llx sdev:%llx mask:%x ignored_mask:0 \n",
                  static_cast<unsigned>(watch.wd()),
                  static_cast<unsigned long long>(watch.inode().ino()),
                  static_cast<unsigned long long>(watch.inode().filesystem().device()),
                  watch.mask() & ~abi::kInOneshot);
    text += line;
  }
  return text;
}

Result<Ref<FileDescription>> NewInotify(Kernel& kernel, const OpContext& ctx, uint32_t flags,
                                        int64_t max_instances, const Inotify::Limits& limits) {
  InotifyUsers& users = kernel.Get<InotifyUsers>();
  if (users.Of(ctx.creds.euid).instances >= max_instances) return Errno(EMFILE);
  return Ref<FileDescription>(
      MakeRef<Inotify>(kernel.Get<NamelessFiles>().Anon("anon_inode:inotify"),
                       abi::kORdonly | flags, Ref(&users), ctx.creds.euid, limits));
}

Inotify* AsInotify(FileDescription& file) {
  return dynamic_cast<Inotify*>(&file);
}

}  // namespace sentry
