// mb: what single operations of a kernel cost.  A static program that runs natively and in every
// sandbox alike.
//
// A row is a function that does its operation `count` times and returns the nanoseconds that took;
// what it needs is set up and taken down outside of that time.
#pragma once

#include <time.h>

#include <cstdint>
#include <span>

namespace bench {

inline int64_t Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

struct Row {
  const char* name;
  int64_t (*measure)(uint64_t count);
};

// This program's own file, by an absolute path: a file that every system has.
extern const char* own_path;

// Ends the program with a message unless `ok`.
void Require(bool ok, const char* what);

std::span<const Row> CallRows();
std::span<const Row> FileRows();
std::span<const Row> MemoryRows();
std::span<const Row> ProcessRows();
std::span<const Row> IpcRows();

// `count` threads that block in read(2); prints "ready" and waits for the end of standard input.
int Crowd(unsigned count);

}  // namespace bench
