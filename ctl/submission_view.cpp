#include "submission_view.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

#include "base/printable.hpp"
#include "json/object.hpp"
#include "submission_words.hpp"
#include "view_parts.hpp"

namespace mactiond::ctl {
namespace {

namespace json = boost::json;

std::string age_text(const json::object& submission, WallTime now) {
  const auto age = age_of(submission, now);
  return age ? format_age(to_seconds(*age)) : std::string();
}

std::string state_text(const json::object& submission) {
  const std::string position = cell(submission, "position");
  const std::string state = cell(submission, "state");
  return position.empty() ? state : state + " (" + position + ')';
}

std::string machine_text(const json::object& machine, const char* name, const char* id) {
  const std::string computer = cell(machine, name);
  return computer.empty() ? cell(machine, id) : computer;
}

// A header in seconds; dates are not what the daemon sends.
std::optional<std::int64_t> seconds_in(const std::string& text) {
  std::int64_t seconds = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seconds);
  if (error != std::errc{} || end != last || seconds < 0) return std::nullopt;
  return seconds;
}

}  // namespace

std::string format_submissions(const json::object& answer, WallTime now, const Style& style) {
  Rows rows = {{"SUBMISSION", "STATE", "AGE", "REGION", "TYPE", "COMPUTER", "BY", "REASON"}};
  each(answer, "submissions", [&](const json::object& item) {
    rows.push_back({cell(item, "id"), state_text(item), age_text(item, now), cell(item, "region"),
                    cell(item, "type"), machine_text(item, "computer", "machine"),
                    cell(item, "requested_by"), explain_state(item)});
  });
  return rows.size() == 1 ? "no submissions\n" : format_table(rows, style, 1);
}

std::string format_submission(const json::object& submission, const Style& style) {
  Rows facts;
  add_fact(facts, "submission", cell(submission, "id"));
  add_fact(facts, "state", cell(submission, "state"));
  add_fact(facts, "position", cell(submission, "position"));
  add_fact(facts, "why", explain_state(submission));
  add_fact(facts, "region", cell(submission, "region"));
  add_fact(facts, "type", cell(submission, "type"));
  add_fact(facts, "computer", cell(submission, "computer"));
  add_fact(facts, "machine", cell(submission, "machine"));
  add_fact(facts, "comment", cell(submission, "comment"));
  add_fact(facts, "requested by", cell(submission, "requested_by"));
  add_fact(facts, "note", cell(submission, "requested_by_note"));
  add_fact(facts, "action", cell(submission, "action_id"));
  add_fact(facts, "asked", moment(cell(submission, "asked")));
  add_fact(facts, "posted", moment(cell(submission, "posted")));
  add_fact(facts, "submitted", moment(cell(submission, "submitted")));
  add_fact(facts, "ended", moment(cell(submission, "ended")));
  add_fact(facts, "posts", cell(submission, "posts"));
  return format_table(facts, {style.width, false});
}

std::string format_accepted(const json::object& answer, bool is_new) {
  const std::string before = is_new ? " is " : " was asked for before with this key and is ";
  return printable(cell(answer, "id") + before + cell(answer, "state"));
}

std::string format_alert(const json::object& answer, const Style& style) {
  Rows facts;
  add_fact(facts, "alert", cell(answer, "alert"));
  add_fact(facts, "region", cell(answer, "region"));
  add_fact(facts, "computer", cell(answer, "computer"));
  add_fact(facts, "machine", cell(answer, "machine_id"));
  return format_table(facts, {style.width, false});
}

std::string format_candidates(const json::object& problem, const Style& style) {
  Rows rows = {{"MACHINE", "REGION", "COMPUTER", "LAST SEEN", "HEALTH", "ONBOARDING", "GROUP",
                "MERGED INTO"}};
  each(problem, "candidates", [&](const json::object& machine) {
    rows.push_back({cell(machine, "id"), cell(machine, "region"), cell(machine, "computer"),
                    moment(cell(machine, "last_seen")), cell(machine, "health"),
                    cell(machine, "onboarding"), cell(machine, "group"),
                    cell(machine, "merged_into")});
  });
  if (rows.size() == 1) return {};
  std::string text = format_table(rows, {style.width, false}, 1);
  text.pop_back();
  return text;
}

std::string format_refusal(int status, const std::string& body, const std::string& retry_after,
                           const Style& style) {
  std::string text = format_problem(status, body);
  const std::string candidates = format_candidates(object_or_empty(body), style);
  if (!candidates.empty()) text += '\n' + candidates;
  if (const auto seconds = seconds_in(retry_after)) {
    text += "\ntry again in " + format_age(*seconds);
  }
  return text;
}

}  // namespace mactiond::ctl
