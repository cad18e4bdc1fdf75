// The server against a client that has been taken over: raw frames, made-up ids, names that are
// paths, and races.
#include <sys/syscall.h>

#include <atomic>
#include <functional>

#include "abi/gofer/gofer.pb.h"
#include "tests/unit/gofer/gofer_pair.h"

namespace gofer {
namespace {

class GoferHostile : public ::testing::Test {
 protected:
  GoferHostile() {
    host_.Dir("d");
    host_.File("f", "data");
    std::vector<MountConfig> mounts;
    mounts.push_back(MountAt(host_.path(), true));
    mounts.push_back(MountAt(other_.path(), true));
    server_ = std::make_unique<ServerThread>(std::move(mounts), 100);
    wire::Request attach;
    attach.mutable_attach()->set_count(2);
    const wire::Reply reply = Ask(attach);
    root_ = reply.attach().roots(0).entry().node();
    other_root_ = reply.attach().roots(1).entry().node();
  }

  wire::Reply Ask(const wire::Request& request) {
    const std::string bytes = request.SerializeAsString();
    FrameHeader header;
    header.id = 7;
    header.in_flight = 1;
    header.cpu = abi::gofer::kNoCpu;
    EXPECT_TRUE(SendFrame(channel(), header, std::as_bytes(std::span(bytes)), -1).ok());
    return Answer();
  }
  wire::Reply Answer() {
    wire::Reply reply;
    base::Result<Frame> frame = ReceiveFrame(channel(), buffer_, FdPassing::kAccepted);
    EXPECT_TRUE(frame.ok());
    if (!frame.ok()) return reply;
    EXPECT_EQ(frame->header.id, 7U);
    EXPECT_TRUE(reply.ParseFromArray(frame->payload.data(), int(frame->payload.size())));
    fd_ = std::move(frame->fd);
    return reply;
  }
  // Sends these bytes as one message; the server must hang up.
  void ExpectHangUp(std::string_view message) {
    ASSERT_EQ(::send(channel(), message.data(), message.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(message.size()));
    EXPECT_FALSE(ReceiveFrame(channel(), buffer_, FdPassing::kAccepted).ok());
  }
  static std::string Framed(FrameHeader header, std::string_view payload) {
    std::string text(reinterpret_cast<const char*>(&header), sizeof(header));
    return text.append(payload);
  }
  int channel() const { return server_->channel().get(); }

  HostDir host_, other_;
  std::unique_ptr<ServerThread> server_;
  uint64_t root_ = 0, other_root_ = 0;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(abi::gofer::kMaxReplySize);
  base::Fd fd_;
};

TEST_F(GoferHostile, ShortFrame) {
  ExpectHangUp("short");
}

TEST_F(GoferHostile, SizeThatDoesNotFit) {
  FrameHeader header;
  header.size = 100;
  ExpectHangUp(Framed(header, "only this"));
}

TEST_F(GoferHostile, HugeSizeIsNotAllocated) {
  FrameHeader header;
  header.size = UINT32_MAX;
  ExpectHangUp(Framed(header, "x"));
}

TEST_F(GoferHostile, MessageBeyondTheLimit) {
  FrameHeader header;
  const std::string payload(abi::gofer::kMaxRequestSize + 1, '\0');
  header.size = static_cast<uint32_t>(payload.size());
  ExpectHangUp(Framed(header, payload));
}

TEST_F(GoferHostile, Garbage) {
  FrameHeader header;
  const std::string payload = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  header.size = static_cast<uint32_t>(payload.size());
  ExpectHangUp(Framed(header, payload));
}

TEST_F(GoferHostile, DescriptorsAreNotAccepted) {
  FrameHeader header;
  EXPECT_TRUE(SendFrame(channel(), header, {}, channel()).ok());
  EXPECT_FALSE(ReceiveFrame(channel(), buffer_, FdPassing::kAccepted).ok());
}

TEST_F(GoferHostile, EmptyRequestHasNoReply) {
  FrameHeader header;
  EXPECT_TRUE(SendFrame(channel(), header, {}, -1).ok());
  wire::Request request;
  request.mutable_get_attr()->mutable_target()->set_node(root_);
  EXPECT_EQ(Ask(request).error(), 0U);  // The next reply is this one's.
}

TEST_F(GoferHostile, MadeUpNodesAreNothing) {
  for (const uint64_t id : {uint64_t{0}, root_ + 1, root_ ^ (uint64_t{1} << 32), ~uint64_t{0},
                            uint64_t{UINT32_MAX}, root_ & UINT32_MAX}) {
    if (id == other_root_) continue;
    wire::Request request;
    request.add_release(id);
    request.mutable_get_attr()->mutable_target()->set_node(id);
    EXPECT_EQ(Ask(request).error(), unsigned{EBADF}) << id;
    request.mutable_walk()->set_dir(id);
    request.mutable_walk()->add_names("f");
    EXPECT_EQ(Ask(request).error(), unsigned{EBADF}) << id;
  }
  wire::Request still;
  still.mutable_get_attr()->mutable_target()->set_node(root_);
  EXPECT_EQ(Ask(still).error(), 0U);
}

TEST_F(GoferHostile, NamesAreNotPaths) {
  const std::string nul("f\0x", 3);
  for (const std::string& name :
       {std::string(".."), std::string("."), std::string("/"), std::string("d/../.."),
        std::string("/etc/passwd"), std::string("../etc"), nul, std::string(256, 'n')}) {
    const unsigned expected = name.size() > 255 ? ENAMETOOLONG : EINVAL;
    // Every request that takes a name.
    const std::vector<std::function<void(wire::Request*)>> fillers = {
        [&](auto* r) { r->mutable_walk()->set_dir(root_), r->mutable_walk()->add_names(name); },
        [&](auto* r) {
          r->mutable_walk()->set_dir(root_);
          r->mutable_walk()->add_names("d");
          r->mutable_walk()->add_names(name);
        },
        [&](auto* r) {
          r->mutable_open()->mutable_target()->set_node(root_);
          r->mutable_open()->mutable_target()->set_name(name);
          r->mutable_open()->set_mode(wire::OPEN_READ);
        },
        [&](auto* r) { r->mutable_create()->set_dir(root_), r->mutable_create()->set_name(name); },
        [&](auto* r) { r->mutable_mkdir()->set_dir(root_), r->mutable_mkdir()->set_name(name); },
        [&](auto* r) {
          r->mutable_open()->mutable_target()->set_node(root_);
          r->mutable_open()->mutable_target()->set_name("f");
          r->mutable_open()->set_mode(wire::OPEN_READ);
          r->mutable_open()->add_ahead(name);
        },
        [&](auto* r) {
          r->mutable_read_dir()->set_dir(root_);
          r->mutable_read_dir()->set_parent(root_);
          r->mutable_read_dir()->add_also(name);
        },
        [&](auto* r) {
          r->mutable_symlink()->set_dir(root_);
          r->mutable_symlink()->set_name(name);
          r->mutable_symlink()->set_target("t");
        },
        [&](auto* r) { r->mutable_mknod()->set_dir(root_), r->mutable_mknod()->set_name(name); },
        [&](auto* r) {
          r->mutable_link()->mutable_from()->set_node(root_);
          r->mutable_link()->mutable_from()->set_name("f");
          r->mutable_link()->set_dir(root_);
          r->mutable_link()->set_name(name);
        },
        [&](auto* r) { r->mutable_unlink()->set_dir(root_), r->mutable_unlink()->set_name(name); },
        [&](auto* r) {
          r->mutable_rename()->set_from_dir(root_);
          r->mutable_rename()->set_from_name("f");
          r->mutable_rename()->set_to_dir(root_);
          r->mutable_rename()->set_to_name(name);
        },
        [&](auto* r) {
          r->mutable_rename()->set_from_dir(root_);
          r->mutable_rename()->set_from_name(name);
          r->mutable_rename()->set_to_dir(root_);
          r->mutable_rename()->set_to_name("n");
        },
        [&](auto* r) {
          r->mutable_set_attr()->mutable_target()->set_node(root_);
          r->mutable_set_attr()->mutable_target()->set_name(name);
        },
    };
    for (size_t i = 0; i < fillers.size(); ++i) {
      wire::Request request;
      fillers[i](&request);
      EXPECT_EQ(Ask(request).error(), expected) << i << " " << name;
    }
  }
  EXPECT_EQ(server_->session().node_count(), 2U);
}

TEST_F(GoferHostile, CountsAreBounded) {
  wire::Request request;
  request.mutable_walk()->set_dir(root_);
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
  for (size_t i = 0; i <= kMaxWalkNames; ++i) request.mutable_walk()->add_names("d");
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
  request.mutable_open()->mutable_target()->set_node(root_);
  request.mutable_open()->mutable_target()->set_name("f");
  request.mutable_open()->set_mode(wire::OPEN_READ);
  for (size_t i = 0; i <= kMaxOpenedAhead; ++i) request.mutable_open()->add_ahead("f");
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
  request.mutable_read_dir()->set_dir(root_);
  request.mutable_read_dir()->set_parent(root_);
  for (size_t i = 0; i <= kMaxListedAlso; ++i) request.mutable_read_dir()->add_also("d");
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
}

TEST_F(GoferHostile, WhatComesAlongIsAskedOfTheSameDoors) {
  host_.Link("d", "link");
  wire::Request request;
  request.mutable_read_dir()->set_dir(root_);
  request.mutable_read_dir()->set_parent(root_);
  request.mutable_read_dir()->set_also_nodes(true);
  for (const char* name : {"link", "f", "missing", "d"}) {
    request.mutable_read_dir()->add_also(name);
  }
  const wire::Reply reply = Ask(request);
  ASSERT_EQ(reply.read_dir().also_size(), 4);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(reply.read_dir().also(i).failed()) << i;
    EXPECT_EQ(reply.read_dir().also(i).self().node(), 0U) << i;
  }
  EXPECT_NE(reply.read_dir().also(3).self().node(), 0U);
  EXPECT_EQ(server_->session().node_count(), 3U);
  // A parent that is none.
  request.mutable_read_dir()->set_parent(root_ ^ 1U << 20);
  EXPECT_EQ(Ask(request).read_dir().also_size(), 0);
}

TEST_F(GoferHostile, UnknownEnumsAndFlags) {
  wire::Request request;
  request.mutable_open()->mutable_target()->set_node(root_);
  request.mutable_open()->mutable_target()->set_name("f");
  for (const int mode : {0, 4, 99, -1}) {
    request.mutable_open()->set_mode(static_cast<wire::OpenMode>(mode));
    EXPECT_EQ(Ask(request).error(), unsigned{EINVAL}) << mode;
    EXPECT_FALSE(fd_.valid());
  }
  request.mutable_create()->set_dir(root_);
  request.mutable_create()->set_name("n");
  request.mutable_create()->set_mode(~0U);
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
  request.mutable_set_xattr()->mutable_target()->set_node(root_);
  request.mutable_set_xattr()->set_name("user.x");
  request.mutable_set_xattr()->set_flags(~0U);
  EXPECT_EQ(Ask(request).error(), unsigned{EINVAL});
}

TEST_F(GoferHostile, CookiesAreOnlyPositions) {
  wire::Request request;
  request.mutable_read_dir()->set_dir(root_);
  for (const uint64_t cookie : {uint64_t{1} << 40, ~uint64_t{0}, uint64_t{INT64_MAX}}) {
    request.mutable_read_dir()->set_cookie(cookie);
    Ask(request);  // Some entries, none, or an error: whatever the host says.
  }
  request.mutable_read_dir()->set_cookie(0);
  EXPECT_EQ(Ask(request).read_dir().items_size(), 2);
}

TEST_F(GoferHostile, MountsDoNotMix) {
  wire::Request request;
  request.mutable_rename()->set_from_dir(root_);
  request.mutable_rename()->set_from_name("f");
  request.mutable_rename()->set_to_dir(other_root_);
  request.mutable_rename()->set_to_name("f");
  EXPECT_EQ(Ask(request).error(), unsigned{EXDEV});
  request.mutable_link()->mutable_from()->set_node(root_);
  request.mutable_link()->mutable_from()->set_name("f");
  request.mutable_link()->set_dir(other_root_);
  request.mutable_link()->set_name("f");
  EXPECT_EQ(Ask(request).error(), unsigned{EXDEV});
}

TEST_F(GoferHostile, TheNodeTableIsCapped) {
  wire::Request request;
  request.mutable_walk()->set_dir(root_);
  request.mutable_walk()->add_names("d");
  for (int i = 0; i < 300; ++i) Ask(request);
  EXPECT_EQ(Ask(request).walk().error(), unsigned{ENFILE});
  EXPECT_EQ(server_->session().node_count(), 100U);
}

// Another process of the host swaps a directory, or a file, for a symbolic link that leads out.
// However the race goes, nothing outside the root may come back.  A bounded number of rounds on
// both sides.
class GoferRace : public GoferHostile {
 protected:
  void SetUp() override {
    outside_.File("f", "SECRET");
    host_.Dir("real");
    host_.File("real/f", "inside");
  }
  template <typename Swap>
  void Race(const wire::Request& request, Swap swap) {
    std::atomic<bool> stop{false};
    std::thread swapper([&] {
      while (!stop.load()) swap();
    });
    int opened = 0;
    for (int i = 0; i < 3000; ++i) {
      fd_.reset();
      Ask(request);
      if (!fd_.valid()) continue;
      ++opened;
      EXPECT_NE(ReadAll(fd_), "SECRET");
    }
    stop.store(true);
    swapper.join();
    ::testing::Test::RecordProperty("opened", opened);
  }
  HostDir outside_;
};

TEST_F(GoferRace, DirectoryAgainstSymlink) {
  host_.Link(outside_.path(), "link");
  ASSERT_EQ(::rename(host_.At("real").c_str(), host_.At("x").c_str()), 0);
  wire::Request request;
  request.mutable_walk()->set_dir(root_);
  request.mutable_walk()->add_names("x");
  request.mutable_walk()->add_names("f");
  request.mutable_walk()->set_open(wire::OPEN_READ);
  const int dir = ::open(host_.path().c_str(), O_PATH | O_CLOEXEC);
  Race(request, [&] { ::syscall(SYS_renameat2, dir, "x", dir, "link", 2 /* RENAME_EXCHANGE */); });
  ::close(dir);
}

TEST_F(GoferRace, FileAgainstSymlink) {
  host_.Link(outside_.At("f"), "link");
  wire::Request request;
  request.mutable_walk()->set_dir(root_);
  request.mutable_walk()->add_names("f");
  request.mutable_walk()->set_open(wire::OPEN_BEST);
  const int dir = ::open(host_.path().c_str(), O_PATH | O_CLOEXEC);
  Race(request, [&] { ::syscall(SYS_renameat2, dir, "f", dir, "link", 2); });
  ::close(dir);
}

TEST_F(GoferRace, CreateAgainstSymlink) {
  wire::Request request;
  request.mutable_create()->set_dir(root_);
  request.mutable_create()->set_name("new");
  request.mutable_create()->set_mode(0600);
  request.mutable_create()->set_open(wire::OPEN_WRITE);
  const std::string name = host_.At("new");
  const std::string target = outside_.At("made");
  Race(request, [&] {
    ::unlink(name.c_str());
    if (::symlink(target.c_str(), name.c_str()) != 0) return;
    ::unlink(name.c_str());
  });
  EXPECT_NE(::access(target.c_str(), F_OK), 0);
}

TEST_F(GoferRace, DirectoryMovedOutStaysAHandleButNamesDoNotClimb) {
  host_.Dir("moving");
  wire::Request walk;
  walk.mutable_walk()->set_dir(root_);
  walk.mutable_walk()->add_names("moving");
  const uint64_t node = Ask(walk).walk().entries(0).node();
  ASSERT_EQ(::rename(host_.At("moving").c_str(), outside_.At("moving").c_str()), 0);
  wire::Request climb;
  climb.mutable_walk()->set_dir(node);
  climb.mutable_walk()->add_names("..");
  EXPECT_EQ(Ask(climb).error(), unsigned{EINVAL});
}

}  // namespace
}  // namespace gofer
