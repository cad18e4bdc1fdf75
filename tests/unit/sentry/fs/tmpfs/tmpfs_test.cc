#include <sys/mman.h>

#include <set>
#include <vector>

#include "sentry/fs/tmpfs/filesystem.h"
#include "sentry/fs/tmpfs/regular_file.h"
#include "tests/unit/sentry/vfs/vfs_fixture.h"

namespace sentry {
namespace {

constexpr uint32_t kCreate = abi::kOCreat | abi::kORdwr;

class Tmpfs : public VfsTest {
 protected:
  using VfsTest::VfsTest;
  FileContents& ContentsOf(FileDescription& file) {
    return static_cast<TmpfsFile*>(file.inode())->contents();
  }
};

TEST_F(Tmpfs, SmallFilesLieInABuffer) {
  auto file = Open("/f", kCreate).value();
  EXPECT_EQ(WriteTo(*file, "hello"), 5U);
  file->offset = 0;
  EXPECT_EQ(ReadFrom(*file), "hello");
  EXPECT_EQ(ReadFrom(*file), "");
  EXPECT_EQ(file->HostFd(), -1);
  EXPECT_EQ(StatOf("/f").blocks, 8U);
}

TEST_F(Tmpfs, GrowingFilesMoveToAMemfd) {
  auto file = Open("/f", kCreate).value();
  std::string text(100'000, 'x');
  WriteTo(*file, text.substr(0, 50'000));
  EXPECT_EQ(file->HostFd(), -1);
  EXPECT_EQ(WriteTo(*file, text.substr(50'000)), 50'000U);
  EXPECT_GE(file->HostFd(), 0);
  file->offset = 0;
  EXPECT_EQ(ReadFrom(*file), text);
  EXPECT_EQ(StatOf("/f").size, 100'000U);
  EXPECT_EQ(StatOf("/f").blocks, 25U * 8);
}

TEST_F(Tmpfs, MappingsAndWritesAgree) {
  auto file = Open("/f", kCreate).value();
  WriteTo(*file, "before");
  OpContext c = ctx();
  Mapping mapping = file->Map(c, 0, 0).value();
  void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapping.host_fd, 0);
  ASSERT_NE(memory, MAP_FAILED);
  EXPECT_EQ(std::string_view(static_cast<char*>(memory), 6), "before");
  file->offset = 0;
  WriteTo(*file, "after.");
  EXPECT_EQ(std::string_view(static_cast<char*>(memory), 6), "after.");
  static_cast<char*>(memory)[0] = 'A';
  file->offset = 0;
  EXPECT_EQ(ReadFrom(*file), "After.");
  ::munmap(memory, 4096);
}

TEST_F(Tmpfs, HolesAreFound) {
  auto file = Open("/f", kCreate).value();
  file->offset = 8192;
  WriteTo(*file, "data");
  OpContext c = ctx();
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(file->Seek(c, 0, abi::kSeekData).value(), 8192);
    EXPECT_EQ(file->Seek(c, 0, abi::kSeekHole).value(), 0);
    EXPECT_EQ(file->Seek(c, 8192, abi::kSeekHole).value(), 8196);
    EXPECT_TRUE(file->Seek(c, 8196, abi::kSeekData).Is(ENXIO));
    EXPECT_EQ(StatOf("/f").blocks, 8U);
    ASSERT_TRUE(file->Map(c, 0, 0).ok());  // Second round: the same in a memfd.
  }
}

TEST_F(Tmpfs, AppendAndTruncate) {
  auto file = Open("/f", kCreate | abi::kOAppend).value();
  WriteTo(*file, "one");
  file->offset = 0;
  WriteTo(*file, "two");
  EXPECT_EQ(file->offset, 6);
  OpContext c = ctx();
  ASSERT_TRUE(TruncateInode(c, file->path(), 2).ok());
  ASSERT_TRUE(TruncateInode(c, file->path(), 4).ok());
  file->offset = 0;
  EXPECT_EQ(ReadFrom(*file), std::string("on\0\0", 4));
  ASSERT_TRUE(TruncateInode(c, file->path(), uint64_t{1} << 40).ok());
  EXPECT_EQ(StatOf("/f").size, uint64_t{1} << 40);
  ASSERT_TRUE(TruncateInode(c, file->path(), 3).ok());
  ASSERT_TRUE(TruncateInode(c, file->path(), 5).ok());
  file->offset = 0;
  EXPECT_EQ(ReadFrom(*file), std::string("on\0\0\0", 5));
}

TEST_F(Tmpfs, Fallocate) {
  auto file = Open("/f", kCreate).value();
  WriteTo(*file, std::string(12288, 'x'));
  OpContext c = ctx();
  uint32_t punch = abi::kFallocFlPunchHole | abi::kFallocFlKeepSize;
  ASSERT_TRUE(file->Allocate(c, punch, 4096, 4096).ok());
  EXPECT_EQ(StatOf("/f").blocks, 16U);
  EXPECT_EQ(file->Seek(c, 0, abi::kSeekHole).value(), 4096);
  ASSERT_TRUE(file->Allocate(c, 0, 0, 40960).ok());
  EXPECT_EQ(StatOf("/f").size, 40960U);
  EXPECT_EQ(StatOf("/f").blocks, 80U);
  ASSERT_TRUE(file->Allocate(c, abi::kFallocFlKeepSize, 40960, 4096).ok());
  EXPECT_EQ(StatOf("/f").size, 40960U);
  EXPECT_TRUE(file->Allocate(c, abi::kFallocFlZeroRange, 0, 4096).Is(EOPNOTSUPP));
}

class SmallTmpfs : public Tmpfs {
 protected:
  SmallTmpfs() : Tmpfs(TmpfsOptions{.size = 32 << 10, .inodes = 4}) {}
};

TEST_F(SmallTmpfs, SizeLimit) {
  auto file = Open("/f", kCreate).value();
  EXPECT_EQ(WriteTo(*file, std::string(40'000, 'x')), 32768U);
  OpContext c = ctx();
  std::string more = "x";
  BufferSource from(std::as_bytes(std::span(more)));
  EXPECT_TRUE(file->Write(c, from, &file->offset).Is(ENOSPC));
  EXPECT_EQ(fs_->Statistics(c)->blocks_free, 0U);
  ASSERT_TRUE(TruncateInode(c, file->path(), 4096).ok());
  EXPECT_EQ(fs_->Statistics(c)->blocks_free, 7U);
  ASSERT_TRUE(file->Map(c, 0, 0).ok());
  file->offset = 4096;
  EXPECT_EQ(WriteTo(*file, std::string(100'000, 'y')), 28672U);
  file->offset = 0;
  EXPECT_EQ(WriteTo(*file, std::string(100, 'z')), 100U);  // No new page.
  file.reset();
  UnlinkAt("/f");
  mounts_->cache().Shrink(0);
  EXPECT_EQ(fs_->Statistics(c)->blocks_free, 8U);
}

TEST_F(SmallTmpfs, InodeLimit) {
  EXPECT_EQ(CreateAt("/1"), 0);
  EXPECT_EQ(CreateAt("/2"), 0);
  EXPECT_EQ(MkdirAt("/3"), 0);
  EXPECT_EQ(CreateAt("/4"), ENOSPC);
  EXPECT_EQ(UnlinkAt("/1"), 0);
  EXPECT_EQ(CreateAt("/4"), 0);
}

class BudgetTmpfs : public Tmpfs {
 protected:
  BudgetTmpfs() : Tmpfs(TmpfsOptions{}, 1 << 20) {}
};

TEST_F(BudgetTmpfs, CountsAgainstTheSandbox) {
  auto file = Open("/f", kCreate).value();
  size_t written = WriteTo(*file, std::string(2 << 20, 'x'));
  EXPECT_GT(written, 1000U << 10);
  EXPECT_LT(written, 1U << 20);
  file.reset();
  UnlinkAt("/f");
  EXPECT_LT(budget_.used(), 4096U);
}

class Names final : public DirectorySink {
 public:
  explicit Names(size_t max = 1000) : max_(max) {}
  bool Add(std::string_view name, uint64_t, uint8_t, int64_t) override {
    if (names.size() == max_) return false;
    names.emplace_back(name);
    return true;
  }
  std::vector<std::string> names;

 private:
  size_t max_;
};

TEST_F(Tmpfs, ListingsAreStableUnderChanges) {
  for (int i = 0; i < 10; ++i) CreateAt("/f" + std::to_string(i));
  auto dir = Open("/", abi::kORdonly | abi::kODirectory).value();
  std::vector<std::string> seen;
  for (int i = 0;; ++i) {
    Names some(3);
    OpContext c = ctx();
    ASSERT_TRUE(dir->ReadDirectory(c, some).ok());
    if (some.names.empty()) break;
    seen.insert(seen.end(), some.names.begin(), some.names.end());
    for (const std::string& name : some.names) {
      if (name[0] == 'f') UnlinkAt("/" + name);
    }
    CreateAt("/new" + std::to_string(i));
  }
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 12U);
}

TEST_F(Tmpfs, RewindShowsNewNames) {
  auto dir = Open("/", abi::kORdonly | abi::kODirectory).value();
  CreateAt("/late");
  OpContext c = ctx();
  Names before;
  ASSERT_TRUE(dir->ReadDirectory(c, before).ok());
  EXPECT_EQ(before.names.size(), 2U);
  ASSERT_TRUE(dir->Seek(c, 0, abi::kSeekSet).ok());
  Names after;
  ASSERT_TRUE(dir->ReadDirectory(c, after).ok());
  EXPECT_EQ(after.names.size(), 3U);
}

TEST_F(Tmpfs, Options) {
  EXPECT_EQ(TmpfsOptions::Parse("", 1 << 20)->size, 512U << 10);
  EXPECT_EQ(TmpfsOptions::Parse("size=64k,mode=755,uid=1,gid=2,nr_inodes=1k", 0)->size, 64U << 10);
  EXPECT_EQ(TmpfsOptions::Parse("mode=755", 0)->mode, 0755U);
  EXPECT_EQ(TmpfsOptions::Parse("size=25%", 100 * 4096)->size, 25U * 4096);
  EXPECT_EQ(TmpfsOptions::Parse("size=1", 0)->size, 4096U);
  EXPECT_TRUE(TmpfsOptions::Parse("bogus", 0).Is(EINVAL));
  EXPECT_TRUE(TmpfsOptions::Parse("size=x", 0).Is(EINVAL));
  EXPECT_TRUE(TmpfsOptions::Parse("mode=9", 0).Is(EINVAL));
  TmpfsFilesystem* fs = fs_.get();
  EXPECT_EQ(fs->MountOptions(), "");
}

TEST_F(Tmpfs, Seals) {
  auto file = Open("/f", kCreate).value();
  OpContext c = ctx();
  EXPECT_EQ(file->Fcntl(c, abi::kFGetSeals, 0).value(), abi::kFSealSeal);
  EXPECT_TRUE(file->Fcntl(c, abi::kFAddSeals, abi::kFSealWrite).Is(EPERM));
  static_cast<TmpfsFile*>(file->inode())->AllowSeals();
  WriteTo(*file, "abc");
  EXPECT_TRUE(file->Fcntl(c, abi::kFAddSeals, abi::kFSealGrow).ok());
  EXPECT_TRUE(TruncateInode(c, file->path(), 4).Is(EPERM));
  EXPECT_TRUE(TruncateInode(c, file->path(), 2).ok());
  EXPECT_TRUE(file->Fcntl(c, abi::kFAddSeals, abi::kFSealWrite | abi::kFSealSeal).ok());
  BufferSource from(std::as_bytes(std::span("x", 1)));
  int64_t at = 0;
  EXPECT_TRUE(file->Write(c, from, &at).Is(EPERM));
  EXPECT_EQ(file->Fcntl(c, abi::kFGetSeals, 0).value(),
            abi::kFSealSeal | abi::kFSealGrow | abi::kFSealWrite);
}

}  // namespace
}  // namespace sentry
