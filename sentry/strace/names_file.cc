// Flags and numbers of files, mounts and descriptors.
#include "abi/linux/epoll.h"
#include "abi/linux/eventfd.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/inotify.h"
#include "abi/linux/mount.h"
#include "abi/linux/stat.h"
#include "abi/linux/time.h"
#include "sentry/strace/names.h"

namespace sentry {
namespace {

constexpr NamedValue kAccessModesRows[] = {
    {abi::kORdonly, "O_RDONLY"},
    {abi::kOWronly, "O_WRONLY"},
    {abi::kORdwr, "O_RDWR"},
    {abi::kOAccmode, "O_ACCMODE"},
};

constexpr NamedValue kOpenFlagsRows[] = {
    {abi::kOCreat, "O_CREAT"},         {abi::kOExcl, "O_EXCL"},
    {abi::kONoctty, "O_NOCTTY"},       {abi::kOTrunc, "O_TRUNC"},
    {abi::kOAppend, "O_APPEND"},       {abi::kONonblock, "O_NONBLOCK"},
    {abi::kOSync, "O_SYNC"},           {abi::kODsync, "O_DSYNC"},
    {abi::kFasync, "FASYNC"},          {abi::kODirect, "O_DIRECT"},
    {abi::kOLargefile, "O_LARGEFILE"}, {abi::kOTmpfile, "O_TMPFILE"},
    {abi::kONofollow, "O_NOFOLLOW"},   {abi::kONoatime, "O_NOATIME"},
    {abi::kOCloexec, "O_CLOEXEC"},     {abi::kOPath, "O_PATH"},
    {abi::kODirectory, "O_DIRECTORY"},
};

constexpr NamedValue kAccessBitsRows[] = {
    {4, "R_OK"},
    {2, "W_OK"},
    {1, "X_OK"},
};

constexpr NamedValue kAtFlagsRows[] = {
    {abi::kAtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW"},
    {abi::kAtRemovedir, "AT_REMOVEDIR"},
    {abi::kAtSymlinkFollow, "AT_SYMLINK_FOLLOW"},
    {abi::kAtNoAutomount, "AT_NO_AUTOMOUNT"},
    {abi::kAtEmptyPath, "AT_EMPTY_PATH"},
    {abi::kAtRecursive, "AT_RECURSIVE"},
};

constexpr NamedValue kAccessAtFlagsRows[] = {
    {abi::kAtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW"},
    {abi::kAtEaccess, "AT_EACCESS"},
    {abi::kAtEmptyPath, "AT_EMPTY_PATH"},
};

constexpr NamedValue kStatxSyncFlagsRows[] = {
    {abi::kAtStatxForceSync, "AT_STATX_FORCE_SYNC"},
    {abi::kAtStatxDontSync, "AT_STATX_DONT_SYNC"},
    {abi::kAtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW"},
    {abi::kAtNoAutomount, "AT_NO_AUTOMOUNT"},
    {abi::kAtEmptyPath, "AT_EMPTY_PATH"},
};

constexpr NamedValue kStatxMaskRows[] = {
    {abi::kStatxAll, "STATX_ALL"},
    {abi::kStatxBasicStats, "STATX_BASIC_STATS"},
    {abi::kStatxType, "STATX_TYPE"},
    {abi::kStatxMode, "STATX_MODE"},
    {abi::kStatxNlink, "STATX_NLINK"},
    {abi::kStatxUid, "STATX_UID"},
    {abi::kStatxGid, "STATX_GID"},
    {abi::kStatxAtime, "STATX_ATIME"},
    {abi::kStatxMtime, "STATX_MTIME"},
    {abi::kStatxCtime, "STATX_CTIME"},
    {abi::kStatxIno, "STATX_INO"},
    {abi::kStatxSize, "STATX_SIZE"},
    {abi::kStatxBlocks, "STATX_BLOCKS"},
    {abi::kStatxBtime, "STATX_BTIME"},
    {abi::kStatxMntId, "STATX_MNT_ID"},
    {abi::kStatxDioalign, "STATX_DIOALIGN"},
    {abi::kStatxMntIdUnique, "STATX_MNT_ID_UNIQUE"},
    {abi::kStatxSubvol, "STATX_SUBVOL"},
};

constexpr NamedValue kFileTypesRows[] = {
    {abi::kSIfsock, "S_IFSOCK"}, {abi::kSIflnk, "S_IFLNK"}, {abi::kSIfreg, "S_IFREG"},
    {abi::kSIfblk, "S_IFBLK"},   {abi::kSIfdir, "S_IFDIR"}, {abi::kSIfchr, "S_IFCHR"},
    {abi::kSIfifo, "S_IFIFO"},
};

constexpr NamedValue kFileSystemsRows[] = {
    {abi::kTmpfsMagic, "TMPFS_MAGIC"},
    {abi::kRamfsMagic, "RAMFS_MAGIC"},
    {abi::kProcSuperMagic, "PROC_SUPER_MAGIC"},
    {abi::kSysfsMagic, "SYSFS_MAGIC"},
    {abi::kDevptsSuperMagic, "DEVPTS_SUPER_MAGIC"},
    {abi::kPipefsMagic, "PIPEFS_MAGIC"},
    {abi::kSockfsMagic, "SOCKFS_MAGIC"},
    {abi::kAnonInodeFsMagic, "ANON_INODE_FS_MAGIC"},
    {abi::kOverlayfsSuperMagic, "OVERLAYFS_SUPER_MAGIC"},
    {abi::kExt4SuperMagic, "EXT4_SUPER_MAGIC"},
    {abi::kXfsSuperMagic, "XFS_SUPER_MAGIC"},
    {abi::kBtrfsSuperMagic, "BTRFS_SUPER_MAGIC"},
    {abi::kCgroupSuperMagic, "CGROUP_SUPER_MAGIC"},
    {abi::kCgroup2SuperMagic, "CGROUP2_SUPER_MAGIC"},
    {abi::kNsfsMagic, "NSFS_MAGIC"},
    {abi::kFuseSuperMagic, "FUSE_SUPER_MAGIC"},
    {abi::kV9fsMagic, "V9FS_MAGIC"},
    {abi::kNfsSuperMagic, "NFS_SUPER_MAGIC"},
    {abi::kSquashfsMagic, "SQUASHFS_MAGIC"},
    {abi::kErofsSuperMagicV1, "EROFS_SUPER_MAGIC_V1"},
    {abi::kMqueueMagic, "MQUEUE_MAGIC"},
};

constexpr NamedValue kStatfsFlagsRows[] = {
    {abi::kStRdonly, "ST_RDONLY"},
    {abi::kStNosuid, "ST_NOSUID"},
    {abi::kStNodev, "ST_NODEV"},
    {abi::kStNoexec, "ST_NOEXEC"},
    {abi::kStSynchronous, "ST_SYNCHRONOUS"},
    {abi::kStValid, "ST_VALID"},
    {abi::kStMandlock, "ST_MANDLOCK"},
    {abi::kStNoatime, "ST_NOATIME"},
    {abi::kStNodiratime, "ST_NODIRATIME"},
    {abi::kStRelatime, "ST_RELATIME"},
    {abi::kStNosymfollow, "ST_NOSYMFOLLOW"},
};

constexpr NamedValue kXattrFlagsRows[] = {
    {abi::kXattrCreate, "XATTR_CREATE"},
    {abi::kXattrReplace, "XATTR_REPLACE"},
};

constexpr NamedValue kWhencesRows[] = {
    {abi::kSeekSet, "SEEK_SET"},   {abi::kSeekCur, "SEEK_CUR"},   {abi::kSeekEnd, "SEEK_END"},
    {abi::kSeekData, "SEEK_DATA"}, {abi::kSeekHole, "SEEK_HOLE"},
};

constexpr NamedValue kFcntlCommandsRows[] = {
    {abi::kFDupfd, "F_DUPFD"},
    {abi::kFGetfd, "F_GETFD"},
    {abi::kFSetfd, "F_SETFD"},
    {abi::kFGetfl, "F_GETFL"},
    {abi::kFSetfl, "F_SETFL"},
    {abi::kFGetlk, "F_GETLK"},
    {abi::kFSetlk, "F_SETLK"},
    {abi::kFSetlkw, "F_SETLKW"},
    {abi::kFSetown, "F_SETOWN"},
    {abi::kFGetown, "F_GETOWN"},
    {abi::kFSetsig, "F_SETSIG"},
    {abi::kFGetsig, "F_GETSIG"},
    {abi::kFSetownEx, "F_SETOWN_EX"},
    {abi::kFGetownEx, "F_GETOWN_EX"},
    {abi::kFGetownerUids, "F_GETOWNER_UIDS"},
    {abi::kFOfdGetlk, "F_OFD_GETLK"},
    {abi::kFOfdSetlk, "F_OFD_SETLK"},
    {abi::kFOfdSetlkw, "F_OFD_SETLKW"},
    {abi::kFSetlease, "F_SETLEASE"},
    {abi::kFGetlease, "F_GETLEASE"},
    {abi::kFDupfdQuery, "F_DUPFD_QUERY"},
    {abi::kFCreatedQuery, "F_CREATED_QUERY"},
    {abi::kFCancellk, "F_CANCELLK"},
    {abi::kFDupfdCloexec, "F_DUPFD_CLOEXEC"},
    {abi::kFNotify, "F_NOTIFY"},
    {abi::kFSetpipeSz, "F_SETPIPE_SZ"},
    {abi::kFGetpipeSz, "F_GETPIPE_SZ"},
    {abi::kFAddSeals, "F_ADD_SEALS"},
    {abi::kFGetSeals, "F_GET_SEALS"},
    {abi::kFGetRwHint, "F_GET_RW_HINT"},
    {abi::kFSetRwHint, "F_SET_RW_HINT"},
    {abi::kFGetFileRwHint, "F_GET_FILE_RW_HINT"},
    {abi::kFSetFileRwHint, "F_SET_FILE_RW_HINT"},
};

constexpr NamedValue kFdFlagsRows[] = {
    {abi::kFdCloexec, "FD_CLOEXEC"},
};

constexpr NamedValue kLockTypesRows[] = {
    {abi::kFRdlck, "F_RDLCK"}, {abi::kFWrlck, "F_WRLCK"}, {abi::kFUnlck, "F_UNLCK"},
    {abi::kFExlck, "F_EXLCK"}, {abi::kFShlck, "F_SHLCK"},
};

constexpr NamedValue kOwnerTypesRows[] = {
    {abi::kFOwnerTid, "F_OWNER_TID"},
    {abi::kFOwnerPid, "F_OWNER_PID"},
    {abi::kFOwnerPgrp, "F_OWNER_PGRP"},
};

constexpr NamedValue kSealsRows[] = {
    {abi::kFSealSeal, "F_SEAL_SEAL"},
    {abi::kFSealShrink, "F_SEAL_SHRINK"},
    {abi::kFSealGrow, "F_SEAL_GROW"},
    {abi::kFSealWrite, "F_SEAL_WRITE"},
    {abi::kFSealFutureWrite, "F_SEAL_FUTURE_WRITE"},
    {abi::kFSealExec, "F_SEAL_EXEC"},
};

constexpr NamedValue kFlockOperationsRows[] = {
    {abi::kLockMand, "LOCK_MAND"},   {abi::kLockRw, "LOCK_RW"}, {abi::kLockRead, "LOCK_READ"},
    {abi::kLockWrite, "LOCK_WRITE"}, {abi::kLockSh, "LOCK_SH"}, {abi::kLockEx, "LOCK_EX"},
    {abi::kLockUn, "LOCK_UN"},       {abi::kLockNb, "LOCK_NB"},
};

constexpr NamedValue kNotifyMaskRows[] = {
    {abi::kDnAccess, "DN_ACCESS"},       {abi::kDnModify, "DN_MODIFY"},
    {abi::kDnCreate, "DN_CREATE"},       {abi::kDnDelete, "DN_DELETE"},
    {abi::kDnRename, "DN_RENAME"},       {abi::kDnAttrib, "DN_ATTRIB"},
    {abi::kDnMultishot, "DN_MULTISHOT"},
};

constexpr NamedValue kFallocateModesRows[] = {
    {abi::kFallocFlKeepSize, "FALLOC_FL_KEEP_SIZE"},
    {abi::kFallocFlPunchHole, "FALLOC_FL_PUNCH_HOLE"},
    {abi::kFallocFlNoHideStale, "FALLOC_FL_NO_HIDE_STALE"},
    {abi::kFallocFlCollapseRange, "FALLOC_FL_COLLAPSE_RANGE"},
    {abi::kFallocFlZeroRange, "FALLOC_FL_ZERO_RANGE"},
    {abi::kFallocFlInsertRange, "FALLOC_FL_INSERT_RANGE"},
    {abi::kFallocFlUnshareRange, "FALLOC_FL_UNSHARE_RANGE"},
};

constexpr NamedValue kFadvicesRows[] = {
    {abi::kPosixFadvNormal, "POSIX_FADV_NORMAL"},
    {abi::kPosixFadvRandom, "POSIX_FADV_RANDOM"},
    {abi::kPosixFadvSequential, "POSIX_FADV_SEQUENTIAL"},
    {abi::kPosixFadvWillneed, "POSIX_FADV_WILLNEED"},
    {abi::kPosixFadvDontneed, "POSIX_FADV_DONTNEED"},
    {abi::kPosixFadvNoreuse, "POSIX_FADV_NOREUSE"},
};

constexpr NamedValue kSyncRangeFlagsRows[] = {
    {abi::kSyncFileRangeWaitBefore, "SYNC_FILE_RANGE_WAIT_BEFORE"},
    {abi::kSyncFileRangeWrite, "SYNC_FILE_RANGE_WRITE"},
    {abi::kSyncFileRangeWaitAfter, "SYNC_FILE_RANGE_WAIT_AFTER"},
};

constexpr NamedValue kRwFlagsRows[] = {
    {abi::kRwfHipri, "RWF_HIPRI"},   {abi::kRwfDsync, "RWF_DSYNC"},
    {abi::kRwfSync, "RWF_SYNC"},     {abi::kRwfNowait, "RWF_NOWAIT"},
    {abi::kRwfAppend, "RWF_APPEND"}, {abi::kRwfNoappend, "RWF_NOAPPEND"},
    {abi::kRwfAtomic, "RWF_ATOMIC"}, {abi::kRwfDontcache, "RWF_DONTCACHE"},
};

constexpr NamedValue kSpliceFlagsRows[] = {
    {abi::kSpliceFMove, "SPLICE_F_MOVE"},
    {abi::kSpliceFNonblock, "SPLICE_F_NONBLOCK"},
    {abi::kSpliceFMore, "SPLICE_F_MORE"},
    {abi::kSpliceFGift, "SPLICE_F_GIFT"},
};

constexpr NamedValue kRenameFlagsRows[] = {
    {abi::kRenameNoreplace, "RENAME_NOREPLACE"},
    {abi::kRenameExchange, "RENAME_EXCHANGE"},
    {abi::kRenameWhiteout, "RENAME_WHITEOUT"},
};

constexpr NamedValue kCloseRangeFlagsRows[] = {
    {abi::kCloseRangeUnshare, "CLOSE_RANGE_UNSHARE"},
    {abi::kCloseRangeCloexec, "CLOSE_RANGE_CLOEXEC"},
};

constexpr NamedValue kResolveFlagsRows[] = {
    {abi::kResolveNoXdev, "RESOLVE_NO_XDEV"},
    {abi::kResolveNoMagiclinks, "RESOLVE_NO_MAGICLINKS"},
    {abi::kResolveNoSymlinks, "RESOLVE_NO_SYMLINKS"},
    {abi::kResolveBeneath, "RESOLVE_BENEATH"},
    {abi::kResolveInRoot, "RESOLVE_IN_ROOT"},
    {abi::kResolveCached, "RESOLVE_CACHED"},
};

constexpr NamedValue kMountFlagsRows[] = {
    {abi::kMsRdonly, "MS_RDONLY"},
    {abi::kMsNosuid, "MS_NOSUID"},
    {abi::kMsNodev, "MS_NODEV"},
    {abi::kMsNoexec, "MS_NOEXEC"},
    {abi::kMsSynchronous, "MS_SYNCHRONOUS"},
    {abi::kMsRemount, "MS_REMOUNT"},
    {abi::kMsMandlock, "MS_MANDLOCK"},
    {abi::kMsDirsync, "MS_DIRSYNC"},
    {abi::kMsNosymfollow, "MS_NOSYMFOLLOW"},
    {abi::kMsNoatime, "MS_NOATIME"},
    {abi::kMsNodiratime, "MS_NODIRATIME"},
    {abi::kMsBind, "MS_BIND"},
    {abi::kMsMove, "MS_MOVE"},
    {abi::kMsRec, "MS_REC"},
    {abi::kMsSilent, "MS_SILENT"},
    {abi::kMsPosixacl, "MS_POSIXACL"},
    {abi::kMsUnbindable, "MS_UNBINDABLE"},
    {abi::kMsPrivate, "MS_PRIVATE"},
    {abi::kMsSlave, "MS_SLAVE"},
    {abi::kMsShared, "MS_SHARED"},
    {abi::kMsRelatime, "MS_RELATIME"},
    {abi::kMsStrictatime, "MS_STRICTATIME"},
    {abi::kMsLazytime, "MS_LAZYTIME"},
};

constexpr NamedValue kUmountFlagsRows[] = {
    {abi::kMntForce, "MNT_FORCE"},
    {abi::kMntDetach, "MNT_DETACH"},
    {abi::kMntExpire, "MNT_EXPIRE"},
    {abi::kUmountNofollow, "UMOUNT_NOFOLLOW"},
};

constexpr NamedValue kMountAttributesRows[] = {
    {abi::kMountAttrRdonly, "MOUNT_ATTR_RDONLY"},
    {abi::kMountAttrNosuid, "MOUNT_ATTR_NOSUID"},
    {abi::kMountAttrNodev, "MOUNT_ATTR_NODEV"},
    {abi::kMountAttrNoexec, "MOUNT_ATTR_NOEXEC"},
    {abi::kMountAttrNoatime, "MOUNT_ATTR_NOATIME"},
    {abi::kMountAttrStrictatime, "MOUNT_ATTR_STRICTATIME"},
    {abi::kMountAttrNodiratime, "MOUNT_ATTR_NODIRATIME"},
    {abi::kMountAttrIdmap, "MOUNT_ATTR_IDMAP"},
    {abi::kMountAttrNosymfollow, "MOUNT_ATTR_NOSYMFOLLOW"},
};

constexpr NamedValue kOpenTreeFlagsRows[] = {
    {abi::kOpenTreeClone, "OPEN_TREE_CLONE"},
    {abi::kOpenTreeCloexec, "OPEN_TREE_CLOEXEC"},
    {abi::kAtRecursive, "AT_RECURSIVE"},
    {abi::kAtEmptyPath, "AT_EMPTY_PATH"},
    {abi::kAtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW"},
    {abi::kAtNoAutomount, "AT_NO_AUTOMOUNT"},
};

constexpr NamedValue kMoveMountFlagsRows[] = {
    {abi::kMoveMountFSymlinks, "MOVE_MOUNT_F_SYMLINKS"},
    {abi::kMoveMountFAutomounts, "MOVE_MOUNT_F_AUTOMOUNTS"},
    {abi::kMoveMountFEmptyPath, "MOVE_MOUNT_F_EMPTY_PATH"},
    {abi::kMoveMountTSymlinks, "MOVE_MOUNT_T_SYMLINKS"},
    {abi::kMoveMountTAutomounts, "MOVE_MOUNT_T_AUTOMOUNTS"},
    {abi::kMoveMountTEmptyPath, "MOVE_MOUNT_T_EMPTY_PATH"},
    {abi::kMoveMountSetGroup, "MOVE_MOUNT_SET_GROUP"},
    {abi::kMoveMountBeneath, "MOVE_MOUNT_BENEATH"},
};

constexpr NamedValue kFsopenFlagsRows[] = {
    {abi::kFsopenCloexec, "FSOPEN_CLOEXEC"},
};

constexpr NamedValue kFspickFlagsRows[] = {
    {abi::kFspickCloexec, "FSPICK_CLOEXEC"},
    {abi::kFspickSymlinkNofollow, "FSPICK_SYMLINK_NOFOLLOW"},
    {abi::kFspickNoAutomount, "FSPICK_NO_AUTOMOUNT"},
    {abi::kFspickEmptyPath, "FSPICK_EMPTY_PATH"},
};

constexpr NamedValue kFsmountFlagsRows[] = {
    {abi::kFsmountCloexec, "FSMOUNT_CLOEXEC"},
};

constexpr NamedValue kFsconfigCommandsRows[] = {
    {abi::kFsconfigSetFlag, "FSCONFIG_SET_FLAG"},
    {abi::kFsconfigSetString, "FSCONFIG_SET_STRING"},
    {abi::kFsconfigSetBinary, "FSCONFIG_SET_BINARY"},
    {abi::kFsconfigSetPath, "FSCONFIG_SET_PATH"},
    {abi::kFsconfigSetPathEmpty, "FSCONFIG_SET_PATH_EMPTY"},
    {abi::kFsconfigSetFd, "FSCONFIG_SET_FD"},
    {abi::kFsconfigCmdCreate, "FSCONFIG_CMD_CREATE"},
    {abi::kFsconfigCmdReconfigure, "FSCONFIG_CMD_RECONFIGURE"},
    {abi::kFsconfigCmdCreateExcl, "FSCONFIG_CMD_CREATE_EXCL"},
};

constexpr NamedValue kInotifyFlagsRows[] = {
    {abi::kInCloexec, "IN_CLOEXEC"},
    {abi::kInNonblock, "IN_NONBLOCK"},
};

constexpr NamedValue kInotifyMaskRows[] = {
    {abi::kInAccess, "IN_ACCESS"},
    {abi::kInModify, "IN_MODIFY"},
    {abi::kInAttrib, "IN_ATTRIB"},
    {abi::kInCloseWrite, "IN_CLOSE_WRITE"},
    {abi::kInCloseNowrite, "IN_CLOSE_NOWRITE"},
    {abi::kInOpen, "IN_OPEN"},
    {abi::kInMovedFrom, "IN_MOVED_FROM"},
    {abi::kInMovedTo, "IN_MOVED_TO"},
    {abi::kInCreate, "IN_CREATE"},
    {abi::kInDelete, "IN_DELETE"},
    {abi::kInDeleteSelf, "IN_DELETE_SELF"},
    {abi::kInMoveSelf, "IN_MOVE_SELF"},
    {abi::kInUnmount, "IN_UNMOUNT"},
    {abi::kInQOverflow, "IN_Q_OVERFLOW"},
    {abi::kInIgnored, "IN_IGNORED"},
    {abi::kInOnlydir, "IN_ONLYDIR"},
    {abi::kInDontFollow, "IN_DONT_FOLLOW"},
    {abi::kInExclUnlink, "IN_EXCL_UNLINK"},
    {abi::kInMaskCreate, "IN_MASK_CREATE"},
    {abi::kInMaskAdd, "IN_MASK_ADD"},
    {abi::kInIsdir, "IN_ISDIR"},
    {abi::kInOneshot, "IN_ONESHOT"},
};

constexpr NamedValue kEpollFlagsRows[] = {
    {abi::kEpollCloexec, "EPOLL_CLOEXEC"},
};

constexpr NamedValue kEpollOperationsRows[] = {
    {abi::kEpollCtlAdd, "EPOLL_CTL_ADD"},
    {abi::kEpollCtlDel, "EPOLL_CTL_DEL"},
    {abi::kEpollCtlMod, "EPOLL_CTL_MOD"},
};

constexpr NamedValue kEpollEventsRows[] = {
    {abi::kEpollIn, "EPOLLIN"},         {abi::kEpollPri, "EPOLLPRI"},
    {abi::kEpollOut, "EPOLLOUT"},       {abi::kEpollRdnorm, "EPOLLRDNORM"},
    {abi::kEpollRdband, "EPOLLRDBAND"}, {abi::kEpollWrnorm, "EPOLLWRNORM"},
    {abi::kEpollWrband, "EPOLLWRBAND"}, {abi::kEpollMsg, "EPOLLMSG"},
    {abi::kEpollErr, "EPOLLERR"},       {abi::kEpollHup, "EPOLLHUP"},
    {abi::kEpollRdhup, "EPOLLRDHUP"},   {abi::kEpollExclusive, "EPOLLEXCLUSIVE"},
    {abi::kEpollWakeup, "EPOLLWAKEUP"}, {abi::kEpollOneshot, "EPOLLONESHOT"},
    {abi::kEpollEt, "EPOLLET"},
};

constexpr NamedValue kEventfdFlagsRows[] = {
    {abi::kEfdSemaphore, "EFD_SEMAPHORE"},
    {abi::kEfdCloexec, "EFD_CLOEXEC"},
    {abi::kEfdNonblock, "EFD_NONBLOCK"},
};

constexpr NamedValue kSignalfdFlagsRows[] = {
    {abi::kSfdCloexec, "SFD_CLOEXEC"},
    {abi::kSfdNonblock, "SFD_NONBLOCK"},
};

constexpr NamedValue kTimerfdFlagsRows[] = {
    {abi::kTfdCloexec, "TFD_CLOEXEC"},
    {abi::kTfdNonblock, "TFD_NONBLOCK"},
};

constexpr NamedValue kTimerfdSetFlagsRows[] = {
    {abi::kTfdTimerAbstime, "TFD_TIMER_ABSTIME"},
    {abi::kTfdTimerCancelOnSet, "TFD_TIMER_CANCEL_ON_SET"},
};

}  // namespace

constexpr NameSet kAccessModesNames{kAccessModesRows, "O_???", ""};
constexpr NameSet kOpenFlagsNames{kOpenFlagsRows, "O_???", ""};
constexpr NameSet kAccessBitsNames{kAccessBitsRows, "?_OK", "F_OK"};
constexpr NameSet kAtFlagsNames{kAtFlagsRows, "AT_???", ""};
constexpr NameSet kAccessAtFlagsNames{kAccessAtFlagsRows, "AT_???", ""};
constexpr NameSet kStatxSyncFlagsNames{kStatxSyncFlagsRows, "AT_???", "AT_STATX_SYNC_AS_STAT"};
constexpr NameSet kStatxMaskNames{kStatxMaskRows, "STATX_???", ""};
constexpr NameSet kFileTypesNames{kFileTypesRows, "S_IF???", ""};
constexpr NameSet kFileSystemsNames{kFileSystemsRows, "???_MAGIC", ""};
constexpr NameSet kStatfsFlagsNames{kStatfsFlagsRows, "ST_???", ""};
constexpr NameSet kXattrFlagsNames{kXattrFlagsRows, "XATTR_???", ""};
constexpr NameSet kWhencesNames{kWhencesRows, "SEEK_???", ""};
constexpr NameSet kFcntlCommandsNames{kFcntlCommandsRows, "F_???", ""};
constexpr NameSet kFdFlagsNames{kFdFlagsRows, "FD_???", ""};
constexpr NameSet kLockTypesNames{kLockTypesRows, "F_???", ""};
constexpr NameSet kOwnerTypesNames{kOwnerTypesRows, "F_OWNER_???", ""};
constexpr NameSet kSealsNames{kSealsRows, "F_SEAL_???", ""};
constexpr NameSet kFlockOperationsNames{kFlockOperationsRows, "LOCK_???", ""};
constexpr NameSet kNotifyMaskNames{kNotifyMaskRows, "DN_???", ""};
constexpr NameSet kFallocateModesNames{kFallocateModesRows, "FALLOC_FL_???", ""};
constexpr NameSet kFadvicesNames{kFadvicesRows, "POSIX_FADV_???", ""};
constexpr NameSet kSyncRangeFlagsNames{kSyncRangeFlagsRows, "SYNC_FILE_RANGE_???", ""};
constexpr NameSet kRwFlagsNames{kRwFlagsRows, "RWF_???", ""};
constexpr NameSet kSpliceFlagsNames{kSpliceFlagsRows, "SPLICE_F_???", ""};
constexpr NameSet kRenameFlagsNames{kRenameFlagsRows, "RENAME_???", ""};
constexpr NameSet kCloseRangeFlagsNames{kCloseRangeFlagsRows, "CLOSE_RANGE_???", ""};
constexpr NameSet kResolveFlagsNames{kResolveFlagsRows, "RESOLVE_???", ""};
constexpr NameSet kMountFlagsNames{kMountFlagsRows, "MS_???", ""};
constexpr NameSet kUmountFlagsNames{kUmountFlagsRows, "MNT_???", ""};
constexpr NameSet kMountAttributesNames{kMountAttributesRows, "MOUNT_ATTR_???", ""};
constexpr NameSet kOpenTreeFlagsNames{kOpenTreeFlagsRows, "OPEN_TREE_???", ""};
constexpr NameSet kMoveMountFlagsNames{kMoveMountFlagsRows, "MOVE_MOUNT_???", ""};
constexpr NameSet kFsopenFlagsNames{kFsopenFlagsRows, "FSOPEN_???", ""};
constexpr NameSet kFspickFlagsNames{kFspickFlagsRows, "FSPICK_???", ""};
constexpr NameSet kFsmountFlagsNames{kFsmountFlagsRows, "FSMOUNT_???", ""};
constexpr NameSet kFsconfigCommandsNames{kFsconfigCommandsRows, "FSCONFIG_???", ""};
constexpr NameSet kInotifyFlagsNames{kInotifyFlagsRows, "IN_???", ""};
constexpr NameSet kInotifyMaskNames{kInotifyMaskRows, "IN_???", ""};
constexpr NameSet kEpollFlagsNames{kEpollFlagsRows, "EPOLL_???", ""};
constexpr NameSet kEpollOperationsNames{kEpollOperationsRows, "EPOLL_CTL_???", ""};
constexpr NameSet kEpollEventsNames{kEpollEventsRows, "EPOLL???", ""};
constexpr NameSet kEventfdFlagsNames{kEventfdFlagsRows, "EFD_???", ""};
constexpr NameSet kSignalfdFlagsNames{kSignalfdFlagsRows, "SFD_???", ""};
constexpr NameSet kTimerfdFlagsNames{kTimerfdFlagsRows, "TFD_???", ""};
constexpr NameSet kTimerfdSetFlagsNames{kTimerfdSetFlagsRows, "TFD_TIMER_???", ""};

}  // namespace sentry
