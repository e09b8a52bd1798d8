#include "sim/quota_judge.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace mactiond::sim {

using std::chrono::hours;
using std::chrono::minutes;

std::vector<QuotaLimit> documented_limits() {
  return {{"minute", minutes(1), 100}, {"hour", hours(1), 1500}};
}

QuotaJudge::QuotaJudge(std::vector<QuotaLimit> limits) {
  for (QuotaLimit& limit : limits) {
    windows_.push_back({QuotaVerdict{std::move(limit), 0, 0, std::nullopt}, 0});
  }
}

void QuotaJudge::record(WallTime at) {
  MACTIOND_ASSERT(instants_.empty() || instants_.back() <= at);
  instants_.push_back(at);
  for (Window& window : windows_) {
    QuotaVerdict& verdict = window.verdict;
    while (instants_[window.first] <= at - verdict.limit.window) ++window.first;
    const int inside = static_cast<int>(instants_.size() - window.first);
    verdict.max = std::max(verdict.max, inside);
    if (inside <= verdict.limit.count) continue;
    ++verdict.over;
    if (!verdict.first_over) verdict.first_over = at;
  }
}

std::vector<QuotaVerdict> QuotaJudge::verdicts() const {
  std::vector<QuotaVerdict> out;
  for (const Window& window : windows_) out.push_back(window.verdict);
  return out;
}

std::uint64_t QuotaJudge::windows_over() const {
  std::uint64_t over = 0;
  for (const Window& window : windows_) over += window.verdict.over;
  return over;
}

int QuotaJudge::max_in_window(Duration window) const {
  std::size_t first = 0;
  std::size_t most = 0;
  for (std::size_t last = 0; last < instants_.size(); ++last) {
    while (instants_[first] <= instants_[last] - window) ++first;
    most = std::max(most, last - first + 1);
  }
  return static_cast<int>(most);
}

CallLedger::CallLedger(std::vector<QuotaLimit> api_limits) {
  judges_.emplace_back(std::move(api_limits));
  judges_.emplace_back(std::vector<QuotaLimit>{{"minute", minutes(1), 2}, {"hour", hours(1), 120}});
  judges_.emplace_back(std::vector<QuotaLimit>{{"minute", minutes(1), 10}});
}

void CallLedger::record(Operation operation, WallTime at) {
  ++calls_[static_cast<std::size_t>(operation)];
  if (!is_metered(operation)) return;
  judges_[static_cast<std::size_t>(bucket_of(operation))].record(at);
}

std::uint64_t CallLedger::windows_over() const {
  std::uint64_t over = 0;
  for (const QuotaJudge& judge : judges_) over += judge.windows_over();
  return over;
}

}  // namespace mactiond::sim
