// Runs simulated days for many seeds: sim_seeds [--day NAME] [--first N] [--seeds N] [--jobs N]
// Prints one line per failing seed, all of them of a single one; exits 0 only if none fails.

#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/days.hpp"

namespace mactiond::sim {
namespace {

struct Range {
  std::string day;  ///< empty: all
  std::uint64_t first = 1;
  std::uint64_t seeds = 0;  ///< 0: each day's own number
  unsigned jobs = 2;
};

bool run_one(const Day& day, std::uint64_t seed, bool all) {
  const auto violations = day.run(seed);
  if (violations.empty()) return true;
  std::printf("FAILED day=%s seed=%llu: %s (and %zu more)\n", day.name,
              static_cast<unsigned long long>(seed), violations.front().c_str(),
              violations.size() - 1);
  for (const std::string& violation : violations) {
    if (all) std::printf("  %s\n", violation.c_str());
  }
  std::fflush(stdout);
  return false;
}

/// Every jobs-th seed, beginning with the job-th; the number of failures, at most 255.
int run_share(const Range& range, unsigned job) {
  int failures = 0;
  for (const Day& day : days()) {
    if (!range.day.empty() && range.day != day.name) continue;
    const std::uint64_t seeds = range.seeds == 0 ? day.seeds : range.seeds;
    for (std::uint64_t i = job; i < seeds; i += range.jobs) {
      if (!run_one(day, range.first + i, range.seeds == 1)) ++failures;
    }
  }
  return failures > 255 ? 255 : failures;
}

int run_all(const Range& range) {
  std::vector<pid_t> children;
  for (unsigned job = 0; job < range.jobs; ++job) {
    const pid_t child = fork();
    if (child == 0) _exit(run_share(range, job));
    children.push_back(child);
  }
  int failed = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    // A share that did not end by itself failed at least once.
    failed += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  return failed;
}

}  // namespace
}  // namespace mactiond::sim

int main(int argc, char** argv) {
  mactiond::sim::Range range;
  CLI::App app("Runs simulated days of the engine and holds them against the ground truth.");
  std::vector<std::string> names;
  for (const auto& day : mactiond::sim::days()) names.emplace_back(day.name);
  app.add_option("--day", range.day, "which day; all if not given")->check(CLI::IsMember(names));
  app.add_option("--first", range.first, "the first seed");
  app.add_option("--seeds", range.seeds, "how many seeds of each day, if not its own number");
  app.add_option("--jobs", range.jobs, "processes side by side")->check(CLI::Range(1, 64));
  CLI11_PARSE(app, argc, argv);
  const int failed = mactiond::sim::run_all(range);
  unsigned long long runs = 0;
  for (const auto& day : mactiond::sim::days()) {
    if (!range.day.empty() && range.day != day.name) continue;
    runs += range.seeds == 0 ? day.seeds : range.seeds;
  }
  std::printf("%llu runs, seeds from %llu: %d failed\n", runs,
              static_cast<unsigned long long>(range.first), failed);
  return failed == 0 ? 0 : 1;
}
