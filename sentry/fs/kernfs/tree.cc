#include "sentry/fs/kernfs/tree.h"

namespace sentry {
namespace {

// A position, and the number of an inode, is made of a node and the number in its family.
constexpr int kFamilyBits = 12;

class TreeFile final : public TextInode {
 public:
  TreeFile(Ref<KernFilesystem> fs, uint64_t ino, Ref<TreeSource> source, size_t node,
           const TreeNumbers& numbers)
      : TextInode(std::move(fs), ino, source->mode(node) & abi::kSIallugo),
        source_(std::move(source)),
        node_(node),
        numbers_(numbers) {}
  Result<std::string> Text(OpContext& ctx, RefCounted*) override {
    return source_->Text(ctx, node_, numbers_);
  }
  Result<void> Store(OpContext& ctx, std::string_view text) override {
    return source_->Store(ctx, node_, numbers_, text);
  }

 protected:
  uint64_t Size() const override { return source_->FileSize(); }

 private:
  const Ref<TreeSource> source_;
  const size_t node_;
  const TreeNumbers numbers_;
};

class TreeLink final : public KernSymlink {
 public:
  TreeLink(Ref<KernFilesystem> fs, uint64_t ino, Ref<TreeSource> source, size_t node,
           const TreeNumbers& numbers)
      : KernSymlink(std::move(fs), ino),
        source_(std::move(source)),
        node_(node),
        numbers_(numbers) {}
  Result<std::string> Readlink(OpContext& ctx) override {
    return source_->Text(ctx, node_, numbers_);
  }

 private:
  const Ref<TreeSource> source_;
  const size_t node_;
  const TreeNumbers numbers_;
};

bool IsFamily(std::string_view name) {
  return !name.empty() && name.back() == '#';
}

}  // namespace

TreeDirectory::TreeDirectory(Ref<KernFilesystem> fs, uint64_t first_ino, Ref<TreeSource> source)
    : KernDirectory(std::move(fs), first_ino, 0555),
      first_ino_(first_ino),
      source_(std::move(source)),
      range_{.begin = 0, .end = source_->size(), .prefix = 0},
      numbers_{} {}

TreeDirectory::TreeDirectory(const TreeDirectory& parent, const Range& range,
                             const TreeNumbers& numbers)
    : KernDirectory(parent.kern_fs_ref(),
                    parent.ChildIno(range, range.numbers > 0 ? numbers[range.numbers - 1] : 0),
                    0555),
      first_ino_(parent.first_ino_),
      source_(parent.source_),
      range_(range),
      numbers_(numbers) {}

std::string_view TreeDirectory::ChildName(size_t node) const {
  std::string_view rest = source_->path(node).substr(range_.prefix);
  return rest.substr(0, rest.find('/'));
}

TreeDirectory::Range TreeDirectory::ChildRange(size_t node) const {
  std::string_view name = ChildName(node);
  Range child{.begin = node,
              .end = node + 1,
              .prefix = range_.prefix + name.size() + 1,
              .depth = range_.depth + 1,
              .numbers = range_.numbers + (IsFamily(name) ? 1 : 0)};
  while (child.end < range_.end && ChildName(child.end) == name) ++child.end;
  return child;
}

uint32_t TreeDirectory::CountOf(size_t node) const {
  std::string_view name = ChildName(node);
  if (!IsFamily(name)) return 1;
  return source_->FamilySize(source_->path(node).substr(0, range_.prefix + name.size()));
}

// A node whose path goes on below is a directory.
uint32_t TreeDirectory::ChildMode(const Range& child) const {
  bool leaf = source_->path(child.begin).size() < child.prefix;
  return leaf ? source_->mode(child.begin) : abi::kSIfdir | 0555;
}

uint64_t TreeDirectory::ChildIno(const Range& child, uint32_t number) const {
  uint64_t ino = child.begin << 4 | child.depth;
  ino = ino << kFamilyBits | (child.numbers > 1 ? numbers_[0] : 0);
  return first_ino_ + (ino << kFamilyBits | number);
}

Ref<Inode> TreeDirectory::Make(const Range& child, uint32_t number) const {
  TreeNumbers numbers = numbers_;
  if (child.numbers > range_.numbers) numbers[child.numbers - 1] = number;
  uint32_t mode = ChildMode(child);
  if ((mode & abi::kSIfmt) == abi::kSIfdir) {
    Range range = child;
    bool empty = source_->path(child.begin).size() < child.prefix;
    if (empty) range.end = range.begin;
    return MakeRef<TreeDirectory>(*this, range, numbers);
  }
  uint64_t ino = ChildIno(child, number);
  if ((mode & abi::kSIfmt) == abi::kSIflnk) {
    return MakeRef<TreeLink>(kern_fs_ref(), ino, source_, child.begin, numbers);
  }
  return MakeRef<TreeFile>(kern_fs_ref(), ino, source_, child.begin, numbers);
}

Result<Ref<Inode>> TreeDirectory::Find(OpContext&, std::string_view name) {
  for (size_t node = range_.begin; node < range_.end;) {
    Range child = ChildRange(node);
    std::string_view known = ChildName(node);
    if (!IsFamily(known)) {
      if (known == name) return Make(child, 0);
    } else {
      std::string_view stem = known.substr(0, known.size() - 1);
      if (name.starts_with(stem)) {
        int64_t number = ParseNumberName(name.substr(stem.size()));
        if (number >= 0 && number < CountOf(node))
          return Make(child, static_cast<uint32_t>(number));
      }
    }
    node = child.end;
  }
  return Errno(ENOENT);
}

bool TreeDirectory::NextEntry(OpContext&, uint64_t position, Entry& entry) {
  for (size_t node = range_.begin; node < range_.end;) {
    Range child = ChildRange(node);
    uint64_t first = node << kFamilyBits;
    uint64_t number = position > first ? position - first : 0;
    if (number < CountOf(node)) {
      std::string_view name = ChildName(node);
      bool family = IsFamily(name);
      entry.name = family ? std::string(name.substr(0, name.size() - 1)) + std::to_string(number)
                          : std::string(name);
      entry.ino = ChildIno(child, static_cast<uint32_t>(number));
      entry.type = DirentType(ChildMode(child));
      entry.position = first + number;
      return true;
    }
    node = child.end;
  }
  return false;
}

}  // namespace sentry
