// The notes of a core file: struct elf_prstatus and elf_prpsinfo of sys/procfs.h, the auxiliary
// vector, siginfo, mapped files, floating-point state (Linux: fs/binfmt_elf.c fill_note_info()).
#include <algorithm>
#include <cstring>
#include <string_view>

#include "abi/linux/elf.h"
#include "sentry/kernel/answers.h"
#include "sentry/kernel/core_dump.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/task.h"
#include "sentry/kernel/xstate.h"

namespace sentry {
namespace {

using Bytes = std::vector<std::byte>;

struct Prstatus {
  int32_t signo, code, error;
  int16_t cursig;
  uint64_t sigpend, sighold;
  int32_t pid, ppid, pgrp, sid;
  int64_t times[8];
  platform::Registers registers;
  int32_t fpvalid;
};
static_assert(sizeof(Prstatus) == 336 && offsetof(Prstatus, registers) == 112);

struct Prpsinfo {
  char state, sname, zombie, nice;
  uint64_t flag;
  uint32_t uid, gid;
  int32_t pid, ppid, pgrp, sid;
  char fname[16], psargs[80];
};
static_assert(sizeof(Prpsinfo) == 136);

void Append(Bytes& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}
void Align(Bytes& to) {
  to.resize((to.size() + 3) & ~size_t{3});
}
template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

void AddNote(Bytes& notes, std::string_view name, uint32_t type, std::span<const std::byte> body) {
  const abi::Elf64Nhdr head{.n_namesz = static_cast<uint32_t>(name.size() + 1),
                            .n_descsz = static_cast<uint32_t>(body.size()),
                            .n_type = type};
  Append(notes, BytesOf(head));
  Append(notes, std::as_bytes(std::span(name)));
  notes.push_back(std::byte{0});
  Align(notes);
  Append(notes, body);
  Align(notes);
}

Prstatus StatusOf(Task& task, const abi::SigInfo& info) {
  const ThreadGroup& group = task.group();
  FetchOwn(task);
  Prstatus status{};
  status.signo = info.si_signo;
  status.code = info.si_code;
  status.error = info.si_errno;
  status.cursig = static_cast<int16_t>(info.si_signo);
  status.sigpend = task.pending.pending();
  status.sighold = task.blocked;
  status.pid = task.tid().value();
  status.ppid = group.parent != nullptr ? group.parent->pid.value() : 0;
  status.pgrp = group.process_group->id.value();
  status.sid = group.process_group->session->id.value();
  status.registers = task.registers();
  status.fpvalid = 1;
  return status;
}

void CopyArguments(Task& task, Prpsinfo& info) {
  const MemoryManager& mm = task.mm();
  const size_t most = sizeof(info.psargs) - 1;
  const size_t length = std::min<size_t>(mm.arg_end - mm.arg_start, most);
  auto bytes = std::as_writable_bytes(std::span(info.psargs)).first(length);
  Result<size_t> read = task.ReadSome(mm.arg_start, bytes);
  const size_t got = read.ok() ? *read : 0;
  std::replace(info.psargs, info.psargs + got, '\0', ' ');
}

Prpsinfo InfoOf(Task& task) {
  const Prstatus status = StatusOf(task, {});
  Prpsinfo info{};
  info.sname = 'R';
  info.nice = static_cast<char>(task.nice);
  info.uid = task.creds().uid;
  info.gid = task.creds().gid;
  info.pid = task.group().pid.value();
  info.ppid = status.ppid;
  info.pgrp = status.pgrp;
  info.sid = status.sid;
  task.comm.copy(info.fname, sizeof(info.fname) - 1);
  CopyArguments(task, info);
  return info;
}

// NT_FILE: count and page size, three numbers for each file mapping, then their names.
Bytes Files(const std::vector<CoreMapping>& mappings) {
  constexpr uint64_t kPage = 4096;
  std::vector<uint64_t> numbers{0, kPage};
  std::string names;
  for (const CoreMapping& mapping : mappings) {
    if (mapping.file.empty()) continue;
    ++numbers[0];
    numbers.insert(numbers.end(),
                   {mapping.host.begin, mapping.host.end, mapping.host.offset / kPage});
    names += mapping.file + '\0';
  }
  Bytes bytes;
  Append(bytes, std::as_bytes(std::span(numbers)));
  Append(bytes, std::as_bytes(std::span(names)));
  return bytes;
}

void AddFloatingPoint(Bytes& notes, Task& task) {
  Bytes image(task.kernel().platform().FpStateSize());
  if (!task.thread().GetFpState(image).ok()) return;
  AddNote(notes, "CORE", abi::kNtPrfpreg, std::span(image).first(sizeof(abi::FpState)));
  const uint64_t features = EnabledXfeatures();
  std::memcpy(image.data() + offsetof(abi::FpState, sw_reserved), &features, sizeof(features));
  AddNote(notes, "LINUX", abi::kNtX86Xstate, image);
}

}  // namespace

std::vector<std::byte> CoreNotes(Task& task, const abi::SigInfo& info,
                                 const std::vector<CoreMapping>& mappings) {
  Bytes notes;
  AddNote(notes, "CORE", abi::kNtPrstatus, BytesOf(StatusOf(task, info)));
  AddNote(notes, "CORE", abi::kNtPrpsinfo, BytesOf(InfoOf(task)));
  AddNote(notes, "CORE", abi::kNtSiginfo, BytesOf(info));
  AddNote(notes, "CORE", abi::kNtAuxv, task.mm().auxv);
  AddNote(notes, "CORE", abi::kNtFile, Files(mappings));
  AddFloatingPoint(notes, task);
  return notes;
}

}  // namespace sentry
