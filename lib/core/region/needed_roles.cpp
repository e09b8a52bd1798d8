#include "core/region/needed_roles.hpp"

#include <algorithm>
#include <utility>

#include "action/api_method.hpp"
#include "action/known_values.hpp"
#include "base/enum_values.hpp"
#include "base/glob.hpp"
#include "core/cancel/policy.hpp"

namespace mactiond::core {
namespace {

using Type = ActionType::Known;

bool fits(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(),
                     [text](const std::string& glob) { return glob_match(glob, text); });
}

bool may_cancel(const PolicyOptions& policy, const ActionType& type) {
  if (names_literally(policy.match.type, type)) return true;
  return !is_named_only(type) && fits(policy.match.type, type.text());
}

/// One row for permissions of which each is enough instead of the other.
class Needs {
 public:
  void add(ApiMethod method, std::string lacks) {
    const std::string_view role = permission_for(method);
    const std::string_view instead = permission_instead_of(method);
    const auto same = [&](const NeededRole& row) {
      return row.role == role || (row.role == instead && row.instead == role);
    };
    auto row = std::find_if(rows_.begin(), rows_.end(), same);
    if (row == rows_.end()) row = rows_.insert(row, NeededRole{role, instead, {}});
    row->lacks.push_back(std::move(lacks));
  }
  std::vector<NeededRole> take() { return std::move(rows_); }

 private:
  std::vector<NeededRole> rows_;
};

void add_cancels(const PolicyOptions& policy, Needs& needs) {
  for (const Type known : kValuesOf<Type>) {
    const ActionType type(known);
    const auto method = method_that_starts(type);
    if (!method || !may_cancel(policy, type)) continue;
    needs.add(*method, "policy " + policy.name + " cannot cancel " + std::string(type.text()));
  }
}

void add_submissions(const SubmitOptions& submit, Needs& needs) {
  for (const std::string& name : submit.types) {
    const ActionType type = ActionType::parse(name);
    const auto method = method_that_starts(type);
    if (!method) continue;
    needs.add(*method, std::string(type.text()) + " cannot be submitted");
    if (*method == ApiMethod::CollectPackage) {
      needs.add(ApiMethod::PackageLink, "packages cannot be fetched");
    }
    if (*method == ApiMethod::RunLiveResponse) {
      needs.add(ApiMethod::ResultLink, "results of live responses cannot be fetched");
    }
  }
}

}  // namespace

std::vector<NeededRole> needed_roles(const Options& options, const RegionOptions& region) {
  Needs needs;
  needs.add(ApiMethod::List, "the region cannot be followed");
  if (region.enrich_machines) {
    needs.add(ApiMethod::GetMachine, "events lack what is known of machines");
  }
  for (const PolicyOptions& policy : options.policies) {
    const bool here = policy.match.region.empty() || fits(policy.match.region, region.name);
    const bool cancels = policy.action == PolicyAction::Cancel && !policy.dry_run &&
                         policy.max_per_hour != 0 && options.cancel.max_per_hour > 0;
    if (here && cancels) add_cancels(policy, needs);
  }
  const SubmitOptions& submit = options.submit;
  if (submit.enabled && submit.max_per_hour > 0) add_submissions(submit, needs);
  return needs.take();
}

}  // namespace mactiond::core
