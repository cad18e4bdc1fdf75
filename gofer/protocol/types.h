// Plain values of the Gofer's protocol, as both the Sentry's file systems and the launcher see
// them.  No protobuf here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/fd.h"

namespace gofer {

// A handle to an object of the host's file system, kept open by the Gofer until it is released.
enum class NodeId : uint64_t { kNone = 0 };

// A timestamp of an inode, or a request to set one.
struct Time {
  int64_t sec = 0;
  uint32_t nsec = 0;
  bool operator==(const Time&) const = default;
};

// What stat(2) tells about an inode; `mode` carries the type, dev and rdev are encoded as in struct
// stat.
struct Attr {
  uint32_t mode = 0;
  uint32_t nlink = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;
  uint64_t blocks = 0;
  uint32_t blksize = 0;
  uint64_t rdev = 0;
  uint64_t dev = 0;
  uint64_t ino = 0;
  Time atime = {}, mtime = {}, ctime = {}, btime = {};
  bool operator==(const Attr&) const = default;
};

// The object a request is about: a node, or the entry `name` of the directory `node`.  Naming an
// entry costs no round trip and no node; the last component is never followed when it is a symbolic
// link.
struct Target {
  NodeId node = NodeId::kNone;
  std::string_view name = {};
};

// What was found (or just made) under a name.
struct Entry {
  NodeId node = NodeId::kNone;  // Directories always have one; others when it was asked for.
  Attr attr;
  std::string link_target;  // Of symbolic links.
};

// Access wanted of a donated descriptor.  Only regular files are ever donated.
enum class OpenMode : uint8_t {
  kNone = 0,   // No descriptor.
  kRead = 1,   // O_RDONLY.
  kWrite = 2,  // O_RDWR; O_WRONLY when the host allows only that; EROFS, EACCES otherwise.
  kBest = 3,   // O_RDWR where mount and host allow it, else O_RDONLY.
};

struct OpenedFile {
  base::Fd fd;
  bool readable = false;
  bool writable = false;
};

struct WalkOptions {
  OpenMode open = OpenMode::kNone;  // Applies to the last name, when it is a regular file.
  bool want_node = false;           // Give the last entry a node even when it is not a directory.
};

// Entries up to where the walk came.  It ends early, without an error, at a symbolic link and at
// any other entry that is not a directory (the caller knows by `entries.size()`); with `error` when
// the next name is missing or may not be seen.
struct Walked {
  std::vector<Entry> entries;
  int error =
      0;  // Why entries[entries.size()] was not reached: ENOENT, EACCES, ...; 0 if nothing failed.
  int open_error =
      0;  // Why the last entry was not opened: EACCES, EROFS, ENXIO (sockets), ...; 0 if opened.
  OpenedFile file;
};

struct DirEntry {
  std::string name;
  uint64_t cookie = 0;  // Where a listing continues after this entry.
  Attr attr;  // Without attributes (see ReadDir) only the type in `mode` and `ino` are set.
  bool has_attr = false;
  std::string link_target;
  NodeId node = NodeId::kNone;  // The caller's to release.
};

// A whole listing that was asked for along with another.
struct DirListing {
  std::vector<DirEntry> entries;
  Entry self;                     // If it was wanted, with a node.
  bool failed = false;            // It cannot be read, or is no directory.
  NodeId parent = NodeId::kNone;  // With its name: of one below.
  std::string name;
};

struct DirPage {
  std::vector<DirEntry> entries;  // Without "." and "..".
  uint64_t next_cookie = 0;
  bool end = false;
  std::vector<DirListing> also;   // Of the first names in ReadDirAlso.
  std::vector<DirListing> below;  // As many as it wants and fit.
};

// Directories in `parent` whose listings are wanted in the same round trip, and how many below the
// one that is listed itself.
struct ReadDirAlso {
  uint32_t below = 0;  // At most kMaxListedAlso.
  NodeId parent = NodeId::kNone;
  std::vector<std::string_view> names;  // At most kMaxListedAlso.
  bool want_nodes = false;
};

struct Owner {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

struct CreateOptions {
  uint32_t mode = 0;  // Permission bits after the umask.
  Owner owner = {};   // Applied where the host permits it; the attributes tell what came of it.
  OpenMode open = OpenMode::kWrite;
  bool exclusive = true;  // EEXIST if there is one; otherwise an existing regular file is opened.
  bool want_node = false;
};

struct Created {
  Entry entry;
  OpenedFile file;
  bool existed = false;
};

// Which attributes SetAttr changes, and to what.
struct SetAttr {
  enum Mask : uint32_t {
    kMode = 1,
    kUid = 2,
    kGid = 4,
    kSize = 8,
    kAtime = 16,
    kMtime = 32,
    kAtimeNow = 64,
    kMtimeNow = 128,
  };
  uint32_t mask = 0;
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;
  Time atime = {}, mtime = {};
};

// What statfs(2) tells, with the host's own field meanings.
struct FsStat {
  uint64_t type = 0;
  uint64_t block_size = 0;
  uint64_t blocks = 0;
  uint64_t blocks_free = 0;
  uint64_t blocks_available = 0;
  uint64_t files = 0;
  uint64_t files_free = 0;
  uint64_t name_max = 0;
  uint64_t fragment_size = 0;
  uint64_t flags = 0;
};

// The root of a mount.
struct Root {
  NodeId node = NodeId::kNone;
  Attr attr;
  bool writable = false;  // As the mount's policy says.
};

inline constexpr size_t kMaxNameLength = 255;
inline constexpr size_t kMaxWalkNames = 128;        // Per Walk.
inline constexpr uint32_t kMaxListedNodes = 256;    // Per ReadDir.
inline constexpr size_t kMaxListedAlso = 64;        // Per ReadDir.
inline constexpr size_t kMaxOpenedAhead = 32;       // Per Open.
inline constexpr size_t kMaxLinkTarget = 4095;      // PATH_MAX without the NUL.
inline constexpr size_t kMaxXattrValue = 64 << 10;  // XATTR_SIZE_MAX.

}  // namespace gofer
