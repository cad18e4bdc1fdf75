#include "sentry/boot/kernel_files.h"

#include <cstdlib>

#include "sentry/boot/network_files.h"
#include "sentry/fs/dev/dev.h"
#include "sentry/fs/devpts/devpts.h"
#include "sentry/fs/mqueue/filesystem.h"
#include "sentry/fs/proc/proc.h"
#include "sentry/fs/proc/sysctls.h"
#include "sentry/fs/sysfs/sysfs.h"
#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/ipc/sysv_ipc.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {

namespace {

Ref<Filesystem> NewMqueue(Kernel& kernel) {
  return kernel.Get<Mqueues>().fs_ref();
}

void BindNumber(Kernel& kernel, const char* path, int64_t& number) {
  kernel.Get<Sysctls>().Bind(
      path, [&number] { return std::to_string(number); },
      [&number](std::string_view text) -> Result<void> {
        number = std::strtoll(std::string(text).c_str(), nullptr, 10);
        return {};
      });
}

// Settings whose values live with those whom they bind.
void BindSettings(Kernel& kernel) {
  MqueueLimits& mqueue = kernel.Get<Mqueues>().fs().limits;
  BindNumber(kernel, "fs/mqueue/msg_default", mqueue.msg_default);
  BindNumber(kernel, "fs/mqueue/msg_max", mqueue.msg_max);
  BindNumber(kernel, "fs/mqueue/msgsize_default", mqueue.msgsize_default);
  BindNumber(kernel, "fs/mqueue/msgsize_max", mqueue.msgsize_max);
  BindNumber(kernel, "fs/mqueue/queues_max", mqueue.queues_max);
  SharedMemory& shm = kernel.Get<SysvIpc>().shm;
  kernel.Get<Sysctls>().Bind(
      "kernel/shm_rmid_forced", [&shm] { return std::string(shm.rmid_forced ? "1" : "0"); },
      [&shm](std::string_view text) -> Result<void> {
        shm.rmid_forced = text != "0";
        if (shm.rmid_forced) shm.DestroyOrphans();
        return {};
      });
}

}  // namespace

Ref<Filesystem> NewProc(Kernel& kernel) {
  return MakeProc(kernel);
}

Ref<Filesystem> NewSys(Kernel& kernel) {
  return MakeRef<SysFilesystem>(kernel, SysNetDevices);
}

Ref<Filesystem> NewDev(Kernel& kernel) {
  return MakeRef<TmpfsFilesystem>(TmpfsOptions{.mode = 0755}, kernel.memory());
}

Result<void> FillDev(Kernel& kernel, MountNamespace& mounts) {
  TRY(FillDevTree(kernel, mounts));
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow(), .umask = 0};
  WalkRoot from{mounts.Root(), mounts.Root(), mounts};
  Path at = TRY(WalkPath(ctx, from, "/dev/mqueue", {}));
  constexpr MountFlags kFlags = abi::kMsNosuid | abi::kMsNodev | abi::kMsNoexec | abi::kMsRelatime;
  return mounts.Attach(Mount::Create(NewMqueue(kernel), kFlags, "mqueue"), at);
}

void SetUpSpecialFiles(Kernel& kernel) {
  kernel.special_files = &SpecialFilesOf(kernel);
  BindSettings(kernel);
  auto add = [&kernel](const char* type, Ref<Filesystem> (*make)(Kernel&)) {
    kernel.filesystem_types.Add(
        type, [&kernel, make](OpContext&, const std::string&, const std::string&) {
          return Result<Ref<Filesystem>>(make(kernel));
        });
  };
  add("mqueue", NewMqueue);
  kernel.filesystem_types.Add("devpts",
                              [&kernel](OpContext&, const std::string&,
                                        const std::string& options) -> Result<Ref<Filesystem>> {
                                return Ref<Filesystem>(MakeRef<DevptsFilesystem>(
                                    kernel, TRY(DevptsOptions::Parse(options))));
                              });
  add("proc", NewProc);
  add("sysfs", NewSys);
  kernel.filesystem_types.Add(
      "tmpfs",
      [&kernel](OpContext& ctx, const std::string&,
                const std::string& text) -> Result<Ref<Filesystem>> {
        TmpfsOptions options =
            TRY(TmpfsOptions::Parse(text, TmpfsFilesystem::WholeMemory(kernel.memory())));
        if (text.find("uid=") == text.npos) options.uid = ctx.creds.fsuid;
        if (text.find("gid=") == text.npos) options.gid = ctx.creds.fsgid;
        return Ref<Filesystem>(MakeRef<TmpfsFilesystem>(options, kernel.memory()));
      });
  // It knows the mode of its root, and ignores all else.
  kernel.filesystem_types.Add(
      "ramfs",
      [&kernel](OpContext& ctx, const std::string&,
                const std::string& text) -> Result<Ref<Filesystem>> {
        Result<TmpfsOptions> parsed = TmpfsOptions::Parse(text, kernel.memory().limit());
        const bool has_mode = parsed.ok() && text.find("mode=") != text.npos;
        const TmpfsOptions options{.mode = has_mode ? parsed->mode : 0755,
                                   .uid = ctx.creds.fsuid,
                                   .gid = ctx.creds.fsgid,
                                   .ramfs = true};
        return Ref<Filesystem>(MakeRef<TmpfsFilesystem>(options, kernel.memory()));
      });
  SetUpNetworkFiles(kernel);
}

}  // namespace sentry
