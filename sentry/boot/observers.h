// --strace and --stats: what is told of each call.
#pragma once

#include <cstdio>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "sentry/boot/config.h"
#include "sentry/kernel/kernel.h"

namespace sentry {

// Prints calls as strace(1) does; "[pid N]" in front once there are several tasks.
class StraceObserver final : public CallObserver {
 public:
  // `out` is borrowed.
  StraceObserver(const Config& config, std::FILE* out);
  void OnEnter(Task& task) override;
  void OnExit(Task& task, int64_t result) override;
  void OnSignal(Task& task, const abi::SigInfo& info) override;
  void OnTaskEnd(Task& task, int wait_status) override;

 private:
  bool Wanted(int64_t number) const { return wanted_.empty() || wanted_.contains(number); }
  void Line(Task& task, const std::string& text);

  std::FILE* const out_;
  std::set<int64_t> wanted_;                      // Empty: all.
  std::unordered_map<int, std::string> entries_;  // By tid: what was formatted at entry.
  std::set<int> seen_;
};

// Counts calls and the time between their arrival and their answer.
class StatsObserver final : public CallObserver {
 public:
  void OnEnter(Task& task) override;
  void OnExit(Task& task, int64_t result) override;
  void OnTaskEnd(Task& task, int wait_status) override;
  void Print(std::FILE* out) const;

 private:
  struct Row {
    uint64_t count = 0, errors = 0;
    int64_t ns = 0;
  };
  std::unordered_map<int64_t, Row> rows_;
  std::unordered_map<int, MonoTime> started_;
};

// Passes everything on to each of several.
class Observers final : public CallObserver {
 public:
  void Add(CallObserver& observer) { all_.push_back(&observer); }
  bool empty() const { return all_.empty(); }
  void OnEnter(Task& task) override {
    for (CallObserver* one : all_) one->OnEnter(task);
  }
  void OnExit(Task& task, int64_t result) override {
    for (CallObserver* one : all_) one->OnExit(task, result);
  }
  void OnSignal(Task& task, const abi::SigInfo& info) override {
    for (CallObserver* one : all_) one->OnSignal(task, info);
  }
  void OnTaskEnd(Task& task, int wait_status) override {
    for (CallObserver* one : all_) one->OnTaskEnd(task, wait_status);
  }

 private:
  std::vector<CallObserver*> all_;
};

}  // namespace sentry
