// System V semaphores: operations, waiters in order of arrival, undoing.
#include "sentry/ipc/semaphore_set.h"

#include <algorithm>

#include "abi/linux/poll.h"
#include "sentry/ipc/sysv_ipc.h"
#include "sentry/time/time.h"

namespace sentry {

// ---- undo ----

SemaphoreUndo::~SemaphoreUndo() {
  for (auto& [set, adjustments] : adjustments_) {
    std::erase(const_cast<SemaphoreSet*>(set)->undos_, this);
  }
}

std::vector<int16_t>& SemaphoreUndo::Of(SemaphoreSet& set) {
  auto [found, made] = adjustments_.try_emplace(&set, set.semaphores().size());
  if (made) set.undos_.push_back(this);
  return found->second;
}

std::vector<int16_t>* SemaphoreUndo::Find(const SemaphoreSet& set) {
  auto found = adjustments_.find(&set);
  return found == adjustments_.end() ? nullptr : &found->second;
}

void SemaphoreUndo::Apply(int32_t pid) {
  auto all = std::move(adjustments_);
  adjustments_.clear();
  for (auto& [key, adjustments] : all) {
    Ref<SemaphoreSet> set(const_cast<SemaphoreSet*>(key));
    std::erase(set->undos_, this);
    set->Adjust(adjustments, pid);
  }
}

// ---- the set ----

SemaphoreSet::SemaphoreSet(Semaphores& table, const IpcOwner& set_owner, size_t count)
    : owner(set_owner),
      ctime(RealtimeNow().tv_sec),
      table_(table),
      budget_(table.budget),
      semaphores_(count) {}

Result<Ref<SemaphoreSet>> SemaphoreSet::Create(Semaphores& table, const IpcOwner& owner,
                                               size_t count) {
  TRY(table.budget.Charge(Cost(count)));
  return MakeRef<SemaphoreSet>(table, owner, count);
}

// What one operation asks for: the new value, or why not (perform_atomic_semop()).
Result<int32_t> SemaphoreSet::NewValue(const abi::Sembuf& op) const {
  const int32_t now = semaphores_[op.sem_num].value;
  const int32_t value = now + op.sem_op;
  if (value < 0 || (op.sem_op == 0 && now != 0)) return Errno(EAGAIN);
  if (value > abi::kSemvmx) return Errno(ERANGE);
  return value;
}

Result<void> SemaphoreSet::ApplyOne(PendingSemop& op, const abi::Sembuf& one) {
  Result<int32_t> value = NewValue(one);
  if (value.Is(EAGAIN)) op.blocking = &one;
  if (!value.ok()) return value.error();
  if ((static_cast<uint16_t>(one.sem_flg) & abi::kSemUndo) != 0) {
    int16_t& adjustment = op.undo->Of(*this)[one.sem_num];
    const int32_t undo = adjustment - one.sem_op;
    if (undo < -abi::kSemaem - 1 || undo > abi::kSemaem) return Errno(ERANGE);
    adjustment = static_cast<int16_t>(undo);
  }
  semaphores_[one.sem_num].value = *value;
  return {};
}

Result<void> SemaphoreSet::Try(PendingSemop& op) {
  for (size_t i = 0; i < op.ops.size(); ++i) {
    Result<void> applied = ApplyOne(op, op.ops[i]);
    if (applied.ok()) continue;
    while (i-- > 0) {  // Those before had their effect.
      const abi::Sembuf& one = op.ops[i];
      semaphores_[one.sem_num].value -= one.sem_op;
      if ((static_cast<uint16_t>(one.sem_flg) & abi::kSemUndo) != 0) {
        int16_t& adjustment = op.undo->Of(*this)[one.sem_num];
        adjustment = static_cast<int16_t>(adjustment + one.sem_op);
      }
    }
    return applied;
  }
  for (const abi::Sembuf& one : op.ops) semaphores_[one.sem_num].pid = op.pid;
  otime_ = RealtimeNow().tv_sec;
  return {};
}

Result<void> SemaphoreSet::Operate(PendingSemop& op) {
  TRY(Try(op));
  if (op.alters) Update();
  return {};
}

// True: one of the operations that alter was done, so that others may have become possible.
bool SemaphoreSet::TryAll(bool altering) {
  for (auto at = pending_.begin(); at != pending_.end();) {
    PendingSemop& op = *at;
    ++at;
    if (op.alters != altering) continue;
    Result<void> result = Try(op);
    if (result.Is(EAGAIN)) continue;
    base::IntrusiveList<PendingSemop>::Remove(op);
    const bool done = result.ok();
    op.result = std::move(result);
    op.queue.Notify(abi::kPollIn);
    if (altering && done) return true;
  }
  return false;
}

// Those that wait for zero go first (do_smart_update()).
void SemaphoreSet::Update() {
  do {
    TryAll(false);
  } while (TryAll(true));
}

void SemaphoreSet::SetValue(size_t index, int32_t value, int32_t pid) {
  for (SemaphoreUndo* undo : undos_) undo->Of(*this)[index] = 0;
  semaphores_[index] = {value, pid};
  ctime = RealtimeNow().tv_sec;
  Update();
}

void SemaphoreSet::SetAll(std::span<const uint16_t> values, int32_t pid) {
  for (size_t i = 0; i < values.size(); ++i) semaphores_[i] = {values[i], pid};
  for (SemaphoreUndo* undo : undos_) {
    std::vector<int16_t>& adjustments = undo->Of(*this);
    std::fill(adjustments.begin(), adjustments.end(), int16_t{0});
  }
  ctime = RealtimeNow().tv_sec;
  Update();
}

void SemaphoreSet::Adjust(std::span<const int16_t> adjustments, int32_t pid) {
  for (size_t i = 0; i < adjustments.size(); ++i) {
    if (adjustments[i] == 0) continue;
    // exit_sem(): what would leave the range stops at its end.
    semaphores_[i].value = std::clamp(semaphores_[i].value + adjustments[i], 0, abi::kSemvmx);
    semaphores_[i].pid = pid;
  }
  otime_ = RealtimeNow().tv_sec;
  Update();
}

void SemaphoreSet::Remove() {
  Ref<SemaphoreSet> keep(this);
  removed_ = true;
  table_.semaphores -= semaphores_.size();
  table_.Remove(*this);
  for (SemaphoreUndo* undo : undos_) undo->Forget(*this);
  undos_.clear();
  while (PendingSemop* op = pending_.pop_front()) {
    op->result = Errno(EIDRM);
    op->queue.Notify(abi::kPollIn);
  }
}

int32_t SemaphoreSet::CountWaiting(size_t index, bool zero) {
  int32_t count = 0;
  for (const PendingSemop& op : pending_) {
    if (op.blocking == nullptr || op.blocking->sem_num != index) continue;
    if (zero ? op.blocking->sem_op == 0 : op.blocking->sem_op < 0) ++count;
  }
  return count;
}

abi::SemidDs SemaphoreSet::Status() const {
  abi::SemidDs status{};
  status.sem_perm = owner.ToAbi();
  status.sem_otime = otime_;
  status.sem_ctime = ctime;
  status.sem_nsems = semaphores_.size();
  return status;
}

}  // namespace sentry
