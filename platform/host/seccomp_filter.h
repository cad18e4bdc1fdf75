// Seccomp filters as data.  A filter is a constexpr table of rules, each with its reason; Compile
// turns it into a BPF program at build time (or at run time, where addresses are only known then).
//
//   inline constexpr host::Rule kRules[] = {
//       host::Allow(SYS_futex, "threads wait for each other"),
//       host::Allow(SYS_fcntl, "duplicates", {host::Arg32(1, F_DUPFD_CLOEXEC)}),
//   };
//   inline constexpr auto kProgram = host::CompileStatic<kRules>({.fallback = host::kKillProcess});
//   TRY(host::InstallFilter(kProgram));
//
// The rules of one call are tried in the order of the table, checks of one rule must all hold, and
// a call that no rule matches gets the fallback.  Rules of one call must stand together.  Filters
// see registers only.
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace host {

using Action = uint32_t;  // A SECCOMP_RET_* value with its data.
inline constexpr Action kAllow = SECCOMP_RET_ALLOW;
inline constexpr Action kTrap = SECCOMP_RET_TRAP;
inline constexpr Action kNotify = SECCOMP_RET_USER_NOTIF;
inline constexpr Action kTrace = SECCOMP_RET_TRACE;
inline constexpr Action kKillProcess = SECCOMP_RET_KILL_PROCESS;
constexpr Action FailWith(uint16_t error) {
  return SECCOMP_RET_ERRNO | error;
}

// One test of a 64-bit word of the call: an argument register or the instruction pointer.
struct Check {
  enum class Op : uint8_t { kNone, kMaskedEqual, kMaskedNotEqual, kLess, kAtLeast };
  Op op = Op::kNone;
  uint8_t offset = 0;  // Into struct seccomp_data.
  uint64_t mask = 0;
  uint64_t value = 0;
};

constexpr uint8_t ArgOffset(int index) {
  return static_cast<uint8_t>(offsetof(seccomp_data, args) + 8U * static_cast<unsigned>(index));
}
inline constexpr uint64_t kLow32 = 0xffffffffU;

// All 64 bits of argument `index` (0..5) equal `value`.
constexpr Check Arg(int index, uint64_t value) {
  return {Check::Op::kMaskedEqual, ArgOffset(index), ~uint64_t{0}, value};
}
// For parameters that the kernel reads as int or unsigned int: the high half is not looked at.
constexpr Check Arg32(int index, uint32_t value) {
  return {Check::Op::kMaskedEqual, ArgOffset(index), kLow32, value};
}
constexpr Check Arg32Not(int index, uint32_t value) {
  return {Check::Op::kMaskedNotEqual, ArgOffset(index), kLow32, value};
}
constexpr Check ArgMasked(int index, uint64_t mask, uint64_t value) {
  return {Check::Op::kMaskedEqual, ArgOffset(index), mask, value};
}
// No bit outside `allowed` is set (in the low half; the high half must be zero).
constexpr Check ArgBitsWithin(int index, uint32_t allowed) {
  return {Check::Op::kMaskedEqual, ArgOffset(index), ~uint64_t{allowed}, 0};
}
constexpr Check ArgLess(int index, uint64_t bound) {
  return {Check::Op::kLess, ArgOffset(index), 0, bound};
}
constexpr Check ArgAtLeast(int index, uint64_t bound) {
  return {Check::Op::kAtLeast, ArgOffset(index), 0, bound};
}
// The instruction pointer after the syscall instruction: routing only, never a boundary.
constexpr Check IpLess(uint64_t bound) {
  return {Check::Op::kLess, offsetof(seccomp_data, instruction_pointer), 0, bound};
}
constexpr Check IpAtLeast(uint64_t bound) {
  return {Check::Op::kAtLeast, offsetof(seccomp_data, instruction_pointer), 0, bound};
}

struct Rule {
  static constexpr size_t kMaxChecks = 5;
  int number = -1;
  Action action = kAllow;
  const char* reason = "";
  std::array<Check, kMaxChecks> checks = {};
};

constexpr Rule On(Action action, int number, const char* reason,
                  std::initializer_list<Check> checks = {}) {
  Rule rule{number, action, reason, {}};
  size_t i = 0;
  for (const Check& check : checks) rule.checks.at(i++) = check;
  return rule;
}
constexpr Rule Allow(int number, const char* reason, std::initializer_list<Check> checks = {}) {
  return On(kAllow, number, reason, checks);
}

struct FilterOptions {
  Action fallback = kKillProcess;    // No rule matched.
  Action other_arch = kKillProcess;  // int 0x80 and everything else that is not x86-64.
  Action x32 = kKillProcess;         // Numbers with the x32 bit.
};

// A program under construction; also what Compile returns.
class Program {
 public:
  static constexpr size_t kCapacity = 1024;

  constexpr size_t size() const { return size_; }
  constexpr std::span<const sock_filter> code() const { return {code_.data(), size_}; }
  // Out-of-range use does not compile in a constant expression and aborts otherwise.
  constexpr void Add(uint16_t code, uint32_t k, size_t jump_true = 0, size_t jump_false = 0) {
    if (jump_true > 255 || jump_false > 255) __builtin_abort();
    code_.at(size_++) = {code, static_cast<uint8_t>(jump_true), static_cast<uint8_t>(jump_false),
                         k};
  }

 private:
  std::array<sock_filter, kCapacity> code_ = {};
  size_t size_ = 0;
};

namespace filter_internal {

inline constexpr uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS;
inline constexpr uint16_t kAnd = BPF_ALU | BPF_AND | BPF_K;
inline constexpr uint16_t kJumpEqual = BPF_JMP | BPF_JEQ | BPF_K;
inline constexpr uint16_t kJumpGreater = BPF_JMP | BPF_JGT | BPF_K;
inline constexpr uint16_t kJumpAtLeast = BPF_JMP | BPF_JGE | BPF_K;
inline constexpr uint16_t kReturn = BPF_RET | BPF_K;
inline constexpr uint32_t kX32Bit = 0x40000000;

constexpr uint32_t Low(uint64_t word) {
  return static_cast<uint32_t>(word);
}
constexpr uint32_t High(uint64_t word) {
  return static_cast<uint32_t>(word >> 32);
}

// Load, mask, compare: three instructions per half, or none for a half that the mask leaves out.
constexpr size_t MaskedSize(const Check& check) {
  return (Low(check.mask) != 0 ? 3U : 0U) + (High(check.mask) != 0 ? 3U : 0U);
}

constexpr size_t CheckSize(const Check& check) {
  switch (check.op) {
    case Check::Op::kNone:
      return 0;
    case Check::Op::kMaskedEqual:
    case Check::Op::kMaskedNotEqual:
      return MaskedSize(check);
    case Check::Op::kLess:
    case Check::Op::kAtLeast:
      return 5;
  }
  return 0;
}

constexpr size_t RuleSize(const Rule& rule) {
  size_t size = 1;  // The return.
  for (const Check& check : rule.checks) size += CheckSize(check);
  return size;
}

// `rest` counts the instructions between the end of this check and the next rule: where a failed
// check goes.
constexpr void AddMasked(Program& program, const Check& check, size_t rest) {
  const bool negate = check.op == Check::Op::kMaskedNotEqual;
  const uint32_t masks[2] = {Low(check.mask), High(check.mask)};
  const uint32_t values[2] = {Low(check.value), High(check.value)};
  size_t left = MaskedSize(check);
  for (uint8_t half = 0; half < 2; ++half) {
    if (masks[half] == 0) continue;
    left -= 3;
    program.Add(kLoad, check.offset + 4U * half);
    program.Add(kAnd, masks[half]);
    if (!negate) {
      program.Add(kJumpEqual, values[half], 0, left + rest);
    } else if (left > 0) {
      program.Add(kJumpEqual, values[half], 0, left);  // A difference in this half is enough.
    } else {
      program.Add(kJumpEqual, values[half], rest, 0);
    }
  }
}

constexpr void AddBound(Program& program, const Check& check, size_t rest) {
  const bool less = check.op == Check::Op::kLess;
  program.Add(kLoad, check.offset + 4U);
  program.Add(kJumpGreater, High(check.value), less ? rest + 3 : 3, 0);
  program.Add(kJumpEqual, High(check.value), 0, less ? 2 : rest + 2);
  program.Add(kLoad, check.offset);
  program.Add(kJumpAtLeast, Low(check.value), less ? rest : 0, less ? 0 : rest);
}

constexpr void AddRule(Program& program, const Rule& rule) {
  size_t rest = RuleSize(rule);
  for (const Check& check : rule.checks) {
    rest -= CheckSize(check);
    if (check.op == Check::Op::kMaskedEqual || check.op == Check::Op::kMaskedNotEqual) {
      AddMasked(program, check, rest);
    } else if (check.op != Check::Op::kNone) {
      AddBound(program, check, rest);
    }
  }
  program.Add(kReturn, rule.action);
}

constexpr bool IsUnconditional(const Rule& rule) {
  return rule.checks[0].op == Check::Op::kNone;
}

constexpr bool GroupedByNumber(std::span<const Rule> rules) {
  for (size_t i = 1; i < rules.size(); ++i) {
    if (rules[i].number == rules[i - 1].number) continue;
    for (size_t j = 0; j + 1 < i; ++j) {
      if (rules[j].number == rules[i].number) return false;
    }
  }
  return true;
}

}  // namespace filter_internal

constexpr Program Compile(std::span<const Rule> rules, const FilterOptions& options) {
  namespace in = filter_internal;
  if (!in::GroupedByNumber(rules)) __builtin_abort();
  Program program;
  program.Add(in::kLoad, offsetof(seccomp_data, arch));
  program.Add(in::kJumpEqual, AUDIT_ARCH_X86_64, 1, 0);
  program.Add(in::kReturn, options.other_arch);
  program.Add(in::kLoad, offsetof(seccomp_data, nr));
  program.Add(in::kJumpAtLeast, in::kX32Bit, 0, 1);
  program.Add(in::kReturn, options.x32);
  for (size_t first = 0, end = 0; first < rules.size(); first = end) {
    size_t size = 0;
    for (end = first; end < rules.size() && rules[end].number == rules[first].number; ++end) {
      size += in::RuleSize(rules[end]);
    }
    const bool falls_through = !in::IsUnconditional(rules[end - 1]);
    // The accumulator holds the number only until a check loads something else, so a group always
    // returns.
    program.Add(in::kJumpEqual, static_cast<uint32_t>(rules[first].number), 0,
                size + (falls_through ? 1 : 0));
    for (size_t i = first; i < end; ++i) in::AddRule(program, rules[i]);
    if (falls_through) program.Add(in::kReturn, options.fallback);
  }
  program.Add(in::kReturn, options.fallback);
  return program;
}

// The same as constant data of exactly the needed size.
template <const auto& kRules, FilterOptions kOptions = FilterOptions{}>
constexpr auto CompileStatic() {
  constexpr Program kProgram = Compile(kRules, kOptions);
  std::array<sock_filter, kProgram.size()> code = {};
  for (size_t i = 0; i < code.size(); ++i) code[i] = kProgram.code()[i];
  return code;
}

// How many different calls have a rule with `action`.
constexpr size_t CountCalls(std::span<const Rule> rules, Action action = kAllow) {
  size_t count = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    bool seen = rules[i].action != action;
    for (size_t j = 0; j < i && !seen; ++j) {
      seen = rules[j].number == rules[i].number && rules[j].action == action;
    }
    if (!seen) ++count;
  }
  return count;
}

