// Requests of a Sentry that was taken over.  Two mounts, one of them writable, and beside them a
// file that nobody may reach: whatever is asked, it keeps its contents, no descriptor of it is
// donated, and nothing is written to the mount that is read-only.
//
// needs: gofer_server
#include <fcntl.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "abi/gofer/framing.h"
#include "gofer/server/session.h"
#include "platform/base/log.h"

namespace {

constexpr char kSecret[] = "not for guests";
constexpr uint32_t kMaxNodes = 64;

// The tree is made once; requests change what they may.
class World {
 public:
  World() {
    char name[] = "/tmp/gofer-fuzz-XXXXXX";
    CHECK(::mkdtemp(name) != nullptr);
    root_ = name;
    for (const char* dir : {"/ro", "/rw", "/ro/d", "/rw/d"})
      CHECK(::mkdir(At(dir).c_str(), 0755) == 0);
    for (const char* file : {"/secret", "/ro/f", "/ro/hidden", "/rw/f"}) Write(file);
    for (const char* link : {"/ro/out", "/rw/out"})
      CHECK(::symlink("../secret", At(link).c_str()) == 0);
    secret_ = Stat("/secret");
    constant_ = Stat("/ro/f");
    gofer::MountConfig read_only, writable;
    read_only.path = At("/ro");
    read_only.hidden = {"hidden"};
    writable.path = At("/rw");
    writable.writable = true;
    mounts_.push_back(gofer::Mount::Create(std::move(read_only)).value());
    mounts_.push_back(gofer::Mount::Create(std::move(writable)).value());
  }
  ~World() { (void)!std::system(("rm -rf " + root_).c_str()); }

  const std::vector<gofer::Mount>& mounts() const { return mounts_; }
  const gofer::PathGuard& guard() const { return guard_; }

  void CheckUntouched() const {
    const struct stat secret = Stat("/secret"), constant = Stat("/ro/f");
    CHECK(secret.st_ctim.tv_nsec == secret_.st_ctim.tv_nsec && secret.st_nlink == 1);
    CHECK(constant.st_ctim.tv_nsec == constant_.st_ctim.tv_nsec && constant.st_nlink == 1);
  }
  void CheckDonated(const base::Fd& fd) const {
    if (!fd.valid()) return;
    struct stat donated;
    CHECK(::fstat(fd.get(), &donated) == 0);
    CHECK(S_ISREG(donated.st_mode));
    CHECK(donated.st_ino != secret_.st_ino);
    const bool may_write = (::fcntl(fd.get(), F_GETFL) & O_ACCMODE) != O_RDONLY;
    CHECK(!may_write || donated.st_ino != constant_.st_ino);
  }

