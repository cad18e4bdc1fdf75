// What the guest sees: planned on the host before anything is given up, carried out in the Sentry's
// kernel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gofer/server/config.h"
#include "platform/base/result.h"
#include "sentry/boot/config.h"

namespace sentry {

// One thing to be put into the guest's tree, in order.
struct ViewEntry {
  enum class Kind {
    kGofer,  // Mount `gofer_index`; with `overlay`, writable in memory.
    kTmpfs,
    kProc,
    kSys,
    kDev,
    kSymlink,  // `source` is its target.
    kDirectory,
    kHide,  // Removed from the view.
  };
  Kind kind;
  std::string dest;
  std::string source;
  uint32_t gofer_index = 0;
  bool overlay = false;
  bool read_only = false;
  bool shared = false;
  bool directory = true;      // kGofer: the mount's root is a directory, not a file.
  uint64_t size = 0;          // kTmpfs
  uint32_t mode = 0755;       // kTmpfs, kDirectory
  uint32_t uid = 0, gid = 0;  // kTmpfs: owner of its root.
};

struct GuestView {
  gofer::GoferConfig gofer;        // Its mounts, in the order of gofer_index; moves to the Gofer.
  uint32_t gofer_mounts = 0;       // How many they are.
  std::vector<ViewEntry> entries;  // The first is the root "/".
  std::string cwd;
  std::string home;
  // Who the program is: --user, or the caller with its groups.
  uint32_t uid = 0, gid = 0;
  std::vector<uint32_t> groups;
};

// EINVAL and so on after a line on standard error that says what is wrong with which path.
base::Result<GuestView> PlanGuestView(const Config& config);

}  // namespace sentry
