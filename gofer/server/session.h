// Session: one client's view.  It turns a request into a reply; it knows nothing of sockets.
//
// The client is hostile: handlers look at every field before they act, and act on handles and
// single names only. Thread-safe: the node table has a lock, everything else is constant.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "abi/gofer/gofer.pb.h"
#include "gofer/server/mount.h"
#include "gofer/server/name.h"
#include "gofer/server/node_table.h"
#include "gofer/server/path_guard.h"
#include "platform/base/fd.h"
#include "platform/base/result.h"

namespace gofer {

// What a handler fills in.
struct Answer {
  wire::Reply* message;
  base::Fd fd;                 // Donated to the client.
  std::vector<base::Fd> more;  // Behind it.
};

class Session {
 public:
  using ListedItems = google::protobuf::RepeatedPtrField<wire::ReadDirReply::Item>;

  // The mounts and the guard are borrowed.  Before the process shuts itself in.
  Session(const std::vector<Mount>& mounts, const PathGuard& guard, uint32_t max_nodes);

  // Answers a request.  False when there is nothing to answer (a request without body).
  bool Handle(const wire::Request& request, Answer* answer);
  size_t node_count() { return nodes_.size(); }

 private:
  // An object on the host with what policy needs to know about it.
  struct Object {
    base::Ref<Node> node;  // Either a node,
    base::Fd opened;       // or a handle opened for this request.
    const Mount* mount = nullptr;
    const HideBranch* hide = nullptr;

    const base::Fd& handle() const { return opened.valid() ? opened : node->fd; }
  };

  base::Result<void> Dispatch(const wire::Request& request, Answer* answer);

  // session_walk.cc
  base::Result<void> Hello(const wire::HelloRequest& request, wire::HelloReply* reply);
  base::Result<void> Attach(const wire::AttachRequest& request, wire::AttachReply* reply);
  base::Result<void> Walk(const wire::WalkRequest& request, Answer* answer);
  // Looks the i-th name up in `dir`, describes it in the reply and returns its mode.
  base::Result<uint32_t> WalkStep(const Node& dir, const wire::WalkRequest& request, int i,
                                  wire::WalkReply* reply, Answer* answer);
  // The cheap way for an entry that needs no node.  0, and nothing done, for a directory.
  base::Result<uint32_t> StepByName(const Node& dir, const Name& name, wire::OpenMode open,
                                    wire::WalkReply* reply, Answer* answer);
  base::Result<OpenedFile> OpenByName(const Node& dir, const Name& name, const struct statx& found,
                                      wire::OpenMode mode);
  static void NoteOpen(const base::Result<void>& opened, wire::WalkReply* reply);
  base::Result<void> Open(const wire::OpenRequest& request, Answer* answer);
  // The entry `text` of `dir`, as it would be donated.
  base::Result<OpenedFile> OpenEntry(const Node& dir, const std::string& text, wire::OpenMode mode);
  // session_readdir.cc
  base::Result<void> ReadDir(const wire::ReadDirRequest& request, wire::ReadDirReply* reply);
  // What a reply that lists directories still has room for.
  struct ListingRoom;
  // Whether that was all.
  base::Result<bool> FillPage(const Node& dir, const base::Fd& listing, bool with_attr,
                              ListingRoom* room, ListedItems* items);
  // False for an entry that is not shown.
  base::Result<bool> DescribeItem(const Node& dir, const base::Fd& listing, const char* text,
                                  bool with_attr, wire::ReadDirReply::Item* item);
  // Describes a directory and gives it its node, as a walk to it would; whether it has one now.
  bool KeepItem(const Node& dir, const char* text, wire::ReadDirReply::Item* item);
  // Those of `items` that have nodes, each with what is below it; false when there is no more room.
  bool ListBelow(uint64_t parent, const ListedItems& items, bool with_attr, ListingRoom* room,
                 wire::ReadDirReply* reply);
  base::Result<bool> ListNode(uint64_t id, bool with_attr, ListingRoom* room, ListedItems* items);
  void ReleaseItems(ListedItems* items);
  base::Result<void> ListAlso(const wire::ReadDirRequest& request, ListingRoom* room,
                              wire::ReadDirReply* reply);
  // The listing of the directory `text` in `parent`, if it has room.
  base::Result<void> ListEntry(const Node& parent, const std::string& text,
                               const wire::ReadDirRequest& request, ListingRoom* room,
                               wire::ReadDirReply::Listing* listing);
  // session_create.cc
  base::Result<void> Create(const wire::CreateRequest& request, Answer* answer);
  base::Result<void> FinishCreate(const Node& dir, base::Fd made,
                                  const wire::CreateRequest& request, Answer* answer);
  base::Result<void> OpenExisting(const Node& dir, const Name& name,
                                  const wire::CreateRequest& request, Answer* answer);
  base::Result<void> Mkdir(const wire::MkdirRequest& request, wire::EntryReply* reply);
  base::Result<void> Symlink(const wire::SymlinkRequest& request, wire::EntryReply* reply);
  base::Result<void> Mknod(const wire::MknodRequest& request, wire::EntryReply* reply);
  base::Result<void> Link(const wire::LinkRequest& request, wire::EntryReply* reply);
  // session_names.cc
  base::Result<void> Unlink(const wire::UnlinkRequest& request);
  base::Result<void> Rename(const wire::RenameRequest& request);
  // session_attr.cc
  base::Result<void> GetAttr(const wire::GetAttrRequest& request, wire::AttrReply* reply);
  base::Result<void> SetAttr(const wire::SetAttrRequest& request, wire::AttrReply* reply);
  base::Result<void> SetMode(const Object& object, uint32_t mode);
  base::Result<void> SetSize(const Object& object, uint64_t size);
  base::Result<void> SetTimes(const Object& object, const wire::SetAttrRequest& request);
  base::Result<void> ReadLink(const wire::ReadLinkRequest& request, wire::BytesReply* reply);
  base::Result<void> StatFs(const wire::StatFsRequest& request, wire::StatFsReply* reply);
  base::Result<void> Fsync(const wire::FsyncRequest& request);
  // session_xattr.cc
  base::Result<std::string> XattrPath(const Object& object);
  base::Result<void> GetXattr(const wire::GetXattrRequest& request, wire::BytesReply* reply);
  base::Result<void> SetXattr(const wire::SetXattrRequest& request);
  base::Result<void> ListXattr(const wire::ListXattrRequest& request, wire::ListXattrReply* reply);
  base::Result<void> RemoveXattr(const wire::RemoveXattrRequest& request);

