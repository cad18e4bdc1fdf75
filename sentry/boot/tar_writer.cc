#include "sentry/boot/tar_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sentry {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kBuffer = 256 * 1024;
constexpr size_t kNameSize = 100;
constexpr uint64_t kMaxSize = (uint64_t{1} << 33) - 1;  // Eleven octal digits.
constexpr uint32_t kMaxId = (1U << 21) - 1;             // Seven.

struct UstarHeader {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
  char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155];
  char unused[12];
};
static_assert(sizeof(UstarHeader) == kBlock);

template <size_t N>
void Octal(char (&field)[N], uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%0*lo", static_cast<int>(N - 1), value);
  std::memcpy(field, text + std::strlen(text) - (N - 1), N - 1);  // The low digits.
}

template <size_t N>
void Text(char (&field)[N], std::string_view text) {
  std::memcpy(field, text.data(), std::min(text.size(), N));
}

// "LENGTH key=value\n", where LENGTH counts itself.
void AddRecord(std::string& to, std::string_view key, std::string_view value) {
  size_t rest = key.size() + value.size() + 3;
  size_t length = rest + std::to_string(rest).size();
  length = rest + std::to_string(length).size();
  to += std::to_string(length) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

}  // namespace

base::Result<void> TarWriter::Flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::LastErrno();
    done += static_cast<size_t>(n);
  }
  buffer_.clear();
  return {};
}

base::Result<void> TarWriter::Put(const void* data, size_t size) {
  buffer_.append(static_cast<const char*>(data), size);
  return buffer_.size() < kBuffer ? base::Result<void>() : Flush();
}

base::Result<void> TarWriter::Block(const TarEntry& entry, char type, uint64_t size) {
  UstarHeader header{};
  Text(header.name, entry.path);
  Octal(header.mode, entry.mode & 07777);
  Octal(header.uid, std::min(entry.uid, kMaxId));
  Octal(header.gid, std::min(entry.gid, kMaxId));
  Octal(header.size, std::min(size, kMaxSize));
  Octal(header.mtime, static_cast<uint64_t>(std::max<int64_t>(0, entry.mtime)));
  header.type = type;
  Text(header.link, entry.link);
  std::memcpy(header.magic, "ustar", 6);
  std::memcpy(header.version, "00", 2);
  Octal(header.major, entry.major);
  Octal(header.minor, entry.minor);
  // The sum of all bytes, with blanks for the sum itself.
  std::memset(header.checksum, ' ', sizeof(header.checksum));
  unsigned sum = 0;
  unsigned char bytes[kBlock];
  std::memcpy(bytes, &header, kBlock);
  for (unsigned char byte : bytes) sum += byte;
  std::snprintf(header.checksum, sizeof(header.checksum), "%06o", sum);
  return Put(&header, sizeof(header));
}

base::Result<void> TarWriter::Extended(const TarEntry& entry) {
  std::string records;
  if (entry.path.size() > kNameSize) AddRecord(records, "path", entry.path);
  if (entry.link.size() > kNameSize) AddRecord(records, "linkpath", entry.link);
  if (entry.size > kMaxSize) AddRecord(records, "size", std::to_string(entry.size));
  if (entry.uid > kMaxId) AddRecord(records, "uid", std::to_string(entry.uid));
  if (entry.gid > kMaxId) AddRecord(records, "gid", std::to_string(entry.gid));
  if (records.empty()) return {};
  TarEntry about{.path = "PaxHeaders/entry", .link = {}, .mode = 0644};
  TRY(Block(about, 'x', records.size()));
  TRY(Body(std::as_bytes(std::span(records))));
  return EndBody();
}

base::Result<void> TarWriter::Header(const TarEntry& entry) {
  TRY(Extended(entry));
  return Block(entry, static_cast<char>(entry.type), entry.size);
}

base::Result<void> TarWriter::Body(std::span<const std::byte> bytes) {
  body_ += bytes.size();
  return Put(bytes.data(), bytes.size());
}

base::Result<void> TarWriter::EndBody() {
  constexpr char kZeros[kBlock] = {};
  size_t over = body_ % kBlock;
  body_ = 0;
  return over == 0 ? base::Result<void>() : Put(kZeros, kBlock - over);
}

base::Result<void> TarWriter::Finish() {
  constexpr char kZeros[2 * kBlock] = {};
  TRY(Put(kZeros, sizeof(kZeros)));
  return Flush();
}

}  // namespace sentry