 private:
  std::string At(const char* name) const { return root_ + name; }
  struct stat Stat(const char* name) const {
    struct stat found = {};
    CHECK(::stat(At(name).c_str(), &found) == 0);
    return found;
  }
  void Write(const char* name) const {
    const base::Fd fd(::open(At(name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    CHECK(::write(fd.get(), kSecret, sizeof(kSecret)) == sizeof(kSecret));
  }

  std::string root_;
  std::vector<gofer::Mount> mounts_;
  gofer::PathGuard guard_;
  struct stat secret_, constant_;
};

// Requests made from the fuzzer's bytes: mostly names and handles that exist, sometimes anything.
class Maker {
 public:
  explicit Maker(FuzzedDataProvider& from) : from_(from) {}

  void Learn(const gofer::wire::Reply& reply) {
    for (const auto& root : reply.attach().roots()) nodes_.push_back(root.entry().node());
    for (const auto& entry : reply.walk().entries()) nodes_.push_back(entry.node());
    nodes_.push_back(reply.entry().entry().node());
    nodes_.push_back(reply.create().entry().node());
    if (nodes_.size() > kMaxNodes) nodes_.erase(nodes_.begin(), nodes_.end() - kMaxNodes);
  }

  gofer::wire::Request Make() {
    gofer::wire::Request request;
    if (from_.ConsumeIntegralInRange(0, 7) == 0) request.add_release(Node());
    switch (from_.ConsumeIntegralInRange(0, 16)) {
      case 0:
        FillWalk(request.mutable_walk());
        break;
      case 1: {
        auto* open = request.mutable_open();
        Fill(open->mutable_target());
        open->set_mode(Mode());
        break;
      }
      case 2: {
        auto* list = request.mutable_read_dir();
        list->set_dir(Node());
        list->set_cookie(from_.ConsumeIntegral<uint8_t>());
        list->set_with_attr(from_.ConsumeBool());
        break;
      }
      case 3: {
        auto* create = request.mutable_create();
        Entry(create);
        create->set_open(Mode());
        create->set_exclusive(from_.ConsumeBool());
        create->set_want_node(from_.ConsumeBool());
        break;
      }
      case 4:
        Entry(request.mutable_mkdir());
        break;
      case 5: {
        auto* link = request.mutable_symlink();
        link->set_dir(Node());
        link->set_name(Name());
        link->set_target(from_.ConsumeBool() ? "../secret" : from_.ConsumeRandomLengthString(40));
        break;
      }
      case 6:
        Entry(request.mutable_mknod());
        break;
      case 7: {
        auto* link = request.mutable_link();
        Fill(link->mutable_from());
        link->set_dir(Node());
        link->set_name(Name());
        break;
      }
      case 8: {
        auto* unlink = request.mutable_unlink();
        unlink->set_dir(Node());
        unlink->set_name(Name());
        unlink->set_directory(from_.ConsumeBool());
        break;
      }
      case 9: {
        auto* rename = request.mutable_rename();
        rename->set_from_dir(Node());
        rename->set_from_name(Name());
        rename->set_to_dir(Node());
        rename->set_to_name(Name());
        rename->set_flags(from_.ConsumeIntegralInRange<uint32_t>(0, 7));
        break;
      }
      case 10:
        Fill(request.mutable_get_attr()->mutable_target());
        break;
      case 11:
        FillSetAttr(request.mutable_set_attr());
        break;
      case 12:
        Fill(request.mutable_read_link()->mutable_target());
        break;
      case 13:
        request.mutable_stat_fs()->set_node(Node());
        break;
      case 14: {
        auto* set = request.mutable_set_xattr();
        Fill(set->mutable_target());
        set->set_name("user." + from_.ConsumeRandomLengthString(8));
        set->set_value(from_.ConsumeRandomLengthString(32));
        set->set_flags(from_.ConsumeIntegral<uint8_t>());
        break;
      }
      case 15: {
        auto* get = request.mutable_get_xattr();
        Fill(get->mutable_target());
        get->set_name(from_.ConsumeRandomLengthString(16));
        break;
      }
      default: {
        const std::string raw = from_.ConsumeRandomLengthString(200);
        if (!request.ParseFromString(raw)) request.Clear();
      }
    }
    return request;
  }

 private:
  template <typename T>
  void Entry(T* request) {
    request->set_dir(Node());
    request->set_name(Name());
    request->set_mode(from_.ConsumeIntegral<uint32_t>());
    if (from_.ConsumeBool()) request->mutable_owner()->set_uid(from_.ConsumeIntegral<uint32_t>());
  }
  void Fill(gofer::wire::Target* target) {
    target->set_node(Node());
    if (from_.ConsumeBool()) target->set_name(Name());
  }
  void FillWalk(gofer::wire::WalkRequest* walk) {
    walk->set_dir(Node());
    for (int left = from_.ConsumeIntegralInRange(0, 4); left > 0; --left) walk->add_names(Name());
    walk->set_open(Mode());
    walk->set_want_node(from_.ConsumeBool());
  }
  void FillSetAttr(gofer::wire::SetAttrRequest* set) {
    Fill(set->mutable_target());
    set->set_mask(from_.ConsumeIntegral<uint8_t>());
    set->set_mode(from_.ConsumeIntegral<uint32_t>());
    set->set_uid(from_.ConsumeIntegral<uint32_t>());
    set->set_size(from_.ConsumeIntegral<uint64_t>());
    set->mutable_atime()->set_sec(from_.ConsumeIntegral<int64_t>());
    set->mutable_atime()->set_nsec(from_.ConsumeIntegral<uint32_t>());
  }
  uint64_t Node() {
    if (nodes_.empty() || from_.ConsumeIntegralInRange(0, 15) == 0)
      return from_.ConsumeIntegral<uint64_t>();
    return nodes_[from_.ConsumeIntegralInRange<size_t>(0, nodes_.size() - 1)];
  }
  std::string Name() {
    static const char* const kNames[] = {"d", "f",  "out", "hidden", "a",        "b",
                                         ".", "..", "",    "a/b",    "../secret"};
    const auto choice = from_.ConsumeIntegralInRange<size_t>(0, std::size(kNames));
    return choice < std::size(kNames) ? kNames[choice] : from_.ConsumeRandomLengthString(300);
  }
  gofer::wire::OpenMode Mode() {
    return static_cast<gofer::wire::OpenMode>(from_.ConsumeIntegralInRange(0, 5));
  }

  FuzzedDataProvider& from_;
  std::vector<uint64_t> nodes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  FuzzedDataProvider from(data, size);
  gofer::Session session(world.mounts(), world.guard(), kMaxNodes);
  Maker maker(from);
  gofer::wire::Request request;
  request.mutable_attach()->set_count(2);
  for (int left = 32; left > 0; --left) {
    gofer::wire::Reply reply;
    gofer::Answer answer{.message = &reply, .fd = {}};
    session.Handle(request, &answer);
    CHECK(reply.ByteSizeLong() <= abi::gofer::kMaxReplySize);
    CHECK(session.node_count() <= kMaxNodes);
    world.CheckDonated(answer.fd);
    maker.Learn(reply);
    if (from.remaining_bytes() == 0) break;
    request = maker.Make();
  }
  world.CheckUntouched();
  return 0;
}
