// MetadataService: what a guest that asks for metadata is told, without the network: requests of
// HTTP/1.1 (RFC 9112) in, answers out.
//
// GET of a path walks the tree: a leaf is told as text, anything above as its names, a line each,
// with a slash behind those that lead on; with "Accept: application/json" either as JSON.  PUT of
// /latest/api/token gives a token for so many seconds (X-metadata-token-ttl-seconds), which a GET
// brings along (X-metadata-token); Amazon's names of these fields do as well.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sentry/socket/metadata/json.h"

namespace sentry {

struct MetadataOptions {
  JsonValue tree;
  bool token_required = false;  // Else one that is wrong is refused, and none is right.
};

// One request as it stands in its header.
struct HttpRequest {
  std::string method, path;
  std::map<std::string, std::string, std::less<>> fields;  // Names in lower case.
  bool keep_alive = true;

  static constexpr size_t kMostHeader = 8192, kMostBody = 8192;
  enum class Outcome : uint8_t { kMore, kWhole, kBad };
  // Takes one with its body from the front of `from`, once it is there.
  Outcome Take(std::string& from);
  std::string_view Field(std::string_view name) const;

 private:
  bool ParseHeader(std::string_view header);
};

class MetadataService {
 public:
  // `random` gives unpredictable bytes, `now` seconds.
  MetadataService(MetadataOptions options, std::function<void(char*, size_t)> random,
                  std::function<int64_t()> now)
      : options_(std::move(options)), random_(std::move(random)), now_(std::move(now)) {}

  std::string Answer(const HttpRequest& request);
  // To what is no request; the connection ends.
  static std::string AnswerNonsense();

 private:
  static constexpr size_t kMostTokens = 256;
  std::string Get(const HttpRequest& request);
  std::string PutToken(const HttpRequest& request);
  bool TokenIsGood(const HttpRequest& request);

  const MetadataOptions options_;
  const std::function<void(char*, size_t)> random_;
  const std::function<int64_t()> now_;
  std::map<std::string, int64_t, std::less<>> tokens_;  // Until when each is good.
};

}  // namespace sentry
