#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "admin/api.hpp"
#include "base/text.hpp"
#include "event/event_record.hpp"

namespace mactiond::admin {

/// A daemon with nothing in it but what a test puts in. Keeps what it was asked for.
struct FakeBackend final : Backend {
  core::EngineStatus engine;
  bool is_live = true;
  core::ActionPage page;
  std::vector<core::ActionView> found;
  std::vector<core::EventRecord> events;
  std::vector<core::Decision> decisions;
  core::DeadLetterPage letters;
  std::vector<core::Submission> submissions;  ///< newest first
  std::optional<std::int64_t> next_submission;
  std::map<std::string, std::size_t> ahead;  ///< of submissions in the queue
  std::map<std::string, std::string> held;   ///< why they are there
  std::optional<core::Reply> foreseen;
  std::map<std::string, std::vector<core::KnownMachine>> machines_by_region;
  std::vector<std::string> stored_words;  ///< regions, types and statuses that occur
  bool fails = false;
  std::optional<Error> refuses;            ///< whatever operators ask for
  core::Reply reply = core::Done{};        ///< to whatever operators ask for
  std::vector<std::string> config_errors;  ///< of a reload, and of a configuration to explain

  int asked_status = 0;
  int asked_metrics = 0;
  core::ActionFilter action_filter;
  core::EventFilter event_filter;
  core::DeadLetterFilter letter_filter;
  core::SubmissionFilter submission_filter;
  std::string asked_id;
  std::string foreseen_key;
  std::optional<core::Event> operated;
  int reopened = 0;
  core::Operator reloaded_by;
  std::string tested;
  std::function<void(core::WebhookTested)> end_test;
  std::string explained;
  Plans plans{{"eu", {{}, 3}}};                                   ///< by a configuration to explain
  std::vector<std::pair<std::string, core::Question>> questions;  ///< by region
  std::deque<core::QuestionResult> results;  ///< to the next questions; without one: end_question
  std::function<void(core::QuestionResult)> end_question;
  std::vector<std::pair<std::string, core::Question>> fetched;  ///< by region
  std::optional<core::Unanswered> not_fetched;
  std::optional<doctor::Wanted> examined;
  std::optional<std::string> not_examined;
  doctor::Checks found_by_doctor;
  int withdrawn = 0;  ///< fetches that nobody waits for any more

  [[nodiscard]] static Error failure() { return {Errc::StoreFailed, "store.db"}; }

  DaemonInfo info() override { return {"0.1.0", "soc1", std::chrono::seconds(90)}; }
  core::EngineStatus status() override {
    ++asked_status;
    return engine;
  }
  std::string metrics() override {
    ++asked_metrics;
    return "mactiond_build_info 1\n";
  }
  bool live() override { return is_live; }

  Result<core::ActionPage> find_actions(const core::ActionFilter& filter) override {
    action_filter = filter;
    if (fails) return failure();
    return page;
  }
  Result<std::vector<core::ActionView>> find_action(const std::string& id) override {
    asked_id = id;
    if (fails) return failure();
    std::vector<core::ActionView> same;
    for (const auto& action : found) {
      if (action.id.value == id) same.push_back(action);
    }
    return same;
  }
  Result<std::vector<core::ActionPlace>> find_places(const std::string& id_prefix) override {
    std::vector<core::ActionPlace> places;
    for (const auto& action : found) {
      if (iequals(std::string_view(action.id.value).substr(0, id_prefix.size()), id_prefix)) {
        places.push_back({action.region, action.id});
      }
    }
    return places;
  }
  Result<bool> occurs(core::ActionField /*field*/, const std::string& text) override {
    return std::count(stored_words.begin(), stored_words.end(), text) > 0;
  }
  Result<std::vector<core::EventRecord>> load_history(const core::ActionView& /*action*/) override {
    return events;
  }
  Result<std::vector<core::Decision>> load_decisions(const core::ActionView& /*action*/) override {
    return decisions;
  }
  Result<std::vector<core::EventRecord>> find_events(const core::EventFilter& filter) override {
    event_filter = filter;
    if (fails) return failure();
    std::vector<core::EventRecord> after;
    for (const auto& event : events) {
      if (event.seq > filter.after) after.push_back(event);
    }
    return after;
  }
  Result<core::DeadLetterPage> find_dead_letters(const core::DeadLetterFilter& filter) override {
    letter_filter = filter;
    core::DeadLetterPage fitting = letters;
    std::erase_if(fitting.letters, [&](const core::DeadLetterView& letter) {
      return filter.webhook && letter.webhook != *filter.webhook;
    });
    return fitting;
  }
  Result<std::optional<core::DeadLetterView>> find_dead_letter(const std::string& webhook,
                                                               std::uint64_t seq) override {
    for (const auto& letter : letters.letters) {
      if (letter.webhook == webhook && letter.seq == seq) return std::optional(letter);
    }
    return std::optional<core::DeadLetterView>();
  }

