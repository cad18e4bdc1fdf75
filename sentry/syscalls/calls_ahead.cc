#include "sentry/syscalls/calls_ahead.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "abi/linux/dirent.h"
#include "abi/linux/fcntl.h"
#include "sentry/kernel/kernel.h"
#include "sentry/kernel/marshalling.h"
#include "sentry/syscalls/file_calls.h"
#include "sentry/syscalls/stat_ahead.h"
#include "sentry/vfs/file_locks.h"
#include "sentry/vfs/path_walk.h"

namespace sentry {
namespace {

using AnswerAhead = platform::Marshalling::AnswerAhead;

constexpr size_t kMostFollowed = 4;  // Tasks.
constexpr size_t kMostCalls = 24;    // Per file.
constexpr size_t kMostAtOnce = 48;
constexpr unsigned kLongestPause = 64;  // Chances that are let pass when answers are not used.
constexpr size_t kNumbersKept = 4;

// A call as it may come again.  Its descriptor is one of those that the task got last, or a number.
struct FileCall {
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t number = kNone;
  int recent = -1;  // In Follower::numbers.
  int32_t fd = -1;
  uint64_t second = 0, third = 0, fourth = 0;
  bool same_path = false;   // That of the open.
  bool other_path = false;  // Nobody knows which.
  bool at_end = false;      // It read less than it wanted.
  std::string path;         // Of an open.
};

// What a task does now.
struct Place {
  static constexpr size_t kLost = SIZE_MAX;
  int kind = -1;      // Of the file that was opened last: a directory or not; -1: neither.
  size_t at = kLost;  // In the script: what is expected next.
  std::array<int32_t, kNumbersKept> numbers{};  // That calls returned, the latest first.
  std::string path;                             // Of the open.

  void Got(int32_t number) {
    std::rotate(numbers.begin(), numbers.end() - 1, numbers.end());
    numbers.front() = number;
  }
};

// What was made ahead, and how to undo it.
struct Made {
  enum class Kind { kNothing, kMoved, kClosed, kInstalled, kFlagged };
  Kind kind = Kind::kNothing;
  FdNum fd{-1};
  Ref<FileDescription> file;
  int64_t offset = 0;
  bool cloexec = false;
  FileCall call;
  Place behind;
};

struct Follower {
  const Task* task = nullptr;       // Only compared.
  std::vector<FileCall> script[2];  // What was done with the last file of each kind.
  std::vector<FileCall> now;
  Place place;
  // Of the open; whether it went on to the next name in the listing.
  FdNum open_dirfd{-1};
  uint32_t open_flags = 0;
  bool in_turn = false;
  unsigned pause = 0, passed = 0;

