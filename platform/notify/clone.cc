// clone(2) in three steps: the parent is told to clone, the host's call is checked once more and
// let through, and the child says hello by opening its slot.  The child waits until the parent rang
// too, so that the kernel hears of the clone (kCloned) before anything of the child, and knows the
// child's host process then.
//
// A thread can be made with less (CloneAndGoOn): its parent comes back only if there is no child,
// and where the slot is open already, since another thread of the memory had it, the child says no
// hello either.  Its id is the one that the host wrote into the parent's slot, where the guest can
// scribble: it is believed when it is a thread of the same process that is not known.
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "platform/base/log.h"
#include "platform/notify/backend.h"

namespace platform::notify {
namespace {

using base::Errno;

constexpr uint64_t kNewThreadFlags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                                     CLONE_THREAD | CLONE_SYSVSEM | CLONE_PARENT_SETTID;

static_assert((kNewThreadFlags | CLONE_CHILD_CLEARTID) == SHIM_QUICK_FLAGS);

Event Cloned(Thread* parent, int error) {
  return {.kind = Event::Kind::kCloned, .thread = parent, .captured = true, .error = error};
}

}  // namespace

Result<Thread*> StubThread::Clone(const CloneRequest& request) {
  base::MutexLock lock(&backend_.mu_);
  return backend_.CloneGuest(this, request, false);
}

Result<Thread*> StubThread::CloneAndGoOn(const CloneRequest& request) {
  base::MutexLock lock(&backend_.mu_);
  return backend_.CloneGuest(this, request, true);
}

void StubThread::GoOn() {
  base::MutexLock lock(&backend_.mu_);
  backend_.GoOn(this);
}

Result<Thread*> Backend::CloneGuest(StubThread* parent, const CloneRequest& request, bool go_on) {
  if (parent->state_ != State::kCaptured) return Errno(ESRCH);
  base::Ref<StubProcess> process = parent->process_;
  if (request.share_memory && !request.same_process) parent->header()->call.owned = 0;
  if (request.share_memory && request.registers.fs_base == parent->registers_.fs_base) {
    // Not found by its TLS any more: in vfork(2) for a while.
    __atomic_store_n(&parent->header()->own.valid, 0u, __ATOMIC_SEQ_CST);
    if (request.same_process) rewriter_.GiveUpTable(*parent);
  }
  CloneArguments clone = {.flags = kNewThreadFlags, .clear_tid_address = request.clear_tid_address};
  if (!request.same_process) {
    process = TRY(NewStubProcess());
    process->highest_fd = parent->process_->highest_fd;
    clone.flags = kNewProcessFlags | (request.share_memory ? CLONE_VM : 0);
    clone.bits = SHIM_CHILD_NEW_PROCESS | (request.share_memory ? 0 : SHIM_CHILD_NEW_MEMORY);
    if (request.share_memory) {
      process->memory = parent->process_->memory;
    } else {
      process->memory->rewritten = parent->process_->memory->rewritten;
      process->memory->call_sites = parent->process_->memory->call_sites;
    }
  }
  const bool quick = parent->at_clone_ && go_on && request.set_tid_address == 0 &&
                     request.clear_tid_address == parent->quick_clear_tid_;
  const uint32_t slot = quick ? parent->quick_slot_ : StubRegion::kNoSlot;
  StubThread* child = TRY(NewThread(std::move(process), State::kArriving, slot));
  parent->quick_ = quick && child->slot_ == slot && child->slot_open_;
  if (request.same_process) parent->process_->cloner = parent;
  child->clear_tid_address_ = request.clear_tid_address;
  child->registers_ = request.registers;
  child->set_tid_address_ = request.set_tid_address;
  child->set_tid_value_ = request.set_tid_value;
  parent->CopyFpTo(child);
  if (go_on) {
    parent->StoreFrame();
    parent->clone_goes_on_ = true;
    child->quiet_ = child->slot_open_ && request.set_tid_address == 0;
    if (child->quiet_) clone.bits |= SHIM_CHILD_QUIET;
  }
  if (request.clear_tid_address != 0) clone.flags |= CLONE_CHILD_CLEARTID;
  StartClone(parent, child, clone);
  return child;
}

void Backend::StartClone(StubThread* parent, StubThread* child, const CloneArguments& clone) {
  abi::stub::SlotHeader* header = parent->header();
  const uint64_t child_slot = region_->SlotAddress(child->slot_);
  const uint64_t tid_at =
      region_->SlotAddress(parent->slot_) + SHIM_HEADER_OFFSET + SHIM_H_CLONE_TID;
  const uint64_t args[6] = {
      clone.flags, 0, tid_at, clone.clear_tid_address, 0, child_slot | clone.bits};
  std::copy(std::begin(args), std::end(args), parent->clone_args_);
  header->clone_flags = clone.flags;
  header->clone_ctid = clone.clear_tid_address;
  header->clone_child = child_slot | clone.bits;
  header->clone_resume = parent->clone_goes_on_ ? 1 : 0;
  header->clone_tid = 0;
  parent->clone_child_ = child;
  parent->clone_rang_ = false;
  parent->clone_parks_ = child->parks_;
  child->clone_parent_ = parent;
  child->host_bases_ = parent->host_bases_;
  child->StoreFrame();
  if (!parent->clone_goes_on_) parent->Answer(SHIM_DO_CLONE, State::kCloning);
}

void Backend::GoOn(StubThread* parent) {
  StubThread* const child = parent->clone_child_;
  if (parent->state_ != State::kCaptured || child == nullptr) return;
  if (parent->quick_) {
    child->clone_approved_ = true;
    parent->at_clone_ = parent->quick_ = false;
    parent->header()->quick.child = 0;
    parent->Run();
    parent->state_ = State::kCloning;
    listener_.Continue(parent->notification_);
  } else {
    parent->Answer(SHIM_DO_CLONE, State::kCloning);
  }
  if (parent->capture_wanted_) parent->Kick();
}

// The slot of a thread that is gone is the next one's, which may have its stack too.  That this is
// told while the thread that might make it runs does no harm: what it made of it is looked at.
void Backend::ExpectClone(const StubThread& gone) {
  StubThread*& cloner = gone.process_->cloner;
  if (cloner == &gone) cloner = nullptr;
  if (cloner == nullptr || !gone.slot_open_ || gone.clear_tid_address_ == 0) return;
  abi::stub::SlotQuickClone& quick = cloner->header()->quick;
  __atomic_store_n(&quick.clear_tid, gone.clear_tid_address_, __ATOMIC_RELAXED);
  __atomic_store_n(&quick.child, region_->SlotAddress(gone.slot_) | SHIM_CHILD_QUIET,
                   __ATOMIC_RELAXED);
}

// The host's call as the shim makes it, with whatever slot and address it found.
bool Backend::TakeQuickClone(StubThread* t, const seccomp_notif& n) {
  const auto& args = n.data.args;
  const uint64_t tid_at = region_->SlotAddress(t->slot_) + SHIM_HEADER_OFFSET + SHIM_H_CLONE_TID;
  if (args[0] != SHIM_QUICK_FLAGS || args[1] != 0 || args[2] != tid_at) return false;
  t->quick_slot_ = region_->SlotAt(args[5] & ~uint64_t{SHIM_CHILD_BITS});
  t->quick_clear_tid_ = args[3];
  return (args[5] & SHIM_CHILD_BITS) == SHIM_CHILD_QUIET && t->quick_slot_ != StubRegion::kNoSlot;
}

std::optional<Event> Backend::OnCloning(StubThread* t, const seccomp_notif& n) {
  if (IsAt(n, SYS_clone, region_->code().clone_site)) {
    if (!std::equal(std::begin(n.data.args), std::end(n.data.args), t->clone_args_)) {
      return Hostile(t, "changed its clone");
    }
    if (t->clone_child_ != nullptr) t->clone_child_->clone_approved_ = true;
    listener_.Continue(n.id);
    return std::nullopt;
  }
  if (!IsRing(n) || n.data.args[0] != SHIM_RING_CLONED || t->clone_rang_) {
    if (t->clone_goes_on_) return OnWentOn(t, n);
    return Hostile(t, "does not clone");
  }
  if (std::exchange(t->clone_goes_on_, false) &&
      (static_cast<int64_t>(n.data.args[1]) >= 0 || t->clone_child_ == nullptr)) {
    return Hostile(t, "comes back from its clone");
  }
  t->notification_ = n.id;
  return OnCloned(t, static_cast<int64_t>(n.data.args[1]));
}

// The parent is in the guest again: the host made the child.
std::optional<Event> Backend::OnWentOn(StubThread* t, const seccomp_notif& n) {
  StubThread* child = t->clone_child_;
  if (child != nullptr && !child->clone_approved_) return Hostile(t, "does not clone");
  t->clone_goes_on_ = false;
  if (child != nullptr) {
    child->claimed_tid_ = ClaimedTid(*child);
    Separate(t, child);
    if (child->capture_wanted_ || child->exit_wanted_) Meet(child);
  }
  t->state_ = State::kRunning;
  return OnRunning(t, n);
}

pid_t Backend::ClaimedTid(const StubThread& child) {
  if (child.claimed_tid_ != 0 || child.clone_parent_ == nullptr) return child.claimed_tid_;
  return static_cast<pid_t>(
      __atomic_load_n(&child.clone_parent_->header()->clone_tid, __ATOMIC_RELAXED));
}

// A killed thread's id may have been given to another by now.
bool Backend::IsKnown(pid_t tid) {
  const StubThread* t = Find(tid);
  return t != nullptr && !t->process_->killed;
}

// Finds out which host thread a quiet child is, if the host has made it.
void Backend::Meet(StubThread* child) {
  if (!child->quiet_ || child->state_ != State::kArriving || !child->clone_approved_) return;
  const pid_t tid = ClaimedTid(*child);
  if (tid <= 0 || IsKnown(tid) || !BelongsTo(*child, tid)) return;
  unborn_.erase(child->slot_);
  child->tid_ = tid;
  threads_[tid] = child;
  child->state_ = State::kRunning;
  if (child->clone_parent_ != nullptr) Separate(child->clone_parent_, child);
  if (child->capture_wanted_ || child->exit_wanted_) child->Kick();
}

// An unknown thread's first call.
StubThread* Backend::FindQuiet(const seccomp_notif& n) {
  const auto tid = static_cast<pid_t>(n.pid);
  for (const auto& [slot, child] : unborn_) {
    if (!child->quiet_ || ClaimedTid(*child) != tid) continue;
    StubThread* found = child;
    Meet(found);  // Changes unborn_.
    return found->state_ == State::kRunning ? found : nullptr;
  }
  return nullptr;
}

// Who was to be captured before it was met; whether there are such still.
bool Backend::MeetWanted() {
  std::vector<StubThread*> wanted;
  for (const auto& [slot, child] : unborn_) {
    if (child->quiet_ && (child->capture_wanted_ || child->exit_wanted_)) wanted.push_back(child);
  }
  for (StubThread* child : wanted) Meet(child);
  return std::ranges::any_of(
      wanted, [](const StubThread* child) { return child->state_ == State::kArriving; });
}

// The parent is back from the host's call.
std::optional<Event> Backend::OnCloned(StubThread* t, int64_t result) {
  StubThread* child = t->clone_child_;
  const int error = result > 0 ? 0 : static_cast<int>(-result);
  if (child == nullptr) {  // It lived and died meanwhile.
    return CloneDone(t, error);
  }
  if (error != 0) {
    if (child->state_ != State::kArriving) return Hostile(t, "lies about its child");
    return CloneFailed(t, child, error);
  }
  child->claimed_tid_ = static_cast<pid_t>(result);
  if (child->parks_) {
    Separate(t, child);
    return CloneDone(t, 0);
  }
  t->clone_rang_ = true;
  if (child->state_ == State::kArriving) return std::nullopt;
  return FinishClone(t, child);
}

std::optional<Event> Backend::CloneFailed(StubThread* t, StubThread* child, int error) {
  Separate(t, child);
  if (child->parks_) {
    LOG_WARNING("the host makes no more stubs: errno %d", error);
    ForgetThread(child, SIGKILL);
  } else {
    Bury(child);
  }
  return CloneDone(t, error);
}

// The kernel hears of clones that it asked for.
std::optional<Event> Backend::CloneDone(StubThread* t, int error) {
  t->state_ = State::kCaptured;
  if (t->exit_wanted_) {
    t->StartExit();
    return std::nullopt;
  }
  if (!t->clone_parks_) return Cloned(t, error);
  if (t != zygote_) return HandOver(t);
  FeedZygote();
  return std::nullopt;
}

void Backend::Separate(StubThread* parent, StubThread* child) {
  parent->clone_child_ = nullptr;
  child->clone_parent_ = nullptr;
}

// Both are there.
std::optional<Event> Backend::FinishClone(StubThread* parent, StubThread* child) {
  Separate(parent, child);
  parent->state_ = State::kCaptured;
  Release(child);
  // A new process is about to execute something, as a rule; before that the pool may be empty.
  if (child->process_.get() != parent->process_.get()) Refill();
  return Cloned(parent, 0);
}

// Lets a child go that said hello.
void Backend::Release(StubThread* child) {
  child->state_ = State::kRunning;
  child->slot_open_ = true;
  if (child->capture_wanted_ || child->exit_wanted_) child->Kick();
  listener_.Continue(child->notification_);
}

// The first call of a clone's child opens the slot that its parent was told to give it.
StubThread* Backend::Greet(const seccomp_notif& n) {
  if (!IsAt(n, SYS_mprotect, region_->code().hello_site)) return nullptr;
  if (n.data.args[1] != SHIM_SLOT_SIZE || n.data.args[2] != (PROT_READ | PROT_WRITE))
    return nullptr;
  const auto it = unborn_.find(region_->SlotAt(n.data.args[0]));
  if (it == unborn_.end()) return nullptr;
  StubThread* child = it->second;
  if (!child->clone_approved_ || !BelongsTo(*child, static_cast<pid_t>(n.pid))) return nullptr;
  return child;
}

bool Backend::BelongsTo(const StubThread& child, pid_t tid) {
  const pid_t pid = child.process_->pid;
  return ::syscall(SYS_tgkill, pid != 0 ? pid : tid, tid, 0) == 0;
}

std::optional<Event> Backend::OnHello(StubThread* t, const seccomp_notif& n) {
  unborn_.erase(t->slot_);
  t->tid_ = static_cast<pid_t>(n.pid);
  threads_[t->tid_] = t;
  if (t->process_->pid == 0) {
    t->process_->pid = t->tid_;
    processes_[t->tid_] = t->process_;
  }
  t->notification_ = n.id;
  if (t->process_->killed) {
    t->state_ = State::kHeld;
    SendKill(*t->process_);
    return std::nullopt;
  }
  if (t->set_tid_address_ != 0) {
    const auto* value = reinterpret_cast<const std::byte*>(&t->set_tid_value_);
    // As the host does it: a bad address is the guest's loss.
    (void)t->WriteMemory(t->set_tid_address_, {value, sizeof(t->set_tid_value_)});
  }
  if (t->parks_) {
    t->state_ = State::kParking;
    t->slot_open_ = true;
    listener_.Continue(n.id);
    return std::nullopt;
  }
  StubThread* parent = t->clone_parent_;
  if (parent == nullptr) {
    Release(t);
    return std::nullopt;
  }
  if (parent->clone_goes_on_) {
    Separate(parent, t);
    Release(t);
    return std::nullopt;
  }
  if (parent->clone_rang_) return FinishClone(parent, t);
  t->state_ = State::kHeld;
  return std::nullopt;
}

// The child is dead: its parent must not wait for it.
void Backend::ForgetChild(StubThread* child) {
  StubThread* parent = child->clone_parent_;
  if (parent == nullptr) return;
  Separate(parent, child);
  if (!parent->clone_rang_ || parent->process_->killed) return;
  parent->state_ = State::kCaptured;
  Queue(Cloned(parent, 0));
}

// The parent is dead: was the child made?  The host says so in the parent's slot before the child
// runs.
void Backend::ForgetParent(StubThread* parent) {
  StubThread* child = parent->clone_child_;
  if (child == nullptr) return;
  Separate(parent, child);
  if (child->process_.get() == parent->process_.get()) return;  // Dies with it.
  if (child->state_ == State::kHeld) {
    if (!child->process_->killed) Release(child);
  } else if (child->state_ == State::kArriving) {
    if (child->claimed_tid_ == 0)
      child->claimed_tid_ = static_cast<pid_t>(parent->header()->clone_tid);
    if (child->claimed_tid_ == 0) ForgetThread(child, SIGKILL);
  }
}

// A stub died that never said hello: whose child was it?
StubThread* Backend::FindUnborn(pid_t pid) {
  for (const auto& [slot, child] : unborn_) {
    if (child->claimed_tid_ == pid) return child;
    const StubThread* parent = child->clone_parent_;
    if (parent != nullptr && static_cast<pid_t>(parent->header()->clone_tid) == pid) return child;
  }
  return nullptr;
}

}  // namespace platform::notify
