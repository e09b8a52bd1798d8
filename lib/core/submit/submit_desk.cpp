#include "core/submit/submit_desk.hpp"

#include <utility>

namespace mactiond::core {

std::optional<Reply> known_by_key(const SubmissionOrder& order, const SubmitLedger& ledger) {
  const auto known = ledger.find_key(order);
  if (!known.same_body) return KeyConflict{known.id};
  if (!known.id.empty()) return SubmissionAccepted{known.id, false};
  return std::nullopt;
}

std::optional<Reply> foresee(const SubmissionOrder& order, const SubmitLedger& ledger,
                             const SubmitTime& time) {
  if (auto known = known_by_key(order, ledger)) return known;
  const auto guard = first_guard(SubmitMoment::Ask, ledger.facts_to_ask(order, time), time);
  if (!guard) return std::nullopt;
  return Refused{SubmissionHeld{*guard, ledger.passes_in(*guard, time)}};
}

Reply ask(SubmissionOrder order, std::string id, SubmitLedger& ledger, SubmissionFollower& follower,
          const SubmitTime& time, SubmitOutput& out) {
  if (auto reply = foresee(order, ledger, time)) return *std::move(reply);
  Submission row;
  row.id = id;
  row.order = std::move(order);
  row.asked = time.stamp();
  follower.begin(std::move(row), time, out);
  return SubmissionAccepted{std::move(id), true};
}

}  // namespace mactiond::core
