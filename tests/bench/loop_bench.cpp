// How long one turn of the loop is held by what reads or deletes much: the check of a large store
// in slices, and retention. ./dev bench loop [MEGABYTES]

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/batch.hpp"
#include "core/rows.hpp"
#include "store/store.hpp"

namespace mactiond::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kLimitMs = 20;
constexpr int kRowsPerCommit = 500;
constexpr std::size_t kDocument = 1500;
const WallTime kOld = WallTime(std::chrono::seconds(1'700'000'000));

double now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

core::EventRecord event_of(std::uint64_t seq) {
  core::EventRecord event;
  event.seq = seq;
  event.id = "ma_00000000-0000-5000-8000-" + std::to_string(100'000'000'000 + seq);
  event.type = core::EventType::ActionTransition;
  event.time = kOld + std::chrono::seconds(seq);
  event.instance = "bench";
  event.region = "eu";
  event.action.value = "a" + std::to_string(seq / 2);
  event.document =
      "{\"id\":\"" + event.action.value + "\",\"x\":\"" + std::string(kDocument, 'x') + "\"}";
  event.fields = R"("from":null,"to":"Pending","lag_ms":null)";
  return event;
}

core::ActionRow action_of(std::uint64_t seq) {
  core::ActionRow row;
  row.region = "eu";
  row.action.id.value = "a" + std::to_string(seq / 2);
  row.action.type = ActionType::Known::Isolate;
  row.action.status = ActionStatus::Known::Succeeded;
  row.action.created = row.action.last_update = kOld + std::chrono::seconds(seq);
  row.action.document = event_of(seq).document;
  row.seen = kOld + std::chrono::seconds(seq);
  return row;
}

bool fill(store::Store& store, const std::string& path, std::uintmax_t bytes) {
  std::uint64_t seq = 0;
  while (std::filesystem::file_size(path) < bytes) {
    core::Batch batch;
    for (int i = 0; i < kRowsPerCommit; ++i) {
      batch.events.push_back(event_of(++seq));
      if (seq % 2 == 0) batch.actions.push_back(action_of(seq));
    }
    // Everything stands in the log: retention may delete it.
    if (!store.commit(batch, store::LogPosition{1, 1, 1, seq + 1})) return false;
  }
  return true;
}

/// Whether the 99th of a hundred is short enough.
bool judge(const char* what, std::vector<double> took) {
  if (took.empty()) return false;
  std::sort(took.begin(), took.end());
  const double p99 = took[took.size() * 99 / 100];
  std::printf(
      "%s: %zu turns, median %.2f ms, p99 %.2f ms, longest %.2f ms (limit of p99: %.0f ms)\n", what,
      took.size(), took[took.size() / 2], p99, took.back(), kLimitMs);
  return p99 < kLimitMs;
}

bool bench_check(store::Store& store) {
  std::vector<double> took;
  while (!store.is_checked()) {
    const double began = now_ms();
    if (!store.check_some()) std::abort();
    took.push_back(now_ms() - began);
  }
  return judge("a slice of the check", std::move(took));
}

/// What the disk costs, for comparison.
void bench_commit(store::Store& store) {
  std::vector<double> took;
  for (int i = 0; i < 1000; ++i) {
    core::Batch batch;
    batch.regions = {{"eu", kOld + std::chrono::seconds(i), std::nullopt, {}}};
    const double began = now_ms();
    if (!store.commit(batch)) return;
    took.push_back(now_ms() - began);
  }
  (void)judge("for comparison, a commit of one row", std::move(took));
}

bool bench_retention(store::Store& store) {
  core::Batch batch;
  batch.prune_before = kOld + std::chrono::hours(24 * 365);
  if (!store.commit(batch)) return false;
  std::vector<double> took;
  while (!store.is_pruned()) {
    const double began = now_ms();
    if (!store.prune_some()) std::abort();
    took.push_back(now_ms() - began);
  }
  return judge("a slice of retention", std::move(took));
}

int run(std::uintmax_t megabytes) {
  const char* base = std::getenv("TMPDIR");
  std::string directory =
      std::string(base != nullptr ? base : "/var/tmp") + "/mactiond_loop_XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return 73;
  const std::string path = directory + "/store.db";
  {
    auto store = store::Store::open(directory);
    if (!store || !fill(*store, path, megabytes * 1024 * 1024)) return 74;
  }
  auto store = store::Store::open(directory);
  if (!store) return 74;
  std::printf("a store of %ju MiB\n", std::filesystem::file_size(path) / 1024 / 1024);
  const bool checked = bench_check(*store);
  bench_commit(*store);
  const bool pruned = bench_retention(*store);
  std::filesystem::remove_all(directory);
  return checked && pruned ? 0 : 1;
}

}  // namespace
}  // namespace mactiond::bench

int main(int argc, char** argv) {
  const std::uintmax_t megabytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500;
  return mactiond::bench::run(megabytes);
}
