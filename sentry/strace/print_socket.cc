// Sockets: addresses, messages, options.
#include <arpa/inet.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "abi/linux/netlink.h"
#include "abi/linux/socket.h"
#include "sentry/strace/arg_printer.h"
#include "sentry/strace/values.h"

namespace sentry {
namespace {

// RFC 5952: lower case, the longest run of zero groups as "::".
std::string Inet6Text(const uint8_t (&address)[16]) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, address, text, sizeof(text));
  return text;
}

// An address as it lies in memory: the bytes, and how many of them the call speaks of.
struct RawAddress {
  uint8_t bytes[abi::kSockaddrStorageSize] = {};
  size_t size = 0;

  template <typename T>
  std::optional<T> As() const {
    if (size < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes, sizeof(value));
    return value;
  }
};

void PrintPort(Printer& p, const char* field, uint16_t port) {
  p.Field(field);
  p.Text("htons(");
  p.Udec(__builtin_bswap16(port));
  p.Text(")");
}

void PrintInet(Printer& p, const abi::SockAddrIn& address) {
  PrintPort(p, "sin_port", address.sin_port);
  const auto* octet = reinterpret_cast<const uint8_t*>(&address.sin_addr);
  p.Field("sin_addr");
  p.Text("inet_addr(\"");
  for (int i = 0; i < 4; ++i) {
    if (i > 0) p.Text(".");
    p.Udec(octet[i]);
  }
  p.Text("\")");
}

void PrintInet6(Printer& p, const abi::SockAddrIn6& address) {
  PrintPort(p, "sin6_port", address.sin6_port);
  p.Field("sin6_flowinfo");
  p.Text("htonl(");
  p.Udec(__builtin_bswap32(address.sin6_flowinfo));
  p.Text("), inet_pton(AF_INET6, \"" + Inet6Text(address.sin6_addr) + "\", &sin6_addr)");
  p.Field("sin6_scope_id");
  p.Udec(address.sin6_scope_id);
}

// A path ends at its NUL; an abstract name, shown with an @, at the end of the address.
void PrintUnix(Printer& p, const RawAddress& raw) {
  if (raw.size <= 2) return;
  std::string_view name(reinterpret_cast<const char*>(raw.bytes) + 2, raw.size - 2);
  name = name.substr(0, abi::kUnixPathMax);
  p.Field("sun_path");
  if (name[0] == '\0') {
    p.Text("@");
    name.remove_prefix(1);
  } else {
    name = name.substr(0, name.find('\0'));
  }
  p.Quoted(name, name.size());
}

void PrintNetlink(Printer& p, const abi::SockAddrNl& address) {
  p.Field("nl_pid");
  p.Udec(address.nl_pid);
  p.Field("nl_groups");
  char groups[16];
  std::snprintf(groups, sizeof(groups), "%08x", address.nl_groups);
  p.Text(groups);
}

void PrintAddress(Printer& p, const RawAddress& raw) {
  uint16_t family = raw.As<uint16_t>().value_or(0);
  p.Text("{sa_family=");
  p.Enum(kFamiliesNames, family);
  if (family == abi::kAfUnix) {
    PrintUnix(p, raw);
  } else if (auto inet = raw.As<abi::SockAddrIn>(); inet && family == abi::kAfInet) {
    PrintInet(p, *inet);
  } else if (auto inet6 = raw.As<abi::SockAddrIn6>(); inet6 && family == abi::kAfInet6) {
    PrintInet6(p, *inet6);
  } else if (auto netlink = raw.As<abi::SockAddrNl>(); netlink && family == abi::kAfNetlink) {
    PrintNetlink(p, *netlink);
  } else if (raw.size > 2) {
    p.Field("sa_data");
    p.Quoted({reinterpret_cast<const char*>(raw.bytes) + 2, raw.size - 2}, Printer::kMaxString);
  }
  p.Text("}");
}

void PrintAddressAt(Printer& p, uint64_t addr, uint32_t size) {
  RawAddress raw;
  raw.size = std::min<size_t>(size, sizeof(raw.bytes));
  if (addr == 0 || raw.size < sizeof(uint16_t)) return p.Pointer(addr);
  if (!p.LoadBytes(addr, std::as_writable_bytes(std::span(raw.bytes, raw.size)))) {
    return p.Pointer(addr);
  }
  PrintAddress(p, raw);
}

