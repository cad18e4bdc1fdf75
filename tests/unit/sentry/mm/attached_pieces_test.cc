#include "sentry/mm/attached_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sentry {
namespace {

constexpr uint64_t kPage = 4096;

class CountedSegment final : public AttachedSegment {
 public:
  void Opened(int32_t) override { ++count; }
  void Closed(int32_t) override { --count; }
  int count = 1;  // The one that the test adds.
};

std::vector<uint64_t> Addresses(const AttachedPieces& pieces) {
  std::vector<uint64_t> addresses;
  for (const auto& [address, piece] : pieces.pieces()) addresses.push_back(address / kPage);
  return addresses;
}

class AttachedPiecesTest : public testing::Test {
 protected:
  // Pages 10 to 13.
  void SetUp() override { pieces_.Add(10 * kPage, {4 * kPage, 0, segment_, false}, 1); }
  base::Ref<CountedSegment> segment_ = base::MakeRef<CountedSegment>();
  AttachedPieces pieces_;
};

TEST_F(AttachedPiecesTest, HoleMakesTwo) {
  pieces_.Remove(11 * kPage, kPage, 1);
  EXPECT_THAT(Addresses(pieces_), testing::ElementsAre(10, 12));
  EXPECT_EQ(pieces_.pieces().at(12 * kPage).offset, 2 * kPage);
  EXPECT_EQ(segment_->count, 2);
  pieces_.Remove(0, 100 * kPage, 1);
  EXPECT_TRUE(pieces_.empty());
  EXPECT_EQ(segment_->count, 0);
}

TEST_F(AttachedPiecesTest, OthersAreLeftAlone) {
  pieces_.Remove(0, 10 * kPage, 1);
  pieces_.Remove(14 * kPage, kPage, 1);
  EXPECT_EQ(segment_->count, 1);
  pieces_.Remove(13 * kPage, ~uint64_t{0}, 1);  // A length that wraps ends at the top.
  EXPECT_EQ(pieces_.pieces().at(10 * kPage).length, 3 * kPage);
}

TEST_F(AttachedPiecesTest, PartOfItMoves) {
  pieces_.Move(12 * kPage, 2 * kPage, 20 * kPage, 2 * kPage, 1);
  EXPECT_THAT(Addresses(pieces_), testing::ElementsAre(10, 20));
  EXPECT_EQ(pieces_.pieces().at(20 * kPage).offset, 2 * kPage);
  EXPECT_EQ(segment_->count, 2);
}

TEST_F(AttachedPiecesTest, ShrinksInPlace) {
  pieces_.Move(10 * kPage, 4 * kPage, 10 * kPage, kPage, 1);
  EXPECT_EQ(pieces_.pieces().at(10 * kPage).length, kPage);
  EXPECT_EQ(segment_->count, 1);
}

TEST_F(AttachedPiecesTest, ChildHasItsOwn) {
  {
    AttachedPieces child;
    pieces_.CopyTo(child, 1);
    EXPECT_EQ(segment_->count, 2);
  }
  EXPECT_EQ(segment_->count, 1);
}

TEST_F(AttachedPiecesTest, ReadOnlyIsFoundWhereItIs) {
  pieces_.Add(20 * kPage, {kPage, 0, segment_, true}, 1);
  EXPECT_FALSE(pieces_.ReadOnlyIn(10 * kPage, 4 * kPage));
  EXPECT_TRUE(pieces_.ReadOnlyIn(20 * kPage + 5, 1));
  EXPECT_TRUE(pieces_.ReadOnlyIn(12 * kPage, 20 * kPage));
  EXPECT_FALSE(pieces_.ReadOnlyIn(21 * kPage, kPage));
}

}  // namespace
}  // namespace sentry
