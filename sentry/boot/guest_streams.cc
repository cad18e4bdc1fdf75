#include "sentry/boot/guest_streams.h"

#include <fcntl.h>

#include "sentry/fs/dev/device_registry.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/host/host_file.h"
#include "sentry/fs/tty/tty_file.h"
#include "sentry/kernel/task.h"

namespace sentry {
namespace {

class Streams {
 public:
  Streams(Kernel& kernel, Task& task, const StandardDescriptors& standard)
      : kernel_(kernel), task_(task), ctx_(task.context()), standard_(standard) {}

  Result<Ref<FileDescription>> Open(int fd);

 private:
  Result<void> NameTerminal(int number);
  Result<Ref<FileDescription>> OpenTerminal(int fd, int number);

  Kernel& kernel_;
  Task& task_;
  OpContext ctx_;
  const StandardDescriptors& standard_;
  Ref<HostTty> terminals_[3];
  Path paths_[3];
};

Result<void> Streams::NameTerminal(int number) {
  const StandardDescriptors::Terminal& terminal = standard_.terminals[number];
  Path pts = TRY(WalkPath(ctx_, task_.WalkFromCwd(), "/dev/pts", {}));
  DevptsFilesystem* fs = AsDevpts(*pts.mount->fs);
  if (fs == nullptr) return Errno(ENODEV);
  Ref<RefCounted> lease;
  uint32_t index = TRY(fs->TakeIndex(lease));
  Ref<HostTty> tty = MakeRef<HostTty>(kernel_, index, std::move(lease), terminal.host);
  TRY(fs->Add(ctx_, tty));
  std::string name = "/dev/pts/" + std::to_string(index);
  paths_[number] = TRY(WalkPath(ctx_, task_.WalkFromCwd(), name, {}));
  terminals_[number] = tty;
  kernel_.Get<DeviceRegistry>().SetConsole(tty);
  if (terminal.controls_us) tty->GiveTo(task_);
  return {};
}

Result<Ref<FileDescription>> Streams::OpenTerminal(int fd, int number) {
  if (!terminals_[number]) TRY(NameTerminal(number));
  constexpr uint32_t kKept = abi::kOAccmode | abi::kOAppend | abi::kONonblock;
  uint32_t flags = static_cast<uint32_t>(::fcntl(fd, F_GETFL)) & kKept;
  return Ref<FileDescription>(
      MakeRef<TtyFile>(paths_[number], flags | abi::kOLargefile, terminals_[number]));
}

Result<Ref<FileDescription>> Streams::Open(int fd) {
  const StandardDescriptors::One& one = standard_.fds[fd];
  if (one.terminal >= 0) {
    Result<Ref<FileDescription>> terminal = OpenTerminal(fd, one.terminal);
    if (terminal.ok()) return terminal;
  }
  return HostFile::Create(kernel_, ctx_, {.fd = fd, .uid = one.uid, .gid = one.gid});
}

}  // namespace

void OpenStandard(Kernel& kernel, Task& task, const StandardDescriptors& standard) {
  constexpr uint64_t kNoLimit = 1024;
  Streams streams(kernel, task, standard);
  Ref<FileDescription> files[3];
  for (int fd = 0; fd < 3; ++fd) {
    const StandardDescriptors::One& one = standard.fds[fd];
    if (!one.open) continue;
    if (one.same_as >= 0) {
      files[fd] = files[one.same_as];
    } else {
      Result<Ref<FileDescription>> file = streams.Open(fd);
      if (file.ok()) files[fd] = *file;
    }
    if (files[fd]) (void)task.fds().InstallAt(FdNum(fd), files[fd], {}, kNoLimit);
  }
}

}  // namespace sentry
