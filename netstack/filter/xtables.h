// The extensions of x_tables that are known here, by name and revision.
#pragma once

#include "netstack/filter/expression.h"

namespace netstack {

struct XtablesEntry {
  std::string_view name;
  uint32_t revision;
  bool target;
  uint8_t family;  // NFPROTO_*; NFPROTO_UNSPEC: both.
  size_t size;     // Of its structure.
  // A verdict: matches that fit and targets that let the packet go on give NFT_CONTINUE.
  int32_t (*run)(Evaluation& e, const std::byte* info);
  bool tracks = false;
  bool nat = false;   // In chains of type nat alone.
  uint8_t hooks = 0;  // Bits of those where it works; 0: all.
};

// Null: none.
const XtablesEntry* FindXtables(bool target, std::string_view name, uint32_t revision, bool v4);

}  // namespace netstack