  void Follow(const FileCall& call, const Place& behind) {
    if (call.number == SYS_openat) {
      if (place.kind >= 0) script[place.kind] = std::move(now);
      now.clear();
    } else if (now.size() < kMostCalls) {
      now.push_back(call);
    }
    place = behind;
  }
};

// All guarded by the kernel's lock.
std::array<Follower, kMostFollowed> followers;
size_t next_follower = 0;
Follower* prepared_for = nullptr;
std::vector<Made> made;

Follower* Find(const Task& task) {
  const auto found = std::ranges::find(followers, &task, &Follower::task);
  return found == followers.end() ? nullptr : &*found;
}

void Undo(Task& task, Made& one) {
  switch (one.kind) {
    case Made::Kind::kNothing:
      return;
    case Made::Kind::kMoved:
      one.file->offset = one.offset;
      return;
    case Made::Kind::kClosed:
      (void)task.fds().InstallAt(one.fd, std::move(one.file), FdFlags{.cloexec = one.cloexec},
                                 UINT64_MAX);
      return;
    case Made::Kind::kInstalled:
      (void)task.fds().Remove(one.fd);
      return;
    case Made::Kind::kFlagged:
      (void)task.fds().SetFlags(one.fd, FdFlags{.cloexec = one.cloexec});
      return;
  }
}

void UndoFrom(Task& task, size_t first) {
  while (made.size() > first) {
    Undo(task, made.back());
    made.pop_back();
  }
}

void Settle(Task& task, size_t used) {
  Follower* const follower = std::exchange(prepared_for, nullptr);
  UndoFrom(task, used);
  if (follower->task == &task) {
    for (const Made& one : made) follower->Follow(one.call, one.behind);
    follower->pause = used == 0 ? std::min(2 * follower->pause + 1, kLongestPause) : 0;
    follower->passed = 0;
  }
  made.clear();
}

// Nobody but callers notices when it is closed, or looked at.
bool IsQuiet(Task& task, FdNum fd, const FileDescription& file) {
  const Inode* inode = file.inode();
  if (inode == nullptr || !(inode->IsRegular() || inode->IsDirectory())) return false;
  if (!ChangesByCallsOnly(*inode) || (file.flags() & abi::kOPath) != 0) return false;
  const Dentry* parent = file.path().dentry->parent();
  const bool watched =
      inode->watches() != nullptr ||
      (parent != nullptr && parent->inode() != nullptr && parent->inode()->watches() != nullptr);
  return !watched && inode->existing_locks() == nullptr && !file.async_io &&
         file.release_watchers.empty() && !task.group().installed_fds.contains(fd.value());
}

AnswerAhead::Check Int(uint64_t value) {
  return {.value = static_cast<uint32_t>(value), .mask = AnswerAhead::kInt};
}

// A count that is no more than INT_MAX.
constexpr AnswerAhead::Check kUsualCount = {.value = 0, .mask = ~uint64_t{INT32_MAX}};

class Maker {
 public:
  Maker(Task& task, Follower& follower, size_t room)
      : task_(task), follower_(follower), place_(follower.place), room_(room) {}

  // Makes the next call, if it can be known and made.
  bool MakeNext() {
    const std::vector<FileCall>& script = follower_.script[place_.kind];
    FileCall call = place_.at < script.size() ? script[place_.at] : NextOpen();
    if (place_.at > script.size() || call.number == FileCall::kNone || call.other_path)
      return false;
    const FdNum fd = NumberOf(call);
    Result<Ref<FileDescription>> file = task_.fds().Get(fd);
    if (!file.ok() || !IsQuiet(task_, fd, **file)) return false;
    AnswerAhead answer;
    answer.number = call.number;
    answer.args[0] = Int(static_cast<uint64_t>(fd.value()));
    Made done;
    done.fd = fd;
    const size_t least = answer.Size() + call.path.size();
    if (least >= room_ || !Dispatch(call, fd, **file, &answer, &done)) return false;
    if (call.number != SYS_openat) ++place_.at;
    done.call = std::move(call);
    done.behind = place_;
    made.push_back(std::move(done));
    // What does not fit has been made all the same.
    if (answer.Size() > room_) {
      UndoFrom(task_, made.size() - 1);
      return false;
    }
    room_ -= answer.Size();
    answers_.push_back(std::move(answer));
    return true;
  }

  const std::vector<AnswerAhead>& answers() const { return answers_; }

 private:
  FdNum NumberOf(const FileCall& call) const {
    if (call.same_path) return follower_.open_dirfd;
    return FdNum(call.recent >= 0 ? place_.numbers[static_cast<size_t>(call.recent)] : call.fd);
  }

  bool Dispatch(const FileCall& call, FdNum fd, FileDescription& file, AnswerAhead* answer,
                Made* done) {
    switch (call.number) {
      case SYS_fstat:
      case SYS_newfstatat:
        return Stat(call, fd, file, answer);
      case SYS_read:
        return call.at_end && Read(file, answer, done);
      case SYS_getdents64:
        return List(file, answer, done);
      case SYS_close:
        return Close(fd, answer, done);
      case SYS_openat:
        return Open(call, file, answer, done);
      case SYS_fcntl:
        return Fcntl(call, fd, file, answer, done);
      default:
        return false;
    }
  }

