// Paths' companions: modes, flags, stat structures, mounts.
#include "abi/linux/dirent.h"
#include "abi/linux/fcntl.h"
#include "abi/linux/mount.h"
#include "abi/linux/stat.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {

void PrintOpenFlags(Printer& p, uint64_t flags) {
  const NamedValue* access = FindName(kAccessModesNames, flags & abi::kOAccmode);
  p.FlagsAfter(access->text, kOpenFlagsNames, flags & ~uint64_t{abi::kOAccmode});
}

void PrintDescriptorFlags(Printer& p, uint64_t flags) {
  p.Flags(kOpenFlagsNames, flags);
}

void PrintFileMode(Printer& p, uint32_t mode) {
  uint32_t type = mode & abi::kSIfmt;
  if (type != 0) {
    const NamedValue* name = FindName(kFileTypesNames, type);
    name != nullptr ? p.Text(name->text) : p.Octal(type);
    p.Text("|");
  }
  if ((mode & abi::kSIsuid) != 0) p.Text("S_ISUID|");
  if ((mode & abi::kSIsgid) != 0) p.Text("S_ISGID|");
  if ((mode & abi::kSIsvtx) != 0) p.Text("S_ISVTX|");
  p.Octal(mode & abi::kSIrwxugo);
}

namespace {

void PrintDev(Printer& p, uint64_t dev) {
  p.Text("makedev(");
  p.Hex(abi::DevMajor(dev));
  p.Text(", ");
  p.Hex(abi::DevMinor(dev));
  p.Text(")");
}

bool IsDevice(uint32_t mode) {
  return (mode & abi::kSIfmt) == abi::kSIfchr || (mode & abi::kSIfmt) == abi::kSIfblk;
}

void PrintStat(Printer& p, const abi::Stat& stat) {
  p.Text("{st_mode=");
  PrintFileMode(p, stat.st_mode);
  if (IsDevice(stat.st_mode)) {
    p.Field("st_rdev");
    PrintDev(p, stat.st_rdev);
  } else {
    p.Field("st_size");
    p.Dec(stat.st_size);
  }
  p.Text(", ...}");
}

void PrintStatx(Printer& p, const abi::Statx& stat) {
  p.Text("{stx_mask=");
  p.Flags(kStatxMaskNames, stat.stx_mask);
  p.Field("stx_attributes");
  p.Hex(stat.stx_attributes);
  p.Field("stx_mode");
  PrintFileMode(p, stat.stx_mode);
  p.Field("stx_size");
  p.Udec(stat.stx_size);
  p.Text(", ...}");
}

void PrintStatfs(Printer& p, const abi::Statfs& fs) {
  p.Text("{f_type=");
  p.Enum(kFileSystemsNames, static_cast<uint64_t>(fs.f_type));
  p.Field("f_bsize");
  p.Dec(fs.f_bsize);
  p.Field("f_blocks");
  p.Udec(fs.f_blocks);
  p.Field("f_bfree");
  p.Udec(fs.f_bfree);
  p.Field("f_bavail");
  p.Udec(fs.f_bavail);
  p.Field("f_files");
  p.Udec(fs.f_files);
  p.Field("f_ffree");
  p.Udec(fs.f_ffree);
  p.Field("f_namelen");
  p.Dec(fs.f_namelen);
  p.Field("f_frsize");
  p.Dec(fs.f_frsize);
  p.Field("f_flags");
  p.Flags(kStatfsFlagsNames, static_cast<uint64_t>(fs.f_flags));
  p.Text("}");
}

void PrintUtimbuf(Printer& p, const abi::Utimbuf& times) {
  p.Text("{actime=");
  p.Dec(times.actime);
  p.Field("modtime");
  p.Dec(times.modtime);
  p.Text("}");
}

void PrintOpenHow(Printer& p, const abi::OpenHow& how) {
  p.Text("{flags=");
  PrintOpenFlags(p, how.flags);
  if ((how.flags & (abi::kOCreat | abi::kOTmpfileBit)) != 0) {
    p.Field("mode");
    p.Octal(how.mode);
  }
  p.Field("resolve");
  p.Flags(kResolveFlagsNames, how.resolve);
  p.Text("}");
}

void PrintMountAttr(Printer& p, const abi::MountAttr& attr) {
  p.Text("{attr_set=");
  p.Flags(kMountAttributesNames, attr.attr_set);
  p.Field("attr_clr");
  p.Flags(kMountAttributesNames, attr.attr_clr);
  p.Field("propagation");
  p.Flags(kMountFlagsNames, attr.propagation);
  p.Field("userns_fd");
  p.Udec(attr.userns_fd);
  p.Text("}");
}

void DirFd(Printer& p, size_t index) {
  int32_t fd = static_cast<int32_t>(p.arg32(index));
  fd == abi::kAtFdcwd ? p.Text("AT_FDCWD") : p.Dec(fd);
}
void OpenFlags(Printer& p, size_t index) {
  PrintOpenFlags(p, p.arg32(index));
}
// Only a call that may create a file takes a mode; without, the register holds anything.
void OpenMode(Printer& p, size_t index) {
  if ((p.arg(index - 1) & (abi::kOCreat | abi::kOTmpfileBit)) == 0) return;
  p.Text(", ");
  p.Octal(p.arg32(index));
}
void DescriptorFlags(Printer& p, size_t index) {
  PrintDescriptorFlags(p, p.arg32(index));
}
void Mode(Printer& p, size_t index) {
  p.Octal(p.arg32(index));
}
void FileMode(Printer& p, size_t index) {
  PrintFileMode(p, p.arg32(index));
}
void Dev(Printer& p, size_t index) {
  PrintDev(p, p.arg32(index));
}
void StatxFlags(Printer& p, size_t index) {
  uint32_t flags = p.arg32(index);
  bool as_stat = (flags & abi::kAtStatxSyncType) == 0;
  p.FlagsAfter(as_stat ? "AT_STATX_SYNC_AS_STAT" : "", kStatxSyncFlagsNames, flags);
}

// 0x7f... /* 9 entries */
template <typename Record>
void CountEntries(Printer& p, size_t index) {
  p.Pointer(p.arg(index));
  if (p.failed()) return;
  uint64_t count = 0;
  uint64_t size = static_cast<uint64_t>(p.result());
  for (uint64_t offset = 0; offset < size; ++count) {
    std::optional<Record> record = p.Load<Record>(p.arg(index) + offset);
    if (!record || record->d_reclen == 0) return;
    offset += record->d_reclen;
  }
  p.Text(" /* ");
  p.Udec(count);
  p.Text(count == 1 ? " entry */" : " entries */");
}
// getdents and getdents64 share the kind: both records have d_reclen at the same place.
void DirentsOut(Printer& p, size_t index) {
  static_assert(offsetof(abi::LinuxDirent, d_reclen) == offsetof(abi::LinuxDirent64, d_reclen));
  CountEntries<abi::LinuxDirent>(p, index);
}

void MountData(Printer& p, size_t index) {
  // Binary for some file systems; text for those that are mounted by hand.
  p.CString(p.arg(index), Printer::kMaxString);
}
void MountType(Printer& p, size_t index) {
  p.CString(p.arg(index), Printer::kMaxString);
}

using enum ArgKind;

constexpr ArgPrinter kFilePrinters[] = {
    {kDirFd, DirFd},
    {kOpenFlags, OpenFlags},
    {kOpenMode, OpenMode, When::kEntry, true},
    {kOFlags, DescriptorFlags},
    {kMode, Mode},
    {kFileMode, FileMode},
    {kDev, Dev},
    {kAccessMode, FlagsArg<kAccessBitsNames>},
    {kAccessAtFlags, FlagsArg<kAccessAtFlagsNames>},
    {kAtFlags, FlagsArg<kAtFlagsNames>},
    {kUnlinkFlags, FlagsArg<kAtFlagsNames>},
    {kStatOut, OutStructArg<abi::Stat, PrintStat>, When::kReturn},
    {kStatxFlags, StatxFlags},
    {kStatxMask, FlagsArg<kStatxMaskNames>},
    {kStatxOut, OutStructArg<abi::Statx, PrintStatx>, When::kReturn},
    {kStatfsOut, OutStructArg<abi::Statfs, PrintStatfs>, When::kReturn},
    {kDirentsOut, DirentsOut, When::kReturn},
    {kUtimbuf, StructArg<abi::Utimbuf, PrintUtimbuf>},
    {kOpenHow, StructArg<abi::OpenHow, PrintOpenHow>},
    {kXattrFlags, FlagsArg<kXattrFlagsNames>},
    {kRenameFlags, FlagsArg<kRenameFlagsNames>},
    {kFallocateMode, FlagsArg<kFallocateModesNames>},
    {kFadvice, EnumArg<kFadvicesNames>},
    {kSyncRangeFlags, FlagsArg<kSyncRangeFlagsNames>},
    {kMountType, MountType},
    {kMountFlags, LongFlagsArg<kMountFlagsNames>},
    {kMountData, MountData},
    {kUmountFlags, FlagsArg<kUmountFlagsNames>},
    {kMountAttr, StructArg<abi::MountAttr, PrintMountAttr>},
    {kMountAttrFlags, FlagsArg<kMountAttributesNames>},
    {kOpenTreeFlags, FlagsArg<kOpenTreeFlagsNames>},
    {kMoveMountFlags, FlagsArg<kMoveMountFlagsNames>},
    {kFsopenFlags, FlagsArg<kFsopenFlagsNames>},
    {kFspickFlags, FlagsArg<kFspickFlagsNames>},
    {kFsmountFlags, FlagsArg<kFsmountFlagsNames>},
    {kFsconfigCmd, EnumArg<kFsconfigCommandsNames>},
};

}  // namespace

std::span<const ArgPrinter> FilePrinters() {
  return kFilePrinters;
}

}  // namespace sentry
