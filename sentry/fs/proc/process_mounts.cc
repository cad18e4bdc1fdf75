// /proc/[pid]/mounts, mountinfo, mountstats (proc_pid_mountinfo(5)).
#include <algorithm>

#include "sentry/fs/proc/process_file.h"

namespace sentry {
namespace {

// A mount and where it stands in the viewed task's tree.
struct Place {
  Mount* mount;
  std::string point;
};

// Those that are below the task's root.
std::vector<Place> VisibleMounts(const ProcessView& view) {
  std::vector<Place> places;
  if (view.task.dead()) return places;
  Ref<MountNamespace> mounts = view.task.mounts();
  const Path& root = view.task.fs().root;
  for (const Ref<Mount>& mount : mounts->mounts()) {
    std::string point = PathName({mount, mount->root}, root, *mounts);
    if (point.starts_with('/')) places.push_back({mount.get(), std::move(point)});
  }
  return places;
}

// mangle() of Linux: what separates columns is written in octal.
std::string Mangle(std::string_view text) {
  std::string mangled;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\\' || c == '#') {
      Append(mangled, "\\%03o", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      mangled += c;
    }
  }
  return mangled;
}

std::string FlagsText(MountFlags flags) {
  struct Flag {
    MountFlags bit;
    const char* name;
  };
  static constexpr Flag kFlags[] = {
      {abi::kMsNosuid, ",nosuid"},          {abi::kMsNodev, ",nodev"},
      {abi::kMsNoexec, ",noexec"},          {abi::kMsNoatime, ",noatime"},
      {abi::kMsNodiratime, ",nodiratime"},  {abi::kMsRelatime, ",relatime"},
      {abi::kMsNosymfollow, ",nosymfollow"}};
  std::string text;
  for (const Flag& flag : kFlags) {
    if ((flags & flag.bit) != 0) text += flag.name;
  }
  return text;
}

const char* Access(const Mount& mount) {
  return mount.readonly() ? "ro" : "rw";
}

std::string OptionsOf(const Mount& mount) {
  std::string options = mount.fs->MountOptions();
  return options.empty() ? options : "," + options;
}

std::string SourceOf(const Mount& mount) {
  return Mangle(mount.source.empty() ? "none" : mount.source);
}

// The name of the mount's root inside its own file system.
std::string RootName(const Mount& mount) {
  std::string name;
  for (const Dentry* at = mount.root.get(); !at->IsRoot(); at = at->parent()) {
    name.insert(0, "/" + at->name());
  }
  return name.empty() ? "/" : name;
}

}  // namespace

Result<std::string> MountsText(const ProcessView& view) {
  std::string text;
  for (const Place& place : VisibleMounts(view)) {
    const Mount& mount = *place.mount;
    Append(text, "%s %s %s %s%s%s 0 0\n", SourceOf(mount).c_str(), Mangle(place.point).c_str(),
           mount.fs->type(), Access(mount), FlagsText(mount.flags).c_str(),
           OptionsOf(mount).c_str());
  }
  return text;
}

namespace {

// The optional fields (proc_pid_mountinfo(5)).
std::string Propagation(const Mount& mount, const MountNamespace& mounts) {
  std::string text;
  if (mount.peers()) Append(text, " shared:%d", mount.peers()->id);
  if (mount.master()) {
    Append(text, " master:%d", mount.master()->id);
    // The nearest group above that the viewer sees, when the master itself is out of its sight.
    const PeerGroup* group = mount.master().get();
    auto seen = [&mounts](const Mount* one) { return mounts.Contains(*one); };
    while (group != nullptr && std::none_of(group->members.begin(), group->members.end(), seen)) {
      const PeerGroup* next = nullptr;
      for (const Mount* member : group->members) {
        if (member->master()) next = member->master().get();
      }
      group = next;
    }
    if (group != nullptr && group != mount.master()) Append(text, " propagate_from:%d", group->id);
  }
  if (mount.unbindable) text += " unbindable";
  return text;
}

const char* SuperAccess(const Mount& mount) {
  return mount.fs->read_only ? "ro" : "rw";
}

const char* OwnAccess(const Mount& mount) {
  return (mount.flags & abi::kMsRdonly) != 0 ? "ro" : "rw";
}

}  // namespace

Result<std::string> MountinfoText(const ProcessView& view) {
  std::string text;
  if (view.task.dead()) return text;
  Ref<MountNamespace> mounts = view.task.mounts();
  for (const Place& place : VisibleMounts(view)) {
    const Mount& mount = *place.mount;
    // The root of the tree stands on a mount that nobody sees (rootfs).
    uint64_t parent = mount.parent() != nullptr ? mount.parent()->id : 1;
    uint64_t device = mount.fs->device();
    Append(text, "%llu %llu %u:%u %s %s %s%s%s - %s %s %s%s\n",
           static_cast<unsigned long long>(mount.id), static_cast<unsigned long long>(parent),
           abi::DevMajor(device), abi::DevMinor(device), Mangle(RootName(mount)).c_str(),
           Mangle(place.point).c_str(), OwnAccess(mount), FlagsText(mount.flags).c_str(),
           Propagation(mount, *mounts).c_str(), mount.fs->type(), SourceOf(mount).c_str(),
           SuperAccess(mount), OptionsOf(mount).c_str());
  }
  return text;
}

Result<std::string> MountstatsText(const ProcessView& view) {
  std::string text;
  for (const Place& place : VisibleMounts(view)) {
    Append(text, "device %s mounted on %s with fstype %s\n", SourceOf(*place.mount).c_str(),
           Mangle(place.point).c_str(), place.mount->fs->type());
  }
  return text;
}

}  // namespace sentry
