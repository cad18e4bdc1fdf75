#include "sentry/fs/sysfs/sysfs.h"

#include "sentry/fs/kernfs/directory.h"
#include "sentry/fs/kernfs/text_file.h"
#include "sentry/fs/sysfs/sys_tree.h"

namespace sentry {
namespace {

// Inode numbers: the tree's nodes, then the directories above the devices, then the devices.
constexpr uint64_t kFirstTreeIno = 1;
constexpr uint64_t kNetClassIno = uint64_t{1} << 40, kVirtualIno = kNetClassIno + 1,
                   kVirtualNetIno = kNetClassIno + 2, kFirstDeviceIno = kNetClassIno << 1;

uint64_t InoOf(const SysNetDevice& device, size_t attribute) {
  return kFirstDeviceIno + (static_cast<uint64_t>(device.index) << 10) + attribute;
}

class AttributeFile final : public TextInode {
 public:
  AttributeFile(Ref<KernFilesystem> fs, uint64_t ino, std::string text)
      : TextInode(std::move(fs), ino, 0444), text_(std::move(text)) {}
  Result<std::string> Text(OpContext&, RefCounted*) override { return text_ + "\n"; }

 protected:
  uint64_t Size() const override { return 4096; }

 private:
  const std::string text_;
};

// The attributes of a device below one prefix.
class DeviceDirectory final : public KernDirectory {
 public:
  DeviceDirectory(Ref<KernFilesystem> fs, SysNetDevice device, std::string prefix)
      : KernDirectory(std::move(fs), InoOf(device, prefix.empty() ? 1 : 2), 0555),
        device_(std::move(device)),
        prefix_(std::move(prefix)) {}

  Result<Ref<Inode>> Find(OpContext&, std::string_view name) override {
    for (size_t i = 0; i < device_.attributes.size(); ++i) {
      std::string_view path = device_.attributes[i].first;
      if (!path.starts_with(prefix_)) continue;
      path.remove_prefix(prefix_.size());
      if (path == name) {
        return Ref<Inode>(MakeRef<AttributeFile>(kern_fs_ref(), InoOf(device_, 8 + i),
                                                 device_.attributes[i].second));
      }
      if (path.starts_with(std::string(name) + "/")) {
        return Ref<Inode>(
            MakeRef<DeviceDirectory>(kern_fs_ref(), device_, prefix_ + std::string(name) + "/"));
      }
    }
    return Errno(ENOENT);
  }
  bool NextEntry(OpContext&, uint64_t position, Entry& entry) override {
    std::string last;
    for (uint64_t i = 0; i < device_.attributes.size(); ++i) {
      std::string_view path = device_.attributes[i].first;
      if (!path.starts_with(prefix_)) continue;
      path.remove_prefix(prefix_.size());
      const size_t slash = path.find('/');
      std::string name(path.substr(0, slash));
      const bool again = name == last;
      last = name;
      if (i < position || again) continue;
      entry.name = std::move(name);
      entry.type = slash == path.npos ? abi::kDtReg : abi::kDtDir;
      entry.ino = InoOf(device_, slash == path.npos ? 8 + i : 2);
      entry.position = i;
      return true;
    }
    return false;
  }

 private:
  const SysNetDevice device_;
  const std::string prefix_;
};

// /sys/class/net (links), and /sys/devices/virtual/net, where they lead.
class DeviceList final : public KernDirectory {
 public:
  DeviceList(Ref<SysFilesystem> fs, uint64_t ino, bool links)
      : KernDirectory(fs, ino, 0555), fs_(std::move(fs)), links_(links) {}

  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override {
    for (SysNetDevice& device : fs_->devices(fs_->kernel, ctx)) {
      if (device.name != name) continue;
      if (links_) {
        return Ref<Inode>(MakeRef<FixedSymlink>(kern_fs_ref(), InoOf(device, 0),
                                                "../../devices/virtual/net/" + device.name));
      }
      return Ref<Inode>(MakeRef<DeviceDirectory>(kern_fs_ref(), std::move(device), ""));
    }
    return Errno(ENOENT);
  }
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override {
    for (const SysNetDevice& device : fs_->devices(fs_->kernel, ctx)) {
      if (static_cast<uint64_t>(device.index) < position) continue;
      entry.name = device.name;
      entry.type = links_ ? abi::kDtLnk : abi::kDtDir;
      entry.ino = InoOf(device, links_ ? 0 : 1);
      entry.position = static_cast<uint64_t>(device.index);
      return true;
    }
    return false;
  }
  bool Revalidate(OpContext&, const Name&, Inode*) override { return false; }

