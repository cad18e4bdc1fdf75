// NamedFile: a guest file as an address space knows it, without knowing vfs: a name to print and an
// object that keeps it alive (the FileDescription, which kernel code may ask for by the derived
// type OpenedFile in kernel/opened_file.h).
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/ref.h"

namespace sentry {

class NamedFile : public base::RefCounted {
 public:
  virtual std::string DisplayName() const = 0;  // As in /proc/[pid]/maps.
  virtual uint64_t device() const = 0;
  virtual uint64_t inode_number() const = 0;
};

}  // namespace sentry
