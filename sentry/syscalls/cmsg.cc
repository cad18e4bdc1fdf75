#include "sentry/syscalls/cmsg.h"

#include <algorithm>

#include "abi/linux/capability.h"
#include "sentry/kernel/namespaces.h"

namespace sentry {
namespace {

constexpr size_t kMaxControl = 131072;  // net.core.optmem_max

Result<void> AddRights(Task& task, std::span<const std::byte> data, ControlData& control) {
  const size_t count = data.size() / sizeof(int32_t);
  if (control.rights.size() + count > abi::kScmMaxFds) return Errno(EINVAL);
  for (size_t i = 0; i < count; ++i) {
    int32_t fd;
    std::memcpy(&fd, data.data() + i * sizeof(fd), sizeof(fd));
    control.rights.push_back(TRY(task.fds().Get(FdNum(fd))));
  }
  return {};
}

// scm_check_creds() of Linux.
Result<void> SetCredentials(Task& task, std::span<const std::byte> data, ControlData& control) {
  abi::Ucred wanted;
  if (data.size() != sizeof(wanted)) return Errno(EINVAL);
  std::memcpy(&wanted, data.data(), sizeof(wanted));
  const Credentials& own = task.creds();
  const UserNamespace* ns = own.user_ns.get();
  // Kept in the kernel's numbers, and told in the receiver's.
  wanted.pid = task.GlobalOf(wanted.pid).value();
  wanted.uid = ToKernelId(ns, &UserNamespace::uid_map, wanted.uid);
  wanted.gid = ToKernelId(ns, &UserNamespace::gid_map, wanted.gid);
  if (wanted.uid == kNoId || wanted.gid == kNoId) return Errno(EINVAL);
  const UserNamespace* pid_owner = task.group().pid_ns->owner.get();
  const bool pid_ok =
      wanted.pid == task.group().pid.value() || own.HasCapabilityIn(pid_owner, abi::kCapSysAdmin);
  const bool uid_ok = wanted.uid == own.uid || wanted.uid == own.euid || wanted.uid == own.suid ||
                      own.HasOwnCapability(abi::kCapSetuid);
  const bool gid_ok = wanted.gid == own.gid || wanted.gid == own.egid || wanted.gid == own.sgid ||
                      own.HasOwnCapability(abi::kCapSetgid);
  if (!pid_ok || !uid_ok || !gid_ok) return Errno(EPERM);
  control.credentials = wanted;
  return {};
}

Result<void> AddOne(Task& task, const Socket& socket, const abi::CmsgHdr& header,
                    std::span<const std::byte> data, ControlData& control) {
  const bool is_unix = socket.family() == abi::kAfUnix;
  if (header.cmsg_level == abi::kSolSocket && is_unix) {
    if (header.cmsg_type == abi::kScmRights) return AddRights(task, data, control);
    if (header.cmsg_type == abi::kScmCredentials) return SetCredentials(task, data, control);
    return Errno(EINVAL);
  }
  if (is_unix) return {};  // Other levels are passed over.
  control.raw.push_back({header.cmsg_level, header.cmsg_type, {data.begin(), data.end()}});
  return {};
}

// Writes control messages one behind the other.
class Writer {
 public:
  Writer(Task& task, uint64_t address, uint64_t size, uint32_t& flags)
      : task_(task), begin_(address), at_(address), left_(address == 0 ? 0 : size), flags_(flags) {}

  uint64_t used() const { return at_ - begin_; }
  // Payload bytes that still fit.
  size_t room() const { return left_ < sizeof(abi::CmsgHdr) ? 0 : left_ - sizeof(abi::CmsgHdr); }
  void Truncated() { flags_ |= abi::kMsgCtrunc; }

  Result<void> Put(int32_t level, int32_t type, std::span<const std::byte> data) {
    if (left_ < sizeof(abi::CmsgHdr)) {
      Truncated();
      return {};
    }
    if (data.size() > room()) {
      Truncated();
      data = data.first(room());
    }
    const abi::CmsgHdr header{sizeof(header) + data.size(), level, type};
    TRY(task_.CopyOut(UserPtr<abi::CmsgHdr>(at_), header));
    TRY(task_.Write(at_ + sizeof(header), data));
    const uint64_t space = std::min<uint64_t>(abi::CmsgAlign(header.cmsg_len), left_);
    at_ += space;
    left_ -= space;
    return {};
  }

 private:
  Task& task_;
  const uint64_t begin_;
  uint64_t at_, left_;
  uint32_t& flags_;
};

Result<void> PutRights(Task& task, std::vector<Ref<FileDescription>> rights, bool cloexec,
                       Writer& out) {
  const size_t fit = std::min(rights.size(), out.room() / sizeof(int32_t));
  std::vector<int32_t> numbers;
  for (size_t i = 0; i < fit; ++i) {
    Result<FdNum> fd = task.InstallFd(std::move(rights[i]), FdFlags{.cloexec = cloexec});
    if (!fd.ok()) break;
    numbers.push_back(fd->value());
  }
  if (numbers.size() < rights.size()) out.Truncated();
  if (numbers.empty()) return {};
  return out.Put(abi::kSolSocket, abi::kScmRights, std::as_bytes(std::span(numbers)));
}

}  // namespace

Result<ControlData> ReadControl(Task& task, const Socket& socket, uint64_t address, uint64_t size) {
  ControlData control;
  if (address == 0 || size == 0) return control;
  if (size > kMaxControl) return Errno(ENOBUFS);
  std::vector<std::byte> bytes =
      TRY(task.CopyInArray(UserPtr<std::byte>(address), static_cast<size_t>(size)));
  size_t at = 0;
  while (bytes.size() - at >= sizeof(abi::CmsgHdr)) {
    abi::CmsgHdr header;
    std::memcpy(&header, bytes.data() + at, sizeof(header));
    if (header.cmsg_len < sizeof(header) || header.cmsg_len > bytes.size() - at) {
      return Errno(EINVAL);
    }
    const size_t length = static_cast<size_t>(header.cmsg_len);
    TRY(AddOne(task, socket, header,
               std::span(bytes).subspan(at + sizeof(header), length - sizeof(header)), control));
    at += std::min(abi::CmsgAlign(length), bytes.size() - at);
  }
  return control;
}

Result<uint64_t> WriteControl(Task& task, ControlData control, uint64_t address, uint64_t size,
                              bool cloexec, uint32_t& flags) {
  Writer out(task, address, size, flags);
  for (const RawControl& raw : control.raw) TRY(out.Put(raw.level, raw.type, raw.data));
  if (control.credentials) {
    const UserNamespace* ns = task.creds().user_ns.get();
    control.credentials->pid = task.NumberOf(Tid(control.credentials->pid));
    control.credentials->uid = ShownUid(ns, control.credentials->uid);
    control.credentials->gid = ShownGid(ns, control.credentials->gid);
    TRY(out.Put(abi::kSolSocket, abi::kScmCredentials,
                std::as_bytes(std::span(&*control.credentials, 1))));
  }
  if (!control.rights.empty()) TRY(PutRights(task, std::move(control.rights), cloexec, out));
  return out.used();
}

}  // namespace sentry
