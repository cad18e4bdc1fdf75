// System V segments: counting of attachments, removal.
#include "sentry/ipc/shared_memory.h"

#include <vector>

#include "sentry/ipc/sysv_ipc.h"
#include "sentry/time/time.h"

namespace sentry {

ShmSegment::ShmSegment(SharedMemory& table, const IpcOwner& segment_owner, uint64_t size,
                       Ref<FileDescription> file, int32_t creator_pid)
    : owner(segment_owner),
      ctime(RealtimeNow().tv_sec),
      table_(&table),
      size_(size),
      file_(std::move(file)),
      creator_pid_(creator_pid) {}

void ShmSegment::Opened(int32_t pid) {
  ++attached_;
  if (pid != 0) last_pid_ = pid;
}

void ShmSegment::Attached(int32_t pid) {
  Opened(pid);
  atime_ = RealtimeNow().tv_sec;
}

void ShmSegment::Closed(int32_t pid) {
  Ref<ShmSegment> keep(this);
  --attached_;
  dtime_ = RealtimeNow().tv_sec;
  if (pid != 0) last_pid_ = pid;
  if (attached_ != 0 || removed_ || table_ == nullptr) return;
  if ((owner.mode & abi::kShmDest) != 0 || table_->rmid_forced) Destroy();
}

void ShmSegment::Remove() {
  if (attached_ == 0) return Destroy();
  owner.mode |= abi::kShmDest;
  owner.key = abi::kIpcPrivate;  // Nobody finds it by its key any more.
}

void ShmSegment::Destroy() {
  removed_ = true;
  if (table_ == nullptr) return;
  table_->pages -= pages();
  table_->Remove(*this);
}

abi::ShmidDs ShmSegment::Status() const {
  abi::ShmidDs status{};
  status.shm_perm = owner.ToAbi();
  status.shm_segsz = size_;
  status.shm_atime = atime_;
  status.shm_dtime = dtime_;
  status.shm_ctime = ctime;
  status.shm_cpid = creator_pid_;
  status.shm_lpid = last_pid_;
  status.shm_nattch = attached_;
  return status;
}

SharedMemory::~SharedMemory() {
  for (const auto& [index, segment] : objects()) segment->table_ = nullptr;
}

void SharedMemory::DestroyOrphans() {
  std::vector<Ref<ShmSegment>> orphans;
  for (const auto& [index, segment] : objects()) {
    if (segment->attached() == 0) orphans.push_back(segment);
  }
  for (const Ref<ShmSegment>& segment : orphans) segment->Remove();
}

}  // namespace sentry
