#include "sentry/kernel/fd_table.h"

namespace sentry {

Result<Ref<FileDescription>> FdTable::Get(FdNum fd) const {
  if (!Open(fd.value())) return Errno(EBADF);
  return slots_[static_cast<size_t>(fd.value())].file;
}

Result<Ref<FileDescription>> FdTable::GetForIo(FdNum fd) const {
  Ref<FileDescription> file = TRY(Get(fd));
  if ((file->flags() & abi::kOPath) != 0) return Errno(EBADF);
  return file;
}

Result<FdNum> FdTable::Install(Ref<FileDescription> file, FdFlags flags, uint64_t limit,
                               int minimum) {
  int fd = minimum > lowest_free_ ? minimum : lowest_free_;
  while (Open(fd)) ++fd;
  if (static_cast<uint64_t>(fd) >= limit) return Errno(EMFILE);
  if (minimum <= lowest_free_) lowest_free_ = fd + 1;
  if (static_cast<size_t>(fd) >= slots_.size()) slots_.resize(static_cast<size_t>(fd) + 1);
  slots_[static_cast<size_t>(fd)] = {std::move(file), flags.cloexec};
  return FdNum(fd);
}

Result<Ref<FileDescription>> FdTable::InstallAt(FdNum fd, Ref<FileDescription> file, FdFlags flags,
                                                uint64_t limit) {
  if (fd.value() < 0 || static_cast<uint64_t>(fd.value()) >= limit) return Errno(EBADF);
  size_t index = static_cast<size_t>(fd.value());
  if (index >= slots_.size()) slots_.resize(index + 1);
  Ref<FileDescription> replaced = std::move(slots_[index].file);
  slots_[index] = {std::move(file), flags.cloexec};
  return replaced;
}

Result<Ref<FileDescription>> FdTable::Remove(FdNum fd) {
  if (!Open(fd.value())) return Errno(EBADF);
  size_t index = static_cast<size_t>(fd.value());
  Ref<FileDescription> file = std::move(slots_[index].file);
  slots_[index] = {};
  if (fd.value() < lowest_free_) lowest_free_ = fd.value();
  while (!slots_.empty() && !slots_.back().file) slots_.pop_back();
  return file;
}

Result<FdFlags> FdTable::GetFlags(FdNum fd) const {
  if (!Open(fd.value())) return Errno(EBADF);
  return FdFlags{.cloexec = slots_[static_cast<size_t>(fd.value())].cloexec};
}

Result<void> FdTable::SetFlags(FdNum fd, FdFlags flags) {
  if (!Open(fd.value())) return Errno(EBADF);
  slots_[static_cast<size_t>(fd.value())].cloexec = flags.cloexec;
  return {};
}

Ref<FdTable> FdTable::Clone() const {
  Ref<FdTable> copy = MakeRef<FdTable>();
  copy->slots_ = slots_;
  copy->lowest_free_ = lowest_free_;
  return copy;
}

std::vector<Ref<FileDescription>> FdTable::TakeCloexec() {
  std::vector<Ref<FileDescription>> taken;
  for (int fd : Numbers()) {
    if (!slots_[static_cast<size_t>(fd)].cloexec) continue;
    Result<Ref<FileDescription>> file = Remove(FdNum(fd));
    if (file.ok()) taken.push_back(std::move(*file));
  }
  return taken;
}

std::vector<Ref<FileDescription>> FdTable::TakeAll() {
  std::vector<Ref<FileDescription>> taken;
  for (Slot& slot : slots_) {
    if (slot.file) taken.push_back(std::move(slot.file));
  }
  slots_.clear();
  lowest_free_ = 0;
  return taken;
}

std::vector<int> FdTable::Numbers() const {
  std::vector<int> numbers;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].file) numbers.push_back(static_cast<int>(i));
  }
  return numbers;
}

}  // namespace sentry
