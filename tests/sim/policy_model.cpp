#include "sim/policy_model.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mactiond::sim {
namespace {

using core::ActionFacts;
using core::PolicyAction;
using core::PolicyOptions;

bool same_letter(char a, char b) {
  return to_lower(std::string(1, a)) == to_lower(std::string(1, b));
}

bool fits(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    return fits(pattern.substr(1), text) || (!text.empty() && fits(pattern, text.substr(1)));
  }
  if (text.empty()) return false;
  const bool one = pattern.front() == '?' || same_letter(pattern.front(), text.front());
  return one && fits(pattern.substr(1), text.substr(1));
}

bool fits_one(const std::vector<std::string>& patterns, std::string_view text) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(), [text](const std::string& pattern) {
    return text.empty() ? pattern == "*" : fits(pattern, text);
  });
}

bool is_literal(const std::string& pattern) {
  return pattern.find_first_of("*?") == std::string::npos;
}

}  // namespace

const PolicyOptions* PolicyModel::governing(const std::string& region,
                                            const ActionFacts& facts) const {
  for (const PolicyOptions& policy : policies_) {
    const core::PolicyMatch& match = policy.match;
    if (fits_one(match.region, region) && fits_one(match.type, facts.type.text()) &&
        fits_one(match.status, facts.status.text()) && fits_one(match.requestor, facts.requestor) &&
        fits_one(match.request_source, facts.request_source) &&
        fits_one(match.computer, facts.computer_dns_name) &&
        fits_one(match.comment, facts.requestor_comment)) {
      return &policy;
    }
  }
  return nullptr;
}

bool PolicyModel::may_cancel(const PolicyOptions& policy, const ActionFacts& facts) {
  if (policy.action != PolicyAction::Cancel || policy.dry_run) return false;
  const std::string status(facts.status.text());
  if (status != "Pending" && status != "InProgress") return false;
  const std::string type(facts.type.text());
  const bool delicate = type == "Unisolate" || type == "UnrestrictCodeExecution" ||
                        type == "Offboard" || facts.type.known() == ActionType::Known::Unknown;
  if (!delicate) return !policy.match.type.empty();
  return std::any_of(policy.match.type.begin(), policy.match.type.end(), [&](const auto& pattern) {
    return is_literal(pattern) && fits(pattern, type);
  });
}

std::optional<WallTime> PolicyModel::stale_from(const PolicyOptions& policy,
                                                const ActionFacts& facts) {
  const bool created = policy.stale_since == core::StaleSince::Created;
  const auto since = created ? facts.created : facts.last_update;
  if (!since || policy.action == PolicyAction::Ignore) return std::nullopt;
  return *since + policy.stale_after;
}

const PolicyOptions* PolicyModel::find(const std::string& name) const {
  const auto row = std::find_if(policies_.begin(), policies_.end(),
                                [&](const auto& policy) { return policy.name == name; });
  return row == policies_.end() ? nullptr : &*row;
}

}  // namespace mactiond::sim
