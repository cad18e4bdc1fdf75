// /proc/[pid]/net (proc_pid_net(5)).
#pragma once

#include <map>
#include <string>

#include "platform/base/unique_function.h"
#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/proc/subject.h"
#include "sentry/kernel/subsystem.h"

namespace sentry {

// The socket families tell here what their tables are; a file of Linux that nobody has registered
// shows its heading alone.
class ProcNet final : public RefCounted {
 public:
  static constexpr SubsystemId kSubsystem = SubsystemId::kProcNet;
  using Text = base::UniqueFunction<std::string(OpContext&)>;
  explicit ProcNet(Kernel&) {}

  // `name`: "tcp", "dev"...; a name of Linux's that is in the table.  The text is all of the file.
  void Register(const std::string& name, Text text) { texts_[name] = std::move(text); }
  Text* Find(const std::string& name) {
    auto found = texts_.find(name);
    return found == texts_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, Text> texts_;
};

class NetDirectory final : public SubjectInode<KernDirectory> {
 public:
  explicit NetDirectory(const Subject& about) : SubjectInode(about, kInoNetList, 0, 0555u) {}
  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override;
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override;
};

}  // namespace sentry
