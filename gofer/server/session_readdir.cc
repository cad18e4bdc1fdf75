// ReadDir: a page of a listing, with attributes and symbolic links' targets, in one round trip.
#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

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

// Tag, length (up to three bytes) and the item, which may get a node yet.
size_t ItemSize(const wire::ReadDirReply::Item& item) {
  constexpr size_t kNodeSize = 1 + sizeof(uint64_t);
  return item.ByteSizeLong() + 4 + kNodeSize;
}

}  // namespace

base::Result<bool> Session::DescribeItem(const Node& dir, const base::Fd& listing, const char* text,
                                         bool with_attr, wire::ReadDirReply::Item* item) {
  const base::Result<Name> name = Name::FromHost(text);
  if (!name.ok()) return false;
  const HideBranch* branch = BranchOf(dir.hide, name->view());
  if (branch != nullptr && branch->hidden) return false;
  item->set_name(name->c_str(), name->view().size());
  if (!with_attr) return true;
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

bool Session::KeepItem(const Node& dir, wire::ReadDirReply::Item* item) {
  if (!S_ISDIR(item->attr().mode())) return false;
  const base::Result<Name> name = Name::FromHost(item->name().c_str());
  if (!name.ok()) return false;
  base::Result<Object> object = Lookup(dir, name.value());
  if (!object.ok()) return false;
  const base::Result<struct statx> found = StatHandle(object->handle());
  const bool same = found.ok() && S_ISDIR(found->stx_mode) && found->stx_ino == item->attr().ino();
  if (!same) return false;  // Something else stands there now.
  const base::Result<NodeId> node = Keep(std::move(object).value(), found->stx_mode);
  if (node.ok()) item->set_node(static_cast<uint64_t>(node.value()));
  return node.ok();
}

base::Result<void> Session::ReadDir(const wire::ReadDirRequest& request,
                                    wire::ReadDirReply* reply) {
  const base::Ref<Node> dir = TRY(nodes_.Find(static_cast<NodeId>(request.dir())));
  if (dir->type != S_IFDIR) return base::Errno(ENOTDIR);
  bool with_attr = request.with_attr();
  if (dir->mount->world_readable_only()) {
    const struct statx found = TRY(StatHandle(dir->fd));
    if (!dir->mount->MayRead(found.stx_mode)) return base::Errno(EACCES);
    with_attr = with_attr && dir->mount->MaySearch(found.stx_mode);
  }
  const base::Fd listing = TRY(guard_.Reopen(dir->fd, O_RDONLY | O_DIRECTORY));
  if (request.cookie() != 0) {
    const auto offset = static_cast<off_t>(request.cookie());
    if (::lseek(listing.get(), offset, SEEK_SET) < 0) return base::LastErrno();
  }
  const uint32_t nodes = std::min(request.nodes(), kMaxListedNodes);
  return FillPage(*dir, listing, with_attr, nodes, reply);
}

base::Result<void> Session::FillPage(const Node& dir, const base::Fd& listing, bool with_attr,
                                     uint32_t nodes, wire::ReadDirReply* reply) {
  alignas(HostEntry) char buffer[kHostBuffer];
  size_t used = 0;
  while (true) {
    const long got = ::syscall(SYS_getdents64, listing.get(), buffer, sizeof(buffer));
    if (got < 0) return base::LastErrno();
    if (got == 0) break;
    for (long at = 0; at < got;) {
      HostEntry entry;
      std::memcpy(&entry, buffer + at, kNameOffset);
      wire::ReadDirReply::Item* item = reply->add_items();
      const bool shown =
          TRY(DescribeItem(dir, listing, buffer + at + kNameOffset, with_attr, item));
      at += entry.record_length;
      if (!shown) {
        reply->mutable_items()->RemoveLast();
        continue;
      }
      item->set_cookie(static_cast<uint64_t>(entry.offset));
      if (!item->has_attr()) {
        item->set_ino(entry.ino);
        item->set_type(static_cast<uint32_t>(DTTOIF(entry.type)));
      }
      used += ItemSize(*item);
      if (used > kPageLimit) {  // It starts the next page.
        reply->mutable_items()->RemoveLast();
        return base::Ok();
      }
      if (nodes != 0 && KeepItem(dir, item)) --nodes;
    }
  }
  reply->set_end(true);
  return base::Ok();
}

}  // namespace gofer