  bool Stat(const FileCall& call, FdNum fd, FileDescription& file, AnswerAhead* answer) {
    StatCall stat{.number = call.number,
                  .dirfd = fd,
                  .path = {},
                  .flags = static_cast<uint32_t>(call.fourth),
                  .mask = 0,
                  .walk = static_cast<uint32_t>(call.fourth),
                  .answer = StatAnswer};
    if (call.same_path) {
      std::optional<AnswerAhead> found = AnswerStat(task_, stat, place_.path);
      if (!found) return false;
      *answer = std::move(*found);
      return true;
    }
    OpContext ctx = task_.context();
    const Result<Attributes> attributes = file.inode()->GetAttributes(ctx);
    if (!attributes.ok()) return false;
    answer->bytes = StatAnswer(task_, stat, file.path(), *attributes);
    if (call.number == SYS_newfstatat) {
      answer->path = std::string();
      CheckStatArguments(stat, answer);
    }
    return true;
  }

  // The open of the next name, after a file with which all was done.
  FileCall NextOpen() const {
    if (!follower_.in_turn || follower_.script[place_.kind].empty()) return {};
    const Result<Ref<FileDescription>> directory = task_.fds().Get(follower_.open_dirfd);
    if (!directory.ok() || (*directory)->inode() == nullptr) return {};
    const std::optional<std::string_view> next =
        NextListed(*(*directory)->inode(), place_.path, abi::kDtReg);
    if (!next || !(*directory)->inode()->OpensAtOnce(*next)) return {};
    const Dentry* known = (*directory)->path().dentry->FindChild(*next);
    if (known != nullptr && known->inode() != nullptr && known->inode()->watches() != nullptr) {
      return {};
    }
    FileCall call;
    call.number = SYS_openat;
    call.same_path = true;  // As for the descriptor.
    call.third = follower_.open_flags;
    call.path = std::string(*next);
    return call;
  }

  bool Open(const FileCall& call, FileDescription& directory, AnswerAhead* answer, Made* done) {
    OpContext ctx = task_.context();
    Result<WalkRoot> from = task_.WalkFrom(follower_.open_dirfd);
    if (!from.ok() || !directory.inode()->IsDirectory()) return false;
    Result<Ref<FileDescription>> file = OpenPath(ctx, *from, call.path, follower_.open_flags, 0, 0);
    if (!file.ok() || !(*file)->inode()->IsRegular()) return false;
    const bool cloexec = (follower_.open_flags & abi::kOCloexec) != 0;
    const Result<FdNum> fd = task_.InstallFd(std::move(*file), FdFlags{.cloexec = cloexec});
    if (!fd.ok()) return false;
    answer->path = call.path;
    answer->args[2] = Int(call.third);
    answer->result = fd->value();
    done->kind = Made::Kind::kInstalled;
    done->fd = *fd;
    place_.Got(fd->value());
    place_.kind = 0;
    place_.at = 0;
    place_.path = call.path;
    return true;
  }

  bool Read(FileDescription& file, AnswerAhead* answer, Made* done) {
    if (!file.inode()->IsRegular() || !file.readable()) return false;
    answer->bytes.resize(room_ - answer->Size());
    const std::optional<size_t> size = file.PeekRest(answer->bytes, file.offset);
    if (!size) return false;
    answer->bytes.resize(*size);
    answer->least = *size;
    answer->result = static_cast<int64_t>(*size);
    answer->args[2] = kUsualCount;
    Move(file, done);
    file.offset += static_cast<int64_t>(*size);
    return true;
  }

  bool List(FileDescription& file, AnswerAhead* answer, Made* done) {
    if (!file.inode()->IsDirectory()) return false;
    Move(file, done);
    std::optional<std::vector<std::byte>> records = ListRest(task_, file, room_ - answer->Size());
    if (!records) return false;
    NoteListing(task_, *file.inode(), *records, done->offset == 0);
    answer->bytes = std::move(*records);
    answer->least = answer->bytes.size();
    answer->result = static_cast<int64_t>(answer->bytes.size());
    answer->args[2] = kUsualCount;
    return true;
  }

