// mount(2), umount2(2), and the calls of the new mount API.
#pragma once

#include <cstdint>

namespace abi {

inline constexpr uint64_t kMsRdonly = 0x1;
inline constexpr uint64_t kMsNosuid = 0x2;
inline constexpr uint64_t kMsNodev = 0x4;
inline constexpr uint64_t kMsNoexec = 0x8;
inline constexpr uint64_t kMsSynchronous = 0x10;
inline constexpr uint64_t kMsRemount = 0x20;
inline constexpr uint64_t kMsMandlock = 0x40;
inline constexpr uint64_t kMsDirsync = 0x80;
inline constexpr uint64_t kMsNosymfollow = 0x100;
inline constexpr uint64_t kMsNoatime = 0x400;
inline constexpr uint64_t kMsNodiratime = 0x800;
inline constexpr uint64_t kMsBind = 0x1000;
inline constexpr uint64_t kMsMove = 0x2000;
inline constexpr uint64_t kMsRec = 0x4000;
inline constexpr uint64_t kMsSilent = 0x8000;
inline constexpr uint64_t kMsPosixacl = 0x10000;
inline constexpr uint64_t kMsUnbindable = 0x20000;
inline constexpr uint64_t kMsPrivate = 0x40000;
inline constexpr uint64_t kMsSlave = 0x80000;
inline constexpr uint64_t kMsShared = 0x100000;
inline constexpr uint64_t kMsRelatime = 0x200000;
inline constexpr uint64_t kMsStrictatime = 0x1000000;
inline constexpr uint64_t kMsLazytime = 0x2000000;
inline constexpr uint64_t kMsMgcVal = 0xc0ed0000;
inline constexpr uint64_t kMsMgcMsk = 0xffff0000;
inline constexpr uint32_t kMntForce = 0x1;
inline constexpr uint32_t kMntDetach = 0x2;
inline constexpr uint32_t kMntExpire = 0x4;
inline constexpr uint32_t kUmountNofollow = 0x8;
inline constexpr uint32_t kOpenTreeClone = 0x1;
inline constexpr uint32_t kOpenTreeCloexec = 0x80000;
inline constexpr uint32_t kMoveMountFSymlinks = 0x1;
inline constexpr uint32_t kMoveMountFAutomounts = 0x2;
inline constexpr uint32_t kMoveMountFEmptyPath = 0x4;
inline constexpr uint32_t kMoveMountTSymlinks = 0x10;
inline constexpr uint32_t kMoveMountTAutomounts = 0x20;
inline constexpr uint32_t kMoveMountTEmptyPath = 0x40;
inline constexpr uint32_t kMoveMountSetGroup = 0x100;
inline constexpr uint32_t kMoveMountBeneath = 0x200;
inline constexpr uint32_t kFsopenCloexec = 0x1;
inline constexpr uint32_t kFspickCloexec = 0x1;
inline constexpr uint32_t kFspickSymlinkNofollow = 0x2;
inline constexpr uint32_t kFspickNoAutomount = 0x4;
inline constexpr uint32_t kFspickEmptyPath = 0x8;
inline constexpr uint32_t kFsmountCloexec = 0x1;
inline constexpr uint32_t kFsconfigSetFlag = 0;
inline constexpr uint32_t kFsconfigSetString = 1;
inline constexpr uint32_t kFsconfigSetBinary = 2;
inline constexpr uint32_t kFsconfigSetPath = 3;
inline constexpr uint32_t kFsconfigSetPathEmpty = 4;
inline constexpr uint32_t kFsconfigSetFd = 5;
inline constexpr uint32_t kFsconfigCmdCreate = 6;
inline constexpr uint32_t kFsconfigCmdReconfigure = 7;
inline constexpr uint32_t kFsconfigCmdCreateExcl = 8;
inline constexpr uint64_t kMountAttrRdonly = 0x1;
inline constexpr uint64_t kMountAttrNosuid = 0x2;
inline constexpr uint64_t kMountAttrNodev = 0x4;
inline constexpr uint64_t kMountAttrNoexec = 0x8;
inline constexpr uint64_t kMountAttrAtime = 0x70;
inline constexpr uint64_t kMountAttrRelatime = 0x0;
inline constexpr uint64_t kMountAttrNoatime = 0x10;
inline constexpr uint64_t kMountAttrStrictatime = 0x20;
inline constexpr uint64_t kMountAttrNodiratime = 0x80;
inline constexpr uint64_t kMountAttrIdmap = 0x100000;
inline constexpr uint64_t kMountAttrNosymfollow = 0x200000;

struct MountAttr {
  uint64_t attr_set;
  uint64_t attr_clr;
  uint64_t propagation;
  uint64_t userns_fd;
};
inline constexpr uint32_t kMountAttrSizeVer0 = 32;

}  // namespace abi
