// Mount options of tmpfs(5).
#include <charconv>
#include <optional>

#include "sentry/fs/tmpfs/filesystem.h"

namespace sentry {
namespace {

std::optional<uint64_t> ParseNumber(std::string_view& text, int base) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

// A number with k, m, g or (of `whole`) %; nothing may follow.
std::optional<uint64_t> ParseSize(std::string_view text, uint64_t whole) {
  std::optional<uint64_t> value = ParseNumber(text, 10);
  if (!value || text.size() > 1) return std::nullopt;
  if (text.empty()) return value;
  switch (text.front() | 0x20) {
    case 'k':
      return *value << 10;
    case 'm':
      return *value << 20;
    case 'g':
      return *value << 30;
    case '%' | 0x20:
      return whole / 100 * *value;
    default:
      return std::nullopt;
  }
}

std::optional<uint32_t> ParseId(std::string_view text, int base, uint32_t mask) {
  std::optional<uint64_t> value = ParseNumber(text, base);
  if (!value || !text.empty() || *value > 0xffffffff) return std::nullopt;
  return static_cast<uint32_t>(*value) & mask;
}

template <typename T, typename U>
bool Assign(T& to, const std::optional<U>& value) {
  if (value) to = *value;
  return value.has_value();
}

uint64_t WholePages(uint64_t bytes) {
  constexpr uint64_t kPage = TmpfsFilesystem::kPage;
  return (bytes + kPage - 1) / kPage * kPage;
}

bool ParseOne(TmpfsOptions& options, std::string_view key, std::string_view value,
              uint64_t memory) {
  if (key == "size") {
    bool ok = Assign(options.size, ParseSize(value, memory));
    options.size = WholePages(options.size);
    options.has_size = true;
    return ok;
  }
  if (key == "nr_blocks") {
    bool ok = Assign(options.size, ParseSize(value, 0));
    options.size *= TmpfsFilesystem::kPage;
    options.has_size = true;
    return ok;
  }
  if (key == "nr_inodes") {
    options.has_inodes = true;
    return Assign(options.inodes, ParseSize(value, 0));
  }
  if (key == "mode") return Assign(options.mode, ParseId(value, 8, 07777));
  if (key == "uid") return Assign(options.uid, ParseId(value, 10, ~0U));
  if (key == "gid") return Assign(options.gid, ParseId(value, 10, ~0U));
  // Hints about the host's memory, which is not the guest's to arrange.
  return key == "huge" || key == "mpol" || key == "inode32" || key == "inode64" || key == "noswap";
}

}  // namespace

Result<TmpfsOptions> TmpfsOptions::Parse(std::string_view text, uint64_t memory) {
  TmpfsOptions options;
  options.size = options.default_size = WholePages(memory / 2);
  options.inodes = options.default_inodes = memory / TmpfsFilesystem::kPage / 2;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (one.empty()) continue;
    size_t equals = one.find('=');
    std::string_view value = equals == one.npos ? std::string_view() : one.substr(equals + 1);
    if (!ParseOne(options, one.substr(0, equals), value, memory)) return Errno(EINVAL);
  }
  return options;
}

Result<void> TmpfsFilesystem::Reconfigure(OpContext&, const std::string& text) {
  if (options_.ramfs) return {};
  const TmpfsOptions asked = TRY(TmpfsOptions::Parse(text, WholeMemory(budget_)));
  // "Cannot retroactively limit": what has no limit was not counted.
  if (asked.has_size && asked.size != 0) {
    if (options_.size == 0 || asked.size / kPage < pages_) return Errno(EINVAL);
  }
  if (asked.has_inodes && asked.inodes != 0) {
    if (options_.inodes == 0 || asked.inodes < inodes_) return Errno(EINVAL);
  }
  if (asked.has_size) options_.size = asked.size;
  if (asked.has_inodes) options_.inodes = asked.inodes;
  return {};
}

std::string TmpfsFilesystem::MountOptions() const {
  std::string text;
  auto add = [&](const char* key, const std::string& value) {
    if (!text.empty()) text += ',';
    text.append(key).append("=").append(value);
  };
  if (options_.size != options_.default_size)
    add("size", std::to_string(options_.size >> 10) + "k");
  if (options_.inodes != options_.default_inodes) {
    add("nr_inodes", std::to_string(options_.inodes));
  }
  if (options_.mode != 01777) {
    std::string octal;
    for (uint32_t mode = options_.mode; mode != 0; mode >>= 3) {
      octal.insert(octal.begin(), static_cast<char>('0' + (mode & 7)));
    }
    add("mode", octal.empty() ? "0" : octal);
  }
  if (options_.uid != 0) add("uid", std::to_string(options_.uid));
  if (options_.gid != 0) add("gid", std::to_string(options_.gid));
  return text;
}

}  // namespace sentry
