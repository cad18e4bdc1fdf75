#include "platform/notify/rewriter.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include "platform/notify/stub_thread.h"
#include "platform/notify/text_mapping.h"
#include "platform/patch/site.h"

namespace platform::notify {
namespace {

constexpr uint32_t kHot = 64;  // Rewriting takes as long as some twenty calls.
// In the order of KnownAnswers.
constexpr int64_t kNumbers[] = {SYS_getpid, SYS_gettid,  SYS_getppid, SYS_getpgrp,
                                SYS_getuid, SYS_geteuid, SYS_getgid,  SYS_getegid};
static_assert(std::size(kNumbers) == abi::stub::SlotAnswers::kCount);
// In the order of ShimHeader::own.
constexpr int64_t kOwnNumbers[] = {SYS_rt_sigprocmask, SYS_set_robust_list, SYS_rt_sigreturn,
                                   SYS_rseq};
static_assert(std::size(kOwnNumbers) == std::size(decltype(abi::stub::ShimHeader::own){}));

// What programs call often and what is answered at once, as a rule; not what ends with the thread
// captured (kill), what the host executes (mmap, futex), or what waits for time.
constexpr int64_t kSlotNumbers[] = {
    SYS_read,         SYS_write,
    SYS_open,         SYS_close,
    SYS_stat,         SYS_fstat,
    SYS_lstat,        SYS_lseek,
    SYS_rt_sigaction, SYS_ioctl,
    SYS_pread64,      SYS_pwrite64,
    SYS_readv,        SYS_writev,
    SYS_access,       SYS_dup,
    SYS_dup2,         SYS_getitimer,
    SYS_sendto,       SYS_recvfrom,
    SYS_sendmsg,      SYS_recvmsg,
    SYS_getsockname,  SYS_getpeername,
    SYS_setsockopt,   SYS_getsockopt,
    SYS_uname,        SYS_fcntl,
    SYS_flock,        SYS_ftruncate,
    SYS_getdents,     SYS_getcwd,
    SYS_chdir,        SYS_fchdir,
    SYS_rename,       SYS_mkdir,
    SYS_rmdir,        SYS_link,
    SYS_unlink,       SYS_symlink,
    SYS_readlink,     SYS_chmod,
    SYS_fchmod,       SYS_chown,
    SYS_fchown,       SYS_umask,
    SYS_getrlimit,    SYS_getrusage,
    SYS_sysinfo,      SYS_times,
    SYS_getpriority,  SYS_getgroups,
    SYS_getresuid,    SYS_getresgid,
    SYS_getpgid,      SYS_getsid,
    SYS_sigaltstack,  SYS_rt_sigpending,
    SYS_statfs,       SYS_fstatfs,
    SYS_getxattr,     SYS_lgetxattr,
    SYS_fgetxattr,    SYS_listxattr,
    SYS_llistxattr,   SYS_flistxattr,
    SYS_getdents64,   SYS_epoll_ctl,
    SYS_openat,       SYS_mkdirat,
    SYS_newfstatat,   SYS_unlinkat,
    SYS_renameat,     SYS_linkat,
    SYS_symlinkat,    SYS_readlinkat,
    SYS_fchmodat,     SYS_faccessat,
    SYS_utimensat,    SYS_fallocate,
    SYS_eventfd2,     SYS_dup3,
    SYS_preadv,       SYS_pwritev,
    SYS_prlimit64,    SYS_renameat2,
    SYS_getrandom,    SYS_copy_file_range,
    SYS_preadv2,      SYS_pwritev2,
    SYS_statx,        SYS_openat2,
    SYS_faccessat2,   SYS_sched_getaffinity,
};

std::optional<unsigned> IndexOf(std::span<const int64_t> numbers, int64_t number) {
  const auto found = std::ranges::find(numbers, number);
  if (found == numbers.end()) return std::nullopt;
  return static_cast<unsigned>(found - numbers.begin());
}

template <typename Bytes>
bool ReadAll(StubThread& t, uint64_t address, Bytes* bytes) {
  const Result<size_t> read = t.ReadMemory(address, std::as_writable_bytes(std::span(*bytes)));
  return read.ok() && *read == bytes->size();
}

}  // namespace

Rewriter::Rewriter(int proc_fd, const StubRegion& region) : proc_fd_(proc_fd), region_(region) {}

std::optional<unsigned> Rewriter::AnswerIndex(int64_t number) {
  return IndexOf(kNumbers, number);
}

std::optional<unsigned> Rewriter::OwnIndex(int64_t number) {
  return IndexOf(kOwnNumbers, number);
}

bool Rewriter::GoesThroughSlot(int64_t number) {
  static constexpr auto kNumbersInSlot = [] {
    std::array<bool, 512> set{};
    for (const int64_t each : kSlotNumbers) set[static_cast<size_t>(each)] = true;
    return set;
  }();
  return number >= 0 && static_cast<size_t>(number) < kNumbersInSlot.size() &&
         kNumbersInSlot[static_cast<size_t>(number)];
}

bool Rewriter::IsAlone(const StubThread& t) {
  return t.process_->memory->RefCount() == 1 && &t.process_->threads.front() == &t &&
         &t.process_->threads.back() == &t;
}

bool Rewriter::Note(StubThread& t, unsigned hot_in_slot) {
  StubProcess& process = *t.process_;
  const uint64_t ip = t.call_.ip;
  const std::vector<uint64_t>& known = process.memory->call_sites;
  if (std::ranges::find(known, ip) != known.end()) return GoesThroughSlot(t.call_.number);
  const bool may = active() && !process.code_is_seen && GoesThroughSlot(t.call_.number);
  Count(t, may ? hot_in_slot : 0);
  return false;
}

void Rewriter::Count(StubThread& t, unsigned hot_in_slot) {
  StubProcess& process = *t.process_;
  if (process.sites_waiting) RewriteWaiting(t);
  const bool answer = t.published_ && AnswerIndex(t.call_.number);
  const bool own = process.lends && OwnIndex(t.call_.number);
  if (!answer && !own && hot_in_slot == 0) return;
  const uint64_t ip = t.call_.ip;
  SiteCount* site = std::ranges::find(process.sites, ip, &SiteCount::ip);
  if (site == std::end(process.sites)) {
    site = &process.sites[process.next_site++ % StubProcess::kSites];
    *site = {.ip = ip,
             .count = 0,
             .hot = answer || own ? kHot : hot_in_slot,
             .number = static_cast<uint32_t>(t.call_.number)};
  }
  if (site->count >= site->hot || ++site->count < site->hot) return;
  if (t.registers_.fs_base == 0) {
    // Its TLS is not known before it was captured; without one it is not found.
    site->count = 0;
    if ((own || answer) && !std::exchange(process.looked_for_tls, true)) t.capture_wanted_ = true;
    return;
  }
  process.sites_waiting = true;
  RewriteWaiting(t);
}

void Rewriter::RewriteWaiting(StubThread& t) {
  if (!OthersStandStill(t)) return;
  t.process_->sites_waiting = false;
  for (SiteCount& site : t.process_->sites) {
    if (site.count == 0 || site.count != site.hot) continue;
    ++site.count;  // Once, whether it works or not.
    Rewrite(t, site.ip, site.number);
  }
}

std::optional<uint64_t> Rewriter::Target(uint32_t number, patch::Kind kind) const {
  const abi::stub::ShimHeader& code = region_.code();
  const std::optional<unsigned> answer = AnswerIndex(number);
  const std::optional<unsigned> own = OwnIndex(number);
  if (kind == patch::Kind::kAny) {
    const bool some = answer || GoesThroughSlot(number);
    return some ? std::optional(region_.Site(code.answer_any)) : std::nullopt;
  }
  const bool slot_only = kind == patch::Kind::kAtCwd || kind == patch::Kind::kZero;
  if (slot_only && (answer || own)) return std::nullopt;
  if (answer) return region_.Site(code.answer[*answer]);
  // With all registers and without are two kinds of code.
  if ((number == SYS_rt_sigreturn) != (kind == patch::Kind::kReturn)) return std::nullopt;
  if (number == SYS_rt_sigreturn && code.xstate_size == 0) return std::nullopt;
  if (own) return region_.Site(code.own[*own]);
  if (GoesThroughSlot(number)) return region_.Site(code.call_begin);
  return std::nullopt;
}

bool Rewriter::Rewrite(StubThread& t, uint64_t behind, uint32_t number) {
  patch::SiteBytes before;
  if (!ReadAll(t, behind - before.size(), &before)) return false;
  const patch::Kind kind = patch::KindOf(before, number);
  if (kind == patch::Kind::kNone) return false;
  // Without unwind information these very bytes tell unwinders that a signal frame is there.
  if (kind == patch::Kind::kReturn &&
      !IsKnownSignalFrame(t, proc_fd_, behind - patch::kSyscallSize)) {
    return false;
  }
  const std::optional<uint64_t> target = Target(number, kind);
  const patch::First first = patch::FirstOf(before, kind);
  const uint64_t site = patch::SiteStart(behind, first);
  RewrittenText* text = TextAt(t, site);
  if (!target || text == nullptr || text->next + patch::kTrampolineSize > text->end) return false;
  if (!MakeTable(t)) return false;
  const uint64_t pointer = Address(t.process_->memory->table->slot);
  const uint64_t at = text->next;
  const auto trampoline = patch::Trampoline(at, site, first, *target, pointer);
  if (!trampoline || !Write(t, at, *trampoline)) return false;
  text->next += patch::kTrampolineSize;
  if (!LeadTo(t, behind, site, at, kind)) return false;
  if (GoesThroughSlot(number)) {
    t.process_->memory->call_sites.push_back(behind);
    LetUseSlot(t);
  }
  return true;
}

// The site's own jump comes last.
bool Rewriter::LeadTo(StubThread& t, uint64_t behind, uint64_t site, uint64_t trampoline,
                      patch::Kind kind) {
  if (kind != patch::Kind::kZero) {
    const auto jump = patch::Jump(site, trampoline);
    return jump && Write(t, site, *jump);
  }
  patch::BehindBytes bytes;
  if (!ReadAll(t, behind, &bytes)) return false;
  const std::optional<size_t> padding = patch::PaddingIn(bytes);
  if (!padding) return false;
  const auto jump = patch::Jump(behind + *padding, trampoline);
  return jump && Write(t, behind + *padding, *jump) && Write(t, site, patch::ShortJump(*padding));
}

// Known already, or found out.  Trampolines that are gone tell of a mapping that was replaced.
RewrittenText* Rewriter::TextAt(StubThread& t, uint64_t site) {
  std::vector<RewrittenText>& known = t.process_->memory->rewritten;
  const auto covers = [site](const RewrittenText& text) {
    return site >= text.start && site < text.end;
  };
  if (const auto found = std::ranges::find_if(known, covers); found != known.end()) {
    const uint64_t last = found->next - patch::kTrampolineSize;
    if (last >= found->trampolines && SiteOfTrampoline(t, last)) return &*found;
    known.erase(found);
  }
  const std::optional<RewrittenText> text = FindText(t, proc_fd_, site);
  if (!text) return nullptr;
  std::erase_if(known, [&](const RewrittenText& other) {
    return other.start < text->end && text->start < other.end;
  });
  return &known.emplace_back(*text);
}

bool Rewriter::Write(const StubThread& t, uint64_t address,
                     std::span<const std::byte> bytes) const {
  const Result<size_t> written = const_cast<StubThread&>(t).PokeMemory(address, bytes);
  return written.ok() && *written == bytes.size();
}

std::optional<uint64_t> Rewriter::SiteOfTrampoline(StubThread& t, uint64_t address) const {
  patch::TrampolineBytes bytes;
  if (!ReadAll(t, address, &bytes)) return std::nullopt;
  return patch::SiteOf(bytes, address);
}

// The slot that the trampolines lead to becomes the thread's own.
void Rewriter::PointTo(StubThread& t) {
  if (!MakeTable(t)) return;
  const uint64_t pointer = Address(t.process_->memory->table->slot);
  for (const RewrittenText& text : t.process_->memory->rewritten) {
    std::vector<std::byte> all(text.next - text.trampolines);
    if (!ReadAll(t, text.trampolines, &all)) continue;
    for (size_t at = 0; at < all.size(); at += patch::kTrampolineSize) {
      std::memcpy(all.data() + at + patch::kPointerOffset, &pointer, sizeof(pointer));
    }
    Write(t, text.trampolines, all);
  }
  LetUseSlot(t);
}

uint64_t Rewriter::Address(uint32_t slot) const {
  return region_.SlotAddress(slot) + SHIM_HEADER_OFFSET;
}

bool Rewriter::LeaveRewritten(StubThread& t, const abi::SigInfo& info) {
  Registers& regs = t.registers_;
  const abi::stub::ShimHeader& code = region_.code();
  const auto within = [&](uint32_t begin, uint32_t end) {
    return regs.rip >= region_.Site(begin) && regs.rip < region_.Site(end);
  };
  if (info.si_signo == SIGTRAP) return false;  // Who steps gets on.
  if (within(code.answers_begin, code.answers_end)) return LeaveAnswer(t, info.si_signo);
  if (within(code.own_begin, code.own_end)) return LeaveOwn(t, info);
  if (within(code.return_first, code.return_end)) return LeaveReturn(t, info);
  if (within(code.call_first, code.call_end)) return LeaveCall(t, info);
  for (const RewrittenText& text : t.process_->memory->rewritten) {
    if (regs.rip < text.trampolines || regs.rip >= text.next) continue;
    const uint64_t at = regs.rip - (regs.rip - text.trampolines) % patch::kTrampolineSize;
    if (const std::optional<uint64_t> site = SiteOfTrampoline(t, at)) regs.rip = *site;
    break;
  }
  return false;
}

bool Rewriter::IsFault(const abi::SigInfo& info) {
  return info.si_signo == SIGSEGV || info.si_signo == SIGBUS;
}

bool Rewriter::MendFault(StubThread& t, const abi::SigInfo& info) {
  const uint64_t at = info.fields.fault.addr;
  // The process is a copy of the one that was rewritten.
  if (IsFault(info) && at >= region_.start() && at < region_.end()) PointTo(t);
  return IsFault(info);
}

bool Rewriter::LeaveAnswer(StubThread& t, int signal) {
  t.registers_.rip = t.registers_.r11 - patch::kSyscallSize;
  return signal == SIGSEGV;
}

}  // namespace platform::notify
