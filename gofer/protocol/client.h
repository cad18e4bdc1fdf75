// The Sentry's half of the channel to the Gofer: one synchronous method per request.
//
// Thread-safe: several threads may have requests in flight.  A caller sends and then waits for its
// own reply; while it waits it may receive somebody else's, which it hands over.  A reply that does
// not come at once is waited for inside BlockingHook's bracket, in which the kernel lock is given
// up.
//
// When the connection is lost, every call (also those in flight) returns EIO, lost() is true, and
// one line says so.  Host calls used after Connect: sendmsg, recvmsg, futex, close (of descriptors
// that nobody took).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gofer/protocol/types.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// Called around the part of a wait that may be long.  No lock of the client is held in these calls.
class BlockingHook {
 public:
  virtual ~BlockingHook() = default;
  virtual void BeginBlocking() = 0;
  virtual void EndBlocking() = 0;
  // False: whoever calls now cannot wait, which is EAGAIN.
  virtual bool MayWait() { return true; }
  // One side has no room for another descriptor: some of what can be made anew is to be given up;
  // false when there was nothing.
  virtual bool MakeRoom() { return false; }
};

class Client {
 public:
  // Takes the channel (a connected SOCK_SEQPACKET socket) and sends the Hello; its reply is checked
  // when it comes, so the Gofer's start-up and the caller's overlap.  `hook` is borrowed and may be
  // null.
  static base::Result<std::unique_ptr<Client>> Connect(base::Fd channel, BlockingHook* hook);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool lost() const;

  // Roots of the mounts `first` .. `first + count - 1`, by their index in the Gofer's
  // configuration.
  base::Result<std::vector<Root>> Attach(uint32_t first, uint32_t count);

  // One to kMaxWalkNames single components; "." and ".." are the caller's business (EINVAL here).
  base::Result<Walked> Walk(NodeId dir, std::span<const std::string_view> names,
                            const WalkOptions& options);
  // Opens others of the target's directory too, for reading, if `opened` is there for them: invalid
  // where that did not work.
  base::Result<OpenedFile> Open(const Target& target, OpenMode mode,
                                std::span<const std::string_view> ahead = {},
                                std::vector<base::Fd>* opened = nullptr);
  // A page of the listing after `cookie` (0: from the start), as much as fits in one reply.  Of the
  // directories in it the first `nodes` come with a node (fewer when the Gofer says so), and with
  // attributes whatever `with_attr` says.
  base::Result<DirPage> ReadDir(NodeId dir, uint64_t cookie, bool with_attr, uint32_t nodes = 0,
                                const ReadDirAlso& also = {});

  base::Result<Created> Create(NodeId dir, std::string_view name, const CreateOptions& options);
  base::Result<Entry> Mkdir(NodeId dir, std::string_view name, uint32_t mode, Owner owner);
  base::Result<Entry> Symlink(NodeId dir, std::string_view name, std::string_view target,
                              Owner owner);
  // FIFOs and sockets (type in `mode`); anything else is EPERM.
  base::Result<Entry> Mknod(NodeId dir, std::string_view name, uint32_t mode, Owner owner);
  // A second name; returns the new link count with the other attributes.
  base::Result<Entry> Link(const Target& from, NodeId dir, std::string_view name);
  base::Result<void> Unlink(NodeId dir, std::string_view name);
  base::Result<void> Rmdir(NodeId dir, std::string_view name);
  // `flags`: RENAME_NOREPLACE or RENAME_EXCHANGE.
  base::Result<void> Rename(NodeId from_dir, std::string_view from_name, NodeId to_dir,
                            std::string_view to_name, uint32_t flags);

  base::Result<Attr> GetAttr(const Target& target);
  base::Result<Attr> SetAttributes(const Target& target, const SetAttr& change);
  base::Result<std::string> ReadLink(const Target& target);
  base::Result<FsStat> StatFs(NodeId node);
  // For files and directories without a donated descriptor.
  base::Result<void> Fsync(const Target& target, bool data_only);

  // Only user.* attributes exist; others are EOPNOTSUPP.
  base::Result<std::string> GetXattr(const Target& target, std::string_view name);
  // `flags`: XATTR_CREATE or XATTR_REPLACE.
  base::Result<void> SetXattr(const Target& target, std::string_view name, std::string_view value,
                              uint32_t flags);
  base::Result<std::vector<std::string>> ListXattr(const Target& target);
  base::Result<void> RemoveXattr(const Target& target, std::string_view name);

  // Gives a node up.  Never waits: ids are collected and travel with a later request.
  // ENFILE from any call that makes a node means: release some first.
  void Release(NodeId node);

 private:
  class Channel;
  explicit Client(std::unique_ptr<Channel> channel);
  base::Result<void> Remove(NodeId dir, std::string_view name, bool directory);

  const std::unique_ptr<Channel> channel_;
};

}  // namespace gofer
