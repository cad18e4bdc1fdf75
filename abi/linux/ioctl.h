// ioctl(2): terminals, files, sockets' interface queries, namespaces.
#pragma once

#include <cstdint>

namespace abi {

// Terminals (ioctl_tty(2)).
inline constexpr uint32_t kTcgets = 0x5401;
inline constexpr uint32_t kTcsets = 0x5402;
inline constexpr uint32_t kTcsetsw = 0x5403;
inline constexpr uint32_t kTcsetsf = 0x5404;
inline constexpr uint32_t kTcgeta = 0x5405;
inline constexpr uint32_t kTcseta = 0x5406;
inline constexpr uint32_t kTcsetaw = 0x5407;
inline constexpr uint32_t kTcsetaf = 0x5408;
inline constexpr uint32_t kTcsbrk = 0x5409;
inline constexpr uint32_t kTcxonc = 0x540a;
inline constexpr uint32_t kTcflsh = 0x540b;
inline constexpr uint32_t kTiocexcl = 0x540c;
inline constexpr uint32_t kTiocnxcl = 0x540d;
inline constexpr uint32_t kTiocsctty = 0x540e;
inline constexpr uint32_t kTiocgpgrp = 0x540f;
inline constexpr uint32_t kTiocspgrp = 0x5410;
inline constexpr uint32_t kTiocoutq = 0x5411;
inline constexpr uint32_t kTiocsti = 0x5412;
inline constexpr uint32_t kTiocgwinsz = 0x5413;
inline constexpr uint32_t kTiocswinsz = 0x5414;
inline constexpr uint32_t kTiocmget = 0x5415;
inline constexpr uint32_t kTiocmbis = 0x5416;
inline constexpr uint32_t kTiocmbic = 0x5417;
inline constexpr uint32_t kTiocmset = 0x5418;
inline constexpr uint32_t kTiocgsoftcar = 0x5419;
inline constexpr uint32_t kTiocssoftcar = 0x541a;
inline constexpr uint32_t kTioclinux = 0x541c;
inline constexpr uint32_t kTioccons = 0x541d;
inline constexpr uint32_t kTiocgserial = 0x541e;
inline constexpr uint32_t kTiocsserial = 0x541f;
inline constexpr uint32_t kTiocpkt = 0x5420;
inline constexpr uint32_t kTiocnotty = 0x5422;
inline constexpr uint32_t kTiocsetd = 0x5423;
inline constexpr uint32_t kTiocgetd = 0x5424;
inline constexpr uint32_t kTcsbrkp = 0x5425;
inline constexpr uint32_t kTiocsbrk = 0x5427;
inline constexpr uint32_t kTioccbrk = 0x5428;
inline constexpr uint32_t kTiocgsid = 0x5429;
inline constexpr uint32_t kTcgets2 = 0x802c542a;
inline constexpr uint32_t kTcsets2 = 0x402c542b;
inline constexpr uint32_t kTcsetsw2 = 0x402c542c;
inline constexpr uint32_t kTcsetsf2 = 0x402c542d;
inline constexpr uint32_t kTiocgptn = 0x80045430;
inline constexpr uint32_t kTiocsptlck = 0x40045431;
inline constexpr uint32_t kTiocgdev = 0x80045432;
inline constexpr uint32_t kTiocsig = 0x40045436;
inline constexpr uint32_t kTiocvhangup = 0x5437;
inline constexpr uint32_t kTiocgpkt = 0x80045438;
inline constexpr uint32_t kTiocgptlck = 0x80045439;
inline constexpr uint32_t kTiocgexcl = 0x80045440;
inline constexpr uint32_t kTiocgptpeer = 0x5441;
inline constexpr uint32_t kTiocpktData = 0x0;
inline constexpr uint32_t kTiocpktFlushread = 0x1;
inline constexpr uint32_t kTiocpktFlushwrite = 0x2;
inline constexpr uint32_t kTiocpktStop = 0x4;
inline constexpr uint32_t kTiocpktStart = 0x8;
inline constexpr uint32_t kTiocpktNostop = 0x10;
inline constexpr uint32_t kTiocpktDostop = 0x20;
inline constexpr uint32_t kTiocpktIoctl = 0x40;
inline constexpr int32_t kTcooff = 0;
inline constexpr int32_t kTcoon = 1;
inline constexpr int32_t kTcioff = 2;
inline constexpr int32_t kTcion = 3;
inline constexpr int32_t kTciflush = 0;
inline constexpr int32_t kTcoflush = 1;
inline constexpr int32_t kTcioflush = 2;
inline constexpr int32_t kNTty = 0;

// Any descriptor, then regular files and directories.
inline constexpr uint32_t kFionread = 0x541b;
inline constexpr uint32_t kFionbio = 0x5421;
inline constexpr uint32_t kFioasync = 0x5452;
inline constexpr uint32_t kFionclex = 0x5450;
inline constexpr uint32_t kFioclex = 0x5451;
inline constexpr uint32_t kFioqsize = 0x5460;
inline constexpr uint32_t kFigetbsz = 0x2;
inline constexpr uint32_t kFibmap = 0x1;
inline constexpr uint32_t kFifreeze = 0xc0045877;
inline constexpr uint32_t kFithaw = 0xc0045878;
inline constexpr uint32_t kFitrim = 0xc0185879;
inline constexpr uint32_t kFiclone = 0x40049409;
inline constexpr uint32_t kFiclonerange = 0x4020940d;
inline constexpr uint32_t kFideduperange = 0xc0189436;
inline constexpr uint32_t kFsIocGetflags = 0x80086601;
inline constexpr uint32_t kFsIocSetflags = 0x40086602;
inline constexpr uint32_t kFsIocGetversion = 0x80087601;
inline constexpr uint32_t kFsIocFiemap = 0xc020660b;
inline constexpr uint32_t kFsIocFsgetxattr = 0x801c581f;
inline constexpr uint32_t kFsIocFssetxattr = 0x401c5820;
inline constexpr uint32_t kFsIocGetfslabel = 0x81009431;
inline constexpr uint32_t kBlkgetsize = 0x1260;
inline constexpr uint32_t kBlkgetsize64 = 0x80081272;
inline constexpr uint32_t kBlksszget = 0x1268;
inline constexpr uint32_t kBlkroget = 0x125e;
inline constexpr uint32_t kFsImmutableFl = 0x10;
inline constexpr uint32_t kFsAppendFl = 0x20;
inline constexpr uint32_t kFsNodumpFl = 0x40;
inline constexpr uint32_t kFsNoatimeFl = 0x80;
inline constexpr uint32_t kFsDirsyncFl = 0x10000;
inline constexpr uint32_t kFsVerityFl = 0x100000;

// Sockets (netdevice(7)).
inline constexpr uint32_t kFiosetown = 0x8901;
inline constexpr uint32_t kFiogetown = 0x8903;
inline constexpr uint32_t kSiocspgrp = 0x8902;
inline constexpr uint32_t kSiocgpgrp = 0x8904;
inline constexpr uint32_t kSiocatmark = 0x8905;
inline constexpr uint32_t kSiocgstampOld = 0x8906;
inline constexpr uint32_t kSiocinq = 0x541b;
inline constexpr uint32_t kSiocoutq = 0x5411;
inline constexpr uint32_t kSiocgifname = 0x8910;
inline constexpr uint32_t kSiocgifconf = 0x8912;
inline constexpr uint32_t kSiocgifflags = 0x8913;
inline constexpr uint32_t kSiocsifflags = 0x8914;
inline constexpr uint32_t kSiocgifaddr = 0x8915;
inline constexpr uint32_t kSiocsifaddr = 0x8916;
inline constexpr uint32_t kSiocgifdstaddr = 0x8917;
inline constexpr uint32_t kSiocgifbrdaddr = 0x8919;
inline constexpr uint32_t kSiocgifnetmask = 0x891b;
inline constexpr uint32_t kSiocsifnetmask = 0x891c;
inline constexpr uint32_t kSiocgifmetric = 0x891d;
inline constexpr uint32_t kSiocgifmtu = 0x8921;
inline constexpr uint32_t kSiocsifmtu = 0x8922;
inline constexpr uint32_t kSiocgifhwaddr = 0x8927;
inline constexpr uint32_t kSiocgifindex = 0x8933;
inline constexpr uint32_t kSiocgiftxqlen = 0x8942;
inline constexpr uint32_t kSiocaddrt = 0x890b;
inline constexpr uint32_t kSiocdelrt = 0x890c;
inline constexpr uint32_t kSiocgarp = 0x8954;
inline constexpr uint32_t kSiocethtool = 0x8946;
inline constexpr uint32_t kSiocgskns = 0x894c;

// Namespaces (ioctl_ns(2)), random(4), consoles.
inline constexpr uint32_t kNsGetUserns = 0xb701;
inline constexpr uint32_t kNsGetParent = 0xb702;
inline constexpr uint32_t kNsGetNstype = 0xb703;
inline constexpr uint32_t kNsGetOwnerUid = 0xb704;
inline constexpr uint32_t kRndgetentcnt = 0x80045200;
inline constexpr uint32_t kRndaddtoentcnt = 0x40045201;
inline constexpr uint32_t kRndaddentropy = 0x40085203;
inline constexpr uint32_t kKdgkbtype = 0x4b33;
inline constexpr uint32_t kKdgetmode = 0x4b3b;
inline constexpr uint32_t kKdgkbmode = 0x4b44;
inline constexpr uint32_t kVtOpenqry = 0x5600;
inline constexpr uint32_t kVtGetmode = 0x5601;
inline constexpr uint32_t kVtGetstate = 0x5603;

struct Termios {
  uint32_t c_iflag;
  uint32_t c_oflag;
  uint32_t c_cflag;
  uint32_t c_lflag;
  uint8_t c_line;
  uint8_t c_cc[19];
};

struct Termios2 {
  uint32_t c_iflag;
  uint32_t c_oflag;
  uint32_t c_cflag;
  uint32_t c_lflag;
  uint8_t c_line;
  uint8_t c_cc[19];
  uint32_t c_ispeed;
  uint32_t c_ospeed;
};

struct Termio {
  uint16_t c_iflag;
  uint16_t c_oflag;
  uint16_t c_cflag;
  uint16_t c_lflag;
  uint8_t c_line;
  uint8_t c_cc[8];
};

struct Winsize {
  uint16_t ws_row;
  uint16_t ws_col;
  uint16_t ws_xpixel;
  uint16_t ws_ypixel;
};

inline constexpr int32_t kVintr = 0;
inline constexpr int32_t kVquit = 1;
inline constexpr int32_t kVerase = 2;
inline constexpr int32_t kVkill = 3;
inline constexpr int32_t kVeof = 4;
inline constexpr int32_t kVtime = 5;
inline constexpr int32_t kVmin = 6;
inline constexpr int32_t kVswtc = 7;
inline constexpr int32_t kVstart = 8;
inline constexpr int32_t kVstop = 9;
inline constexpr int32_t kVsusp = 10;
inline constexpr int32_t kVeol = 11;
inline constexpr int32_t kVreprint = 12;
inline constexpr int32_t kVdiscard = 13;
inline constexpr int32_t kVwerase = 14;
inline constexpr int32_t kVlnext = 15;
inline constexpr int32_t kVeol2 = 16;
inline constexpr int32_t kNccs = 19;
inline constexpr uint32_t kIgnbrk = 01;
inline constexpr uint32_t kBrkint = 02;
inline constexpr uint32_t kIgnpar = 04;
inline constexpr uint32_t kParmrk = 010;
inline constexpr uint32_t kInpck = 020;
inline constexpr uint32_t kIstrip = 040;
inline constexpr uint32_t kInlcr = 0100;
inline constexpr uint32_t kIgncr = 0200;
inline constexpr uint32_t kIcrnl = 0400;
inline constexpr uint32_t kIuclc = 01000;
inline constexpr uint32_t kIxon = 02000;
inline constexpr uint32_t kIxany = 04000;
inline constexpr uint32_t kIxoff = 010000;
inline constexpr uint32_t kImaxbel = 020000;
inline constexpr uint32_t kIutf8 = 040000;
inline constexpr uint32_t kOpost = 01;
inline constexpr uint32_t kOlcuc = 02;
inline constexpr uint32_t kOnlcr = 04;
inline constexpr uint32_t kOcrnl = 010;
inline constexpr uint32_t kOnocr = 020;
inline constexpr uint32_t kOnlret = 040;
inline constexpr uint32_t kOfill = 0100;
inline constexpr uint32_t kOfdel = 0200;
inline constexpr uint32_t kNldly = 0400;
inline constexpr uint32_t kCrdly = 03000;
inline constexpr uint32_t kTabdly = 014000;
inline constexpr uint32_t kXtabs = 014000;
inline constexpr uint32_t kBsdly = 020000;
inline constexpr uint32_t kVtdly = 040000;
inline constexpr uint32_t kFfdly = 0100000;
inline constexpr uint32_t kCbaud = 010017;
inline constexpr uint32_t kB0 = 0;
inline constexpr uint32_t kB9600 = 015;
inline constexpr uint32_t kB38400 = 017;
inline constexpr uint32_t kB115200 = 010002;
inline constexpr uint32_t kCsize = 060;
inline constexpr uint32_t kCs5 = 0;
inline constexpr uint32_t kCs6 = 020;
inline constexpr uint32_t kCs7 = 040;
inline constexpr uint32_t kCs8 = 060;
inline constexpr uint32_t kCstopb = 0100;
inline constexpr uint32_t kCread = 0200;
inline constexpr uint32_t kParenb = 0400;
inline constexpr uint32_t kParodd = 01000;
inline constexpr uint32_t kHupcl = 02000;
inline constexpr uint32_t kClocal = 04000;
inline constexpr uint32_t kCrtscts = 020000000000;
inline constexpr uint32_t kCibaud = 02003600000;
inline constexpr uint32_t kBother = 010000;
inline constexpr uint32_t kIsig = 01;
inline constexpr uint32_t kIcanon = 02;
inline constexpr uint32_t kXcase = 04;
inline constexpr uint32_t kEcho = 010;
inline constexpr uint32_t kEchoe = 020;
inline constexpr uint32_t kEchok = 040;
inline constexpr uint32_t kEchonl = 0100;
inline constexpr uint32_t kNoflsh = 0200;
inline constexpr uint32_t kTostop = 0400;
inline constexpr uint32_t kEchoctl = 01000;
inline constexpr uint32_t kEchoprt = 02000;
inline constexpr uint32_t kEchoke = 04000;
inline constexpr uint32_t kFlusho = 010000;
inline constexpr uint32_t kPendin = 040000;
inline constexpr uint32_t kIexten = 0100000;
inline constexpr uint32_t kExtproc = 0200000;

// How an ioctl number is put together (asm-generic/ioctl.h).
constexpr uint32_t IoctlDirection(uint32_t request) {
  return request >> 30;
}
constexpr uint32_t IoctlSize(uint32_t request) {
  return (request >> 16) & 0x3fff;
}
constexpr uint32_t IoctlType(uint32_t request) {
  return (request >> 8) & 0xff;
}
constexpr uint32_t IoctlNumber(uint32_t request) {
  return request & 0xff;
}

struct FileCloneRange {
  int64_t src_fd;
  uint64_t src_offset;
  uint64_t src_length;
  uint64_t dest_offset;
};

}  // namespace abi
