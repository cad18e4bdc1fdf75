#include "sentry/fs/signalfd/signalfd.h"

#include <cstdio>

#include "abi/linux/eventfd.h"
#include "abi/linux/poll.h"
#include "sentry/fs/anon/nameless_files.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

bool IsFault(int signal) {
  switch (signal) {
    case abi::kSigSegv:
    case abi::kSigBus:
    case abi::kSigIll:
    case abi::kSigFpe:
    case abi::kSigTrap:
      return true;
    default:
      return false;
  }
}

void FillChild(abi::SignalfdSiginfo& out, const abi::SigInfo& info) {
  out.ssi_pid = static_cast<uint32_t>(info.fields.chld.pid);
  out.ssi_uid = info.fields.chld.uid;
  out.ssi_status = info.fields.chld.status;
  out.ssi_utime = static_cast<uint64_t>(info.fields.chld.utime);
  out.ssi_stime = static_cast<uint64_t>(info.fields.chld.stime);
}

void FillQueued(abi::SignalfdSiginfo& out, const abi::SigInfo& info) {
  out.ssi_pid = static_cast<uint32_t>(info.fields.rt.pid);
  out.ssi_uid = info.fields.rt.uid;
  out.ssi_ptr = info.fields.rt.value.sival_ptr;
  out.ssi_int = info.fields.rt.value.sival_int;
}

void FillTimer(abi::SignalfdSiginfo& out, const abi::SigInfo& info) {
  out.ssi_tid = static_cast<uint32_t>(info.fields.timer.tid);
  out.ssi_overrun = static_cast<uint32_t>(info.fields.timer.overrun);
  out.ssi_ptr = info.fields.timer.value.sival_ptr;
  out.ssi_int = info.fields.timer.value.sival_int;
}

// As signalfd_copyinfo() of Linux: which union member counts follows from signal and code.
abi::SignalfdSiginfo Convert(const abi::SigInfo& info) {
  abi::SignalfdSiginfo out{};
  out.ssi_signo = static_cast<uint32_t>(info.si_signo);
  out.ssi_errno = info.si_errno;
  out.ssi_code = info.si_code;
  if (info.si_code == abi::kSiTimer) {
    FillTimer(out, info);
  } else if (info.si_code < 0 && info.si_code != abi::kSiTkill && info.si_code != abi::kSiSigio) {
    FillQueued(out, info);
  } else if (info.si_code <= 0 || info.si_code == abi::kSiKernel) {
    out.ssi_pid = static_cast<uint32_t>(info.fields.kill.pid);
    out.ssi_uid = info.fields.kill.uid;
  } else if (info.si_signo == abi::kSigChld) {
    FillChild(out, info);
  } else if (IsFault(info.si_signo)) {
    out.ssi_addr = info.fields.fault.addr;
    out.ssi_addr_lsb = static_cast<uint16_t>(info.fields.fault.addr_lsb);
  } else if (info.si_signo == abi::kSigIo) {
    out.ssi_band = static_cast<uint32_t>(info.fields.poll.band);
    out.ssi_fd = info.fields.poll.fd;
  }
  return out;
}

std::optional<abi::SigInfo> Take(Task& task, abi::Sigset mask) {
  if (std::optional<abi::SigInfo> info = task.pending.Dequeue(~mask)) return info;
  return task.group().pending.Dequeue(~mask);
}

}  // namespace

Result<size_t> SignalFd::Read(OpContext& ctx, IoSink& sink, int64_t*) {
  if (sink.remaining() < sizeof(abi::SignalfdSiginfo)) return Errno(EINVAL);
  if (ctx.task == nullptr) return Errno(EAGAIN);
  size_t total = 0;
  while (sink.remaining() >= sizeof(abi::SignalfdSiginfo)) {
    std::optional<abi::SigInfo> info = Take(*ctx.task, mask_);
    if (!info) break;
    const abi::SignalfdSiginfo out = Convert(*info);
    Result<size_t> put = sink.Put(std::as_bytes(std::span(&out, 1)));
    if (!put.ok() || *put != sizeof(out)) {
      if (total == 0) return Errno(EFAULT);
      break;
    }
    total += sizeof(out);
  }
  if (total == 0) return Errno(EAGAIN);
  return total;
}

uint32_t SignalFd::Poll() {
  if (kernel_.current == nullptr) return 0;
  const abi::Sigset pending =
      kernel_.current->pending.pending() | kernel_.current->group().pending.pending();
  return (pending & mask_) != 0 ? abi::kPollIn : 0;
}

base::WaitQueue* SignalFd::Queue() {
  if (kernel_.current == nullptr) return &nobody_;
  return &kernel_.current->group().signal_event;
}

std::string SignalFd::FdInfo() {
  char text[48];
  std::snprintf(text, sizeof(text), "sigmask:\t%016llx\n", static_cast<unsigned long long>(mask_));
  return text;
}

void SignalFd::SetMask(abi::Sigset mask) {
  mask_ = mask;
  Queue()->Notify(abi::kPollIn);
}

SignalFd* AsSignalFd(FileDescription& file) {
  return dynamic_cast<SignalFd*>(&file);
}

Ref<FileDescription> NewSignalFd(Kernel& kernel, abi::Sigset mask, uint32_t flags) {
  return MakeRef<SignalFd>(kernel.Get<NamelessFiles>().Anon("anon_inode:[signalfd]"),
                           abi::kORdwr | flags, kernel, mask);
}

}  // namespace sentry
