// Layout of DR7 and DR6: Intel SDM volume 3, 18.2; what is refused: ptrace_write_dr7() and
// arch_build_bp_info() of Linux.
#include "sentry/kernel/ptrace_watch.h"

#include "sentry/kernel/kernel.h"
#include "sentry/kernel/ptrace.h"

namespace sentry {
namespace {

using base::Errno;
using base::Result;

constexpr size_t kStatus = 6, kControl = 7, kAddresses = 4;
constexpr uint64_t kStatusReserved = 0xffff0ff0;
constexpr uint64_t kEnableBits = 0xff;
constexpr uint64_t kExecute = 0, kWrite = 1, kReadWrite = 3;

bool Enabled(uint64_t control, size_t i) {
  return (control >> (2 * i) & 3) != 0;
}
uint64_t Kind(uint64_t control, size_t i) {
  return control >> (16 + 4 * i) & 3;
}
size_t Length(uint64_t control, size_t i) {
  constexpr size_t kLengths[] = {1, 2, 8, 4};
  return kLengths[control >> (18 + 4 * i) & 3];
}

Result<void> CheckControl(const GuestTracer& tracer, uint64_t control) {
  for (size_t i = 0; i < kAddresses; ++i) {
    if (!Enabled(control, i)) continue;
    const uint64_t kind = Kind(control, i);
    if (kind == kReadWrite) return Errno(ENOSPC);  // As when all hardware registers are taken.
    if (kind != kExecute && kind != kWrite) return Errno(EINVAL);
    if (kind == kExecute && Length(control, i) != 1) return Errno(EINVAL);
    if (tracer.debug_registers[i] % Length(control, i) != 0) return Errno(EINVAL);
  }
  return {};
}

uint64_t ValueAt(Task& tracee, uint64_t address, size_t length) {
  uint64_t value = 0;
  auto bytes = std::as_writable_bytes(std::span(&value, 1)).first(length);
  [[maybe_unused]] Result<size_t> read = tracee.ReadSome(address, bytes);  // Unmapped: zero.
  return value;
}

}  // namespace

Result<uint64_t> GetDebugRegister(const GuestTracer& tracer, size_t index) {
  const uint64_t value = tracer.debug_registers[index];
  return index == kStatus ? value ^ kStatusReserved : value;
}

Result<void> SetDebugRegister(Task& tracee, size_t index, uint64_t value) {
  GuestTracer& tracer = *tracee.tracer;
  if (index == 4 || index == 5) return Errno(EIO);
  if (index < kAddresses && value >= tracee.kernel().platform().GuestAddressLimit()) {
    return Errno(EINVAL);
  }
  if (index == kControl) TRY(CheckControl(tracer, value));
  tracer.debug_registers[index] = index == kStatus ? value ^ kStatusReserved : value;
  return {};
}

bool HasWatch(const GuestTracer& tracer) {
  return (tracer.debug_registers[kControl] & kEnableBits) != 0;
}

void NoteWatched(Task& tracee) {
  GuestTracer& tracer = *tracee.tracer;
  const uint64_t control = tracer.debug_registers[kControl];
  for (size_t i = 0; i < kAddresses; ++i) {
    if (!Enabled(control, i) || Kind(control, i) == kExecute) continue;
    tracer.watched[i] = ValueAt(tracee, tracer.debug_registers[i], Length(control, i));
  }
}

bool WatchHit(Task& tracee) {
  GuestTracer& tracer = *tracee.tracer;
  const uint64_t control = tracer.debug_registers[kControl];
  uint64_t hits = 0;
  for (size_t i = 0; i < kAddresses; ++i) {
    if (!Enabled(control, i)) continue;
    const uint64_t address = tracer.debug_registers[i];
    const bool hit = Kind(control, i) == kExecute
                         ? tracee.registers().rip == address
                         : ValueAt(tracee, address, Length(control, i)) != tracer.watched[i];
    if (hit) hits |= uint64_t{1} << i;
  }
  if (hits != 0) tracer.debug_registers[kStatus] = hits;
  return hits != 0;
}

}  // namespace sentry
