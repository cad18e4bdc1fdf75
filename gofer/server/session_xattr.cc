// Extended attributes: user.* alone.  Others decide on the host's behaviour (security.*, trusted.*,
// ACLs).
#include <sys/xattr.h>

#include "gofer/server/session.h"

namespace gofer {
namespace {

constexpr std::string_view kPrefix = "user.";
constexpr size_t kMaxXattrName = 255;
constexpr size_t kMaxXattrList = 64 << 10;

base::Result<const char*> CheckName(const std::string& name) {
  if (name.empty() || name.size() > kMaxXattrName) return base::Errno(ERANGE);
  if (name.find('\0') != std::string::npos) return base::Errno(EINVAL);
  if (!name.starts_with(kPrefix)) return base::Errno(EOPNOTSUPP);
  if (name.size() == kPrefix.size()) return base::Errno(EINVAL);
  return name.c_str();
}

}  // namespace

// The host's answer to a path is about the inode behind the handle, which the magic link names.
base::Result<std::string> Session::XattrPath(const Object& object) {
  if (!guard_.fd_directory().valid()) return base::Errno(EOPNOTSUPP);
  const struct statx found = TRY(StatHandle(object.handle()));
  if (!object.mount->MayRead(found.stx_mode)) return base::Errno(EACCES);
  return guard_.PathOf(object.handle());
}

base::Result<void> Session::GetXattr(const wire::GetXattrRequest& request,
                                     wire::BytesReply* reply) {
  const char* name = TRY(CheckName(request.name()));
  const Object object = TRY(Resolve(request.target()));
  const std::string path = TRY(XattrPath(object));
  char value[kMaxXattrValue];
  const ssize_t size = ::getxattr(path.c_str(), name, value, sizeof(value));
  if (size < 0) return base::LastErrno();
  reply->set_data(value, static_cast<size_t>(size));
  return base::Ok();
}

base::Result<void> Session::SetXattr(const wire::SetXattrRequest& request) {
  const char* name = TRY(CheckName(request.name()));
  if (request.value().size() > kMaxXattrValue) return base::Errno(E2BIG);
  if ((request.flags() & ~unsigned{XATTR_CREATE | XATTR_REPLACE}) != 0) return base::Errno(EINVAL);
  const Object object = TRY(ResolveWritable(request.target()));
  const std::string path = TRY(XattrPath(object));
  if (::setxattr(path.c_str(), name, request.value().data(), request.value().size(),
                 static_cast<int>(request.flags())) != 0) {
    return base::LastErrno();
  }
  return base::Ok();
}

base::Result<void> Session::ListXattr(const wire::ListXattrRequest& request,
                                      wire::ListXattrReply* reply) {
  const Object object = TRY(Resolve(request.target()));
  const std::string path = TRY(XattrPath(object));
  char names[kMaxXattrList];
  const ssize_t size = ::listxattr(path.c_str(), names, sizeof(names));
  if (size < 0) return base::LastErrno();
  std::string_view rest(names, static_cast<size_t>(size));
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    if (name.starts_with(kPrefix)) reply->add_names(name.data(), name.size());
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return base::Ok();
}

base::Result<void> Session::RemoveXattr(const wire::RemoveXattrRequest& request) {
  const char* name = TRY(CheckName(request.name()));
  const Object object = TRY(ResolveWritable(request.target()));
  const std::string path = TRY(XattrPath(object));
  if (::removexattr(path.c_str(), name) != 0) return base::LastErrno();
  return base::Ok();
}

}  // namespace gofer
