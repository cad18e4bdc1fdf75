// The requests, one method each: fill in the message, call, read the reply.
#include "gofer/protocol/client.h"

#include "gofer/protocol/channel.h"
#include "gofer/protocol/exchange.h"

namespace gofer {
namespace {

void SetOwner(Owner owner, wire::Owner* field) {
  field->set_uid(owner.uid);
  field->set_gid(owner.gid);
}

void SetTime(const Time& time, wire::Time* field) {
  field->set_sec(time.sec);
  field->set_nsec(time.nsec);
}

Attr ToAttr(const wire::Attr& in) {
  Attr out;
  out.mode = in.mode();
  out.nlink = in.nlink();
  out.uid = in.uid();
  out.gid = in.gid();
  out.size = in.size();
  out.blocks = in.blocks();
  out.blksize = in.blksize();
  out.rdev = in.rdev();
  out.dev = in.dev();
  out.ino = in.ino();
  out.atime = {in.atime_sec(), in.atime_nsec()};
  out.mtime = {in.mtime_sec(), in.mtime_nsec()};
  out.ctime = {in.ctime_sec(), in.ctime_nsec()};
  out.btime = {in.btime_sec(), in.btime_nsec()};
  return out;
}

Entry ToEntry(const wire::Entry& in) {
  return {static_cast<NodeId>(in.node()), ToAttr(in.attr()), in.link_target()};
}

OpenedFile ToOpenedFile(const wire::OpenedFile& in, base::Fd fd) {
  const bool valid = fd.valid();
  return {std::move(fd), valid && in.readable(), valid && in.writable()};
}

std::vector<DirEntry> ToEntries(
    const google::protobuf::RepeatedPtrField<wire::ReadDirReply::Item>& items) {
  std::vector<DirEntry> entries;
  entries.reserve(static_cast<size_t>(items.size()));
  for (const wire::ReadDirReply::Item& item : items) {
    DirEntry& entry = entries.emplace_back();
    entry.name = item.name();
    entry.cookie = item.cookie();
    entry.has_attr = item.has_attr();
    if (entry.has_attr) {
      entry.attr = ToAttr(item.attr());
    } else {
      entry.attr.ino = item.ino();
      entry.attr.mode = item.type();
    }
    entry.link_target = item.link_target();
    entry.node = static_cast<NodeId>(item.node());
  }
  return entries;
}

DirListing ToListing(const wire::ReadDirReply::Listing& in) {
  return {.entries = ToEntries(in.items()),
          .self = ToEntry(in.self()),
          .failed = in.failed(),
          .parent = static_cast<NodeId>(in.parent()),
          .name = in.name()};
}

wire::OpenMode ToWire(OpenMode mode) {
  return static_cast<wire::OpenMode>(mode);
}

}  // namespace

Client::Client(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
Client::~Client() = default;

base::Result<std::unique_ptr<Client>> Client::Connect(base::Fd channel, BlockingHook* hook) {
  auto made = std::make_unique<Channel>(std::move(channel), hook);
  TRY(made->Start());
  return std::unique_ptr<Client>(new Client(std::move(made)));
}

bool Client::lost() const {
  return channel_->lost();
}

void Client::Release(NodeId node) {
  channel_->Release(node);
}

base::Result<std::vector<Root>> Client::Attach(uint32_t first, uint32_t count) {
  Exchange call;
  call.request()->mutable_attach()->set_first(first);
  call.request()->mutable_attach()->set_count(count);
  TRY(channel_->Call(call.request(), call.reply()));
  std::vector<Root> roots;
  for (const wire::AttachReply::Root& root : call.reply()->attach().roots()) {
    roots.push_back(
        {static_cast<NodeId>(root.entry().node()), ToAttr(root.entry().attr()), root.writable()});
  }
  if (roots.size() != count) return base::Errno(EIO);
  return roots;
}

base::Result<Walked> Client::Walk(NodeId dir, std::span<const std::string_view> names,
                                  const WalkOptions& options) {
  if (names.empty() || names.size() > kMaxWalkNames) return base::Errno(EINVAL);
  Exchange call;
  wire::WalkRequest* walk = call.request()->mutable_walk();
  walk->set_dir(Number(dir));
  for (const std::string_view name : names) {
    TRY(CheckName(name));
    walk->add_names(name.data(), name.size());
  }
  walk->set_open(ToWire(options.open));
  walk->set_want_node(options.want_node);
  base::Fd fd = TRY(channel_->CallAgain(call.request(), call.reply()));
  const wire::WalkReply& reply = call.reply()->walk();
  Walked walked;
  walked.entries.reserve(static_cast<size_t>(reply.entries_size()));
  for (const wire::Entry& entry : reply.entries()) walked.entries.push_back(ToEntry(entry));
  walked.error = static_cast<int>(reply.error());
  walked.open_error = static_cast<int>(reply.open_error());
  walked.file = ToOpenedFile(reply.opened(), std::move(fd));
  return walked;
}

base::Result<OpenedFile> Client::Open(const Target& target, OpenMode mode,
                                      std::span<const std::string_view> ahead,
                                      std::vector<base::Fd>* opened) {
  if (ahead.size() > kMaxOpenedAhead) return base::Errno(EINVAL);
  Exchange call;
  wire::OpenRequest* request = call.request()->mutable_open();
  TRY(SetTarget(target, request->mutable_target()));
  request->set_mode(ToWire(mode));
  for (const std::string_view name : ahead) request->add_ahead(name.data(), name.size());
  std::vector<base::Fd> more;
  base::Fd fd = TRY(channel_->CallAgain(call.request(), call.reply(), &more));
  const wire::OpenReply& reply = call.reply()->open();
  if (!fd.valid()) {  // It may be that we have no number left for it.
    return base::Errno(reply.opened().readable() || reply.opened().writable() ? ENFILE : EIO);
  }
  auto next = more.begin();
  for (int i = 0; opened != nullptr && i < reply.ahead_size() && next != more.end(); ++i) {
    opened->push_back(reply.ahead(i) ? std::move(*next++) : base::Fd());
  }
  return ToOpenedFile(reply.opened(), std::move(fd));
}

base::Result<DirPage> Client::ReadDir(NodeId dir, uint64_t cookie, bool with_attr, uint32_t nodes,
                                      const ReadDirAlso& also) {
  if (also.names.size() > kMaxListedAlso) return base::Errno(EINVAL);
  Exchange call;
  wire::ReadDirRequest* request = call.request()->mutable_read_dir();
  request->set_dir(Number(dir));
  request->set_cookie(cookie);
  request->set_with_attr(with_attr);
  request->set_nodes(nodes);
  request->set_below(also.below);
  if (!also.names.empty()) {
    request->set_parent(Number(also.parent));
    request->set_also_nodes(also.want_nodes);
    for (const std::string_view name : also.names) request->add_also(name.data(), name.size());
  }
  TRY(channel_->CallAgain(call.request(), call.reply()));
  const wire::ReadDirReply& reply = call.reply()->read_dir();
  DirPage page;
  page.end = reply.end();
  page.entries = ToEntries(reply.items());
  page.next_cookie = page.entries.empty() ? cookie : page.entries.back().cookie;
  for (const wire::ReadDirReply::Listing& each : reply.also()) page.also.push_back(ToListing(each));
  for (const wire::ReadDirReply::Listing& each : reply.below()) {
    page.below.push_back(ToListing(each));
  }
  if (page.also.size() > also.names.size()) return base::Errno(EPROTO);
  return page;
}

base::Result<Created> Client::Create(NodeId dir, std::string_view name,
                                     const CreateOptions& options) {
  TRY(CheckName(name));
  Exchange call;
  wire::CreateRequest* request = call.request()->mutable_create();
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  request->set_mode(options.mode);
  SetOwner(options.owner, request->mutable_owner());
  request->set_open(ToWire(options.open));
  request->set_exclusive(options.exclusive);
  request->set_want_node(options.want_node);
  base::Fd fd = TRY(channel_->Call(call.request(), call.reply()));
  const wire::CreateReply& reply = call.reply()->create();
  return Created{ToEntry(reply.entry()), ToOpenedFile(reply.opened(), std::move(fd)),
                 reply.existed()};
}

base::Result<Entry> Client::Mkdir(NodeId dir, std::string_view name, uint32_t mode, Owner owner) {
  TRY(CheckName(name));
  Exchange call;
  wire::MkdirRequest* request = call.request()->mutable_mkdir();
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  request->set_mode(mode);
  SetOwner(owner, request->mutable_owner());
  TRY(channel_->Call(call.request(), call.reply()));
  return ToEntry(call.reply()->entry().entry());
}

base::Result<Entry> Client::Symlink(NodeId dir, std::string_view name, std::string_view target,
                                    Owner owner) {
  TRY(CheckName(name));
  if (target.size() > kMaxLinkTarget) return base::Errno(ENAMETOOLONG);
  Exchange call;
  wire::SymlinkRequest* request = call.request()->mutable_symlink();
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  SetName(request->mutable_target(), target);
  SetOwner(owner, request->mutable_owner());
  TRY(channel_->Call(call.request(), call.reply()));
  return ToEntry(call.reply()->entry().entry());
}

base::Result<Entry> Client::Mknod(NodeId dir, std::string_view name, uint32_t mode, Owner owner) {
  TRY(CheckName(name));
  Exchange call;
  wire::MknodRequest* request = call.request()->mutable_mknod();
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  request->set_mode(mode);
  SetOwner(owner, request->mutable_owner());
  TRY(channel_->Call(call.request(), call.reply()));
  return ToEntry(call.reply()->entry().entry());
}

base::Result<Entry> Client::Link(const Target& from, NodeId dir, std::string_view name) {
  TRY(CheckName(name));
  Exchange call;
  wire::LinkRequest* request = call.request()->mutable_link();
  TRY(SetTarget(from, request->mutable_from()));
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  TRY(channel_->Call(call.request(), call.reply()));
  return ToEntry(call.reply()->entry().entry());
}

base::Result<void> Client::Remove(NodeId dir, std::string_view name, bool directory) {
  TRY(CheckName(name));
  Exchange call;
  wire::UnlinkRequest* request = call.request()->mutable_unlink();
  request->set_dir(Number(dir));
  SetName(request->mutable_name(), name);
  request->set_directory(directory);
  TRY(channel_->Call(call.request(), call.reply()));
  return base::Ok();
}

base::Result<void> Client::Unlink(NodeId dir, std::string_view name) {
  return Remove(dir, name, false);
}

base::Result<void> Client::Rmdir(NodeId dir, std::string_view name) {
  return Remove(dir, name, true);
}

base::Result<void> Client::Rename(NodeId from_dir, std::string_view from_name, NodeId to_dir,
                                  std::string_view to_name, uint32_t flags) {
  TRY(CheckName(from_name));
  TRY(CheckName(to_name));
  Exchange call;
  wire::RenameRequest* request = call.request()->mutable_rename();
  request->set_from_dir(Number(from_dir));
  SetName(request->mutable_from_name(), from_name);
  request->set_to_dir(Number(to_dir));
  SetName(request->mutable_to_name(), to_name);
  request->set_flags(flags);
  TRY(channel_->Call(call.request(), call.reply()));
  return base::Ok();
}

base::Result<Attr> Client::GetAttr(const Target& target) {
  Exchange call;
  TRY(SetTarget(target, call.request()->mutable_get_attr()->mutable_target()));
  TRY(channel_->Call(call.request(), call.reply()));
  return ToAttr(call.reply()->attr().attr());
}

base::Result<Attr> Client::SetAttributes(const Target& target, const SetAttr& change) {
  Exchange call;
  wire::SetAttrRequest* request = call.request()->mutable_set_attr();
  TRY(SetTarget(target, request->mutable_target()));
  request->set_mask(change.mask);
  request->set_mode(change.mode);
  request->set_uid(change.uid);
  request->set_gid(change.gid);
  request->set_size(change.size);
  if ((change.mask & SetAttr::kAtime) != 0) SetTime(change.atime, request->mutable_atime());
  if ((change.mask & SetAttr::kMtime) != 0) SetTime(change.mtime, request->mutable_mtime());
  TRY(channel_->Call(call.request(), call.reply()));
  return ToAttr(call.reply()->attr().attr());
}

base::Result<std::string> Client::ReadLink(const Target& target) {
  Exchange call;
  TRY(SetTarget(target, call.request()->mutable_read_link()->mutable_target()));
  TRY(channel_->Call(call.request(), call.reply()));
  return call.reply()->bytes().data();
}

base::Result<FsStat> Client::StatFs(NodeId node) {
  Exchange call;
  call.request()->mutable_stat_fs()->set_node(Number(node));
  TRY(channel_->Call(call.request(), call.reply()));
  const wire::StatFsReply& in = call.reply()->stat_fs();
  FsStat out;
  out.type = in.type();
  out.block_size = in.block_size();
  out.blocks = in.blocks();
  out.blocks_free = in.blocks_free();
  out.blocks_available = in.blocks_available();
  out.files = in.files();
  out.files_free = in.files_free();
  out.name_max = in.name_max();
  out.fragment_size = in.fragment_size();
  out.flags = in.flags();
  return out;
}

base::Result<void> Client::Fsync(const Target& target, bool data_only) {
  Exchange call;
  TRY(SetTarget(target, call.request()->mutable_fsync()->mutable_target()));
  call.request()->mutable_fsync()->set_data_only(data_only);
  TRY(channel_->Call(call.request(), call.reply()));
  return base::Ok();
}

}  // namespace gofer
