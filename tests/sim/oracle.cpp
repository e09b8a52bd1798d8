#include "sim/oracle.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/iso_time.hpp"

namespace mactiond::sim {
namespace {

constexpr std::size_t kReportedMax = 20;

using Violations = std::vector<std::string>;

void complain(Violations& violations, std::string text) {
  if (violations.size() < kReportedMax) violations.push_back(std::move(text));
}

/// The `to` of a transition event, from its fields.
std::string recorded_status(const core::EventRecord& event) {
  static constexpr std::string_view kKey = "\"to\":\"";
  const auto begin = event.fields.find(kKey);
  if (begin == std::string::npos) return {};
  const auto start = begin + kKey.size();
  return event.fields.substr(start, event.fields.find('"', start) - start);
}

struct Recorded {
  std::string to;
  WallTime time{};
  WallTime committed{};
  bool has_lag = true;
};
using RecordedByAction = std::map<std::string, std::vector<Recorded>>;

RecordedByAction collect(const World& world, const std::string& region) {
  RecordedByAction recorded;
  for (const auto& [event, committed] : world.events()) {
    if (event.region != region || event.type != core::EventType::ActionTransition) continue;
    const bool has_lag = event.fields.find("\"lag_ms\":null") == std::string::npos;
    recorded[event.action.value].push_back(
        {recorded_status(event), event.time, committed, has_lag});
  }
  return recorded;
}

void check_numbers(const World& world, Violations& violations) {
  std::uint64_t expected = 1;
  std::set<std::string> ids;
  for (const auto& [event, committed] : world.events()) {
    if (event.seq != expected) complain(violations, "seq gap at " + std::to_string(event.seq));
    expected = event.seq + 1;
    if (!ids.insert(event.id).second) complain(violations, "event id recorded twice: " + event.id);
  }
}

bool is_of(const Recorded& event, const Transition& change, const OracleOptions& options) {
  if (event.to != change.to) return false;
  return event.time == change.time || (options.stamps_looked_impossible && !event.has_lag);
}

/// recorded must be a subsequence of the truth, and hold every status that stayed long enough.
void check_action(const std::vector<Transition>& truth, const std::vector<Recorded>& recorded,
                  WallTime now, const OracleOptions& options, Violations& violations) {
  const std::string& id = truth.front().id.value;
  std::size_t next = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (next < recorded.size() && is_of(recorded[next], truth[i], options)) {
      ++next;
      continue;
    }
    const bool last = i + 1 == truth.size();
    const WallTime until = last ? now : truth[i + 1].time;
    const bool visible_long = until - truth[i].time > options.visible_longer_than;
    if (visible_long && (!last || options.settled)) {
      complain(violations, id + ": " + truth[i].to + " at " + format_iso_time(truth[i].time) +
                               " was never recorded");
    }
  }
  if (next < recorded.size()) {
    complain(violations, id + ": recorded what did not happen, or out of order: " +
                             recorded[next].to + " at " + format_iso_time(recorded[next].time));
  }
}

void check_region(World& world, const std::string& region, const OracleOptions& options,
                  Violations& violations) {
  ApiModel& api = world.api(region);
  RecordedByAction recorded = collect(world, region);
  std::map<std::string, std::vector<Transition>> truth;
  for (const Transition& change : api.model().truth()) truth[change.id.value].push_back(change);
  for (const auto& [id, changes] : truth) {
    check_action(changes, recorded[id], world.server_now(), options, violations);
    recorded.erase(id);
  }
  for (const auto& [id, rest] : recorded) {
    if (!rest.empty()) complain(violations, id + ": recorded, but there is no such action");
  }
  if (api.ledger().windows_over() > 0) {
    complain(violations, region + ": " + std::to_string(api.ledger().windows_over()) +
                             " windows over the quota");
  }
}

/// Whether it goes to the other receivers only.
bool is_about(const core::EventRecord& event, const ReceiverModel& receiver) {
  if (!core::to_string(event.type).starts_with("webhook.")) return false;
  return event.fields.find("\"webhook\":\"" + receiver.name() + '"') != std::string::npos;
}

/// Whether the receiver did not ask for what happened before its region was first called.
bool is_unasked(const World& world, const core::EventRecord& event, const ReceiverModel& receiver) {
  if (event.fields.find("\"backlog\":true") == std::string::npos) return false;
  const auto& webhooks = world.options().engine.webhooks;
  return std::any_of(webhooks.begin(), webhooks.end(), [&](const core::WebhookOptions& webhook) {
    return webhook.name == receiver.name() && !webhook.filter.backlog;
  });
}

/// No backlog but of a region that is new, and one baseline of each.
void check_backlog(const World& world, Violations& violations) {
  // The moment of the first call is known to a second or two.
  const WallTime began = world.server_now() - world.elapsed() + std::chrono::seconds(5);
  std::set<std::string> known;
  for (const auto& [event, committed] : world.events()) {
    const bool backlog = event.fields.find("\"backlog\":true") != std::string::npos;
    if (backlog && known.contains(event.region)) {
      complain(violations, "a backlog after the baseline in " + std::to_string(event.seq));
    }
    if (backlog && event.time > began) {
      complain(violations, "a backlog that is none in " + std::to_string(event.seq));
    }
    if (event.type != core::EventType::RegionBaseline) continue;
    if (!known.insert(event.region).second) {
      complain(violations, event.region + ": a second baseline in " + std::to_string(event.seq));
    }
  }
}

void check_receiver(const World& world, const ReceiverModel& receiver, const OracleOptions& options,
                    Violations& violations) {
  for (const std::string& violation : receiver.violations()) complain(violations, violation);
  if (!options.drained) return;
  for (const auto& [event, committed] : world.events()) {
    const auto found = receiver.received().find(event.seq);
    if (is_about(event, receiver) || is_unasked(world, event, receiver)) {
      if (found != receiver.received().end()) {
        complain(violations,
                 receiver.name() + ": got what is not for it: " + std::to_string(event.seq));
      }
    } else if (found == receiver.received().end()) {
      if (receiver.refused_for_good(event.seq)) continue;
      complain(violations, receiver.name() + ": never got " + std::to_string(event.seq));
    } else if (found->second.id != event.id) {
      complain(violations, receiver.name() + ": wrong id for " + std::to_string(event.seq));
    }
  }
}

/// The trouble of a receiver begins and ends in turn, over restarts too.
void check_trouble(const World& world, const ReceiverModel& receiver, const OracleOptions& options,
                   Violations& violations) {
  bool failing = false;
  for (const auto& [event, committed] : world.events()) {
    const bool begins = event.type == core::EventType::WebhookFailing;
    const bool ends = event.type == core::EventType::WebhookRecovered;
    if ((!begins && !ends) || !is_about(event, receiver)) continue;
    if (failing == begins) {
      complain(violations, receiver.name() + ": out of turn: " + std::to_string(event.seq));
    }
    failing = begins;
  }
  // An event that is refused for good may have been the last one.
  if (options.drained && failing && receiver.takes_all()) {
    complain(violations, receiver.name() + ": never recovers");
  }
}

}  // namespace

