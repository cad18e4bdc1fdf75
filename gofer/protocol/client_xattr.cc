// The requests about extended attributes.
#include "gofer/protocol/channel.h"
#include "gofer/protocol/client.h"
#include "gofer/protocol/exchange.h"

namespace gofer {

base::Result<std::string> Client::GetXattr(const Target& target, std::string_view name) {
  TRY(CheckName(name));
  Exchange call;
  wire::GetXattrRequest* request = call.request()->mutable_get_xattr();
  TRY(SetTarget(target, request->mutable_target()));
  SetName(request->mutable_name(), name);
  TRY(channel_->Call(call.request(), call.reply()));
  return call.reply()->bytes().data();
}

base::Result<void> Client::SetXattr(const Target& target, std::string_view name,
                                    std::string_view value, uint32_t flags) {
  TRY(CheckName(name));
  if (value.size() > kMaxXattrValue) return base::Errno(E2BIG);
  Exchange call;
  wire::SetXattrRequest* request = call.request()->mutable_set_xattr();
  TRY(SetTarget(target, request->mutable_target()));
  SetName(request->mutable_name(), name);
  SetName(request->mutable_value(), value);
  request->set_flags(flags);
  TRY(channel_->Call(call.request(), call.reply()));
  return base::Ok();
}

base::Result<std::vector<std::string>> Client::ListXattr(const Target& target) {
  Exchange call;
  TRY(SetTarget(target, call.request()->mutable_list_xattr()->mutable_target()));
  TRY(channel_->Call(call.request(), call.reply()));
  const auto& names = call.reply()->list_xattr().names();
  return std::vector<std::string>(names.begin(), names.end());
}

base::Result<void> Client::RemoveXattr(const Target& target, std::string_view name) {
  TRY(CheckName(name));
  Exchange call;
  wire::RemoveXattrRequest* request = call.request()->mutable_remove_xattr();
  TRY(SetTarget(target, request->mutable_target()));
  SetName(request->mutable_name(), name);
  TRY(channel_->Call(call.request(), call.reply()));
  return base::Ok();
}

}  // namespace gofer
