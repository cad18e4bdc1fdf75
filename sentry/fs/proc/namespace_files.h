// nsfs: the files that /proc/[pid]/ns/* lead to (namespaces(7)).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sentry/auth/user_namespace.h"
#include "sentry/kernel/namespace_handle.h"
#include "sentry/vfs/file_description.h"
#include "sentry/vfs/mount.h"

namespace sentry {

class Task;

// A namespace; without an object it is the initial user namespace.
struct NamespaceRef {
  uint64_t clone_flag = 0;
  Ref<Namespace> ns;

  uint64_t ino() const { return ns ? ns->ino : kInitialUserIno; }
  static NamespaceRef OfUser(Ref<UserNamespace> ns);
};

size_t NamespaceCount();
std::string_view NamespaceFileName(size_t index);  // "pid_for_children"
// Nothing for a dead task, and for a pid namespace that has no process yet.
std::optional<NamespaceRef> NamespaceOf(const Task& task, size_t index);
std::string NamespaceName(const NamespaceRef& about);  // "pid:[4026531836]"
Path NamespacePath(const NamespaceRef& about);

// An open one: what setns(2) takes.
class NamespaceFile final : public FileDescription, public NamespaceHandle {
 public:
  NamespaceFile(Path path, uint32_t flags, NamespaceRef about)
      : FileDescription(std::move(path), flags), about_(std::move(about)) {}
  const NamespaceRef& about() const { return about_; }
  Namespace* held_namespace() const override { return about_.ns.get(); }
  Result<uint64_t> Ioctl(OpContext& ctx, UserMemory& memory, uint64_t request,
                         uint64_t arg) override;

 private:
  Result<uint64_t> OpenOther(OpContext& ctx, NamespaceRef other) const;

  const NamespaceRef about_;
};

}  // namespace sentry
