// ioctl(2): what stands behind the third argument of the requests that programs use.
#include <iterator>

#include "abi/linux/ioctl.h"
#include "sentry/strace/arg_printer.h"

namespace sentry {
namespace {

enum class Shape : uint8_t {
  kNone,
  kNumber,
  kIntIn,
  kIntOut,
  kTermiosIn,
  kTermiosOut,
  kWinsizeIn,
  kWinsizeOut
};

struct Request {
  uint32_t number;
  Shape shape;
};

constexpr Request kRequests[] = {
    {abi::kFioclex, Shape::kNone},          {abi::kFionclex, Shape::kNone},
    {abi::kTiocexcl, Shape::kNone},         {abi::kTiocnxcl, Shape::kNone},
    {abi::kTiocnotty, Shape::kNone},        {abi::kTiocsbrk, Shape::kNone},
    {abi::kTioccbrk, Shape::kNone},         {abi::kTiocvhangup, Shape::kNone},
    {abi::kTiocsctty, Shape::kNumber},      {abi::kTcsbrk, Shape::kNumber},
    {abi::kTcsbrkp, Shape::kNumber},        {abi::kTcxonc, Shape::kNumber},
    {abi::kTcflsh, Shape::kNumber},         {abi::kFiclone, Shape::kNumber},
    {abi::kTiocsig, Shape::kNumber},        {abi::kFionbio, Shape::kIntIn},
    {abi::kFioasync, Shape::kIntIn},        {abi::kTiocspgrp, Shape::kIntIn},
    {abi::kTiocsptlck, Shape::kIntIn},      {abi::kTiocsetd, Shape::kIntIn},
    {abi::kTiocpkt, Shape::kIntIn},         {abi::kFiosetown, Shape::kIntIn},
    {abi::kFsIocSetflags, Shape::kIntIn},   {abi::kFionread, Shape::kIntOut},
    {abi::kTiocgpgrp, Shape::kIntOut},      {abi::kTiocgsid, Shape::kIntOut},
    {abi::kTiocoutq, Shape::kIntOut},       {abi::kTiocgptn, Shape::kIntOut},
    {abi::kTiocgptlck, Shape::kIntOut},     {abi::kTiocgexcl, Shape::kIntOut},
    {abi::kTiocgetd, Shape::kIntOut},       {abi::kTiocgpkt, Shape::kIntOut},
    {abi::kSiocatmark, Shape::kIntOut},     {abi::kFiogetown, Shape::kIntOut},
    {abi::kRndgetentcnt, Shape::kIntOut},   {abi::kFsIocGetflags, Shape::kIntOut},
    {abi::kTcgets, Shape::kTermiosOut},     {abi::kTcgets2, Shape::kTermiosOut},
    {abi::kTcsets, Shape::kTermiosIn},      {abi::kTcsetsw, Shape::kTermiosIn},
    {abi::kTcsetsf, Shape::kTermiosIn},     {abi::kTcsets2, Shape::kTermiosIn},
    {abi::kTcsetsw2, Shape::kTermiosIn},    {abi::kTcsetsf2, Shape::kTermiosIn},
    {abi::kTiocgwinsz, Shape::kWinsizeOut}, {abi::kTiocswinsz, Shape::kWinsizeIn},
};

const Request* FindRequest(uint32_t number) {
  for (const Request& row : kRequests) {
    if (row.number == number) return &row;
  }
  return nullptr;
}

void PrintInt(Printer& p, const int32_t& value) {
  p.Dec(value);
}

void PrintWinsize(Printer& p, const abi::Winsize& size) {
  p.Text("{ws_row=");
  p.Udec(size.ws_row);
  p.Field("ws_col");
  p.Udec(size.ws_col);
  p.Field("ws_xpixel");
  p.Udec(size.ws_xpixel);
  p.Field("ws_ypixel");
  p.Udec(size.ws_ypixel);
  p.Text("}");
}

// {B38400 opost isig icanon echo ...}: the speed, then what programs change.
void PrintTermios(Printer& p, const abi::Termios& tty) {
  struct Bit {
    uint32_t set;
    uint32_t bit;
    const char* name;
  };
  const Bit bits[] = {{tty.c_oflag, abi::kOpost, "opost"},
                      {tty.c_lflag, abi::kIsig, "isig"},
                      {tty.c_lflag, abi::kIcanon, "icanon"},
                      {tty.c_lflag, abi::kEcho, "echo"}};
  uint32_t speed = tty.c_cflag & abi::kCbaud;
  p.Text("{");
  if (speed == abi::kB38400) {
    p.Text("B38400");
  } else if (speed == abi::kB9600) {
    p.Text("B9600");
  } else {
    p.Octal(speed);
  }
  for (const Bit& bit : bits) {
    p.Text((bit.set & bit.bit) != 0 ? " " : " -");
    p.Text(bit.name);
  }
  p.Text(" ...}");
}

bool IoctlIsLate(CallArgs args) {
  const Request* request = FindRequest(static_cast<uint32_t>(args[1]));
  return request != nullptr &&
         (request->shape == Shape::kIntOut || request->shape == Shape::kTermiosOut ||
          request->shape == Shape::kWinsizeOut);
}

// A number without a name is shown as its parts.
void IoctlCmd(Printer& p, size_t index) {
  uint32_t number = p.arg32(index);
  if (FindName(kIoctlsNames, number) != nullptr) return p.Enum(kIoctlsNames, number);
  constexpr const char* kDirections[] = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
                                         "_IOC_READ|_IOC_WRITE"};
  p.Text("_IOC(");
  p.Text(kDirections[abi::IoctlDirection(number)]);
  p.Text(", ");
  p.Hex(abi::IoctlType(number));
  p.Text(", ");
  p.Hex(abi::IoctlNumber(number));
  p.Text(", ");
  p.Hex(abi::IoctlSize(number));
  p.Text(")");
}

void IoctlArg(Printer& p, size_t index) {
  const Request* request = FindRequest(p.arg32(1));
  uint64_t arg = p.arg(index);
  if (request != nullptr && request->shape == Shape::kNone) return;
  p.Text(", ");
  if (request == nullptr) return p.Hex(arg);
  switch (request->shape) {
    case Shape::kIntOut:
      return p.failed() ? p.Pointer(arg) : p.Array<int32_t>(arg, 1, PrintInt);
    case Shape::kIntIn:
      return p.Array<int32_t>(arg, 1, PrintInt);
    case Shape::kTermiosIn:
      return p.Struct<abi::Termios>(arg, PrintTermios);
    case Shape::kTermiosOut:
      return p.OutStruct<abi::Termios>(arg, PrintTermios);
    case Shape::kWinsizeIn:
      return p.Struct<abi::Winsize>(arg, PrintWinsize);
    case Shape::kWinsizeOut:
      return p.OutStruct<abi::Winsize>(arg, PrintWinsize);
    case Shape::kNone:
    case Shape::kNumber:
      return p.Dec(static_cast<int64_t>(arg));
  }
}

constexpr ArgPrinter kIoctlPrinters[] = {
    {ArgKind::kIoctlCmd, IoctlCmd},
    {ArgKind::kIoctlArg, IoctlArg, When::kDepends, true, IoctlIsLate},
};

}  // namespace

std::span<const ArgPrinter> IoctlPrinters() {
  return kIoctlPrinters;
}

}  // namespace sentry
