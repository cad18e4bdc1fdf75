#include "sentry/fs/kernfs/text_file.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <span>

#include "sentry/vfs/file_description.h"

namespace sentry {
namespace {

constexpr size_t kMaxStore = 4096;

class TextDescription final : public FileDescription {
 public:
  TextDescription(Path path, uint32_t flags, Ref<RefCounted> bound)
      : FileDescription(std::move(path), flags), bound_(std::move(bound)) {}
  bool HasPosition() const override { return true; }
  Result<size_t> Read(OpContext& ctx, IoSink& sink, int64_t* position) override;
  Result<size_t> Write(OpContext& ctx, IoSource& source, int64_t* position) override;
  Result<int64_t> Seek(OpContext& ctx, int64_t to, int whence) override;

 private:
  TextInode& file() const { return static_cast<TextInode&>(*inode()); }

  const Ref<RefCounted> bound_;
  std::string text_;
  bool made_ = false;
};

Result<size_t> TextDescription::Read(OpContext& ctx, IoSink& sink, int64_t* position) {
  if (*position == 0 || !made_) {
    text_ = TRY(file().Text(ctx, bound_.get()));
    made_ = true;
  }
  if (static_cast<uint64_t>(*position) >= text_.size()) return size_t{0};
  std::span<const char> rest = std::span(text_).subspan(static_cast<size_t>(*position));
  size_t moved = TRY(sink.Put(std::as_bytes(rest.first(std::min(rest.size(), sink.remaining())))));
  *position += static_cast<int64_t>(moved);
  return moved;
}

// Takes all of a write, whatever its position, as Linux's settings do.
Result<size_t> TextDescription::Write(OpContext& ctx, IoSource& source, int64_t* position) {
  std::array<std::byte, kMaxStore> buffer;
  size_t wanted = std::min(source.remaining(), buffer.size());
  size_t got = TRY(source.Get(std::span(buffer).first(wanted)));
  TRY(file().Store(ctx, std::string_view(reinterpret_cast<const char*>(buffer.data()), got)));
  *position += static_cast<int64_t>(got);
  return got;
}

// No seq_file has an end to seek from.
Result<int64_t> TextDescription::Seek(OpContext& ctx, int64_t to, int whence) {
  if (whence != abi::kSeekSet && whence != abi::kSeekCur) return Errno(EINVAL);
  return FileDescription::Seek(ctx, to, whence);
}

}  // namespace

Result<Ref<FileDescription>> TextInode::Open(OpContext& ctx, const Path& path, uint32_t flags) {
  Ref<RefCounted> bound = TRY(Bind(ctx, flags));
  return Ref<FileDescription>(MakeRef<TextDescription>(path, flags, std::move(bound)));
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace(" \t\n\0", 4);
  size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view NextWord(std::string_view& text) {
  constexpr std::string_view kSpace(" \t\n\0", 4);
  size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return text = {};
  size_t end = std::min(text.find_first_of(kSpace, first), text.size());
  std::string_view word = text.substr(first, end - first);
  text.remove_prefix(end);
  return word;
}

Result<int64_t> ParseNumber(std::string_view word) {
  constexpr size_t kMaxDigits = 22;
  if (word.empty() || word.size() > kMaxDigits) return Errno(EINVAL);
  char* end = nullptr;
  std::string copy(word);
  if (copy[0] == ' ' || copy[0] == '+') return Errno(EINVAL);
  errno = 0;
  int64_t value = std::strtoll(copy.c_str(), &end, 0);
  if (errno != 0 || end != copy.c_str() + copy.size()) return Errno(EINVAL);
  return value;
}

namespace {

void AppendV(std::string& to, const char* format, va_list args) {
  va_list again;
  va_copy(again, args);
  std::array<char, 256> buffer;
  int length = std::vsnprintf(buffer.data(), buffer.size(), format, args);
  if (length >= static_cast<int>(buffer.size())) {
    std::string large(static_cast<size_t>(length) + 1, '\0');
    std::vsnprintf(large.data(), large.size(), format, again);
    large.pop_back();
    to += large;
  } else if (length > 0) {
    to.append(buffer.data(), static_cast<size_t>(length));
  }
  va_end(again);
}

}  // namespace

std::string Format(const char* format, ...) {
  std::string text;
  va_list args;
  va_start(args, format);
  AppendV(text, format, args);
  va_end(args);
  return text;
}

void Append(std::string& to, const char* format, ...) {
  va_list args;
  va_start(args, format);
  AppendV(to, format, args);
  va_end(args);
}

}  // namespace sentry
