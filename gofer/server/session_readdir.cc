// ReadDir: a page of a listing, with attributes and symbolic links' targets, in one round trip.
#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "abi/gofer/framing.h"
#include "gofer/server/session.h"

namespace gofer {
namespace {

constexpr size_t kHostBuffer = 32 << 10;
// Room for the envelope around the items.
constexpr size_t kPageLimit = abi::gofer::kMaxReplySize - 64;

struct HostEntry {
  uint64_t ino;
  int64_t offset;
  uint16_t record_length;
  uint8_t type;
  char name[1];
};
constexpr size_t kNameOffset = offsetof(HostEntry, name);

// Tag, length (up to three bytes) and the item.
size_t ItemSize(const wire::ReadDirReply::Item& item) {
  return item.ByteSizeLong() + 4;
}

// Of a listing around its items: tag, length, node and flag.
constexpr size_t kListingSize = 256;

}  // namespace

struct Session::ListingRoom {
  size_t used = 0;     // Of kPageLimit bytes.
  uint32_t nodes = 0;  // How many directories may become nodes yet.
  uint32_t below = 0;  // How many directories below may be listed yet.
  bool types = true;   // Attributes may be looked at where the host tells no type.
};

base::Result<bool> Session::DescribeItem(const Node& dir, const base::Fd& listing, const char* text,
                                         bool with_attr, wire::ReadDirReply::Item* item) {
  const base::Result<Name> name = Name::FromHost(text);
  if (!name.ok()) return false;
  const HideBranch* branch = BranchOf(dir.hide, name->view());
  if (branch != nullptr && branch->hidden) return false;
  item->set_name(name->c_str(), name->view().size());
  if (!with_attr || item->has_attr()) return true;
  const base::Result<struct statx> found = StatEntry(listing, name.value());
  if (found.Is(ENOENT)) return false;  // Removed since the host listed it.
  if (!found.ok()) return true;        // Listed without attributes, as Linux would.
  FillAttr(*dir.mount, found.value(), item->mutable_attr());
  if (S_ISLNK(found->stx_mode)) {
    base::Result<std::string> target = ReadLinkEntry(listing, name.value());
    if (target.ok()) *item->mutable_link_target() = std::move(target).value();
  }
  return true;
}

bool Session::KeepItem(const Node& dir, const char* text, wire::ReadDirReply::Item* item) {
  const base::Result<Name> name = Name::FromHost(text);
  if (!name.ok() || nodes_.size() >= spare_nodes_) return false;
  base::Result<Object> object = Lookup(dir, name.value());
  if (!object.ok()) return false;
  const base::Result<struct statx> found = StatHandle(object->handle());
  if (!found.ok() || !S_ISDIR(found->stx_mode)) return false;  // Something else stands there now.
  const base::Result<NodeId> node = Keep(std::move(object).value(), found->stx_mode);
  if (!node.ok()) return false;
  FillAttr(*dir.mount, found.value(), item->mutable_attr());
  item->set_node(static_cast<uint64_t>(node.value()));
  return true;
}

base::Result<void> Session::ReadDir(const wire::ReadDirRequest& request,
                                    wire::ReadDirReply* reply) {
  if (request.also_size() > static_cast<int>(kMaxListedAlso)) return base::Errno(EINVAL);
  for (const std::string& text : request.also()) TRY(Name::Parse(text));
  const base::Ref<Node> dir = TRY(nodes_.Find(static_cast<NodeId>(request.dir())));
  if (dir->type != S_IFDIR) return base::Errno(ENOTDIR);
  bool with_attr = request.with_attr();
  ListingRoom room;
  room.nodes = std::min(request.nodes(), kMaxListedNodes);
  if (dir->mount->world_readable_only()) {
    const struct statx found = TRY(StatHandle(dir->fd));
    if (!dir->mount->MayRead(found.stx_mode)) return base::Errno(EACCES);
    if (!dir->mount->MaySearch(found.stx_mode)) {
      with_attr = false;
      room.nodes = 0;
      room.types = false;
    }
  }
  const base::Fd listing = TRY(guard_.Reopen(dir->fd, O_RDONLY | O_DIRECTORY));
  if (request.cookie() != 0) {
    const auto offset = static_cast<off_t>(request.cookie());
    if (::lseek(listing.get(), offset, SEEK_SET) < 0) return base::LastErrno();
  }
  reply->set_end(TRY(FillPage(*dir, listing, with_attr, &room, reply->mutable_items())));
  if (!reply->end()) return base::Ok();
  room.below = std::min<uint32_t>(request.below(), kMaxListedAlso);
  if (!ListBelow(request.dir(), reply->items(), request.with_attr(), &room, reply)) {
    return base::Ok();
  }
  const base::Result<void> listed = ListAlso(request, &room, reply);
  // What was not asked for by itself fails by itself; nodes that it made are the client's.
  return listed.Is(EMSGSIZE) ? base::Ok() : listed;
}

bool Session::ListBelow(uint64_t parent, const ListedItems& items, bool with_attr,
                        ListingRoom* room, wire::ReadDirReply* reply) {
  std::vector<const wire::ReadDirReply::Item*> directories;
  for (const wire::ReadDirReply::Item& item : items) {
    if (item.node() != 0) directories.push_back(&item);
  }
  std::sort(directories.begin(), directories.end(),
            [](const auto* a, const auto* b) { return a->name() < b->name(); });
  for (const wire::ReadDirReply::Item* item : directories) {
    if (room->below == 0) return true;
    --room->below;
    room->used += kListingSize + item->name().size();
    wire::ReadDirReply::Listing* listing = reply->add_below();
    listing->set_parent(parent);
    listing->set_name(item->name());
    const base::Result<bool> whole =
        room->used < kPageLimit ? ListNode(item->node(), with_attr, room, listing->mutable_items())
                                : base::Result<bool>(false);
    if (whole.ok() && whole.value()) {
      if (!ListBelow(item->node(), listing->items(), with_attr, room, reply)) return false;
      continue;
    }
    ReleaseItems(listing->mutable_items());
    if (whole.ok()) {
      reply->mutable_below()->RemoveLast();
      return false;
    }
    listing->set_failed(true);
  }
  return true;
}

base::Result<bool> Session::ListNode(uint64_t id, bool with_attr, ListingRoom* room,
                                     ListedItems* items) {
  const base::Ref<Node> dir = TRY(nodes_.Find(static_cast<NodeId>(id)));
  if (dir->mount->world_readable_only()) {
    const struct statx found = TRY(StatHandle(dir->fd));
    if (!dir->mount->MayRead(found.stx_mode) || !dir->mount->MaySearch(found.stx_mode)) {
      return base::Errno(EACCES);
    }
  }
  const base::Fd listing = TRY(guard_.Reopen(dir->fd, O_RDONLY | O_DIRECTORY));
  return FillPage(*dir, listing, with_attr, room, items);
}

void Session::ReleaseItems(ListedItems* items) {
  for (const wire::ReadDirReply::Item& item : *items) {
    nodes_.Release(static_cast<NodeId>(item.node()));
  }
  items->Clear();
}

base::Result<void> Session::ListAlso(const wire::ReadDirRequest& request, ListingRoom* room,
                                     wire::ReadDirReply* reply) {
  const base::Result<base::Ref<Node>> parent = SearchableDir(request.parent());
  if (!parent.ok()) return base::Ok();
  for (const std::string& text : request.also()) {
    wire::ReadDirReply::Listing* listing = reply->add_also();
    const base::Result<void> done = ListEntry(*parent.value(), text, request, room, listing);
    if (done.ok()) continue;
    ReleaseItems(listing->mutable_items());
    if (done.Is(EMSGSIZE)) {
      reply->mutable_also()->RemoveLast();
      return done;
    }
    listing->set_failed(true);
  }
  return base::Ok();
}

base::Result<void> Session::ListEntry(const Node& parent, const std::string& text,
                                      const wire::ReadDirRequest& request, ListingRoom* room,
                                      wire::ReadDirReply::Listing* listing) {
  const Name name = TRY(Name::Parse(text));
  room->used += kListingSize;
  if (room->used > kPageLimit) return base::Errno(EMSGSIZE);
  const HideBranch* branch = BranchOf(parent.hide, name.view());
  if (branch != nullptr && branch->hidden) return base::Errno(ENOENT);
  base::Fd opened = TRY(guard_.OpenAt(parent.fd, name, O_RDONLY | O_DIRECTORY | O_NONBLOCK));
  const Node dir(std::move(opened), parent.mount, branch, S_IFDIR);
  if (parent.mount->world_readable_only()) {
    const struct statx found = TRY(StatHandle(dir.fd));
    if (!parent.mount->MayRead(found.stx_mode) || !parent.mount->MaySearch(found.stx_mode)) {
      return base::Errno(EACCES);
    }
  }
  const uint32_t nodes = room->nodes;
  const bool whole =
      TRY(FillPage(dir, dir.fd, request.with_attr(), room, listing->mutable_items()));
  if (!whole) {
    room->nodes = nodes;
    return base::Errno(EMSGSIZE);
  }
  if (!request.also_nodes() || nodes_.size() >= spare_nodes_) return base::Ok();
  Object object = TRY(Lookup(parent, name));
  const struct statx found = TRY(StatHandle(object.handle()));
  if (!S_ISDIR(found.stx_mode)) return base::Errno(ENOTDIR);
  return FillEntry(std::move(object), found, true, listing->mutable_self());
}

base::Result<bool> Session::FillPage(const Node& dir, const base::Fd& listing, bool with_attr,
                                     ListingRoom* room, ListedItems* items) {
  alignas(HostEntry) char buffer[kHostBuffer];
  while (true) {
    const long got = ::syscall(SYS_getdents64, listing.get(), buffer, sizeof(buffer));
    if (got < 0) return base::LastErrno();
    if (got == 0) break;
    for (long at = 0; at < got;) {
      HostEntry entry;
      std::memcpy(&entry, buffer + at, kNameOffset);
      const char* name = buffer + at + kNameOffset;
      at += entry.record_length;
      wire::ReadDirReply::Item* item = items->Add();
      const bool kept = room->nodes != 0 && entry.type == DT_DIR && KeepItem(dir, name, item);
      const bool look = with_attr || (entry.type == DT_UNKNOWN && room->types);
      const bool shown = TRY(DescribeItem(dir, listing, name, look, item));
      if (!shown) {
        items->RemoveLast();
        continue;
      }
      item->set_cookie(static_cast<uint64_t>(entry.offset));
      if (!item->has_attr()) {
        item->set_ino(entry.ino);
        item->set_type(static_cast<uint32_t>(DTTOIF(entry.type)));
      }
      room->used += ItemSize(*item);
      if (room->used > kPageLimit) {  // It starts the next page.
        if (kept) nodes_.Release(static_cast<NodeId>(item->node()));
        items->RemoveLast();
        return false;
      }
      if (kept) --room->nodes;
    }
  }
  return true;
}

}  // namespace gofer