// Runs a program as the host kernel would; for tests and for static_assert.
constexpr Action Evaluate(std::span<const sock_filter> code, const seccomp_data& call) {
  const auto word = [&call](uint32_t offset) -> uint32_t {
    if (offset == offsetof(seccomp_data, nr)) return static_cast<uint32_t>(call.nr);
    if (offset == offsetof(seccomp_data, arch)) return call.arch;
    const uint64_t full = offset < offsetof(seccomp_data, args)
                              ? call.instruction_pointer
                              : call.args[(offset - offsetof(seccomp_data, args)) / 8];
    return offset % 8 == 0 ? filter_internal::Low(full) : filter_internal::High(full);
  };
  uint32_t accumulator = 0;
  for (size_t pc = 0; pc < code.size(); ++pc) {
    const sock_filter& op = code[pc];
    switch (op.code) {
      case filter_internal::kLoad:
        accumulator = word(op.k);
        break;
      case filter_internal::kAnd:
        accumulator &= op.k;
        break;
      case filter_internal::kJumpEqual:
        pc += accumulator == op.k ? op.jt : op.jf;
        break;
      case filter_internal::kJumpGreater:
        pc += accumulator > op.k ? op.jt : op.jf;
        break;
      case filter_internal::kJumpAtLeast:
        pc += accumulator >= op.k ? op.jt : op.jf;
        break;
      case filter_internal::kReturn:
        return op.k;
      default:
        return kKillProcess;
    }
  }
  return kKillProcess;
}

// prctl(PR_SET_NO_NEW_PRIVS): needed before a filter without CAP_SYS_ADMIN.
base::Result<void> SetNoNewPrivileges();

// seccomp(SECCOMP_SET_MODE_FILTER).  `flags` are SECCOMP_FILTER_FLAG_*.  With NEW_LISTENER the
// descriptor of the listener is returned (0 is a valid one), else an invalid Fd.
base::Result<base::Fd> InstallFilter(std::span<const sock_filter> code, unsigned flags = 0);

}  // namespace host
