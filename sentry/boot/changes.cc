#include "sentry/boot/changes.h"

#include <sys/sysmacros.h>

#include <algorithm>

#include "sentry/boot/tar_writer.h"
#include "sentry/vfs/dentry.h"
#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

class Names final : public DirectorySink {
 public:
  bool Add(std::string_view name, uint64_t, uint8_t, int64_t) override {
    if (name != "." && name != "..") all.emplace_back(name);
    return true;
  }
  std::vector<std::string> all;
};

Result<Ref<FileDescription>> OpenForReading(OpContext& ctx, Inode& inode) {
  Path path{nullptr, Dentry::NewRoot(Ref<Inode>(&inode))};
  return inode.Open(ctx, path, abi::kORdonly);
}

Result<std::vector<std::string>> NamesIn(OpContext& ctx, Inode& directory) {
  Names names;
  TRY(TRY(OpenForReading(ctx, directory))->ReadDirectory(ctx, names));
  std::sort(names.all.begin(), names.all.end());
  return std::move(names.all);
}

std::string Join(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

bool Same(const abi::Timespec& a, const abi::Timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool IsWhiteout(const Attributes& attributes) {
  return (attributes.mode & abi::kSIfmt) == abi::kSIfchr && attributes.rdev == 0;
}

TarEntry::Type TypeOf(uint32_t mode) {
  switch (mode & abi::kSIfmt) {
    case abi::kSIfdir:
      return TarEntry::Type::kDirectory;
    case abi::kSIflnk:
      return TarEntry::Type::kSymlink;
    case abi::kSIfchr:
      return TarEntry::Type::kCharacterDevice;
    case abi::kSIfblk:
      return TarEntry::Type::kBlockDevice;
    case abi::kSIfifo:
      return TarEntry::Type::kFifo;
    default:
      return TarEntry::Type::kFile;
  }
}

TarEntry EntryOf(const std::string& path, const Attributes& from) {
  TarEntry entry{.type = TypeOf(from.mode),
                 .path = path,
                 .link = {},
                 .mode = from.mode,
                 .uid = from.uid,
                 .gid = from.gid,
                 .size = 0,
                 .mtime = from.mtime.tv_sec};
  if (entry.type == TarEntry::Type::kFile) entry.size = from.size;
  if (entry.type == TarEntry::Type::kDirectory) entry.path += "/";
  bool device =
      entry.type == TarEntry::Type::kCharacterDevice || entry.type == TarEntry::Type::kBlockDevice;
  if (device) entry.major = gnu_dev_major(from.rdev), entry.minor = gnu_dev_minor(from.rdev);
  return entry;
}

Result<void> CopyBody(OpContext& ctx, TarWriter& tar, Inode& inode, uint64_t size) {
  constexpr size_t kChunk = 64 * 1024;
  Ref<FileDescription> file = TRY(OpenForReading(ctx, inode));
  std::vector<std::byte> buffer(kChunk);
  int64_t position = 0;
  while (size > 0) {
    BufferSink sink{std::span(buffer).first(std::min<uint64_t>(kChunk, size))};
    size_t n = TRY(file->Read(ctx, sink, &position));
    if (n == 0) return Errno(EIO);  // Nobody is left who could have made it shorter.
    TRY(tar.Body(std::span(buffer).first(n)));
    size -= n;
  }
  return tar.EndBody();
}

}  // namespace

void Changes::AddLayer(const std::string& dest, Ref<Inode> root) {
  layers_.push_back({dest == "/" ? "" : dest.substr(1), std::move(root), {}});
}

void Changes::Remember(OpContext& ctx, Known& known, const std::string& path, Inode& inode) {
  Result<Attributes> attributes = inode.GetAttributes(ctx);
  if (!attributes.ok()) return;
  known[path] = attributes->ctime;
  if (!inode.IsDirectory()) return;
  for (const std::string& text : NamesIn(ctx, inode).value_or({})) {
    Result<Name> name = Name::Parse(text);
    Result<Ref<Inode>> child = name.ok() ? inode.Lookup(ctx, *name) : Errno(ENOENT);
    if (child.ok()) Remember(ctx, known, Join(path, text), **child);
  }
}

void Changes::Seal(OpContext& ctx) {
  for (Layer& layer : layers_) Remember(ctx, layer.known, layer.dest, *layer.root);
}

Result<void> Changes::WriteOne(OpContext& ctx, TarWriter& tar, const std::string& path,
                               Inode& inode, const Attributes& attributes) {
  TarEntry entry = EntryOf(path, attributes);
  if (IsWhiteout(attributes)) {
    size_t slash = path.rfind('/') + 1;  // 0 when there is none.
    entry = TarEntry{.path = path.substr(0, slash) + ".wh." + path.substr(slash), .link = {}};
    return tar.Header(entry);
  }
  if (inode.IsSymlink()) entry.link = TRY(inode.Readlink(ctx));
  if (!inode.IsDirectory() && attributes.nlink > 1) {
    auto [first, is_first] = names_.try_emplace({attributes.dev, attributes.ino}, path);
    if (!is_first) {
      entry.type = TarEntry::Type::kHardLink;
      entry.size = 0;
      entry.link = first->second;
    }
  }
  TRY(tar.Header(entry));
  return entry.size > 0 ? CopyBody(ctx, tar, inode, entry.size) : Result<void>();
}

Result<void> Changes::WriteTree(OpContext& ctx, TarWriter& tar, const Known& known,
                                const std::string& path, Inode& inode) {
  Attributes attributes = TRY(inode.GetAttributes(ctx));
  auto old = known.find(path);
  bool changed = old == known.end() || !Same(old->second, attributes.ctime);
  bool socket = (attributes.mode & abi::kSIfmt) == abi::kSIfsock;  // tar has no such thing.
  if (changed && !path.empty() && !socket) TRY(WriteOne(ctx, tar, path, inode, attributes));
  if (!inode.IsDirectory()) return {};
  for (const std::string& name : TRY(NamesIn(ctx, inode))) {
    Ref<Inode> child = TRY(inode.Lookup(ctx, TRY(Name::Parse(name))));
    TRY(WriteTree(ctx, tar, known, Join(path, name), *child));
  }
  return {};
}

Result<void> Changes::Write(OpContext& ctx, int fd) {
  TarWriter tar(fd);
  for (const Layer& layer : layers_) TRY(WriteTree(ctx, tar, layer.known, layer.dest, *layer.root));
  return tar.Finish();
}

}  // namespace sentry
