// Name: one validated path component: not empty, no '/', no NUL, at most 255 bytes.  "." and ".."
// never get here: the path walk handles them.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace sentry {

using base::Errno;
using base::Result;

constexpr size_t kNameMax = 255;
constexpr size_t kPathMax = 4096;

class Name {
 public:
  static Result<Name> Parse(std::string_view text) {
    if (text.size() > kNameMax) return Errno(ENAMETOOLONG);
    if (text.empty() || text == "." || text == "..") return Errno(EINVAL);
    if (text.find('/') != text.npos || text.find('\0') != text.npos) return Errno(EINVAL);
    return Name(text);
  }
  std::string_view view() const { return text_; }
  std::string str() const { return std::string(text_); }

 private:
  explicit Name(std::string_view text) : text_(text) {}
  std::string_view text_;  // Borrowed for the call.
};

}  // namespace sentry
