// Netlink sockets for tests (netlink(7)): requests out, messages and acknowledgements in.
#pragma once

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fd.h"
#include "tests/support/matchers.h"

namespace test {

struct Message {
  nlmsghdr header;
  std::vector<char> payload;

  template <typename T>
  T As() const {
    T value{};
    memcpy(&value, payload.data(), std::min(sizeof(T), payload.size()));
    return value;
  }
  std::map<int, std::string> Attributes(size_t fixed) const {
    std::map<int, std::string> found;
    size_t at = NLMSG_ALIGN(fixed);
    while (at + sizeof(rtattr) <= payload.size()) {
      rtattr head;
      memcpy(&head, payload.data() + at, sizeof(head));
      if (head.rta_len < sizeof(head) || at + head.rta_len > payload.size()) break;
      found[head.rta_type & NLA_TYPE_MASK] =
          std::string(payload.data() + at + sizeof(head), head.rta_len - sizeof(head));
      at += RTA_ALIGN(head.rta_len);
    }
    return found;
  }
  int Error() const { return As<nlmsgerr>().error; }
};

class Netlink {
 public:
  explicit Netlink(int protocol = NETLINK_ROUTE) : fd_(socket(AF_NETLINK, SOCK_RAW, protocol)) {
    EXPECT_THAT(fd_.get(), SyscallSucceeds());
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    EXPECT_THAT(bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof(name)),
                SyscallSucceeds());
  }
  int get() const { return fd_.get(); }

  template <typename T>
  void Send(int type, int flags, const T& fixed, const std::string& attributes = {}) {
    std::string bytes(NLMSG_HDRLEN, '\0');
    bytes.append(reinterpret_cast<const char*>(&fixed), sizeof(fixed));
    bytes.resize(NLMSG_ALIGN(bytes.size()));
    bytes += attributes;
    nlmsghdr header{};
    header.nlmsg_len = static_cast<uint32_t>(bytes.size());
    header.nlmsg_type = static_cast<uint16_t>(type);
    header.nlmsg_flags = static_cast<uint16_t>(flags | NLM_F_REQUEST);
    header.nlmsg_seq = ++sequence_;
    memcpy(bytes.data(), &header, sizeof(header));
    EXPECT_THAT(send(fd_.get(), bytes.data(), bytes.size(), 0), SyscallReturns(bytes.size()));
  }
  // The messages of one datagram.
  std::vector<Message> Receive() {
    std::vector<char> buffer(65536);
    ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    EXPECT_THAT(got, SyscallSucceeds());
    std::vector<Message> all;
    for (size_t at = 0; got > 0 && at + NLMSG_HDRLEN <= static_cast<size_t>(got);) {
      Message message;
      memcpy(&message.header, buffer.data() + at, sizeof(message.header));
      message.payload.assign(buffer.begin() + static_cast<long>(at + NLMSG_HDRLEN),
                             buffer.begin() + static_cast<long>(at + message.header.nlmsg_len));
      at += NLMSG_ALIGN(message.header.nlmsg_len);
      all.push_back(std::move(message));
    }
    return all;
  }
  // All of a dump, without NLMSG_DONE.
  std::vector<Message> ReceiveDump() {
    std::vector<Message> all;
    for (int rounds = 0; rounds < 1000; ++rounds) {
      for (Message& message : Receive()) {
        if (message.header.nlmsg_type == NLMSG_DONE) return all;
        EXPECT_NE(message.header.nlmsg_type, NLMSG_ERROR) << message.Error();
        if (message.header.nlmsg_type == NLMSG_ERROR) return all;
        EXPECT_TRUE(message.header.nlmsg_flags & NLM_F_MULTI);
        all.push_back(std::move(message));
      }
    }
    ADD_FAILURE() << "the dump does not end";
    return all;
  }
  int ReceiveError() {
    std::vector<Message> all = Receive();
    if (all.size() != 1 || all[0].header.nlmsg_type != NLMSG_ERROR) {
      ADD_FAILURE() << "no acknowledgement";
      return 1;
    }
    EXPECT_EQ(all[0].header.nlmsg_seq, sequence_);
    return all[0].Error();
  }
  uint32_t sequence() const { return sequence_; }

 private:
  Fd fd_;
  uint32_t sequence_ = 0;
};

inline std::string Attribute(int type, const void* data, size_t size) {
  rtattr head{static_cast<uint16_t>(sizeof(rtattr) + size), static_cast<uint16_t>(type)};
  std::string bytes(reinterpret_cast<char*>(&head), sizeof(head));
  bytes.append(static_cast<const char*>(data), size);
  bytes.resize(RTA_ALIGN(bytes.size()));
  return bytes;
}

}  // namespace test
