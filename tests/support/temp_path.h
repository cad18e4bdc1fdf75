// Files and directories that live as long as the test.  They are made below $TEST_TMPDIR, which the
// runner points at the file system under test (tmpfs, overlay or a Gofer mount); /tmp where it is
// not set.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "tests/support/fd.h"

namespace test {

// $TEST_TMPDIR or /tmp.
std::string TempRoot();

// A fresh empty directory; removed with all it contains.
class TempDir {
 public:
  static TempDir Create() { return CreateIn(TempRoot()); }
  static TempDir CreateIn(const std::string& parent);

  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDir& operator=(TempDir&&) = delete;
  ~TempDir();

  const std::string& path() const { return path_; }
  const char* c_str() const { return path_.c_str(); }
  // The path of a name inside it; nothing is created.
  std::string Join(std::string_view name) const;

 private:
  explicit TempDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// A fresh regular file, unlinked at the end if it is still there.
class TempFile {
 public:
  static TempFile Create(std::string_view content = {}, unsigned mode = 0600);
  static TempFile CreateIn(const std::string& parent, std::string_view content = {},
                           unsigned mode = 0600);

  TempFile(TempFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempFile& operator=(TempFile&&) = delete;
  ~TempFile();

  const std::string& path() const { return path_; }
  const char* c_str() const { return path_.c_str(); }

 private:
  explicit TempFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// The whole content of a file (also of /proc); fails the test when it cannot be read.
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, std::string_view content);

}  // namespace test
