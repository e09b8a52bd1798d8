#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "action/machine.hpp"
#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/machine_lookup.hpp"
#include "admin/names.hpp"
#include "admin/submission_answer.hpp"
#include "admin/submission_request.hpp"
#include "base/duration_text.hpp"
#include "base/enum_values.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::string_view kKeyHeader = "Idempotency-Key";
constexpr std::size_t kKeyMax = 128;
constexpr Duration kWaitMax = 60s;

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kKeyMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::optional<http::Response> read_key(const http::Request& request, std::string& key) {
  const auto count =
      std::count_if(request.headers.begin(), request.headers.end(),
                    [](const http::Header& header) { return iequals(header.name, kKeyHeader); });
  if (count == 0) return std::nullopt;
  key = *http::find_header(request.headers, kKeyHeader);
  if (count == 1 && is_key(key)) return std::nullopt;
  return bad_request("Idempotency-Key is one text of 1 to " + std::to_string(kKeyMax) +
                     " printable ASCII characters without blanks");
}

http::Response submit(Backend& backend, core::SubmissionOrder order) {
  return answer_order(backend, backend.operate(core::AskSubmission{std::move(order)}));
}

/// Submits once the machine is found, unless the client has left: without the answer it would ask
/// again, and two submissions would be made.
http::Answer submit_later(Backend& backend, SubmissionRequest request) {
  const auto left = std::make_shared<bool>(false);
  http::Later later;
  later.left = [left] { *left = true; };
  later.begin = [&backend, left, request = std::move(request)](auto done) {
    const WantedMachine wanted{request.machine, request.alert};
    find_machine(backend, request.order.region, wanted,
                 [&backend, left, done, order = request.order](MachineFound found) mutable {
                   if (*left) return;
                   if (auto* refusal = std::get_if<http::Response>(&found)) {
                     return done(std::move(*refusal));
                   }
                   order.machine = to_lower(std::get<FoundMachine>(found).machine.id);
                   done(submit(backend, std::move(order)));
                 });
  };
  return later;
}

http::Response no_such_submission(const std::string& id) {
  return not_found("no submission \"" + id + "\" is known here; ended ones are forgotten after a " +
                   "time, see retention in the configuration");
}

http::Response show(Backend& backend, const core::Submission& submission) {
  return text_answer(200, "application/json", submission_json(backend, submission) + '\n');
}

/// Looks at the store until the state has changed.
http::Poll await_change(Backend& backend, const core::Submission& submission, Duration patience) {
  http::Poll poll;
  poll.patience = patience;
  poll.look = [&backend, id = submission.id,
               before = submission.state](bool last) -> std::optional<http::Response> {
    const auto found = backend.find_submission(id);
    if (!found) return store_failed(found.error());
    if (!*found) return no_such_submission(id);
    if (!last && (*found)->state == before) return std::nullopt;
    return show(backend, **found);
  };
  return poll;
}

std::optional<http::Response> read_filter(const Call& call, core::SubmissionFilter& filter) {
  const Target& target = call.target;
  const std::string open = target.parameter("open").value_or("false");
  if (open != "true" && open != "false") return bad_request("open is true or false");
  filter.open_only = open == "true";
  WordList states{"state", "known", {}};
  for (const auto state : kValuesOf<core::SubmissionState>) {
    states.known.emplace_back(to_string(state));
  }
  std::vector<std::string> named;
  if (auto refusal = read_list(call, states, named)) return refusal;
  for (const auto& name : named) {
    filter.states.push_back(*value_named<core::SubmissionState>(name));
  }
  const WordList regions{"region", "configured", region_names(call.backend.status()),
                         core::ActionField::Region};
  if (auto refusal = read_list(call, regions, filter.regions)) return refusal;
  const auto limit = parse_limit(target);
  if (!limit) return bad_limit();
  filter.limit = *limit;
  if (const auto text = target.parameter("before")) {
    const auto before = parse_number(*text);
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (!before || *before > kMost) {
      return bad_request("before is not one of ours: take \"next\" of an answer as it is");
    }
    filter.before = static_cast<std::int64_t>(*before);
  }
  return std::nullopt;
}

}  // namespace

http::Answer post_submission(const Call& call) {
  const auto body = parse_json(call.request, kSubmissionBodyMax);
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  std::string key;
  if (auto refusal = read_key(call.request, key)) return *std::move(refusal);
  auto read = read_submission(std::get<json::object>(body));
  if (const auto* mistake = std::get_if<std::string>(&read)) return problem(422, *mistake);
  auto& request = std::get<SubmissionRequest>(read);
  Backend& backend = call.backend;
  core::SubmissionOrder& order = request.order;
  order.key = std::move(key);
  order.body_hash = meaning_of(request);
  // A known key is answered also where the region could no longer be left out.
  const auto by_key = backend.foresee(order);
  if (by_key && !std::holds_alternative<core::NotFound>(*by_key)) {
    return answer_order(backend, *by_key);
  }
  auto region = region_of(backend, request.region, {request.machine, request.alert});
  if (const auto* refusal = std::get_if<http::Response>(&region)) return *refusal;
  if (const auto* mistake = std::get_if<RegionMistake>(&region)) {
    return problem(422, mistake->sentence);
  }
  order.region = std::get<std::string>(std::move(region));
  order.by.name = peer_text(call.request.peer);
  if (is_machine_id(request.machine)) {
    order.machine = request.machine;
    return submit(backend, std::move(order));
  }
  if (const auto known = backend.foresee(order)) return answer_order(backend, *known);
  return submit_later(backend, std::move(request));
}

http::Answer get_submission(const Call& call) {
  const std::string& id = call.target.path[2];
  Duration wait{};
  if (const auto text = call.target.parameter("wait")) {
    const auto parsed = parse_duration(*text);
    if (!parsed || *parsed > kWaitMax) {
      return bad_request("wait is a duration like 30s, at most " + duration_text(kWaitMax));
    }
    wait = *parsed;
  }
  const auto found = call.backend.find_submission(id);
  if (!found) return store_failed(found.error());
  if (!*found) return no_such_submission(id);
  const core::Submission& submission = **found;
  const bool waits = wait > Duration{} && !is_final(submission.state);
  if (waits) return await_change(call.backend, submission, wait);
  return show(call.backend, submission);
}

http::Answer get_submissions(const Call& call) {
  core::SubmissionFilter filter;
  if (auto refusal = read_filter(call, filter)) return *std::move(refusal);
  const auto page = call.backend.find_submissions(filter);
  if (!page) return store_failed(page.error());
  JsonMembers members;
  members.add_raw("submissions",
                  json_list(page->submissions, [&call](const core::Submission& submission) {
                    return submission_json(call.backend, submission);
                  }));
  add_or_null(members, "next", page->next ? std::to_string(*page->next) : std::string());
  return json_answer(members);
}

}  // namespace mactiond::admin
