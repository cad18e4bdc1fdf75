// SocketState: what a sandbox has once and more than one socket family uses.
#pragma once

#include <array>

#include "sentry/kernel/kernel.h"

namespace sentry {

enum class SocketSlot : uint8_t { kNetworks, kNetlink, kDiag, kCount };

// As Subsystems: a T says its `static constexpr SocketSlot kSlot` and is made by T(Kernel&).
class SocketState final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kInetSockets;
  explicit SocketState(Kernel& kernel) : kernel_(kernel) {}

  template <typename T>
  T& Get() {
    base::Ref<base::RefCounted>& slot = slots_[static_cast<size_t>(T::kSlot)];
    if (!slot) slot = base::MakeRef<T>(kernel_);
    return static_cast<T&>(*slot);
  }

 private:
  Kernel& kernel_;
  std::array<base::Ref<base::RefCounted>, static_cast<size_t>(SocketSlot::kCount)> slots_;
};

template <typename T>
T& StateOf(Kernel& kernel) {
  return kernel.Get<SocketState>().Get<T>();
}

}  // namespace sentry
