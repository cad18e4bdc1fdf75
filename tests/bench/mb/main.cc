// mb [--rounds=N] [--ms=N] [ROW...]   prints "row<TAB>median<TAB>best" in nanoseconds for the rows
//                                     named, or all
// mb --list                           names the rows
// mb --crowd=N                        N threads blocked in read(2)
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "mb.h"

namespace bench {

const char* own_path;

void Require(bool ok, const char* what) {
  if (ok) return;
  std::perror(what);
  ::_exit(1);
}

namespace {

int rounds = 5;
int64_t round_ns = 20'000'000;

std::vector<Row> AllRows() {
  std::vector<Row> all;
  for (const auto& rows : {CallRows(), FileRows(), MemoryRows(), ProcessRows(), IpcRows()}) {
    all.insert(all.end(), rows.begin(), rows.end());
  }
  return all;
}

// As many as fill a round.
uint64_t Calibrate(const Row& row) {
  uint64_t count = 1;
  for (;;) {
    const int64_t took = std::max<int64_t>(row.measure(count), 1);
    if (took >= round_ns / 4) {
      return std::max<uint64_t>(
          1, count * static_cast<uint64_t>(round_ns) / static_cast<uint64_t>(took));
    }
    count *= took < round_ns / 64 ? 8 : 2;
  }
}

void Report(const Row& row) {
  const uint64_t count = Calibrate(row);
  std::vector<double> each;
  for (int i = 0; i < rounds; ++i) {
    each.push_back(static_cast<double>(row.measure(count)) / static_cast<double>(count));
  }
  std::sort(each.begin(), each.end());
  std::printf("%s\t%.1f\t%.1f\n", row.name, each[each.size() / 2], each[0]);
  std::fflush(stdout);
}

bool Flag(const char* argument, const char* name, long* value) {
  const size_t length = strlen(name);
  if (strncmp(argument, name, length) != 0) return false;
  *value = ::atol(argument + length);
  return true;
}

int Main(std::span<char*> arguments) {
  std::vector<const char*> names;
  for (const char* argument : arguments) {
    long value = 0;
    if (strcmp(argument, "--exit") == 0)
      return 0;  // The program that is executed by rows about exec.
    if (Flag(argument, "--crowd=", &value)) return Crowd(static_cast<unsigned>(value));
    if (Flag(argument, "--rounds=", &value)) {
      rounds = static_cast<int>(value);
    } else if (Flag(argument, "--ms=", &value)) {
      round_ns = value * 1'000'000;
    } else if (strcmp(argument, "--list") == 0) {
      for (const Row& row : AllRows()) std::puts(row.name);
      return 0;
    } else {
      names.push_back(argument);
    }
  }
  const auto wanted = [&](const Row& row) {
    return names.empty() || std::any_of(names.begin(), names.end(), [&](const char* name) {
             return strcmp(name, row.name) == 0;
           });
  };
  for (const Row& row : AllRows()) {
    if (wanted(row)) Report(row);
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  static char path[PATH_MAX];
  bench::Require(::realpath(argv[0], path) != nullptr,
                 "realpath of the program (call it by its path)");
  bench::own_path = path;
  return bench::Main(std::span(argv, static_cast<size_t>(argc)).subspan(1));
}
