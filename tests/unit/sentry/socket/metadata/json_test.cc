#include "sentry/socket/metadata/json.h"

#include <gtest/gtest.h>

namespace sentry {
namespace {

std::string Wrong(std::string_view text) {
  std::string wrong;
  EXPECT_FALSE(JsonValue::Parse(text, wrong)) << text;
  return wrong;
}

TEST(Json, WhatIsReadIsPrinted) {
  const std::string text = R"({"a":{"b":[1,-2.5e+3,true,null,"x\"\\\u0001"]},"c":{},"d":[]})";
  std::string wrong;
  std::optional<JsonValue> value = JsonValue::Parse(" \n" + text + "\t", wrong);
  ASSERT_TRUE(value) << wrong;
  EXPECT_EQ(value->Print(), text);
  ASSERT_NE(value->Find("a"), nullptr);
  EXPECT_EQ(value->Find("a")->Find("b")->Find("1")->text, "-2.5e+3");
  EXPECT_EQ(value->Find("a")->Find("b")->Find("5"), nullptr);
  EXPECT_EQ(value->Find("a")->Find("b")->Find("x"), nullptr);
  EXPECT_EQ(value->Find("x"), nullptr);
}

TEST(Json, EscapesBecomeUtf8) {
  std::string wrong;
  std::optional<JsonValue> value = JsonValue::Parse(R"("\u00e9\u20ac\ud83d\ude00\n")", wrong);
  ASSERT_TRUE(value) << wrong;
  EXPECT_EQ(value->text, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
}

TEST(Json, NonsenseIsNamed) {
  EXPECT_EQ(Wrong(""), "line 1: it ends too early");
  EXPECT_EQ(Wrong("{\n\"a\" 1}"), "line 2: a colon is missing");
  EXPECT_EQ(Wrong("{\"a\":1,\"a\":2}"), "line 1: a name comes twice");
  EXPECT_EQ(Wrong("[1 2]"), "line 1: a comma or a bracket is missing");
  EXPECT_EQ(Wrong("{\"a\":1"), "line 1: a comma or a brace is missing");
  EXPECT_EQ(Wrong("[1,]"), "line 1: not a value");
  EXPECT_EQ(Wrong("01"), "line 1: not a value");
  EXPECT_EQ(Wrong("1."), "line 1: not a number");
  EXPECT_EQ(Wrong("tru"), "line 1: not a value");
  EXPECT_EQ(Wrong("1 1"), "line 1: something behind the end");
  EXPECT_EQ(Wrong("\"a"), "line 1: a string does not end");
  EXPECT_EQ(Wrong("\"\\x\""), "line 1: not an escape");
  EXPECT_EQ(Wrong("\"\\ud800\""), "line 1: not an escape");
  EXPECT_EQ(Wrong("\"\\u12"), "line 1: a string does not end");
  EXPECT_EQ(Wrong(std::string(100, '[')), "line 1: too deep");
  EXPECT_EQ(Wrong(std::string(JsonValue::kMostBytes + 1, ' ')), "more than 1 MiB");
}

}  // namespace
}  // namespace sentry
