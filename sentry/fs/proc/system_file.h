// Text files of /proc about the system as a whole: one row of a table each.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/proc/proc_fs.h"

namespace sentry {

struct SystemFile {
  std::string_view name;  // May have one directory: "pressure/cpu".
  uint32_t permissions;
  Result<std::string> (*text)(Kernel&);
  Result<void> (*store)(Kernel&, std::string_view) = nullptr;
};

std::span<const SystemFile> SystemFiles();  // Sorted by name.

// A file of the host's /proc; empty when there is none.
std::string HostSystemFile(Kernel& kernel, const char* name);
// Bytes of memory that the guest has: the host's or --memory, whichever is less.
uint64_t TotalMemory(Kernel& kernel);
// The figure of a line "Name:   123 kB" of the host's meminfo, in kB; 0: none.
uint64_t HostMemoryFigure(std::string_view meminfo, std::string_view name);

// --- the functions, by theme ---
// system_cpu.cc
Result<std::string> CpuinfoText(Kernel& kernel);
Result<std::string> SystemStatText(Kernel& kernel);
Result<std::string> LoadavgText(Kernel& kernel);
Result<std::string> UptimeText(Kernel& kernel);
Result<std::string> InterruptsText(Kernel& kernel);
Result<std::string> SoftirqsText(Kernel& kernel);
Result<std::string> PressureText(Kernel& kernel);
Result<std::string> PressureCpuText(Kernel& kernel);
// system_memory.cc
Result<std::string> MeminfoText(Kernel& kernel);
Result<std::string> VmstatText(Kernel& kernel);
Result<std::string> ZoneinfoText(Kernel& kernel);
Result<std::string> BuddyinfoText(Kernel& kernel);
// system_keys.cc
Result<std::string> KeysText(Kernel& kernel);
Result<std::string> KeyUsersText(Kernel& kernel);
// system_ipc.cc
Result<std::string> SysvMessagesText(Kernel& kernel);
Result<std::string> SysvSemaphoresText(Kernel& kernel);
Result<std::string> SysvSharedMemoryText(Kernel& kernel);

}  // namespace sentry
