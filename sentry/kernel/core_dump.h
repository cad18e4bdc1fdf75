// Core dumps (core(5)): the memory and registers of a process that a signal ends, as an ELF file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "abi/linux/signal.h"
#include "platform/base/result.h"
#include "sentry/kernel/host_maps.h"

namespace sentry {

class Task;

// Writes the file if the process may have one; true when it was written.  The task stands captured,
// and is the one that the signal ends; of the other threads nothing is told.
bool DumpCore(Task& task, const abi::SigInfo& info);

// The file's name by kernel.core_pattern.
std::string CoreName(const Task& task, int signal);

// --- its parts ---

struct CoreMapping {
  HostMapping host;
  std::string file;     // The guest's name of the file that is mapped; empty: none.
  uint64_t dumped = 0;  // Bytes of it that are in the core file, from its start.
};
// What the guest has mapped, and how much of it /proc/[pid]/coredump_filter lets in.  `text` keeps
// what the mappings point into.
std::vector<CoreMapping> CoreMappings(Task& task, std::string& text);
// The contents of the PT_NOTE segment.
std::vector<std::byte> CoreNotes(Task& task, const abi::SigInfo& info,
                                 const std::vector<CoreMapping>& mappings);

}  // namespace sentry
