#include <chrono>
#include <cstddef>
#include <optional>

#include "action/known_values.hpp"
#include "config/option_tables.hpp"
#include "config/value_types.hpp"
#include "core/cancel/policy.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;

/// Zero is "not set".
struct StaleAfter {
  DurationRange range{1ms, 24h * 365};
  bool read(const Node& node, Duration& value, Reader& reader) const {
    return range.read(node, value, reader);
  }
  [[nodiscard]] std::string print(Duration value) const {
    return value == Duration{} ? std::string() : range.print(value);
  }
};

struct Limit {
  IntegerRange range{0, 100'000};
  bool read(const Node& node, std::optional<int>& value, Reader& reader) const {
    int number = 0;
    if (!range.read(node, number, reader)) return false;
    value = number;
    return true;
  }
  [[nodiscard]] std::string print(const std::optional<int>& value) const {
    return value ? range.print(*value) : std::string();
  }
};

struct Comment {
  bool read(const Node& node, std::string& value, Reader& reader) const {
    if (!is_text(node, "text in quotes", reader)) return false;
    if (node.text.size() > core::kCommentMax) {
      return reader.fail(node, "must have at most " + std::to_string(core::kCommentMax) + " bytes");
    }
    if (const auto mistake = core::comment_mistake(node.text)) return reader.fail(node, *mistake);
    value = node.text;
    return true;
  }
  [[nodiscard]] std::string print(const std::string& value) const { return toml_text(value); }
};

// A policy looks at open actions only.
std::vector<std::string_view> open_statuses() { return {"Pending", "InProgress"}; }

void add_match(std::vector<Option<core::PolicyOptions>>& options) {
  add(
      options, "match.region", kOptional, Globs{}, [](auto& p) -> auto& { return p.match.region; },
      "region names; empty: any");
  add(
      options, "match.type", kOptional, Globs{known_action_types(), false},
      [](auto& p) -> auto& { return p.match.type; },
      "action types; empty: any, which a policy that cancels must not say");
  add(
      options, "match.status", kOptional, Globs{open_statuses(), false},
      [](auto& p) -> auto& { return p.match.status; }, "Pending, InProgress; empty: any");
  add(
      options, "match.requestor", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.requestor; },
      "who started it: a user's name, an application's id or name; empty: any");
  add(
      options, "match.request_source", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.request_source; },
      "from where, such as PublicApi or Portal; empty: any");
  add(
      options, "match.computer", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.computer; }, "DNS names of computers; empty: any");
  add(
      options, "match.comment", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.comment; }, "comments of requestors; empty: any");
  add(
      options, "match.machine_group", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.machine_group; },
      "device groups of machines; empty: any; needs [enrich]");
  add(
      options, "match.machine_tag", kOptional, Globs{},
      [](auto& p) -> auto& { return p.match.machine_tag; },
      "tags of machines, one of which has to fit; empty: any; needs [enrich]");
}

std::vector<Option<core::PolicyOptions>> make_policy_options() {
  std::vector<Option<core::PolicyOptions>> options;
  add(
      options, "name", kRequired, Name{}, [](auto& p) -> auto& { return p.name; },
      "names the policy in events, metrics and comments");
  add(
      options, "action", kRequired, choice_of<core::PolicyAction>(),
      [](auto& p) -> auto& { return p.action; },
      "what is done with a stale action: cancel, notify or ignore");
  add(
      options, "dry_run", kOptional, Boolean{}, [](auto& p) -> auto& { return p.dry_run; },
      "true: decide and report, never send a cancel");
  add(
      options, "stale_after", kOptional, StaleAfter{},
      [](auto& p) -> auto& { return p.stale_after; },
      "age by the server's clock at which an open action is stale; cancel and notify need it");
  add(
      options, "stale_since", kOptional, choice_of<core::StaleSince>(),
      [](auto& p) -> auto& { return p.stale_since; },
      "count the age from the creation or from the last update");
  add(
      options, "max_per_hour", kOptional, Limit{}, [](auto& p) -> auto& { return p.max_per_hour; },
      "cancels of this policy in any trailing hour; not set: only [cancel] limits it");
  add(
      options, "comment", kOptional, Comment{}, [](auto& p) -> auto& { return p.comment; },
      "sent with the cancel; {policy} {status} {age} {type} {computer} {action_id} are filled in");
  add_match(options);
  return options;
}

}  // namespace

const std::vector<Option<core::CancelOptions>>& cancel_options() {
  static const auto kOptions = [] {
    std::vector<Option<core::CancelOptions>> options;
    add(
        options, "max_per_hour", kOptional, IntegerRange{0, 100'000},
        [](auto& c) -> auto& { return c.max_per_hour; },
        "cancels of all policies in any trailing hour; 0: nothing is ever cancelled");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<core::PolicyOptions>>& policy_options() {
  static const auto kOptions = make_policy_options();
  return kOptions;
}

}  // namespace mactiond::config
