// Subsystems: what a sandbox has once and layers above the kernel own (nameless files, socket
// families, SysV IPC).  The kernel holds them without knowing their types.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platform/base/ref.h"

namespace sentry {

class Kernel;

enum class SubsystemId : uint8_t {
  kNamelessFiles,
  kSocketFamilies,
  kUnixSockets,
  kInetSockets,
  kPiFutexes,
  kSysvIpc,
  kMessageQueues,
  kLockWaits,
  kShmFiles,
  kDevices,
  kSysctls,
  kProcNet,
  kInotifyUsers,
  kKeyrings,
  kNetwork,
  kKernelLog,
  kCount,
};

// A subsystem T is RefCounted, says its `static constexpr SubsystemId kSubsystem` and is made by
// T(Kernel&).
class Subsystems {
 public:
  template <typename T>
  T& Get(Kernel& kernel) {
    base::Ref<base::RefCounted>& slot = slots_[static_cast<size_t>(T::kSubsystem)];
    if (!slot) slot = base::MakeRef<T>(kernel);
    return static_cast<T&>(*slot);
  }

 private:
  std::array<base::Ref<base::RefCounted>, static_cast<size_t>(SubsystemId::kCount)> slots_;
};

}  // namespace sentry