std::vector<std::string> judge(World& world, const OracleOptions& options) {
  Violations violations = world.violations();
  check_numbers(world, violations);
  check_backlog(world, violations);
  for (auto& [region, api] : world.apis()) {
    api->model().advance(world.server_now());
    check_region(world, region, options, violations);
  }
  for (const auto& [name, receiver] : world.receivers()) {
    check_receiver(world, receiver, options, violations);
    check_trouble(world, receiver, options, violations);
  }
  return violations;
}

std::vector<std::string> late_after_outages(
    World& world, const std::string& receiver,
    const std::vector<std::pair<WallTime, WallTime>>& outages) {
  constexpr Duration kSoon = std::chrono::minutes(2);
  const ReceiverModel& model = world.receiver(receiver);
  std::set<std::string> held_up;
  for (const auto& [event, committed] : world.events()) {
    if (model.is_poison(event.seq)) held_up.insert(event.action.value);
  }
  Violations violations;
  for (const auto& [from, until] : outages) {
    std::optional<WallTime> back;
    for (const auto& [seq, entry] : model.received()) {
      if (entry.first >= until) back = std::min(back.value_or(entry.first), entry.first);
    }
    if (!back) continue;
    const bool again = std::any_of(outages.begin(), outages.end(), [&](const auto& other) {
      return other.first < *back + kSoon && other.second > from && other.first != from;
    });
    if (again) continue;
    for (const auto& [event, committed] : world.events()) {
      const auto found = model.received().find(event.seq);
      if (found == model.received().end() || held_up.contains(event.action.value)) continue;
      if (committed < from || committed > until) continue;
      if (found->second.first > *back + kSoon) {
        complain(violations, receiver + ": late after an outage: " + std::to_string(event.seq));
      }
    }
  }
  return violations;
}

std::vector<Duration> detection_lags(const World& world, Duration since_start) {
  const WallTime began = world.server_now() - world.elapsed() + since_start;
  std::vector<Duration> lags;
  for (const auto& [event, committed] : world.events()) {
    if (event.type != core::EventType::ActionTransition || event.time <= began) continue;
    lags.push_back(committed - event.time);
  }
  std::sort(lags.begin(), lags.end());
  return lags;
}

}  // namespace mactiond::sim
