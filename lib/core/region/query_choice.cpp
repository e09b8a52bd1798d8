#include "core/region/query_choice.hpp"

#include <chrono>
#include <utility>

namespace mactiond::core {
namespace {

constexpr Duration kRefusedFor = std::chrono::hours(24);

}  // namespace

Strategy QueryChoice::strategy(Filters filters, WallTime server_now) const {
  if (filters == Filters::Documented) return Strategy::Documented;
  // A time far in the future was recorded by a clock that has been set since.
  const bool refused = changes_refused_until_ && server_now < *changes_refused_until_ &&
                       *changes_refused_until_ - server_now <= kRefusedFor;
  return refused ? Strategy::Documented : Strategy::Changes;
}

std::optional<std::string> QueryChoice::refused(Strategy asked, const std::string& reason,
                                                Filters filters) {
  const Strategy other = asked == Strategy::Changes ? Strategy::Documented : Strategy::Changes;
  refusal_of(asked) = reason.empty() ? "refused" : reason;
  const bool may_ask_other = other == Strategy::Documented || filters != Filters::Documented;
  if (may_ask_other && !refusal_of(other)) {
    instead_ = other;
    return std::nullopt;
  }
  std::string reasons = reason;
  if (refusal_of(other)) {
    reasons = "last-update query: " + *refusal_of(Strategy::Changes) +
              "; documented query: " + *refusal_of(Strategy::Documented);
  }
  round_given_up();
  return reasons;
}

std::optional<std::string> QueryChoice::taken(WallTime server_now) {
  const std::optional<std::string> changes = std::exchange(refusal_of(Strategy::Changes), {});
  const std::optional<std::string> documented = std::exchange(refusal_of(Strategy::Documented), {});
  if (changes) {
    changes_refused_until_ = server_now + kRefusedFor;
  } else if (documented) {
    changes_refused_until_.reset();
  }
  return changes;
}

void QueryChoice::round_given_up() {
  refusals_.fill(std::nullopt);
  instead_.reset();
}

}  // namespace mactiond::core
