// What this kernel says it is (uname(2), /proc/version): the Linux whose behaviour it follows.
#pragma once

namespace sentry {

constexpr char kSystemName[] = "Linux";
constexpr char kKernelRelease[] = "6.1.0-sentry";
constexpr char kKernelVersion[] = "#1 SMP PREEMPT_DYNAMIC sentry";
constexpr char kMachine[] = "x86_64";

}  // namespace sentry
