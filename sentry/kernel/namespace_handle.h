// NamespaceHandle: what a file of nsfs says to those who know files alone (setns(2) knows more).
#pragma once

#include "sentry/auth/user_namespace.h"

namespace sentry {

class NamespaceHandle {
 public:
  // Null: the initial user namespace.
  virtual Namespace* held_namespace() const = 0;

 protected:
  ~NamespaceHandle() = default;
};

}  // namespace sentry
