#include "admin/submission_request.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "action/machine.hpp"
#include "action/machine_action.hpp"
#include "action/submission_comment.hpp"
#include "admin/action_members.hpp"
#include "admin/body.hpp"
#include "base/duration_text.hpp"
#include "base/enum_values.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "core/submit/submission_id.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using Words = std::vector<std::string_view>;

constexpr Duration kWaitMin = 1s;
constexpr Duration kWaitMax = 24h * 7;

Words members() {
  return {"region", "machine",  "alert",        "type",       "comment",     "scope",
          "sha1",   "commands", "requested_by", "on_blocker", "wait_blocker"};
}

/// What the body says in texts of its own.
struct Texts {
  std::optional<std::string> region;
  std::optional<std::string> machine;
  std::optional<std::string> alert;
  std::optional<std::string> comment;
  std::optional<std::string> requested_by;
  std::optional<std::string> on_blocker;
  std::optional<std::string> wait_blocker;
};

Mistake read_texts(const json::object& body, Texts& texts) {
  const std::pair<std::string_view, std::optional<std::string>*> all[] = {
      {"region", &texts.region},
      {"machine", &texts.machine},
      {"alert", &texts.alert},
      {"comment", &texts.comment},
      {"requested_by", &texts.requested_by},
      {"on_blocker", &texts.on_blocker},
      {"wait_blocker", &texts.wait_blocker}};
  for (const auto& [key, text] : all) {
    if (auto mistake = read_text(body, key, *text)) return mistake;
  }
  return std::nullopt;
}

Mistake take_machine(const Texts& texts, SubmissionRequest& request) {
  if (texts.machine && texts.alert) return "machine and alert are both given: give one of them";
  if (!texts.machine && !texts.alert) {
    return "machine is missing: give the machine's id or name, or an alert";
  }
  if (texts.alert) {
    if (!is_alert_id(*texts.alert))
      return "alert must be the id of an alert, not " + quoted(*texts.alert);
    request.alert = *texts.alert;
    return std::nullopt;
  }
  if (!is_machine_name(*texts.machine)) {
    return "machine is neither an id (40 hex digits) nor a DNS name: " + quoted(*texts.machine);
  }
  request.machine = is_machine_id(*texts.machine) ? to_lower(*texts.machine) : *texts.machine;
  return std::nullopt;
}

Mistake take_comment(const Texts& texts, core::SubmissionOrder& order) {
  if (!texts.comment) return "comment is missing: say why";
  // All ids have one length, and the tag counts.
  if (auto mistake = mistake_in_comment(*texts.comment, core::make_submission_id(0, 0))) {
    return mistake;
  }
  order.comment = *texts.comment;
  return std::nullopt;
}

Mistake take_note(const Texts& texts, core::SubmissionOrder& order) {
  if (!texts.requested_by) return std::nullopt;
  if (texts.requested_by->size() > kNoteMax || has_controls(*texts.requested_by)) {
    return "requested_by is one line of at most " + std::to_string(kNoteMax) + " bytes";
  }
  order.by.note = *texts.requested_by;
  return std::nullopt;
}

Mistake take_blocker(const Texts& texts, core::SubmissionOrder& order) {
  if (texts.on_blocker) {
    const auto choice = value_named<core::OnBlocker>(*texts.on_blocker);
    if (!choice) return not_among("on_blocker", *texts.on_blocker, {"refuse", "wait", "cancel"});
    order.on_blocker = *choice;
  }
  if (!texts.wait_blocker) return std::nullopt;
  if (order.on_blocker == core::OnBlocker::Refuse) {
    return "wait_blocker has no effect: give on_blocker wait or cancel with it";
  }
  const auto wait = parse_duration(*texts.wait_blocker);
  if (!wait || *wait < kWaitMin || *wait > kWaitMax) {
    return "wait_blocker is a duration like 30m or 2h, from " + duration_text(kWaitMin) + " to " +
           duration_text(kWaitMax) + ", not " + quoted(*texts.wait_blocker);
  }
  order.wait_blocker = *wait;
  return std::nullopt;
}

Mistake read_all(const json::object& body, SubmissionRequest& request) {
  if (auto mistake = unknown_member(body, "", members())) return mistake;
  Texts texts;
  if (auto mistake = read_texts(body, texts)) return mistake;
  if (texts.region && texts.region->empty()) return "region is empty: name one, or leave it out";
  request.region = texts.region.value_or("");
  if (auto mistake = take_machine(texts, request)) return mistake;
  if (auto mistake = read_action(body, request.order.request)) return mistake;
  if (auto mistake = take_comment(texts, request.order)) return mistake;
  if (auto mistake = take_note(texts, request.order)) return mistake;
  return take_blocker(texts, request.order);
}

/// The words of a meaning, with a separator that none of them can hold.
class Meaning {
 public:
  void add(std::string_view word) { text_.append(word).append(1, kSeparator); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  static constexpr char kSeparator = '\n';
  std::string text_;
};

struct AddOwnMembers {
  Meaning& meaning;
  void operator()(const Isolate& kind) const { meaning.add(to_string(kind.scope)); }
  void operator()(const RunScan& kind) const { meaning.add(to_string(kind.scope)); }
  void operator()(const QuarantineFile& kind) const { meaning.add(to_lower(kind.sha1)); }
  void operator()(const LiveResponse& kind) const {
    for (const auto& command : kind.commands) {
      meaning.add(to_string(command.kind));
      meaning.add(command.name);
      meaning.add(command.arguments);
    }
  }
  template <class Other>
  void operator()(const Other& /*kind*/) const {}
};

}  // namespace

std::uint64_t meaning_of(const SubmissionRequest& request) {
  const core::SubmissionOrder& order = request.order;
  Meaning meaning;
  for (const std::string& word :
       {request.region, request.machine, request.alert, order.comment, order.by.note}) {
    meaning.add(word);
  }
  meaning.add(to_string(order.on_blocker));
  meaning.add(duration_text(order.wait_blocker));
  meaning.add(type_of(order.request).text());
  std::visit(AddOwnMembers{meaning}, order.request);
  return fingerprint(meaning.text());
}

std::variant<SubmissionRequest, std::string> read_submission(const json::object& body) {
  SubmissionRequest request;
  if (auto mistake = read_all(body, request)) return *std::move(mistake);
  return request;
}

}  // namespace mactiond::admin
