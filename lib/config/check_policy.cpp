#include "config/check_policy.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "action/known_values.hpp"
#include "base/glob.hpp"
#include "base/suggestion.hpp"
#include "base/text.hpp"
#include "config/option_tables.hpp"
#include "config/value_types.hpp"
#include "core/cancel/policy.hpp"

namespace mactiond::config {
namespace {

using core::PolicyAction;
using core::PolicyMatch;
using core::PolicyOptions;
using Globs = std::vector<std::string>;

constexpr std::size_t kPoliciesMax = 256;
constexpr std::size_t kPatternsMax = 5'000;
constexpr std::array<std::string_view, 9> kMatchKeys = {
    "region",   "type",    "status",        "requestor",  "request_source",
    "computer", "comment", "machine_group", "machine_tag"};

bool is_right(const Node& table, const Reader& reader) {
  return std::all_of(table.children.begin(), table.children.end(), [&](const Node& node) {
    if (!reader.is_good(&node)) return false;
    return node.kind != Node::Kind::Table || is_right(node, reader);
  });
}

void fail_at(const Node& table, std::string_view key, std::string_view message, Reader& reader) {
  reader.enter("policy." + std::string(key));
  const Node* node = table.find(key);
  reader.fail(node != nullptr ? *node : table, message);
}

void warn_without_effect(const Node& table, std::string_view key, Reader& reader) {
  const Node* node = table.find(key);
  if (node == nullptr) return;
  reader.enter("policy." + std::string(key));
  reader.warn(node->place, "has no effect: the policy's action is not cancel");
}

// The types that a glob may not reach, of those that it reaches.
std::vector<std::string_view> guarded_types(std::string_view glob) {
  std::vector<std::string_view> reached;
  for (const std::string_view name : known_action_types()) {
    if (core::is_named_only(ActionType::parse(name)) && glob_match(glob, name)) {
      reached.push_back(name);
    }
  }
  return reached;
}

void check_cancel_types(const Node& table, Reader& reader) {
  const Node* match = table.child("match");
  if (match != nullptr && match->kind != Node::Kind::Table) return;
  const Node* types = table.find("match.type");
  if (types != nullptr && !reader.is_good(types)) return;
  if (types == nullptr || types->children.empty()) {
    fail_at(table, "match.type",
            "a policy that cancels must name its types, such as type = [\"RunAntiVirusScan\"]",
            reader);
    return;
  }
  reader.enter("policy.match.type");
  for (const Node& item : types->children) {
    if (!is_glob(item.text)) continue;
    const auto reached = guarded_types(item.text);
    if (reached.empty()) continue;
    reader.fail(item, shown(item.text) + " reaches " + joined(reached) +
                          ", which a policy that cancels must name in full: list the types "
                          "instead of a glob");
  }
}

void check_alone(const Node& table, const PolicyOptions& policy, const Config& config,
                 Reader& reader) {
  if (!reader.is_good(table.find("action")) || table.find("action") == nullptr) return;
  const bool cancels = policy.action == PolicyAction::Cancel;
  if (policy.action != PolicyAction::Ignore && table.find("stale_after") == nullptr) {
    fail_at(table, "stale_after",
            "missing: a policy that cancels or notifies says when, such as stale_after = \"6h\"",
            reader);
  }
  if (cancels) check_cancel_types(table, reader);
  if (!cancels && policy.dry_run) warn_without_effect(table, "dry_run", reader);
  if (!cancels) warn_without_effect(table, "max_per_hour", reader);
  const Node* limit = table.find("max_per_hour");
  if (cancels && policy.max_per_hour.value_or(0) > config.cancel.max_per_hour) {
    reader.enter("policy.max_per_hour");
    reader.warn(limit->place, "the limit over all policies, cancel.max_per_hour = " +
                                  std::to_string(config.cancel.max_per_hour) + ", is lower");
  }
}

void check_repeated(const Node& table, std::string_view key, Reader& reader) {
  const std::string path = "match." + std::string(key);
  const Node* list = table.find(path);
  if (list == nullptr || !reader.is_good(list)) return;
  reader.enter("policy." + path);
  std::set<std::string> before;
  for (const Node& item : list->children) {
    if (before.insert(to_lower(item.text)).second) continue;
    reader.warn(item.place, shown(item.text) + " is in the list already");
  }
}

/// Of two globs that are compared: the product of their lengths. Policies that take more to compare
/// are not compared; all that is lost is a warning.
constexpr std::size_t kStepsMax = 20'000'000;

// Whether every value that fits narrow fits wide; no glob at all is what any value fits.
bool covers(const Globs& wide, const Globs& narrow, std::size_t& steps) {
  if (wide.empty()) return true;
  const Globs any = {"*"};
  const Globs& inner = narrow.empty() ? any : narrow;
  return std::all_of(inner.begin(), inner.end(), [&](const std::string& glob) {
    return std::any_of(wide.begin(), wide.end(), [&](const std::string& outer) {
      steps += (outer.size() + 1) * (glob.size() + 1);
      return steps <= kStepsMax && glob_covers(outer, glob);
    });
  });
}

bool fits_region(const Globs& globs, std::string_view name) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [name](const std::string& glob) {
           return glob_match(glob, name);
         });
}

