#include "sentry/fs/tty/tty_file.h"

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "abi/linux/signal.h"
#include "sentry/fs/tty/tty_ioctl.h"
#include "sentry/kernel/task.h"

namespace sentry {

Result<Ref<FileDescription>> TtyFile::Open(OpContext& ctx, const Path& path, uint32_t flags,
                                           Ref<Tty> tty) {
  TRY(tty->CheckOpen());
  if (tty->exclusive && !ctx.creds.HasCapability(abi::kCapSysAdmin)) return Errno(EBUSY);
  Ref<TtyFile> file = MakeRef<TtyFile>(path, flags, tty);
  if ((flags & abi::kONoctty) == 0 && ctx.task != nullptr) tty->OfferTo(*ctx.task, *file);
  return Ref<FileDescription>(std::move(file));
}

TtyFile::TtyFile(Path path, uint32_t flags, Ref<Tty> tty)
    : FileDescription(std::move(path), flags), tty_(std::move(tty)), opened_at_(tty_->hangups()) {
  tty_->FileOpened();
}

TtyFile::~TtyFile() {
  tty_->FileClosed();
}

Result<size_t> TtyFile::Read(OpContext& ctx, IoSink& to, int64_t*) {
  if (HungUp()) return size_t{0};
  if (ctx.task != nullptr) TRY(tty_->CheckChange(*ctx.task, abi::kSigTtin));
  if (to.remaining() == 0) return size_t{0};
  return tty_->Read(*this, to);
}

std::optional<int64_t> TtyFile::Patience() {
  if (HungUp()) return std::nullopt;
  return tty_->ReadTimeout();
}

std::optional<Result<size_t>> TtyFile::ReadLess(IoSink& to, bool timed_out) {
  if (HungUp()) return Result<size_t>(size_t{0});
  return tty_->ReadLess(to, timed_out);
}

Result<size_t> TtyFile::Write(OpContext& ctx, IoSource& from, int64_t*) {
  if (HungUp()) return Errno(EIO);
  if (ctx.task != nullptr && tty_->Controls(*ctx.task)) {
    TtySettings settings = TRY(tty_->Settings());
    if ((settings.c_lflag & abi::kTostop) != 0) {
      TRY(tty_->CheckChange(*ctx.task, abi::kSigTtou));
    }
  }
  return tty_->Write(*this, from);
}

Result<uint64_t> TtyFile::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                                uint64_t arg) {
  if (HungUp()) return Errno(request == abi::kTiocspgrp ? ENOTTY : EIO);
  if (ctx.task == nullptr) return Errno(ENOTTY);
  return TtyIoctl(TtyRequest{*ctx.task, memory, *this, *tty_, request, arg});
}

uint32_t TtyFile::Poll() {
  if (HungUp()) {
    return abi::kPollIn | abi::kPollOut | abi::kPollErr | abi::kPollHup | abi::kPollRdnorm |
           abi::kPollWrnorm;
  }
  return tty_->Poll();
}

TtyFile* AsTty(FileDescription& file) {
  return dynamic_cast<TtyFile*>(&file);
}

}  // namespace sentry