  void Move(FileDescription& file, Made* done) {
    done->kind = Made::Kind::kMoved;
    done->file = Ref<FileDescription>(&file);
    done->offset = file.offset;
  }

  bool Close(FdNum fd, AnswerAhead* answer, Made* done) {
    const Result<FdFlags> flags = task_.fds().GetFlags(fd);
    Result<Ref<FileDescription>> file = task_.fds().Remove(fd);
    if (!flags.ok() || !file.ok()) return false;
    done->kind = Made::Kind::kClosed;
    done->file = std::move(*file);
    done->cloexec = flags->cloexec;
    answer->result = 0;
    return true;
  }

  bool Fcntl(const FileCall& call, FdNum fd, FileDescription& file, AnswerAhead* answer,
             Made* done) {
    answer->args[1] = Int(call.second);
    const Result<FdFlags> flags = task_.fds().GetFlags(fd);
    if (!flags.ok()) return false;
    switch (static_cast<int32_t>(call.second)) {
      case abi::kFGetfl:
        answer->result = file.flags();
        return true;
      case abi::kFGetfd:
        answer->result = flags->cloexec ? abi::kFdCloexec : 0;
        return true;
      case abi::kFSetfd:
        answer->args[2] = {.value = call.third, .mask = AnswerAhead::kAll};
        done->kind = Made::Kind::kFlagged;
        done->cloexec = flags->cloexec;
        return task_.fds()
            .SetFlags(fd, FdFlags{.cloexec = (call.third & abi::kFdCloexec) != 0})
            .ok();
      case abi::kFDupfd:
      case abi::kFDupfdCloexec:
        return Duplicate(call, file, answer, done);
      default:
        return false;
    }
  }

  bool Duplicate(const FileCall& call, FileDescription& file, AnswerAhead* answer, Made* done) {
    const bool cloexec = static_cast<int32_t>(call.second) == abi::kFDupfdCloexec;
    if (call.third >= task_.fd_limit()) return false;
    const Result<FdNum> copy =
        task_.fds().Install(Ref<FileDescription>(&file), FdFlags{.cloexec = cloexec},
                            task_.fd_limit(), static_cast<int>(call.third));
    if (!copy.ok()) return false;
    answer->args[2] = {.value = call.third, .mask = AnswerAhead::kAll};
    answer->result = copy->value();
    done->kind = Made::Kind::kInstalled;
    done->fd = *copy;
    place_.Got(copy->value());
    return true;
  }

