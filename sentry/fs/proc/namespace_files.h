// nsfs: the files that /proc/[pid]/ns/* lead to (namespaces(7)).  There is one namespace of each
// kind.
#pragma once

#include <string>
#include <string_view>

#include "sentry/vfs/mount.h"

namespace sentry {

size_t NamespaceCount();
std::string_view NamespaceFile(size_t index);  // "pid_for_children"
std::string NamespaceName(size_t index);       // "pid:[4026531836]"
Path NamespacePath(size_t index);

}  // namespace sentry
