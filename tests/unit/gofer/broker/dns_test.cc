#include "gofer/broker/dns.h"

#include <gtest/gtest.h>

namespace gofer {
namespace {

Bytes FromText(std::string_view text) {
  Bytes out;
  for (char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}

using namespace std::string_view_literals;

// A query for www.Example.org, A.
const Bytes kQuery = FromText(
    "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
    "Example\x03org\x00\x00\x01\x00\x01"sv);

TEST(Dns, Question) {
  ASSERT_TRUE(IsQuery(kQuery));
  auto question = ParseQuestion(kQuery);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->id, 0x1234);
  EXPECT_EQ(question->name, "www.example.org");
  EXPECT_EQ(question->type, kDnsA);
  EXPECT_EQ(question->size, kQuery.size());
}

TEST(Dns, AnswersAreReadBack) {
  const auto question = ParseQuestion(kQuery);
  const Address addresses[] = {*Address::Parse("198.51.100.7"), *Address::Parse("2001:db8::1")};
  const Bytes answer = MakeAnswer(kQuery, *question, addresses);
  EXPECT_FALSE(IsQuery(answer));
  const auto found = ParseAddresses(answer);
  ASSERT_EQ(found.size(), 1u);  // Of the type that was asked for.
  EXPECT_EQ(found[0].address.Text(), "198.51.100.7");
  EXPECT_EQ(found[0].seconds, 60u);
}

TEST(Dns, EdnsComesAndGoes) {
  Bytes query = kQuery;
  ASSERT_TRUE(AddEdns(query));
  EXPECT_EQ(query.size(), kQuery.size() + 11);
  EXPECT_TRUE(IsQuery(query));
  EXPECT_FALSE(AddEdns(query));  // It has it.
  // An answer with the same record behind what was asked for.
  const auto question = ParseQuestion(kQuery);
  const Address address[] = {*Address::Parse("198.51.100.7")};
  const Bytes plain = MakeAnswer(kQuery, *question, address);
  Bytes answer = plain;
  answer[11] = std::byte{1};
  answer.insert(answer.end(), query.end() - 11, query.end());
  TakeEdns(answer);
  EXPECT_EQ(answer, plain);
  TakeEdns(answer);
  EXPECT_EQ(answer, plain);
  // Cut anywhere, it is left alone or read as far as it goes.
  for (size_t size = 0; size < query.size(); ++size) {
    Bytes cut(query.begin(), query.begin() + static_cast<ptrdiff_t>(size));
    TakeEdns(cut);
    EXPECT_EQ(cut.size(), size);
  }
}

TEST(Dns, Errors) {
  const Bytes refused = MakeError(kQuery, DnsCode::kNoName);
  ASSERT_EQ(refused.size(), kQuery.size());
  EXPECT_EQ(static_cast<int>(refused[3]) & 15, 3);
  EXPECT_TRUE(MakeError(std::span(kQuery).first(5), DnsCode::kFormat).empty());
}

TEST(Dns, EveryCutOfAMessageIsMalformedOrFine) {
  const Address address[] = {*Address::Parse("198.51.100.7")};
  const Bytes answer = MakeAnswer(kQuery, *ParseQuestion(kQuery), address);
  for (size_t n = 0; n < answer.size(); ++n) {
    const auto part = std::span(answer).first(n);
    EXPECT_TRUE(ParseAddresses(part).empty()) << n;
    EXPECT_EQ(ParseQuestion(part).has_value(), n >= kQuery.size()) << n;
  }
}

TEST(Dns, HostileNames) {
  // A pointer in a question, a label with a dot in it, a label that is too long.
  Bytes pointer = kQuery;
  pointer[12] = std::byte{0xc0};
  EXPECT_FALSE(ParseQuestion(pointer));
  Bytes dotted = kQuery;
  dotted[14] = std::byte{'.'};
  EXPECT_FALSE(ParseQuestion(dotted));
  Bytes longer = kQuery;
  longer[12] = std::byte{0x7f};
  EXPECT_FALSE(ParseQuestion(longer));
}

}  // namespace
}  // namespace gofer
