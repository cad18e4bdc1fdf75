// Trees of files that are described by a table of paths: /sys, /proc/sys.  Directories follow from
// the paths; a '#' in a name stands for the numbers of a family ("cpu#/online").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/kernfs/text_file.h"

namespace sentry {

// The numbers that stand for the '#' of a path, in order.
using TreeNumbers = std::array<uint32_t, 2>;

// The table.  Paths are sorted by bytes, and none is a directory of another.
class TreeSource : public RefCounted {
 public:
  virtual size_t size() const = 0;
  virtual std::string_view path(size_t node) const = 0;
  // With the type: regular file, symbolic link, or directory without names.
  virtual uint32_t mode(size_t node) const = 0;
  // How many there are of the family whose path so far is `prefix`, which ends in '#'.
  virtual uint32_t FamilySize(std::string_view /*prefix*/) const { return 0; }
  // Contents of a file, target of a link.
  virtual Result<std::string> Text(OpContext& ctx, size_t node, const TreeNumbers& numbers) = 0;
  virtual Result<void> Store(OpContext&, size_t, const TreeNumbers&, std::string_view) {
    return Errno(EPERM);
  }
  virtual uint64_t FileSize() const { return 0; }
};

// The part of the table with one prefix.
class TreeDirectory final : public KernDirectory {
 public:
  // All of `source`; inode numbers count from `first_ino`.
  TreeDirectory(Ref<KernFilesystem> fs, uint64_t first_ino, Ref<TreeSource> source);

  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;

 private:
  struct Range {
    size_t begin, end;     // Nodes.
    size_t prefix;         // Length of the path that they have in common, with its '/'.
    unsigned depth = 0;    // Directories above.
    unsigned numbers = 0;  // How many '#' the prefix holds.
  };
  TreeDirectory(const TreeDirectory& parent, const Range& range, const TreeNumbers& numbers);
  template <typename T, typename... Args>
  friend base::Ref<T> base::MakeRef(Args&&...);

  // The name of `node` in this directory, and the nodes that share it.
  std::string_view ChildName(size_t node) const;
  Range ChildRange(size_t node) const;
  uint32_t CountOf(size_t node) const;  // Of a family; 1 for a plain name.
  uint32_t ChildMode(const Range& child) const;
  uint64_t ChildIno(const Range& child, uint32_t number) const;
  Ref<Inode> Make(const Range& child, uint32_t number) const;

  const uint64_t first_ino_;
  const Ref<TreeSource> source_;
  const Range range_;
  const TreeNumbers numbers_;
};

}  // namespace sentry
