// --export-changes: what the guest wrote to memory, as a tar archive.
//
// The format is that of an OCI image layer: paths relative to the guest's root; a file `.wh.NAME`
// says that NAME of the lower layer was deleted.  Any tar reads it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sentry/vfs/inode.h"

namespace sentry {

class TarWriter;

class Changes {
 public:
  // The contents of `root` are shown at `dest` of the guest.
  void AddLayer(const std::string& dest, Ref<Inode> root);
  // What is there now is not the guest's doing.
  void Seal(OpContext& ctx);
  Result<void> Write(OpContext& ctx, int fd);

 private:
  // The state of what boot made itself, by path: times of change.
  using Known = std::map<std::string, abi::Timespec>;
  struct Layer {
    std::string dest;  // Relative: "" for the root.
    Ref<Inode> root;
    Known known;
  };

  Result<void> WriteTree(OpContext& ctx, TarWriter& tar, const Known& known,
                         const std::string& path, Inode& inode);
  Result<void> WriteOne(OpContext& ctx, TarWriter& tar, const std::string& path, Inode& inode,
                        const Attributes& attributes);
  void Remember(OpContext& ctx, Known& known, const std::string& path, Inode& inode);

  std::vector<Layer> layers_;
  // Files with several names, by inode: the name that was written.
  std::map<std::pair<uint64_t, uint64_t>, std::string> names_;
};

}  // namespace sentry
