#include "sim/region_view.hpp"

#include <algorithm>
#include <chrono>

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

/// A Date is cut to seconds, and its answer was under way for a while.
constexpr Duration kRough = 3s;

}  // namespace

void RegionView::start() {
  swept_ = swept_once_ = false;
  dates_.clear();
  jumped_.reset();
}

void RegionView::dated(WallTime date, const Moment& now) {
  const Duration off = date - now.server;
  if (!dates_.empty() && std::chrono::abs(off - dates_.back().second) > 5min + kRough) {
    jumped_ = now.elapsed;
  }
  dates_.emplace_back(now.elapsed, off);
  while (dates_.size() > 1 && dates_.front().first < now.elapsed - 10min) dates_.pop_front();
}

bool RegionView::shown(const MachineAction& action, const Moment& now) {
  const auto [row, first] = actions_.try_emplace(action.id);
  Known& known = row->second;
  if (!first) {
    const bool same = action.status == known.facts.status;
    const bool ahead = same || action.status.rank() > known.facts.status.rank();
    if (action.stamp() < known.stamp) return false;
    if (action.stamp() == known.stamp && !ahead) return false;
  }
  core::ActionFacts facts = core::facts_of(action);
  if (first || facts != known.facts) known.since = now.elapsed;
  known.facts = std::move(facts);
  known.stamp = action.stamp();
  known.noted = action.cancellation_noted;
  known.vanished = false;
  return true;
}

void RegionView::swept(const core::Query& query, const core::ActionsListed& page,
                       const Moment& now) {
  const bool last = !page.has_next_link && std::ssize(page.actions) < query.top;
  // A sweep by a clock that is ahead looks at nothing.
  if (!last) return;
  swept_once_ = true;
  if (query.since < now.server - 1h) swept_ = true;
}

const RegionView::Known* RegionView::find(const ActionId& id) const {
  const auto row = actions_.find(id);
  return row == actions_.end() ? nullptr : &row->second;
}

std::optional<std::string> RegionView::guard(const Moment& now) const {
  if (dates_.empty()) return "the API's time is unknown";
  if (jumped_ && now.elapsed - *jumped_ < 10min - kRough) return "the API's clock jumped";
  const Duration apart = std::chrono::abs(now.server + dates_.back().second - now.wall);
  if (apart > 24h + kRough) return "the clocks disagree";
  if (!swept_) return "nothing was swept";
  return std::nullopt;
}

WallTime RegionView::latest(const Moment& now) const {
  Duration most = dates_.empty() ? Duration{} : dates_.front().second;
  for (const auto& [when, off] : dates_) most = std::max(most, off);
  return now.server + most + 1s + kRough;
}

}  // namespace mactiond::sim
