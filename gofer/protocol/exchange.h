// What the request methods of Client share: the pair of messages of one call, and filling in names.
#pragma once

#include <google/protobuf/arena.h>

#include "abi/gofer/gofer.pb.h"
#include "gofer/protocol/types.h"
#include "platform/base/result.h"

namespace gofer {

// Both messages of a call, in memory of the caller's stack as long as they are small.
class Exchange {
 public:
  Exchange() : arena_(block_, sizeof(block_)) {}
  wire::Request* request() { return request_; }
  wire::Reply* reply() { return reply_; }

 private:
  alignas(8) char block_[4096];
  google::protobuf::Arena arena_;
  wire::Request* request_ = google::protobuf::Arena::CreateMessage<wire::Request>(&arena_);
  wire::Reply* reply_ = google::protobuf::Arena::CreateMessage<wire::Reply>(&arena_);
};

inline uint64_t Number(NodeId node) {
  return static_cast<uint64_t>(node);
}

inline void SetName(std::string* field, std::string_view name) {
  field->assign(name.data(), name.size());
}

// The server checks names again; this keeps requests within their size.
inline base::Result<void> CheckName(std::string_view name) {
  if (name.empty()) return base::Errno(EINVAL);
  if (name.size() > kMaxNameLength) return base::Errno(ENAMETOOLONG);
  return base::Ok();
}

inline base::Result<void> SetTarget(const Target& target, wire::Target* field) {
  if (target.name.size() > kMaxNameLength) return base::Errno(ENAMETOOLONG);
  field->set_node(Number(target.node));
  if (!target.name.empty()) SetName(field->mutable_name(), target.name);
  return base::Ok();
}

}  // namespace gofer
