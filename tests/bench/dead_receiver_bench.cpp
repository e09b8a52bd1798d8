// What a receiver that is dead for 72 hours costs the healthy one beside it, under virtual time.

#include <chrono>
#include <cstdio>

#include "sim/dead_receiver.hpp"

namespace mactiond::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSpan = 72h;
constexpr int kActions = 42'000;
constexpr std::int64_t kQueuedAtLeast = 100'000;

double ms(Duration d) { return static_cast<double>(d.count()) / 1e4; }

void print(const char* name, const sim::HealthyBeside& row) {
  std::printf("| %s | %.1f | %zu of %zu | %lld |\n", name, ms(row.p99), row.delivered, row.events,
              static_cast<long long>(row.queued));
}

int main_bench() {
  std::printf("| one receiver, 72 h | the other's p99, ms | delivered to it | queued |\n");
  std::printf("| --- | --- | --- | --- |\n");
  const auto alone = sim::run({.span = kSpan, .actions = kActions, .dead = false});
  print("healthy", alone);
  const auto beside = sim::run({.span = kSpan, .actions = kActions, .dead = true});
  print("dead", beside);
  const bool good = beside.p99 <= alone.p99 + alone.p99 / 10 && beside.queued >= kQueuedAtLeast;
  std::printf("(limits: p99 within 10 %%, at least %lld queued)\n",
              static_cast<long long>(kQueuedAtLeast));
  return good ? 0 : 1;
}

}  // namespace
}  // namespace mactiond::bench

int main() { return mactiond::bench::main_bench(); }
