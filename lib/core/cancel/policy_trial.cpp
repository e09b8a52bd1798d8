#include "core/cancel/policy_trial.hpp"

#include <utility>

namespace mactiond::core {

PolicyTrial::PolicyTrial(Options options)
    : options_(std::move(options)), policies_(options_.policies) {}

bool PolicyTrial::match(const std::vector<OpenActions>& regions,
                        const std::function<bool()>& keep_going) {
  for (const OpenActions& open : regions) {
    Governed& governed = regions_[open.region];
    governed.reserve(open.actions.size());
    for (const auto& [id, facts] : open.actions) {
      if (!keep_going()) return false;
      governed.emplace(id, policies_.governing(open.region, facts));
    }
  }
  return true;
}

const PolicyTrial::Governed& PolicyTrial::governed(const std::string& region) const {
  static const Governed kNone;
  const auto found = regions_.find(region);
  return found != regions_.end() ? found->second : kNone;
}

std::size_t PolicyTrial::pattern_count() const {
  std::size_t count = 0;
  for (const PolicyOptions& policy : options_.policies) count += core::pattern_count(policy.match);
  return count;
}

}  // namespace mactiond::core