void SockaddrIn(Printer& p, size_t index) {
  PrintAddressAt(p, p.arg(index), p.arg32(index + 1));
}
void SockaddrOut(Printer& p, size_t index) {
  std::optional<uint32_t> size = p.Load<uint32_t>(p.arg(index + 1));
  if (p.failed() || !size) return p.Pointer(p.arg(index));
  PrintAddressAt(p, p.arg(index), *size);
}

void SockType(Printer& p, size_t index) {
  uint32_t type = p.arg32(index);
  const NamedValue* name = FindName(kSockTypesNames, type & abi::kSockTypeMask);
  if (name == nullptr) return p.Hex(type);
  p.FlagsAfter(name->text, kSockFlagsNames, type & ~abi::kSockTypeMask);
}
// The protocol's names depend on the family.
void SockProtocol(Printer& p, size_t index) {
  switch (p.arg32(0)) {
    case abi::kAfInet:
    case abi::kAfInet6:
      return p.Enum(kProtocolsNames, p.arg32(index));
    case abi::kAfNetlink:
      return p.Enum(kNetlinkProtocolsNames, p.arg32(index));
    default:
      return p.Udec(p.arg32(index));
  }
}

void SockOption(Printer& p, size_t index) {
  uint32_t option = p.arg32(index);
  switch (p.arg32(1)) {
    case abi::kSolSocket:
      return p.Enum(kSockOptionsNames, option);
    case abi::kSolIp:
      return p.Enum(kIpOptionsNames, option);
    case abi::kSolIpv6:
      return p.Enum(kIpv6OptionsNames, option);
    case abi::kSolTcp:
      return p.Enum(kTcpOptionsNames, option);
    case abi::kSolUdp:
      return p.Enum(kUdpOptionsNames, option);
    default:
      return p.Udec(option);
  }
}

bool IsTimeout(Printer& p) {
  return p.arg32(1) == static_cast<uint32_t>(abi::kSolSocket) &&
         (p.arg32(2) == static_cast<uint32_t>(abi::kSoRcvtimeo) ||
          p.arg32(2) == static_cast<uint32_t>(abi::kSoSndtimeo));
}

// Most options are ints; the others are shown as bytes, but for those worth their structure.
void PrintOption(Printer& p, uint64_t addr, uint32_t size) {
  uint32_t option = p.arg32(2);
  bool at_socket = p.arg32(1) == static_cast<uint32_t>(abi::kSolSocket);
  if (IsTimeout(p) && size >= sizeof(abi::Timeval)) {
    return p.Struct<abi::Timeval>(addr, PrintTimeval);
  }
  if (at_socket && option == static_cast<uint32_t>(abi::kSoLinger) && size >= sizeof(abi::Linger)) {
    return p.Struct<abi::Linger>(addr, [](Printer& q, const abi::Linger& linger) {
      q.Text("{l_onoff=");
      q.Dec(linger.l_onoff);
      q.Field("l_linger");
      q.Dec(linger.l_linger);
      q.Text("}");
    });
  }
  if (at_socket && option == static_cast<uint32_t>(abi::kSoPeercred) &&
      size >= sizeof(abi::Ucred)) {
    return p.Struct<abi::Ucred>(addr, [](Printer& q, const abi::Ucred& cred) {
      q.Text("{pid=");
      q.Dec(cred.pid);
      q.Field("uid");
      q.Udec(cred.uid);
      q.Field("gid");
      q.Udec(cred.gid);
      q.Text("}");
    });
  }
  if (size == sizeof(int32_t)) {
    return p.Array<int32_t>(addr, 1, [](Printer& q, const int32_t& value) { q.Dec(value); });
  }
  p.Bytes(addr, size);
}
void OptionIn(Printer& p, size_t index) {
  PrintOption(p, p.arg(index), p.arg32(index + 1));
}
void OptionOut(Printer& p, size_t index) {
  std::optional<uint32_t> size = p.Load<uint32_t>(p.arg(index + 1));
  if (p.failed() || !size) return p.Pointer(p.arg(index));
  PrintOption(p, p.arg(index), *size);
}

// The descriptors of an SCM_RIGHTS message.
void PrintRights(Printer& p, uint64_t addr, uint64_t size) {
  p.Field("cmsg_data");
  p.Array<int32_t>(addr, size / sizeof(int32_t), [](Printer& q, const int32_t& fd) { q.Dec(fd); });
}

