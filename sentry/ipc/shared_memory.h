// System V shared memory (shmop(2), shmctl(2)).
#pragma once

#include <cstdint>

#include "sentry/ipc/permissions.h"
#include "sentry/memmap/attached_segment.h"
#include "sentry/vfs/file_description.h"

namespace sentry {

class SharedMemory;

// Its contents are a file in memory that address spaces map.  The table holds it until it is
// removed and nobody has it attached.
class ShmSegment final : public AttachedSegment {
 public:
  ShmSegment(SharedMemory& table, const IpcOwner& segment_owner, uint64_t size,
             Ref<FileDescription> file, int32_t creator_pid);

  void Opened(int32_t pid) override;
  void Closed(int32_t pid) override;
  void Attached(int32_t pid);  // Opened() by shmat(2).
  // IPC_RMID: goes now, or with its last mapping.
  void Remove();

  IpcOwner owner;
  uint64_t size() const { return size_; }
  uint64_t pages() const { return (size_ + 4095) / 4096; }
  FileDescription& file() { return *file_; }
  Ref<FileDescription> file_ref() const { return file_; }
  bool removed() const { return removed_; }  // Out of the table.
  uint64_t attached() const { return attached_; }
  abi::ShmidDs Status() const;
  int64_t ctime;

 private:
  void Destroy();

  SharedMemory* table_;  // Null once removed, or when the table is gone.
  friend class SharedMemory;
  const uint64_t size_;
  const Ref<FileDescription> file_;
  uint64_t attached_ = 0;
  bool removed_ = false;
  int64_t atime_ = 0, dtime_ = 0;
  const int32_t creator_pid_;
  int32_t last_pid_ = 0;
};

}  // namespace sentry