  Result<core::SubmissionPage> find_submissions(const core::SubmissionFilter& filter) override {
    submission_filter = filter;
    if (fails) return failure();
    core::SubmissionPage fitting;
    fitting.submissions = submissions;
    fitting.next = next_submission;
    return fitting;
  }
  Result<std::optional<core::Submission>> find_submission(const std::string& id) override {
    if (fails) return failure();
    for (const auto& submission : submissions) {
      if (submission.id == id) return std::optional(submission);
    }
    return std::optional<core::Submission>();
  }
  Result<std::vector<core::KnownMachine>> find_machine_ids(const std::string& region,
                                                           const std::string& name) override {
    if (fails) return failure();
    std::vector<core::KnownMachine> same;
    for (const auto& machine : machines_by_region[region]) {
      const bool is_short = iequals(machine.computer.substr(0, name.size() + 1), name + '.');
      if (iequals(machine.computer, name) || is_short) same.push_back(machine);
    }
    return same;
  }

  Result<std::optional<core::KnownMachine>> find_machine(const std::string& region,
                                                         const std::string& id) override {
    if (fails) return failure();
    for (const auto& machine : machines_by_region[region]) {
      if (machine.id == id) return std::optional(machine);
    }
    return std::optional<core::KnownMachine>();
  }

  std::string held_by(const std::string& submission) override { return held[submission]; }
  std::optional<std::size_t> ahead_of(const std::string& submission) override {
    const auto place = ahead.find(submission);
    if (place == ahead.end()) return std::nullopt;
    return place->second;
  }
  std::optional<core::Reply> foresee(const core::SubmissionOrder& order) override {
    foreseen_key = order.key;
    return foreseen;
  }

  Result<void> reopen(const core::Operator& /*by*/) override {
    if (fails) return Error(Errc::PathNotUsable, "/var/log/t.jsonl");
    ++reopened;
    return {};
  }
  std::vector<std::string> reload(const core::Operator& by) override {
    reloaded_by = by;
    return config_errors;
  }
  Result<core::Reply> operate(core::Event request) override {
    if (refuses) return *refuses;
    operated = std::move(request);
    return reply;
  }
  std::optional<core::Reply> test_webhook(const std::string& webhook,
                                          std::function<void(core::WebhookTested)> done) override {
    tested = webhook;
    if (!is_done(reply)) return reply;
    end_test = std::move(done);
    return std::nullopt;
  }
  Plans explain() override { return {}; }
  std::optional<core::Reply> explain_text(const std::string& text, const std::string& name,
                                          std::function<void(const Explained&)> done) override {
    if (!is_done(reply)) return reply;
    explained = name + '=' + text;
    if (config_errors.empty()) {
      done(plans);
    } else {
      done(config_errors);
    }
    return std::nullopt;
  }

  void ask(const std::string& region, core::Question question,
           std::function<void(core::QuestionResult)> done) override {
    questions.emplace_back(region, std::move(question));
    if (results.empty()) {
      end_question = std::move(done);
      return;
    }
    core::QuestionResult result = std::move(results.front());
    results.pop_front();
    done(std::move(result));
  }

  std::function<void()> fetch(const std::string& region, core::Question link,
                              std::function<void(Fetched)> done) override {
    fetched.emplace_back(region, std::move(link));
    if (not_fetched) {
      done(*not_fetched);
    } else {
      done(http::Transfer{});
    }
    return [this] { ++withdrawn; };
  }

  std::optional<std::string> examine(const doctor::Wanted& wanted,
                                     std::function<void(doctor::Checks)> done) override {
    examined = wanted;
    if (not_examined) return not_examined;
    done(found_by_doctor);
    return std::nullopt;
  }

  http::Answer answer(const std::string& target, const std::string& method = "GET",
                      std::vector<http::Header> headers = {}, const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.url.target = target;
    request.headers = std::move(headers);
    request.body = body;
    request.peer = http::Peer{1000, "alice"};
    return answer_operator(request, *this);
  }
  /// Waits for an answer that comes later.
  http::Response ask(const std::string& target, const std::string& method = "GET",
                     std::vector<http::Header> headers = {}, const std::string& body = "") {
    auto answered = answer(target, method, std::move(headers), body);
    if (auto* response = std::get_if<http::Response>(&answered)) return *response;
    http::Response made;
    std::get<http::Later>(answered).begin(
        [&made](http::Later::Made later) { made = std::get<http::Response>(std::move(later)); });
    return made;
  }
  http::Response post(const std::string& target, const std::string& body = "") {
    std::vector<http::Header> headers;
    if (!body.empty()) headers = {{"Content-Type", "application/json"}};
    return ask(target, "POST", std::move(headers), body);
  }
  boost::json::object json(const std::string& target) {
    return boost::json::parse(ask(target).body).as_object();
  }
};

/// It follows the regions eu and us, and has recorded three events.
inline FakeBackend daemon_of_regions() {
  FakeBackend backend;
  for (const char* name : {"eu", "us"}) {
    backend.engine.regions.emplace_back();
    backend.engine.regions.back().name = name;
  }
  backend.engine.last_seq = 3;
  return backend;
}

inline core::ActionView action_view(const std::string& id, const std::string& region = "eu") {
  return {region, ActionId{id}, true, false, R"({"id":")" + id + R"("})"};
}

inline core::EventRecord event_record(std::uint64_t seq) {
  core::EventRecord event;
  event.seq = seq;
  event.id = "ma_" + std::to_string(seq);
  event.region = "eu";
  event.action.value = "a";
  event.document = R"({"id":"a"})";
  event.fields = R"("from":null,"to":"Pending")";
  return event;
}

}  // namespace mactiond::admin