  Task& task_;
  const Follower& follower_;
  Place place_;
  size_t room_;
  std::vector<AnswerAhead> answers_;
};

void PrepareNext(Task& task, Follower& follower) {
  if (HasPrepared() || follower.passed++ < follower.pause) return;
  const size_t room = MayPrepare(task);
  if (room == 0) return;
  Maker maker(task, follower, room);
  task.kernel().makes_calls_ahead = true;
  while (made.size() < kMostAtOnce && maker.MakeNext()) {
  }
  task.kernel().makes_calls_ahead = false;
  prepared_for = &follower;
  UndoFrom(task, Prepare(task, maker.answers(), Settle));
  if (made.empty()) prepared_for = nullptr;
}

bool ReturnsNumber(const FileCall& call) {
  const auto command = static_cast<int32_t>(call.second);
  return call.number == SYS_fcntl && (command == abi::kFDupfd || command == abi::kFDupfdCloexec);
}

FileCall Describe(Task& task, const Follower& follower, uint64_t result) {
  const platform::Syscall& made_now = task.call();
  FileCall call;
  call.number = static_cast<uint32_t>(made_now.number);
  if (!MayLeadOn(made_now.number)) return call;
  call.fd = static_cast<int32_t>(made_now.args[0]);
  call.second = made_now.args[1];
  call.third = made_now.args[2];
  call.fourth = made_now.args[3];
  call.at_end = result < call.third;
  if (call.number == SYS_newfstatat) {
    const Result<std::string> path = task.CopyInPath(UserPtr<const char>(made_now.args[1]));
    const bool known = path.ok() && !path->empty() && *path == follower.place.path &&
                       call.fd == follower.open_dirfd.value();
    call.same_path = known;
    call.other_path = !known && !(path.ok() && path->empty());
    if (call.same_path) return call;
  }
  const auto known = std::ranges::find(follower.place.numbers, call.fd);
  if (known != follower.place.numbers.end()) {
    call.recent = static_cast<int>(known - follower.place.numbers.begin());
  }
  return call;
}

bool IsLike(const FileCall& a, const FileCall& b) {
  return a.number == b.number && a.recent == b.recent && a.same_path == b.same_path &&
         a.other_path == b.other_path && (a.number != SYS_fcntl || a.second == b.second);
}

// Where the script goes on behind `call`.
size_t Behind(const std::vector<FileCall>& script, const FileCall& call, size_t at) {
  const auto like = [&call](const FileCall& other) { return IsLike(other, call); };
  const auto from = static_cast<std::ptrdiff_t>(std::min(at, script.size()));
  auto found = std::find_if(script.begin() + from, script.end(), like);
  if (found == script.end()) found = std::find_if(script.begin(), script.end(), like);
  return found == script.end() ? Place::kLost : static_cast<size_t>(found - script.begin()) + 1;
}

void Opened(Task& task, Follower& follower, int32_t fd) {
  FileCall call;
  call.number = SYS_openat;
  Place place = follower.place;
  place.Got(fd);
  place.kind = -1;
  const FdNum dirfd(static_cast<int32_t>(task.call().args[0]));
  const auto flags = static_cast<uint32_t>(task.call().args[2]);
  const std::string last = std::exchange(
      place.path, task.CopyInPath(UserPtr<const char>(task.call().args[1])).value_or(""));
  const Result<Ref<FileDescription>> file = task.fds().Get(FdNum(fd));
  const Inode* inode = file.ok() ? (*file)->inode() : nullptr;
  if (inode != nullptr && (inode->IsRegular() || inode->IsDirectory())) {
    place.kind = inode->IsDirectory() ? 1 : 0;
    place.at = 0;
  }
  const bool same = dirfd == follower.open_dirfd && flags == follower.open_flags;
  follower.Follow(call, place);
  follower.open_dirfd = dirfd;
  follower.open_flags = flags;
  follower.in_turn = false;
  constexpr uint32_t kOthers = abi::kOAccmode | abi::kOCreat | abi::kOTrunc | abi::kOPath |
                               abi::kODirectory | abi::kOTmpfileBit;
  if (!same || place.kind != 0 || (flags & kOthers) != abi::kORdonly) return;
  const Dentry* parent = (*file)->path().dentry->parent();
  if (parent == nullptr || parent->inode() == nullptr) return;
  follower.in_turn = NextListed(*parent->inode(), last, abi::kDtReg) == place.path;
}

}  // namespace

void NoteCall(Task& task, const Result<uint64_t>& result) {
  const bool opens = task.call().number == SYS_openat;
  if (!result.ok()) return;
  Follower* follower = Find(task);
  if (follower == nullptr) {
    if (!opens) return;
    follower = &followers[next_follower++ % kMostFollowed];
    *follower = Follower{};
    follower->task = &task;
  }
  Place& place = follower->place;
  if (opens) {
    Opened(task, *follower, static_cast<int32_t>(*result));
  } else if (place.kind >= 0) {
    const FileCall call = Describe(task, *follower, *result);
    Place behind = place;
    behind.at = Behind(follower->script[place.kind], call, place.at);
    if (ReturnsNumber(call)) behind.Got(static_cast<int32_t>(*result));
    follower->Follow(call, behind);
  }
  if (place.kind >= 0 && place.at != Place::kLost) PrepareNext(task, *follower);
}

}  // namespace sentry
