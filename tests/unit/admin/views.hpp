#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <variant>
#include <vector>

#include "admin/api.hpp"
#include "base/text.hpp"
#include "event/event_record.hpp"

namespace mactiond::admin {

/// A store with nothing in it but what a test puts in; keeps what was asked for.
struct FakeStore {
  core::EngineStatus status;
  core::ActionPage page;
  std::vector<core::ActionView> found;
  std::vector<core::EventRecord> events;
  std::vector<core::Decision> decisions;
  core::DeadLetterPage letters;
  std::vector<std::string> stored_words;  ///< regions, types and statuses that occur
  bool fails = false;

  core::ActionFilter action_filter;
  core::EventFilter event_filter;
  core::DeadLetterFilter letter_filter;
  std::string asked_id;
  int reopened = 0;

  [[nodiscard]] Error failure() const { return {Errc::StoreFailed, "store.db"}; }

  Views views() {
    Views views;
    views.status = [this] { return status; };
    views.actions = [this](const core::ActionFilter& filter) -> Result<core::ActionPage> {
      action_filter = filter;
      if (fails) return failure();
      return page;
    };
    views.action = [this](const std::string& id) -> Result<std::vector<core::ActionView>> {
      asked_id = id;
      if (fails) return failure();
      std::vector<core::ActionView> same;
      for (const auto& action : found) {
        if (action.id.value == id) same.push_back(action);
      }
      return same;
    };
    views.places = [this](const std::string& prefix) -> Result<std::vector<core::ActionPlace>> {
      std::vector<core::ActionPlace> places;
      for (const auto& action : found) {
        if (iequals(std::string_view(action.id.value).substr(0, prefix.size()), prefix)) {
          places.push_back({action.region, action.id});
        }
      }
      return places;
    };
    views.occurs = [this](core::ActionField, const std::string& text) -> Result<bool> {
      return std::count(stored_words.begin(), stored_words.end(), text) > 0;
    };
    views.history =
        [this](const core::ActionView& /*action*/) -> Result<std::vector<core::EventRecord>> {
      return events;
    };
    views.events =
        [this](const core::EventFilter& filter) -> Result<std::vector<core::EventRecord>> {
      event_filter = filter;
      if (fails) return failure();
      std::vector<core::EventRecord> after;
      for (const auto& event : events) {
        if (event.seq > filter.after) after.push_back(event);
      }
      return after;
    };
    views.dead_letters =
        [this](const core::DeadLetterFilter& filter) -> Result<core::DeadLetterPage> {
      letter_filter = filter;
      core::DeadLetterPage fitting = letters;
      std::erase_if(fitting.letters, [&](const core::DeadLetterView& letter) {
        return !filter.webhook.empty() && letter.webhook != filter.webhook;
      });
      return fitting;
    };
    views.decisions =
        [this](const core::ActionView& /*action*/) -> Result<std::vector<core::Decision>> {
      return decisions;
    };
    views.dead_letter = [this](const std::string& webhook,
                               std::uint64_t seq) -> Result<std::optional<core::DeadLetterView>> {
      for (const auto& letter : letters.letters) {
        if (letter.webhook == webhook && letter.event.seq == seq) return std::optional(letter);
      }
      return std::optional<core::DeadLetterView>();
    };
    return views;
  }
  Operations operations() {
    Operations operations;
    operations.reopen = [this](const core::Operator&) -> Result<void> {
      if (fails) return Error(Errc::PathNotUsable, "/var/log/t.jsonl");
      ++reopened;
      return {};
    };
    return operations;
  }

  http::Answer answer(const std::string& target, const std::string& method = "GET",
                      std::vector<http::Header> headers = {}, const std::string& body = "") {
    http::Request request;
    request.method = method;
    request.url.target = target;
    request.headers = std::move(headers);
    request.body = body;
    return answer_operator(request, views(), operations());
  }
  http::Response ask(const std::string& target, const std::string& method = "GET",
                     std::vector<http::Header> headers = {}, const std::string& body = "") {
    return std::get<http::Response>(answer(target, method, std::move(headers), body));
  }
  boost::json::object json(const std::string& target) {
    return boost::json::parse(ask(target).body).as_object();
  }
};

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
