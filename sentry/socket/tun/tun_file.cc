// The requests of /dev/net/tun, in the order and with the errors of Linux's __tun_chr_ioctl().
#include "sentry/socket/tun/tun_file.h"

#include <cstring>

#include "abi/linux/capability.h"
#include "abi/linux/poll.h"
#include "sentry/mm/user_memory.h"

namespace sentry {
namespace {

constexpr uint16_t kFeatures = abi::kIffNoPi | abi::kIffOneQueue | abi::kIffVnetHdr;

uint16_t FlagsOf(const abi::Ifreq& request) {
  uint16_t flags;
  std::memcpy(&flags, request.data, sizeof(flags));
  return flags;
}

std::string NameOf(const abi::Ifreq& request) {
  return std::string(request.name, ::strnlen(request.name, sizeof(request.name) - 1));
}

}  // namespace

Result<Ref<FileDescription>> OpenTun(Kernel& kernel, OpContext& ctx, const Path& path,
                                     uint32_t flags) {
  return Ref<FileDescription>(MakeRef<TunFile>(kernel, path, flags, Networks::Of(kernel, ctx)));
}

TunFile::~TunFile() {
  if (tun_ != nullptr) tun_->Detach();
}

void TunFile::OnReadable() {
  queue_.Notify(abi::kPollIn | abi::kPollRdnorm);
}

void TunFile::OnGone() {
  tun_ = nullptr;
  queue_.Notify(abi::kPollIn | abi::kPollErr | abi::kPollHup);
}

Result<size_t> TunFile::Read(OpContext&, IoSink& sink, int64_t*) {
  if (tun_ == nullptr) return Errno(EBADFD);
  return tun_->Read(sink);
}

Result<size_t> TunFile::Write(OpContext&, IoSource& source, int64_t*) {
  const Ref<Tun> tun = tun_;  // What is delivered may end it.
  if (tun == nullptr) return Errno(EBADFD);
  return tun->Write(source);
}

uint32_t TunFile::Poll() {
  if (tun_ == nullptr) return abi::kPollErr;
  uint32_t events = tun_->readable() ? abi::kPollIn | abi::kPollRdnorm : 0;
  if (tun_->writable()) events |= abi::kPollOut | abi::kPollWrnorm;
  return events;
}

std::string TunFile::FdInfo() {
  const NetDevice* device = tun_ != nullptr ? tun_->device() : nullptr;
  return "iff:\t" + (device != nullptr ? device->name : std::string()) + "\n";
}

// tun_attach() of Linux.
Result<void> TunFile::AttachTo(OpContext& ctx, Tun& tun, uint16_t flags) {
  const bool strange =
      (tun.owner != ~0u && ctx.creds.euid != tun.owner) ||
      (tun.group != ~0u && ctx.creds.egid != tun.group && !ctx.creds.InGroup(tun.group));
  if (strange && !network_->Allows(ctx, abi::kCapNetAdmin)) return Errno(EPERM);
  TRY(tun.Attach(*this));
  tun_ = Ref<Tun>(&tun);
  tun.flags = static_cast<uint16_t>((tun.flags & ~kFeatures) | (flags & kFeatures));
  return {};
}

Result<void> TunFile::SetInterface(OpContext& ctx, UserMemory& memory, uint64_t arg) {
  abi::Ifreq request = TRY(memory.CopyIn(UserPtr<abi::Ifreq>(arg)));
  if (tun_ != nullptr) return Errno(EEXIST);
  const uint16_t flags = FlagsOf(request);
  std::string name = NameOf(request);
  if ((flags & abi::kIffMultiQueue) != 0) return Errno(EINVAL);
  if (NetDevice* device = network_->Find(name)) {
    if ((flags & abi::kIffTunExcl) != 0) return Errno(EBUSY);
    Tun* tun = Tun::Of(*device);
    const uint16_t kind = tun != nullptr && tun->tap() ? abi::kIffTap : abi::kIffTun;
    if (tun == nullptr || (flags & kind) == 0) return Errno(EINVAL);
    TRY(AttachTo(ctx, *tun, flags));
  } else {
    if (!network_->Allows(ctx, abi::kCapNetAdmin)) return Errno(EPERM);
    if ((flags & (abi::kIffTun | abi::kIffTap)) == 0) return Errno(EINVAL);
    const uint16_t kind = (flags & abi::kIffTun) != 0 ? abi::kIffTun : abi::kIffTap;
    const Ref<Tun> made = TRY(Tun::Create(kernel_, *network_, name, kind, wanted_index_));
    TRY(AttachTo(ctx, *made, flags));
  }
  std::memset(request.name, 0, sizeof(request.name));
  std::memcpy(request.name, name.data(), std::min(name.size(), sizeof(request.name) - 1));
  return memory.CopyOut(UserPtr<abi::Ifreq>(arg), request);
}

Result<uint64_t> TunFile::Ioctl(OpContext& ctx, UserMemory& memory, uint64_t number, uint64_t arg) {
  const auto request = static_cast<uint32_t>(number);
  switch (request) {
    case abi::kTunGetFeatures:
      TRY(memory.CopyOut(UserPtr<uint32_t>(arg),
                         uint32_t{abi::kIffTun | abi::kIffTap | kFeatures}));
      return uint64_t{0};
    case abi::kTunSetQueue: {
      // For devices with several queues, of which there are none.
      TRY(memory.CopyIn(UserPtr<abi::Ifreq>(arg)));
      return Errno(EINVAL);
    }
    case abi::kTunSetIff:
      TRY(SetInterface(ctx, memory, arg));
      return uint64_t{0};
    case abi::kTunSetIfIndex: {
      if (tun_ != nullptr) return Errno(EPERM);
      const auto index = TRY(memory.CopyIn(UserPtr<int32_t>(arg)));
      if (index < 0) return Errno(EINVAL);
      wanted_index_ = index;
      return uint64_t{0};
    }
    default:
      if (tun_ == nullptr) return Errno(EBADFD);
      return OfDevice(memory, request, arg);
  }
}

Result<uint64_t> TunFile::OfDevice(UserMemory& memory, uint32_t request, uint64_t arg) {
  NetDevice* device = tun_->device();
  if (device == nullptr) return Errno(EBADFD);
  switch (request) {
    case abi::kTunGetIff: {
      abi::Ifreq answer{};
      std::memcpy(answer.name, device->name.data(),
                  std::min(device->name.size(), sizeof(answer.name) - 1));
      const auto flags = static_cast<uint16_t>(tun_->flags | abi::kIffNofilter);
      std::memcpy(answer.data, &flags, sizeof(flags));
      TRY(memory.CopyOut(UserPtr<abi::Ifreq>(arg), answer));
      return uint64_t{0};
    }
    case abi::kTunSetNoCsum:
    case abi::kTunSetDebug:
      return uint64_t{0};
    case abi::kTunSetPersist:
      tun_->flags = static_cast<uint16_t>(arg != 0 ? tun_->flags | abi::kIffPersist
                                                   : tun_->flags & ~abi::kIffPersist);
      return uint64_t{0};
    case abi::kTunSetOwner:
    case abi::kTunSetGroup: {
      const auto id = static_cast<uint32_t>(arg);
      if (id == ~0u) return Errno(EINVAL);
      (request == abi::kTunSetOwner ? tun_->owner : tun_->group) = id;
      return uint64_t{0};
    }
    case abi::kTunSetLink:
      if (device->IsUp()) return Errno(EBUSY);
      device->type = static_cast<uint16_t>(arg);
      tun_->network()->Changed(*device);
      return uint64_t{0};
    case abi::kTunSetOffload:
      TRY(tun_->SetOffload(arg));
      return uint64_t{0};
    case abi::kTunSetTxFilter:
      // Hardly more than a hint: the reader gets all that is sent.
      if (!tun_->tap()) return Errno(EINVAL);
      TRY(memory.CopyIn(UserPtr<uint32_t>(arg)));
      return uint64_t{0};
    case abi::kTunSetCarrier:
      tun_->SetCarrier(TRY(memory.CopyIn(UserPtr<int32_t>(arg))) != 0);
      return uint64_t{0};
    default:
      return OfVirtio(memory, request, arg);
  }
}

Result<uint64_t> TunFile::OfVirtio(UserMemory& memory, uint32_t request, uint64_t arg) {
  const UserPtr<int32_t> number(arg);
  switch (request) {
    case abi::kTunGetSndbuf:
      TRY(memory.CopyOut(number, tun_->send_buffer));
      return uint64_t{0};
    case abi::kTunSetSndbuf: {
      const int32_t size = TRY(memory.CopyIn(number));
      if (size <= 0) return Errno(EINVAL);
      tun_->send_buffer = size;
      return uint64_t{0};
    }
    case abi::kTunGetVnetHdrSz:
      TRY(memory.CopyOut(number, tun_->vnet_header_size));
      return uint64_t{0};
    case abi::kTunSetVnetHdrSz: {
      constexpr int32_t kMost = 4096;
      const int32_t size = TRY(memory.CopyIn(number));
      if (size < static_cast<int32_t>(netstack::VirtioNetHeader::kSize) || size > kMost) {
        return Errno(EINVAL);
      }
      tun_->vnet_header_size = size;
      return uint64_t{0};
    }
    case abi::kTunGetVnetLe:
      TRY(memory.CopyOut(number, int32_t{0}));  // The machine's own order, which is that.
      return uint64_t{0};
    case abi::kTunSetVnetLe:
      TRY(memory.CopyIn(number));
      return uint64_t{0};
    default:
      return Errno(EINVAL);
  }
}

}  // namespace sentry
