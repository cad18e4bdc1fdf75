// Requests, tokens and the walk through the tree.
#include "sentry/socket/metadata/service.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sentry {
namespace {

constexpr std::string_view kTokenPath = "/latest/api/token";
constexpr const char* kTokenFields[] = {"x-metadata-token", "x-aws-ec2-metadata-token"};
constexpr const char* kTtlFields[] = {"x-metadata-token-ttl-seconds",
                                      "x-aws-ec2-metadata-token-ttl-seconds"};

std::string LowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
  return out;
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <typename T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || after != end) return std::nullopt;
  return value;
}

// "%2F" and the like; nothing: not an escape, or a NUL.
std::optional<std::string> Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* first = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(first, first + 2, byte, 16).ptr != first + 2 ||
        byte == 0) {
      return std::nullopt;
    }
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::string Respond(std::string_view status, std::string_view body, std::string_view type,
                    std::string_view fields = {}) {
  std::string out = "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  out += fields;
  out += "\r\n";
  out += body;
  return out;
}

std::string Refuse(std::string_view status, std::string_view fields = {}) {
  return Respond(status, std::string(status.substr(4)) + "\n", "text/plain", fields);
}

std::string List(const JsonValue& value) {
  std::string out;
  for (size_t i = 0; i < value.items.size(); ++i) {
    if (i != 0) out += '\n';
    out += value.kind == JsonValue::Kind::kObject ? value.names[i] : std::to_string(i);
    if (!value.items[i].IsLeaf()) out += '/';
  }
  return out;
}

}  // namespace

std::string_view HttpRequest::Field(std::string_view name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view() : found->second;
}

bool HttpRequest::ParseHeader(std::string_view header) {
  const size_t end = header.find("\r\n");
  const std::string_view line = header.substr(0, end);
  const size_t first = line.find(' '), second = line.rfind(' ');
  if (first == line.npos || first == second || first == 0) return false;
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return false;
  method = line.substr(0, first);
  path = line.substr(first + 1, second - first - 1);
  if (path.empty() || path.front() != '/' || path.find(' ') != path.npos) return false;
  header = end == header.npos ? std::string_view() : header.substr(end + 2);
  while (!header.empty()) {
    const size_t stop = header.find("\r\n");
    const std::string_view field = header.substr(0, stop);
    header = stop == header.npos ? std::string_view() : header.substr(stop + 2);
    const size_t colon = field.find(':');
    if (colon == field.npos || colon == 0 || field.find_first_of(" \t") < colon) return false;
    fields[LowerCase(field.substr(0, colon))] = WithoutBlanks(field.substr(colon + 1));
  }
  const std::string connection = LowerCase(Field("connection"));
  keep_alive = version == "HTTP/1.1" ? connection != "close" : connection == "keep-alive";
  return true;
}

HttpRequest::Outcome HttpRequest::Take(std::string& from) {
  *this = {};
  const size_t end = from.find("\r\n\r\n");
  if (end == from.npos) return from.size() > kMostHeader ? Outcome::kBad : Outcome::kMore;
  if (end > kMostHeader || !ParseHeader(std::string_view(from).substr(0, end))) {
    return Outcome::kBad;
  }
  size_t body = 0;
  if (const std::string_view length = Field("content-length"); !length.empty()) {
    const std::optional<size_t> size = Number<size_t>(length);
    if (!size || *size > kMostBody) return Outcome::kBad;
    body = *size;
  }
  if (fields.contains("transfer-encoding")) return Outcome::kBad;
  if (from.size() < end + 4 + body) return Outcome::kMore;
  from.erase(0, end + 4 + body);
  return Outcome::kWhole;
}

std::string MetadataService::AnswerNonsense() {
  return Refuse("400 Bad Request", "Connection: close\r\n");
}

std::string MetadataService::Answer(const HttpRequest& request) {
  if (request.method == "PUT") {
    return request.path == kTokenPath ? PutToken(request)
                                      : Refuse("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
  }
  if (request.method == "GET") return Get(request);
  if (request.method != "HEAD") {
    return Refuse("405 Method Not Allowed", "Allow: GET, HEAD, PUT\r\n");
  }
  std::string answer = Get(request);
  return answer.substr(0, answer.find("\r\n\r\n") + 4);
}

std::string MetadataService::PutToken(const HttpRequest& request) {
  constexpr int64_t kMostSeconds = 21600;  // As Amazon's has it.
  // A proxy that hands on what others ask must not get one for them.
  if (request.fields.contains("x-forwarded-for")) return Refuse("403 Forbidden");
  std::string_view text;
  for (const char* name : kTtlFields) text = text.empty() ? request.Field(name) : text;
  const std::optional<int64_t> seconds = Number<int64_t>(text);
  if (!seconds || *seconds < 1 || *seconds > kMostSeconds) return Refuse("400 Bad Request");
  std::erase_if(tokens_, [now = now_()](const auto& one) { return one.second <= now; });
  if (tokens_.size() >= kMostTokens) {
    tokens_.erase(
        std::min_element(tokens_.begin(), tokens_.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  static constexpr char kHex[] = "0123456789abcdef";
  char bytes[16];
  random_(bytes, sizeof(bytes));
  std::string token;
  for (const char c : bytes) {
    token += kHex[static_cast<unsigned char>(c) >> 4];
    token += kHex[c & 15];
  }
  tokens_[token] = now_() + *seconds;
  return Respond("200 OK", token, "text/plain",
                 "X-metadata-token-ttl-seconds: " + std::to_string(*seconds) + "\r\n");
}

bool MetadataService::TokenIsGood(const HttpRequest& request) {
  for (const char* name : kTokenFields) {
    if (!request.fields.contains(name)) continue;
    const auto found = tokens_.find(request.Field(name));
    return found != tokens_.end() && found->second > now_();
  }
  return !options_.token_required;
}

std::string MetadataService::Get(const HttpRequest& request) {
  if (!TokenIsGood(request)) return Refuse("401 Unauthorized");
  const JsonValue* at = &options_.tree;
  std::string_view path = std::string_view(request.path).substr(0, request.path.find('?'));
  while (!path.empty() && at != nullptr) {
    const size_t slash = path.find('/');
    const std::optional<std::string> name = Unescape(path.substr(0, slash));
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (!name) return Refuse("400 Bad Request");
    if (!name->empty()) at = at->Find(*name);
  }
  if (at == nullptr) return Refuse("404 Not Found");
  if (request.Field("accept").find("application/json") != std::string_view::npos) {
    return Respond("200 OK", at->Print(), "application/json");
  }
  return Respond("200 OK", at->IsLeaf() ? at->text : List(*at), "text/plain");
}

}  // namespace sentry
