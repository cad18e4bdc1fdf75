// FilesystemTypes: what mount(2) can make, by the names of /proc/filesystems.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/unique_function.h"
#include "sentry/vfs/inode.h"

namespace sentry {

class FilesystemTypes {
 public:
  // `source` and `options` as mount(2) got them.
  using Make = base::UniqueFunction<Result<Ref<Filesystem>>(OpContext&, const std::string& source,
                                                            const std::string& options)>;

  void Add(std::string type, Make make) { types_[std::move(type)] = std::move(make); }
  bool Has(const std::string& type) const { return types_.contains(type); }
  // ENODEV for an unknown type.
  Result<Ref<Filesystem>> MakeOne(OpContext& ctx, const std::string& type,
                                  const std::string& source, const std::string& options) {
    auto found = types_.find(type);
    if (found == types_.end()) return Errno(ENODEV);
    return found->second(ctx, source, options);
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, make] : types_) names.push_back(name);
    return names;
  }

 private:
  std::map<std::string, Make> types_;
};

}  // namespace sentry
