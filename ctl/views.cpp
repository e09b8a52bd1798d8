#include "views.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "action/stamps.hpp"
#include "base/iso_time.hpp"
#include "base/printable.hpp"
#include "json/object.hpp"
#include "view_parts.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

std::string age_of(const json::object& action, WallTime now) {
  const auto created = parse_iso_time(cell(action, "creationDateTimeUtc"));
  // A creation that cannot be true says nothing of an age.
  if (!created || !is_possible(*created, now)) return {};
  return format_age(to_seconds(now - *created));
}

}  // namespace

std::string format_actions(const json::object& answer, WallTime now, const Style& style) {
  Rows rows = {{"ACTION", "REGION", "TYPE", "STATUS", "AGE", "COMPUTER", "REQUESTOR"}};
  each(answer, "actions", [&](const json::object& item) {
    const json::object& action = object_in(item, "action");
    const bool vanished = cell(item, "state") == "vanished";
    rows.push_back({cell(action, "id"), cell(item, "region"), cell(action, "type"),
                    vanished ? "vanished" : cell(action, "status"), age_of(action, now),
                    cell(action, "computerDnsName"), cell(action, "requestor")});
  });
  return rows.size() == 1 ? "no actions\n" : format_table(rows, style);
}

std::string format_action(const json::object& answer, const Style& style) {
  const json::object& action = object_in(answer, "action");
  Rows facts;
  add_fact(facts, "action", cell(action, "id"));
  add_fact(facts, "region", cell(answer, "region"));
  add_fact(facts, "type", cell(action, "type"));
  add_fact(facts, "status", cell(action, "status"));
  add_fact(facts, "state", cell(answer, "state"));
  add_fact(facts, "computer", cell(action, "computerDnsName"));
  add_fact(facts, "machine", cell(action, "machineId"));
  add_fact(facts, "requestor", cell(action, "requestor"));
  add_fact(facts, "comment", cell(action, "requestorComment"));
  add_fact(facts, "created", moment(cell(action, "creationDateTimeUtc")));
  add_fact(facts, "updated", moment(cell(action, "lastUpdateDateTimeUtc")));
  std::string text = format_table(facts, {style.width, false});
  Rows decisions = {{"CANCEL", "BY", "DECIDED", "STATE", "POSTS", "OUTCOME"}};
  each(answer, "decisions", [&](const json::object& decision) {
    const std::string policy = cell(decision, "policy");
    decisions.push_back({cell(decision, "id"), policy.empty() ? cell(decision, "operator") : policy,
                         moment(cell(decision, "decided")), cell(decision, "state"),
                         cell(decision, "posts"), cell(decision, "outcome")});
  });
  if (decisions.size() > 1) text += '\n' + format_table(decisions, style);
  text += '\n';
  each(answer, "events", [&](const json::object& event) { text += format_event(event); });
  return text;
}

std::string format_event(const json::object& event) {
  const json::object& action = object_in(event, "action");
  std::vector<std::string> words = {cell(event, "seq"), moment(cell(event, "time")),
                                    cell(event, "type")};
  for (const char* key : {"region", "webhook", "policy"}) {
    if (auto word = cell(event, key); !word.empty()) words.push_back(std::move(word));
  }
  for (const char* key : {"id", "type", "computerDnsName"}) {
    if (auto word = cell(action, key); !word.empty()) words.push_back(std::move(word));
  }
  if (const auto to = cell(event, "to"); !to.empty()) {
    const auto from = cell(event, "from");
    words.push_back((from.empty() ? "new" : from) + " -> " + to);
  }
  for (const char* key : {"status", "limit", "reason"}) {
    if (auto word = cell(event, key); !word.empty()) words.push_back(std::move(word));
  }
  return format_table({words});
}

std::string format_cancel(const json::object& answer) {
  const std::string id = printable(cell(answer, "action_id"));
  return "the cancel of " + id + " is decided and in progress; see \"mactionctl show " + id +
         "\"\n";
}

std::string format_retry(const json::object& answer) {
  const std::int64_t seconds = number_in(answer, "next_try_s").value_or(0);
  const std::string poll =
      seconds > 0 ? "the next call is allowed in " + format_age(seconds) : "it is polled now";
  return printable(cell(answer, "region")) + ": a new token is fetched, " + poll + '\n';
}

std::string format_plans(const json::object& answer, const Style& style) {
  std::string text = "cancelling " + printable(cell(answer, "cancelling")) + '\n';
  Rows rows = {{"ACTION", "REGION", "POLICY", "VERDICT", "STALE AT", "WHY"}};
  std::int64_t more = 0;
  each(answer, "regions", [&](const json::object& region) {
    each(region, "actions", [&](const json::object& plan) {
      rows.push_back({cell(plan, "action_id"), cell(region, "name"), cell(plan, "policy"),
                      cell(plan, "verdict"), moment(cell(plan, "stale_at")), cell(plan, "reason")});
    });
    more += number_in(region, "more").value_or(0);
  });
  if (rows.size() == 1) return text + "no open actions\n";
  text += format_table(rows, style);
  if (more > 0) text += "and " + std::to_string(more) + " more that turn stale later or never\n";
  return text;
}

std::string format_webhooks(const json::object& answer, const Style& style) {
  Rows rows = {{"WEBHOOK", "STATE", "QUEUED", "DEAD", "REASON"}};
  each(answer, "webhooks", [&](const json::object& webhook) {
    rows.push_back({cell(webhook, "name"), webhook_state(webhook), cell(webhook, "queued"),
                    cell(webhook, "dead"), cell(webhook, "reason")});
  });
  return rows.size() == 1 ? "no webhooks\n" : format_table(rows, style);
}

std::string format_webhook_test(const json::object& answer) {
  const std::string status = cell(answer, "status");
  const std::string reason = cell(answer, "reason");
  std::string text = cell(answer, "webhook");
  text += reason.empty() ? " took the test event" : " did not take the test event";
  if (!reason.empty()) {
    text += ": " + reason;
  } else if (!status.empty()) {
    text += ": " + status;
  }
  return printable(text + " (" + cell(answer, "took_ms") + " ms)");
}

std::string format_dead_letters(const json::object& answer, const Style& style) {
  Rows rows = {{"WEBHOOK", "SEQ", "TYPE", "ACTION", "DIED", "ATTEMPTS", "REASON"}};
  each(answer, "dead_letters", [&](const json::object& letter) {
    rows.push_back({cell(letter, "webhook"), cell(letter, "seq"), cell(letter, "type"),
                    cell(letter, "action_id"), moment(cell(letter, "died")),
                    cell(letter, "attempts"), cell(letter, "reason")});
  });
  return rows.size() == 1 ? "no dead letters\n" : format_table(rows, style);
}

}  // namespace mactiond::ctl
