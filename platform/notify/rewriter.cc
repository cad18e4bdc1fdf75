#include "platform/notify/rewriter.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
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

template <typename Bytes>
bool ReadAll(StubThread& t, uint64_t address, Bytes* bytes) {
  const Result<size_t> read = t.ReadMemory(address, std::as_writable_bytes(std::span(*bytes)));
  return read.ok() && *read == bytes->size();
}

}  // namespace

Rewriter::Rewriter(int proc_fd, const StubRegion& region) : proc_fd_(proc_fd), region_(region) {}

std::optional<unsigned> Rewriter::AnswerIndex(int64_t number) {
  const auto* found = std::ranges::find(kNumbers, number);
  if (found == std::end(kNumbers)) return std::nullopt;
  return static_cast<unsigned>(found - std::begin(kNumbers));
}

void Rewriter::Note(StubThread& t) {
  const std::optional<unsigned> answer = AnswerIndex(t.call_.number);
  if (!answer) return;
  const uint64_t ip = t.call_.ip;
  SiteCount& site = t.process_->sites[(ip >> 1 ^ ip >> 7) % StubProcess::kSites];
  if (site.ip != ip) site = {.ip = ip, .count = 0};
  if (site.count > kHot || ++site.count < kHot) return;
  if (t.process_->memory->RefCount() > 1 || &t.process_->threads.front() != &t ||
      &t.process_->threads.back() != &t) {
    site.count = 0;  // Perhaps it is alone later.
    return;
  }
  site.count = kHot + 1;  // Once, whether it works or not.
  Rewrite(t, ip - patch::kSiteSize, *answer);
}

bool Rewriter::Rewrite(StubThread& t, uint64_t site, unsigned answer) {
  patch::SiteBytes before;
  const auto number = static_cast<uint32_t>(t.call_.number);
  if (!ReadAll(t, site - patch::kContext, &before)) return false;
  const patch::Kind kind = patch::KindOf(before, number);
  if (kind == patch::Kind::kNone) return false;
  RewrittenText* text = TextAt(t, site);
  if (text == nullptr || text->next + patch::kTrampolineSize > text->end) return false;
  const uint64_t at = text->next;
  const abi::stub::ShimHeader& code = region_.code();
  const uint64_t target =
      region_.Site(kind == patch::Kind::kAny ? code.answer_any : code.answer[answer]);
  patch::FirstBytes first;
  std::copy_n(before.begin() + patch::kContext, first.size(), first.begin());
  const auto trampoline = patch::Trampoline(at, site, first, target, Address(t));
  const auto jump = patch::Jump(site, at);
  if (!trampoline || !jump || !Write(t, at, *trampoline)) return false;
  text->next += patch::kTrampolineSize;
  return Write(t, site, *jump);
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
  for (const RewrittenText& text : t.process_->memory->rewritten) {
    std::vector<std::byte> all(text.next - text.trampolines);
    if (!ReadAll(t, text.trampolines, &all)) continue;
    const uint64_t pointer = Address(t);
    for (size_t at = 0; at < all.size(); at += patch::kTrampolineSize) {
      std::memcpy(all.data() + at + patch::kPointerOffset, &pointer, sizeof(pointer));
    }
    Write(t, text.trampolines, all);
  }
}

uint64_t Rewriter::Address(const StubThread& t) const {
  return region_.SlotAddress(t.slot_) + SHIM_HEADER_OFFSET;
}

bool Rewriter::LeaveRewritten(StubThread& t, int signal) {
  Registers& regs = t.registers_;
  const abi::stub::ShimHeader& code = region_.code();
  const uint64_t begin = region_.Site(code.answers_begin);
  if (signal == SIGTRAP) return false;  // Who steps gets on.
  if (regs.rip >= begin && regs.rip < region_.Site(code.answers_end)) {
    const uint64_t index = (regs.rip - begin) / SHIM_ANSWER_SIZE;
    if (index < std::size(kNumbers)) regs.rax = static_cast<uint64_t>(kNumbers[index]);
    if (signal == SIGSEGV) {
      // A slot that is shut: the process is a copy of the one that was rewritten.
      regs.rip = regs.r11 - 2;
      PointTo(t);
      return true;
    }
    regs.rip = regs.r11 - patch::kSiteSize;
    return false;
  }
  for (const RewrittenText& text : t.process_->memory->rewritten) {
    if (regs.rip < text.trampolines || regs.rip >= text.next) continue;
    const uint64_t at = regs.rip - (regs.rip - text.trampolines) % patch::kTrampolineSize;
    if (const std::optional<uint64_t> site = SiteOfTrampoline(t, at)) regs.rip = *site;
    break;
  }
  return false;
}

}  // namespace platform::notify
