// /proc/sysvipc/{msg,sem,shm} (sysvipc(7)).
#include "sentry/fs/proc/system_file.h"
#include "sentry/ipc/sysv_ipc.h"

namespace sentry {

Result<std::string> SysvMessagesText(Kernel& kernel) {
  std::string text =
      "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      "
      "stime      rtime      ctime\n";
  for (const auto& [index, queue] : kernel.Get<SysvIpc>().msg.objects()) {
    abi::MsqidDs ds = queue->Status();
    const abi::IpcPerm& perm = ds.msg_perm;
    Append(text, "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10lld %10lld %10lld\n",
           perm.key, queue->owner.id, perm.mode, ds.msg_cbytes, ds.msg_qnum,
           static_cast<unsigned>(ds.msg_lspid), static_cast<unsigned>(ds.msg_lrpid), perm.uid,
           perm.gid, perm.cuid, perm.cgid, static_cast<long long>(ds.msg_stime),
           static_cast<long long>(ds.msg_rtime), static_cast<long long>(ds.msg_ctime));
  }
  return text;
}

Result<std::string> SysvSemaphoresText(Kernel& kernel) {
  std::string text =
      "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n";
  for (const auto& [index, set] : kernel.Get<SysvIpc>().sem.objects()) {
    abi::SemidDs ds = set->Status();
    const abi::IpcPerm& perm = ds.sem_perm;
    Append(text, "%10d %10d  %4o %10lu %5u %5u %5u %5u %10lld %10lld\n", perm.key, set->owner.id,
           perm.mode, ds.sem_nsems, perm.uid, perm.gid, perm.cuid, perm.cgid,
           static_cast<long long>(ds.sem_otime), static_cast<long long>(ds.sem_ctime));
  }
  return text;
}

Result<std::string> SysvSharedMemoryText(Kernel& kernel) {
  std::string text =
      "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  "
      "cgid      atime      dtime      ctime                   rss                  swap\n";
  Ref<Credentials> root = Credentials::ForUser(0, 0, {});
  OpContext ctx{.creds = *root, .now = RealtimeNow()};
  for (const auto& [index, segment] : kernel.Get<SysvIpc>().shm.objects()) {
    abi::ShmidDs ds = segment->Status();
    const abi::IpcPerm& perm = ds.shm_perm;
    Result<Attributes> file = segment->file().inode()->GetAttributes(ctx);
    uint64_t resident = file.ok() ? file->blocks * 512 : 0;
    Append(text,
           "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u %10lld %10lld %10lld %21lu %21lu\n",
           perm.key, segment->owner.id, perm.mode, ds.shm_segsz, static_cast<unsigned>(ds.shm_cpid),
           static_cast<unsigned>(ds.shm_lpid), ds.shm_nattch, perm.uid, perm.gid, perm.cuid,
           perm.cgid, static_cast<long long>(ds.shm_atime), static_cast<long long>(ds.shm_dtime),
           static_cast<long long>(ds.shm_ctime), resident, uint64_t{0});
  }
  return text;
}

}  // namespace sentry