 private:
  const Ref<SysFilesystem> fs_;
  const bool links_;
};

// A directory of the tree with one name more.
class Extended final : public KernDirectory {
 public:
  using Make = Ref<Inode> (*)(Ref<SysFilesystem>);
  Extended(Ref<SysFilesystem> fs, Ref<KernDirectory> tree, std::string_view extra, uint64_t ino,
           Make make)
      : KernDirectory(fs, tree != nullptr ? tree->ino() : kVirtualIno, 0555),
        fs_(std::move(fs)),
        tree_(std::move(tree)),
        extra_(extra),
        ino_(ino),
        make_(make) {}

  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override {
    if (name == extra_) return make_(fs_);
    return tree_ != nullptr ? tree_->Find(ctx, name) : Errno(ENOENT);
  }
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override {
    constexpr uint64_t kExtra = uint64_t{1} << 32;
    if (position < kExtra && tree_ != nullptr && tree_->NextEntry(ctx, position, entry)) {
      return true;
    }
    if (position > kExtra) return false;
    entry.name = extra_;
    entry.type = abi::kDtDir;
    entry.ino = ino_;
    entry.position = kExtra;
    return true;
  }

 private:
  const Ref<SysFilesystem> fs_;
  const Ref<KernDirectory> tree_;  // Null: there is nothing else.
  const std::string_view extra_;
  const uint64_t ino_;
  const Make make_;
};

class Root final : public KernDirectory {
 public:
  explicit Root(Ref<SysFilesystem> fs)
      : KernDirectory(fs, kFirstTreeIno, 0555),
        fs_(fs),
        tree_(MakeRef<TreeDirectory>(fs, kFirstTreeIno, MakeRef<SysTree>(fs->kernel))) {}

  Result<Ref<Inode>> Find(OpContext& ctx, std::string_view name) override {
    Ref<Inode> found = TRY(tree_->Find(ctx, name));
    Ref<KernDirectory> directory(static_cast<KernDirectory*>(found.get()));
    if (name == "class") {
      return Ref<Inode>(MakeRef<Extended>(
          fs_, std::move(directory), "net", kNetClassIno, [](Ref<SysFilesystem> fs) -> Ref<Inode> {
            return MakeRef<DeviceList>(std::move(fs), kNetClassIno, true);
          }));
    }
    if (name == "devices") {
      return Ref<Inode>(
          MakeRef<Extended>(fs_, std::move(directory), "virtual", kVirtualIno, MakeVirtual));
    }
    return found;
  }
  bool NextEntry(OpContext& ctx, uint64_t position, Entry& entry) override {
    return tree_->NextEntry(ctx, position, entry);
  }

 private:
  static Ref<Inode> MakeVirtual(Ref<SysFilesystem> fs) {
    return MakeRef<Extended>(fs, nullptr, "net", kVirtualNetIno,
                             [](Ref<SysFilesystem> own) -> Ref<Inode> {
                               return MakeRef<DeviceList>(std::move(own), kVirtualNetIno, false);
                             });
  }

  const Ref<SysFilesystem> fs_;
  const Ref<TreeDirectory> tree_;
};

}  // namespace

Ref<Inode> SysFilesystem::Root() {
  return MakeRef<sentry::Root>(Ref<SysFilesystem>(this));
}

}  // namespace sentry
