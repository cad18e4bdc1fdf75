// Temporary files and directories.
#include "tests/support/temp_path.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "tests/support/matchers.h"

namespace test {
namespace {

void WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    ssize_t written = write(fd, content.data(), content.size());
    ASSERT_THAT(written, SyscallSucceeds());
    content.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

std::string TempRoot() {
  const char* root = getenv("TEST_TMPDIR");
  return root != nullptr && *root != '\0' ? root : "/tmp";
}

TempDir TempDir::CreateIn(const std::string& parent) {
  std::string path = parent + "/dir.XXXXXX";
  EXPECT_NE(mkdtemp(path.data()), nullptr) << path << ": errno " << errno;
  return TempDir(std::move(path));
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::Join(std::string_view name) const {
  return (path_ + "/").append(name);
}

TempFile TempFile::Create(std::string_view content, unsigned mode) {
  return CreateIn(TempRoot(), content, mode);
}

TempFile TempFile::CreateIn(const std::string& parent, std::string_view content, unsigned mode) {
  std::string path = parent + "/file.XXXXXX";
  Fd fd(mkostemp(path.data(), O_CLOEXEC));
  EXPECT_THAT(fd.get(), SyscallSucceeds()) << path;
  WriteAll(fd.get(), content);
  EXPECT_THAT(fchmod(fd.get(), mode), SyscallSucceeds());
  return TempFile(std::move(path));
}

TempFile::~TempFile() {
  if (!path_.empty()) unlink(path_.c_str());
}

std::string ReadFile(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_THAT(fd.get(), SyscallSucceeds()) << path;
  std::string content;
  char buffer[4096];
  ssize_t got = 0;
  while (fd.get() >= 0 && (got = read(fd.get(), buffer, sizeof(buffer))) > 0) {
    content.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_THAT(got, SyscallSucceeds()) << path;
  return content;
}

void WriteFile(const std::string& path, std::string_view content) {
  Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  ASSERT_THAT(fd.get(), SyscallSucceeds()) << path;
  WriteAll(fd.get(), content);
}

}  // namespace test
