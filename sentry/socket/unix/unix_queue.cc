#include "sentry/socket/unix/unix_queue.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "abi/linux/poll.h"

namespace sentry {
namespace {

bool SameSender(const abi::Ucred& a, const abi::Ucred& b) {
  return a.pid == b.pid && a.uid == b.uid && a.gid == b.gid;
}

}  // namespace

Result<size_t> UnixStreamQueue::Put(IoSource& source, size_t max, const abi::Ucred& sender,
                                    UnixRights& rights) {
  const uint64_t begin = first_ + ring_.size();
  size_t taken = TRY(ring_.Fill(source, max));
  if (taken == 0) return size_t{0};
  if (senders_.empty() || !SameSender(senders_.back().credentials, sender)) {
    senders_.push_back({begin, sender});
  }
  if (!rights.empty()) passed_.push_back({begin, begin + taken, std::move(rights)});
  return taken;
}

const abi::Ucred& UnixStreamQueue::SenderAt(uint64_t position) const {
  size_t i = senders_.size() - 1;
  while (i > 0 && senders_[i].begin > position) --i;
  return senders_[i].credentials;
}

size_t UnixStreamQueue::BytesOfOneSender(uint64_t position) const {
  for (const Sender& sender : senders_) {
    if (sender.begin > position) return static_cast<size_t>(sender.begin - position);
  }
  return std::numeric_limits<size_t>::max();
}

Result<size_t> UnixStreamQueue::Take(IoSink& sink, TakeRules rules, ControlData& control) {
  const uint64_t position = first_ + rules.peek_offset;
  if (rules.peek_offset >= ring_.size()) return size_t{0};
  size_t max = sink.remaining();
  if (rules.one_sender) max = std::min(max, BytesOfOneSender(position));
  Passed* passed = nullptr;
  for (Passed& one : passed_) {
    if (one.end <= position) continue;
    if (one.begin >= position + max) break;
    passed = &one;
    max = std::min(max, static_cast<size_t>(one.end - position));
    break;
  }
  control.credentials = SenderAt(position);
  if (rules.peek) {
    size_t shown = TRY(ring_.Peek(sink, rules.peek_offset, max));
    if (passed != nullptr) control.rights = passed->rights.files();
    return shown;
  }
  size_t taken = TRY(ring_.Drain(sink, max));
  first_ += taken;
  if (passed != nullptr) control.rights = passed->rights.Take();
  Forget();
  return taken;
}

void UnixStreamQueue::Forget() {
  while (!passed_.empty() && (passed_.front().end <= first_ || passed_.front().rights.empty())) {
    passed_.pop_front();
  }
  while (senders_.size() > 1 && senders_[1].begin <= first_) senders_.erase(senders_.begin());
}

void UnixStreamQueue::TakeRights(std::vector<Ref<FileDescription>>& to) {
  for (Passed& passed : passed_) {
    for (Ref<FileDescription>& file : passed.rights.Take()) to.push_back(std::move(file));
  }
  passed_.clear();
}

UnixDatagram::UnixDatagram(MemoryBudget& budget, Ref<UnixSendAccount> account, size_t charge)
    : budget_(budget), account_(std::move(account)), charge_(charge) {
  account_->used += charge_;
}

UnixDatagram::~UnixDatagram() {
  budget_.Uncharge(charge_);
  const bool was_writable = account_->Writable();
  account_->used -= charge_;
  if (!was_writable && account_->Writable() && account_->writable != nullptr) {
    account_->writable->Notify(abi::kPollOut | abi::kPollWrnorm);
  }
}

}  // namespace sentry
