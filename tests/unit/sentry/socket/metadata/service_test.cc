#include "sentry/socket/metadata/service.h"

#include <gtest/gtest.h>

#include <cstring>

namespace sentry {
namespace {

class MetadataTest : public testing::Test {
 protected:
  MetadataOptions Options(bool required = false) {
    std::string wrong;
    return {*JsonValue::Parse(
                R"({"job":{"name":"one","cpus":2,"list":["a",{"b":"c"}]},"a/b":"slash"})", wrong),
            required};
  }
  void Require() {
    service = std::make_unique<MetadataService>(Options(true), Random(), [this] { return now; });
  }
  std::function<void(char*, size_t)> Random() {
    return [this](char* to, size_t size) { std::memset(to, ++seed, size); };
  }
  std::string Ask(std::string text) {
    HttpRequest request;
    if (request.Take(text) != HttpRequest::Outcome::kWhole) return "(not taken)";
    EXPECT_EQ(text, "");
    return service->Answer(request);
  }
  // The body of a 200, or the status.
  std::string Get(const std::string& path, const std::string& fields = "") {
    const std::string answer = Ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    const size_t end = answer.find("\r\n\r\n");
    return answer.starts_with("HTTP/1.1 200 ") ? answer.substr(end + 4) : answer.substr(9, 3);
  }
  std::string Token(const std::string& fields = "X-Metadata-Token-TTL-Seconds: 60\r\n") {
    const std::string answer = Ask("PUT /latest/api/token HTTP/1.1\r\n" + fields + "\r\n");
    return answer.starts_with("HTTP/1.1 200 ") ? answer.substr(answer.find("\r\n\r\n") + 4)
                                               : answer.substr(9, 3);
  }

  int seed = 0;
  int64_t now = 1000;
  std::unique_ptr<MetadataService> service =
      std::make_unique<MetadataService>(Options(), Random(), [this] { return now; });
};

TEST_F(MetadataTest, PathsWalkTheTree) {
  EXPECT_EQ(Get("/"), "job/\na/b");
  EXPECT_EQ(Get("/job"), "name\ncpus\nlist/");
  EXPECT_EQ(Get("/job/"), "name\ncpus\nlist/");
  EXPECT_EQ(Get("//job//name?x=y"), "one");
  EXPECT_EQ(Get("/job/cpus"), "2");
  EXPECT_EQ(Get("/job/list"), "0\n1/");
  EXPECT_EQ(Get("/job/list/1/b"), "c");
  EXPECT_EQ(Get("/a%2Fb"), "slash");
  EXPECT_EQ(Get("/job/name/x"), "404");
  EXPECT_EQ(Get("/nothing"), "404");
  EXPECT_EQ(Get("/%zz"), "400");
  EXPECT_EQ(Get("/%00"), "400");
}

TEST_F(MetadataTest, JsonWhenItIsAskedFor) {
  EXPECT_EQ(Get("/job/list", "Accept: application/json\r\n"), R"(["a",{"b":"c"}])");
  EXPECT_EQ(Get("/job/name", "accept: text/html, application/json;q=0.9\r\n"), R"("one")");
  EXPECT_EQ(Get("/job/name", "Accept: */*\r\n"), "one");
}

TEST_F(MetadataTest, TokensAreCheckedWhereTheyAreGiven) {
  const std::string token = Token();
  EXPECT_EQ(token.size(), 32u);
  EXPECT_EQ(Get("/job/name", "X-metadata-token: " + token + "\r\n"), "one");
  EXPECT_EQ(Get("/job/name", "X-metadata-token: wrong\r\n"), "401");
  now += 60;
  EXPECT_EQ(Get("/job/name", "X-metadata-token: " + token + "\r\n"), "401");
  EXPECT_EQ(Get("/job/name"), "one");
}

TEST_F(MetadataTest, TokensCanBeRequired) {
  Require();
  EXPECT_EQ(Get("/job/name"), "401");
  const std::string token = Token("x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n");
  EXPECT_EQ(Get("/job/name", "X-aws-ec2-metadata-token: " + token + "\r\n"), "one");
  for (int i = 0; i < 1000; ++i) Token();
  EXPECT_EQ(Get("/job/name", "X-metadata-token: " + token + "\r\n"), "one");  // The longest-lived.
}

TEST_F(MetadataTest, TokensAreNotForEverybody) {
  EXPECT_EQ(Token(""), "400");
  EXPECT_EQ(Token("X-metadata-token-ttl-seconds: 0\r\n"), "400");
  EXPECT_EQ(Token("X-metadata-token-ttl-seconds: 21601\r\n"), "400");
  EXPECT_EQ(Token("X-metadata-token-ttl-seconds: 1x\r\n"), "400");
  EXPECT_EQ(Token("X-metadata-token-ttl-seconds: 60\r\nX-Forwarded-For: 192.0.2.1\r\n"), "403");
}

TEST_F(MetadataTest, OtherMethodsAreRefused) {
  EXPECT_EQ(Ask("DELETE / HTTP/1.1\r\n\r\n").substr(9, 3), "405");
  EXPECT_EQ(Ask("PUT /job HTTP/1.1\r\nContent-Length: 1\r\n\r\nx").substr(9, 3), "405");
  const std::string head = Ask("HEAD /job/name HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(head.find("Content-Length: 3\r\n") != head.npos && head.ends_with("\r\n\r\n"))
      << head;
}

TEST(HttpRequest, IsTakenWhenItIsWhole) {
  HttpRequest request;
  std::string text = "GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx";
  EXPECT_EQ(request.Take(text), HttpRequest::Outcome::kMore);
  text += "yGET";
  EXPECT_EQ(request.Take(text), HttpRequest::Outcome::kWhole);
  EXPECT_EQ(text, "GET");
  EXPECT_TRUE(request.keep_alive);
  text = "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n";
  EXPECT_EQ(request.Take(text), HttpRequest::Outcome::kWhole);
  EXPECT_FALSE(request.keep_alive);
  text = "GET / HTTP/1.0\r\n\r\n";
  EXPECT_EQ(request.Take(text), HttpRequest::Outcome::kWhole);
  EXPECT_FALSE(request.keep_alive);
}

TEST(HttpRequest, NonsenseIsBad) {
  for (const char* text :
       {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
        "GET / HTTP/2\r\n\r\n", "GET / a HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n",
        "GET / HTTP/1.1\r\nx : y\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    std::string from = text;
    EXPECT_EQ(HttpRequest().Take(from), HttpRequest::Outcome::kBad) << text;
  }
  std::string endless(HttpRequest::kMostHeader + 1, 'x');
  EXPECT_EQ(HttpRequest().Take(endless), HttpRequest::Outcome::kBad);
}

}  // namespace
}  // namespace sentry
