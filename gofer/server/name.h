// Name: a validated path component, as a C string borrowed from the request.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "gofer/protocol/types.h"
#include "platform/base/result.h"

namespace gofer {

class Name {
 public:
  static base::Result<Name> Parse(const std::string& text) {
    if (text.empty() || text == "." || text == "..") return base::Errno(EINVAL);
    if (text.size() > kMaxNameLength) return base::Errno(ENAMETOOLONG);
    if (text.find('/') != std::string::npos || text.find('\0') != std::string::npos) {
      return base::Errno(EINVAL);
    }
    return Name(text.c_str(), text.size());
  }
  // For names that the host's kernel returned; null for "." and "..".
  static base::Result<Name> FromHost(const char* text) {
    const size_t size = std::strlen(text);
    if (size == 0 || size > kMaxNameLength || std::string_view(text, size) == "." ||
        std::string_view(text, size) == "..") {
      return base::Errno(EINVAL);
    }
    return Name(text, size);
  }

  const char* c_str() const { return text_; }
  std::string_view view() const { return {text_, size_}; }

 private:
  Name(const char* text, size_t size) : text_(text), size_(size) {}
  const char* text_;
  size_t size_;
};

}  // namespace gofer