  // A directory in which the policy lets names be looked up: EBADF, ENOTDIR, EACCES.
  base::Result<base::Ref<Node>> SearchableDir(uint64_t id);
  // The same, in which names may be made and removed: also EROFS.
  base::Result<base::Ref<Node>> WritableDir(uint64_t id);
  // A name that is about to be made: EACCES if it would cover something hidden.
  static base::Result<Name> NewName(const Node& dir, const std::string& text);
  // The entry `name`, opened with O_PATH; ENOENT when it is hidden.
  base::Result<Object> Lookup(const Node& dir, const Name& name);
  base::Result<Object> Resolve(const wire::Target& target);
  // Resolve on a mount that may be written: EROFS.
  base::Result<Object> ResolveWritable(const wire::Target& target);

  // Opens the regular file behind a handle with the access that policy and host grant.
  base::Result<void> Donate(const Object& object, const struct statx& found, wire::OpenMode mode,
                            wire::OpenedFile* opened, Answer* answer);

  // Makes a node of `object`, whose handle it takes.
  base::Result<NodeId> Keep(Object object, uint32_t mode);
  // Describes `object` in `entry`, with a node if it is a directory or `want_node` says so.
  base::Result<void> FillEntry(Object object, const struct statx& found, bool want_node,
                               wire::Entry* entry);
  // After something was made under `name`: gives it its owner and describes it.
  base::Result<void> FinishNew(const Node& dir, const Name& name, const wire::Owner& owner,
                               wire::Entry* entry);
  static base::Result<void> ApplyOwner(const Mount& mount, const base::Fd& handle,
                                       const wire::Owner& owner);
  static void FillAttr(const Mount& mount, const struct statx& found, wire::Attr* attr);

  const std::vector<Mount>& mounts_;
  const PathGuard& guard_;
  // Below this many nodes directories of a listing may have some: the others are for walks.
  const size_t spare_nodes_;
  NodeTable nodes_;
};

}  // namespace gofer