// The regions are known, so that "eu" and "e*" and nothing may be the same.
bool covers_regions(const Globs& wide, const Globs& narrow, const Config& config) {
  return std::all_of(config.regions.begin(), config.regions.end(), [&](const Region& region) {
    return fits_region(wide, region.core.name) || !fits_region(narrow, region.core.name);
  });
}

bool shadows(const PolicyMatch& before, const PolicyMatch& after, const Config& config,
             std::size_t& steps) {
  return covers(before.type, after.type, steps) && covers(before.status, after.status, steps) &&
         covers(before.requestor, after.requestor, steps) &&
         covers(before.request_source, after.request_source, steps) &&
         covers(before.computer, after.computer, steps) &&
         covers(before.comment, after.comment, steps) &&
         covers(before.machine_group, after.machine_group, steps) &&
         covers(before.machine_tag, after.machine_tag, steps) &&
         covers_regions(before.region, after.region, config);
}

void check_shadowed(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  std::vector<std::size_t> right;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const bool named = tables[i]->find("name") != nullptr;
    if (named && is_right(*tables[i], reader)) right.push_back(i);
  }
  reader.enter("policy");
  std::size_t steps = 0;
  for (const std::size_t after : right) {
    const PolicyOptions& policy = config.policies[after];
    const auto before = std::find_if(right.begin(), right.end(), [&](std::size_t i) {
      return i >= after || shadows(config.policies[i].match, policy.match, config, steps);
    });
    if (*before >= after) continue;
    reader.warn(tables[after]->place,
                shown(policy.name) + " never governs: " + shown(config.policies[*before].name) +
                    " in " + reader.text_of(tables[*before]->place, tables[after]->place) +
                    " comes before it and fits all that it fits");
  }
}

// Each action is matched against all of them, and they against each other.
bool has_few_patterns(const std::vector<const Node*>& tables, const Config& config,
                      Reader& reader) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    count += core::pattern_count(config.policies[i].match);
    if (count <= kPatternsMax) continue;
    reader.enter("policy");
    return reader.fail(tables[i]->place, "at most " + std::to_string(kPatternsMax) +
                                             " patterns are allowed in all policies together");
  }
  return true;
}

}  // namespace

void check_policies(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  if (tables.size() > kPoliciesMax) {
    reader.enter("policy");
    reader.fail(tables[kPoliciesMax]->place,
                "at most " + std::to_string(kPoliciesMax) + " policies are allowed");
    return;
  }
  if (!has_few_patterns(tables, config, reader)) return;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    check_alone(*tables[i], config.policies[i], config, reader);
    for (const std::string_view key : kMatchKeys) check_repeated(*tables[i], key, reader);
    check_region_globs(*tables[i], "policy", "match.region", config, reader);
  }
  check_shadowed(tables, config, reader);
}

void check_region_globs(const Node& table, std::string_view section, std::string_view path,
                        const Config& config, Reader& reader) {
  const Node* globs = table.find(path);
  if (globs == nullptr || !reader.is_good(globs)) return;
  reader.enter(std::string(section) + '.' + std::string(path));
  std::vector<std::string_view> names;
  for (const Region& region : config.regions) names.push_back(region.core.name);
  for (const Node& glob : globs->children) {
    const bool fits = std::any_of(names.begin(), names.end(), [&glob](std::string_view name) {
      return glob_match(glob.text, name);
    });
    if (fits) continue;
    const std::string_view guess = nearest(glob.text, names);
    const std::string hint = guess.empty() ? "" : "; did you mean " + std::string(guess) + '?';
    reader.warn(glob.place, shown(glob.text) + " fits no region" + hint);
  }
}

}  // namespace mactiond::config