void PrintControl(Printer& p, uint64_t addr, uint64_t size) {
  if (!p.Load<abi::CmsgHdr>(addr)) return p.Pointer(addr);
  p.Text("[");
  for (uint64_t offset = 0; offset + sizeof(abi::CmsgHdr) <= size;) {
    std::optional<abi::CmsgHdr> header = p.Load<abi::CmsgHdr>(addr + offset);
    if (!header || header->cmsg_len < sizeof(*header) || header->cmsg_len > size - offset) break;
    uint64_t data = header->cmsg_len - sizeof(*header);
    p.Comma();
    p.Text("{cmsg_len=");
    p.Udec(header->cmsg_len);
    p.Field("cmsg_level");
    p.Enum(kSockLevelsNames, static_cast<uint32_t>(header->cmsg_level));
    p.Field("cmsg_type");
    bool at_socket = header->cmsg_level == abi::kSolSocket;
    at_socket ? p.Enum(kControlTypesNames, static_cast<uint32_t>(header->cmsg_type))
              : p.Hex(static_cast<uint32_t>(header->cmsg_type));
    if (at_socket && header->cmsg_type == abi::kScmRights) {
      PrintRights(p, addr + offset + sizeof(*header), data);
    }
    p.Text("}");
    offset += abi::CmsgAlign(header->cmsg_len);
  }
  p.Text("]");
}

// `limit` bytes of the vectors hold data.
void PrintMessage(Printer& p, const abi::MsgHdr& message, uint64_t limit) {
  p.Text("{msg_name=");
  PrintAddressAt(p, message.msg_name, static_cast<uint32_t>(message.msg_namelen));
  p.Field("msg_namelen");
  p.Dec(message.msg_namelen);
  p.Field("msg_iov");
  PrintIovecs(p, message.msg_iov, message.msg_iovlen, limit);
  p.Field("msg_iovlen");
  p.Udec(message.msg_iovlen);
  if (message.msg_control != 0 && message.msg_controllen != 0) {
    p.Field("msg_control");
    PrintControl(p, message.msg_control, message.msg_controllen);
  }
  p.Field("msg_controllen");
  p.Udec(message.msg_controllen);
  p.Field("msg_flags");
  p.Flags(kMsgFlagsNames, message.msg_flags);
  p.Text("}");
}

void MsghdrIn(Printer& p, size_t index) {
  p.Struct<abi::MsgHdr>(p.arg(index), [](Printer& q, const abi::MsgHdr& message) {
    PrintMessage(q, message, ~uint64_t{0});
  });
}
void MsghdrOut(Printer& p, size_t index) {
  p.OutStruct<abi::MsgHdr>(p.arg(index), [](Printer& q, const abi::MsgHdr& message) {
    PrintMessage(q, message, static_cast<uint64_t>(q.result()));
  });
}

void PrintMmsghdr(Printer& p, const abi::Mmsghdr& entry, uint64_t limit) {
  p.Text("{msg_hdr=");
  PrintMessage(p, entry.msg_hdr, limit);
  p.Field("msg_len");
  p.Udec(entry.msg_len);
  p.Text("}");
}
void MmsghdrIn(Printer& p, size_t index) {
  p.Array<abi::Mmsghdr>(
      p.arg(index), p.arg32(index + 1),
      [](Printer& q, const abi::Mmsghdr& entry) { PrintMmsghdr(q, entry, ~uint64_t{0}); });
}
void MmsghdrOut(Printer& p, size_t index) {
  if (p.failed()) return p.Pointer(p.arg(index));
  p.Array<abi::Mmsghdr>(
      p.arg(index), static_cast<uint64_t>(p.result()),
      [](Printer& q, const abi::Mmsghdr& entry) { PrintMmsghdr(q, entry, entry.msg_len); });
}

using enum ArgKind;

constexpr ArgPrinter kSocketPrinters[] = {
    {kFamily, EnumArg<kFamiliesNames>},
    {kSockType, SockType},
    {kSockFlags, FlagsArg<kSockFlagsNames>},
    {kSockProtocol, SockProtocol},
    {kSockaddrIn, SockaddrIn},
    {kSockaddrOut, SockaddrOut, When::kReturn},
    {kMsgFlags, FlagsArg<kMsgFlagsNames>},
    {kMsghdrIn, MsghdrIn},
    {kMsghdrOut, MsghdrOut, When::kReturn},
    {kMmsghdrIn, MmsghdrIn},
    {kMmsghdrOut, MmsghdrOut, When::kReturn},
    {kShutdownHow, EnumArg<kShutdownHowsNames>},
    {kSockLevel, EnumArg<kSockLevelsNames>},
    {kSockOption, SockOption},
    {kOptionIn, OptionIn},
    {kOptionOut, OptionOut, When::kReturn},
};

}  // namespace

std::span<const ArgPrinter> SocketPrinters() {
  return kSocketPrinters;
}

}  // namespace sentry
