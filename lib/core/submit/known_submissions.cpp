#include "core/submit/known_submissions.hpp"

namespace mactiond::core {
namespace {

/// Another submission may have taken the place since.
template <class Place>
void remove(std::map<Place, std::string>& places, const Place& place, const std::string& id) {
  const auto found = places.find(place);
  if (found != places.end() && found->second == id) places.erase(found);
}

}  // namespace

KnownSubmissions::Found KnownSubmissions::find(const SubmissionOrder& order) const {
  const auto id = order.key.empty() ? by_key_.end() : by_key_.find(order.key);
  if (id == by_key_.end()) return {};
  return {id->second, rows_.at(id->second).body_hash == order.body_hash};
}

std::string KnownSubmissions::owner_of(const std::string& region, const ActionId& action) const {
  const auto found = by_action_.find({region, action});
  return found == by_action_.end() ? std::string() : found->second;
}

void KnownSubmissions::remember(const Submission& submission) {
  const SubmissionOrder& order = submission.order;
  Row row{order.key, order.body_hash, {order.region, submission.action}, submission.ended};
  if (!row.key.empty()) by_key_.insert_or_assign(row.key, submission.id);
  if (!submission.action.value.empty()) by_action_.insert_or_assign(row.action, submission.id);
  rows_.insert_or_assign(submission.id, std::move(row));
}

std::vector<std::string> KnownSubmissions::forget_before(WallTime cutoff) {
  std::vector<std::string> forgotten;
  std::erase_if(rows_, [&](const auto& known) {
    const auto& [id, row] = known;
    if (!row.ended || *row.ended >= cutoff) return false;
    remove(by_key_, row.key, id);
    remove(by_action_, row.action, id);
    forgotten.push_back(id);
    return true;
  });
  return forgotten;
}

}  // namespace mactiond::core
