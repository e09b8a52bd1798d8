#include "core/cancel/policy.hpp"

#include <algorithm>
#include <utility>

#include "action/known_values.hpp"
#include "action/stamps.hpp"
#include "base/enum_values.hpp"
#include "base/text.hpp"

namespace mactiond::core {
namespace {

using Type = ActionType::Known;
using Status = ActionStatus::Known;

std::vector<Glob> compile_all(const std::vector<std::string>& patterns) {
  return {patterns.begin(), patterns.end()};
}

// "Live Response" and "Canceled" match like the values that the API means by them.
template <class Value>
std::vector<Glob> compile_values(const std::vector<std::string>& patterns) {
  std::vector<Glob> globs;
  for (const std::string& pattern : patterns) {
    globs.emplace_back(is_glob(pattern) ? std::string_view(pattern) : Value::parse(pattern).text());
  }
  return globs;
}

bool fits_any(const std::vector<Glob>& globs, std::string_view text) {
  if (globs.empty()) return true;
  return std::any_of(globs.begin(), globs.end(), [text](const Glob& glob) {
    return glob.fits_everything() || (!text.empty() && glob.matches(text));
  });
}

/// Also a text that is not known.
bool fits_all(const std::vector<Glob>& globs) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(),
                                      [](const Glob& glob) { return glob.fits_everything(); });
}

template <class Value>
std::bitset<16> fitting(const std::vector<Glob>& globs) {
  static_assert(kValuesOf<typename Value::Known>.size() <= 16);
  std::bitset<16> fits;
  for (const auto known : kValuesOf<typename Value::Known>) {
    fits[static_cast<std::size_t>(known)] = fits_any(globs, to_string(known));
  }
  return fits;
}

template <class Value>
bool fits_value(const std::bitset<16>& known, const std::vector<Glob>& globs, const Value& value) {
  const bool decided = value.known() != Value::Known::Unknown;
  return decided ? known[static_cast<std::size_t>(value.known())] : fits_any(globs, value.text());
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace

ActionFacts facts_of(const MachineAction& action) {
  return {action.type,           action.status,
          action.requestor,      action.requestor_comment,
          action.request_source, action.computer_dns_name,
          action.machine_id,     action.created,
          action.last_update,    {},
          std::nullopt};
}

Policies::Policies(std::vector<PolicyOptions> policies) : options_(std::move(policies)) {
  compiled_.reserve(options_.size());
  for (const PolicyOptions& policy : options_) compiled_.push_back(compile(policy.match));
}

Policies::Compiled Policies::compile(const PolicyMatch& match) {
  Compiled compiled;
  compiled.type = compile_values<ActionType>(match.type);
  compiled.status = compile_values<ActionStatus>(match.status);
  compiled.types = fitting<ActionType>(compiled.type);
  compiled.statuses = fitting<ActionStatus>(compiled.status);
  compiled.region = compile_all(match.region);
  compiled.requestor = compile_all(match.requestor);
  compiled.request_source = compile_all(match.request_source);
  compiled.computer = compile_all(match.computer);
  compiled.comment = compile_all(match.comment);
  compiled.machine_group = compile_all(match.machine_group);
  compiled.machine_tag = compile_all(match.machine_tag);
  return compiled;
}

bool Policies::fits(const Compiled& compiled, std::string_view region, const ActionFacts& facts) {
  return fits_value(compiled.types, compiled.type, facts.type) &&
         fits_value(compiled.statuses, compiled.status, facts.status) &&
         fits_any(compiled.region, region) &&
         fits_any(compiled.request_source, facts.request_source) &&
         fits_any(compiled.computer, facts.computer_dns_name) &&
         fits_any(compiled.requestor, facts.requestor) &&
         fits_any(compiled.comment, facts.requestor_comment);
}

std::optional<bool> Policies::fits_machine(const Compiled& compiled,
                                           const std::optional<MachineMarks>& machine) {
  if (fits_all(compiled.machine_group) && fits_all(compiled.machine_tag)) return true;
  if (!machine) return std::nullopt;
  if (!fits_any(compiled.machine_group, machine->group)) return false;
  const auto fits_tag = [&](const std::string& tag) { return fits_any(compiled.machine_tag, tag); };
  return fits_all(compiled.machine_tag) ||
         std::any_of(machine->tags.begin(), machine->tags.end(), fits_tag);
}

Governing Policies::governing(std::string_view region, const ActionFacts& facts) const {
  Governing found;
  for (std::size_t i = 0; i < compiled_.size() && found.policy == nullptr; ++i) {
    if (!fits(compiled_[i], region, facts)) continue;
    const auto machine = fits_machine(compiled_[i], facts.machine);
    if (!machine && found.rival == nullptr) found.rival = &options_[i];
    if (machine == true) found.policy = &options_[i];
  }
  return found;
}

std::optional<WallTime> age_from(const PolicyOptions& policy, const ActionFacts& facts) {
  const auto& stamp = policy.stale_since == StaleSince::Created ? facts.created : facts.last_update;
  if (stamp) return stamp;
  // It was recorded by a clock that nobody had set.
  if (facts.first_seen < kEarliestStamp) return std::nullopt;
  return facts.first_seen;
}

std::optional<WallTime> stale_at(const PolicyOptions& policy, const ActionFacts& facts) {
  if (policy.action == PolicyAction::Ignore || facts.status.is_final()) return std::nullopt;
  const auto since = age_from(policy, facts);
  // Adding to a stamp so far in the future would overflow: that time never comes.
  if (!since || *since > WallTime::max() - policy.stale_after) return std::nullopt;
  return *since + policy.stale_after;
}

bool is_named_only(const ActionType& type) {
  switch (type.known()) {
    case Type::Unknown:
    case Type::Unisolate:
    case Type::UnrestrictCodeExecution:
    case Type::Offboard:
      return true;
    default:
      return false;
  }
}

bool names_literally(const std::vector<std::string>& globs, const ActionType& type) {
  return std::any_of(globs.begin(), globs.end(), [&type](const std::string& glob) {
    return !is_glob(glob) && iequals(ActionType::parse(glob).text(), type.text());
  });
}

std::optional<std::string> never_cancelled(const PolicyOptions& policy, const ActionFacts& facts) {
  if (policy.action != PolicyAction::Cancel) {
    return "policy " + quoted(policy.name) + " does not cancel";
  }
  if (facts.status.is_final()) return "the action has ended: " + std::string(facts.status.text());
  if (facts.status.known() == Status::Unknown) {
    return "status " + quoted(facts.status.text()) + " is unknown to this version";
  }
  if (policy.match.type.empty()) return "policy " + quoted(policy.name) + " names no type";
  if (is_named_only(facts.type) && !names_literally(policy.match.type, facts.type)) {
    return "type " + quoted(facts.type.text()) + " is cancelled only by a policy that names it";
  }
  return std::nullopt;
}

std::size_t pattern_count(const PolicyMatch& match) {
  return match.region.size() + match.type.size() + match.status.size() + match.requestor.size() +
         match.request_source.size() + match.computer.size() + match.comment.size() +
         match.machine_group.size() + match.machine_tag.size();
}

}  // namespace mactiond::core
