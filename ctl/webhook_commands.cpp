#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "json/object.hpp"
#include "request.hpp"
#include "views.hpp"

namespace mactiond::ctl {

namespace json = boost::json;

int list_webhooks(const Session& session) {
  return show(session, {"/v1/webhooks"},
              [&](const json::object& answer) { return format_webhooks(answer, session.style); });
}

int test_webhook(const Session& session, const std::string& webhook) {
  // Longer than any timeout that a webhook may have.
  constexpr std::chrono::seconds kPatience{320};
  const std::string target = "/v1/webhooks/" + percent_encode(webhook) + "/test";
  Question question = change(target);
  question.patience = kPatience;
  const auto result = ask(session.socket, question);
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& body = std::get<Answer>(result).body;
  const auto object = parse_object(body);
  const json::value* delivered = object ? object->if_contains("delivered") : nullptr;
  if (delivered == nullptr || !delivered->is_bool()) return complain(kExitUnavailable, kForeign);
  const bool taken = delivered->get_bool();
  if (session.json) {
    const int exit_code = print(printable_json(body));
    if (exit_code == kExitDone && !taken) return kExitRefused;
    return exit_code;
  }
  const std::string text = format_webhook_test(*object);
  return taken ? print(text + '\n') : complain(kExitRefused, text);
}

int list_dead_letters(const Session& session, const std::string& webhook) {
  constexpr int kLettersMax = 10'000;
  std::string target = "/v1/dead-letters";
  add_parameter(target, "webhook", webhook);
  const auto all = collect(session, {target, "dead_letters"}, kLettersMax);
  return show_list(session, all, [&](const json::object& answer) {
    return format_dead_letters(answer, session.style);
  });
}

int show_dead_letter(const Session& session, const std::string& webhook, const std::string& seq) {
  const std::string target =
      "/v1/dead-letters/" + percent_encode(webhook) + '/' + percent_encode(seq);
  return show(session, {target}, [](const json::object& answer) {
    return printable_json(json::serialize(answer)) + '\n';
  });
}

int handle_dead_letters(const Session& session, const std::string& verb,
                        const LetterChoice& choice) {
  json::object body{{"webhook", choice.webhook}};
  if (!choice.seqs.empty()) body["seqs"] = json::array(choice.seqs.begin(), choice.seqs.end());
  if (!choice.from.empty()) body["from"] = choice.from;
  if (!choice.until.empty()) body["until"] = choice.until;
  std::int64_t count = 0;
  json::value next = nullptr;
  do {
    const auto result = ask(session.socket, change("/v1/dead-letters/" + verb, body));
    if (const auto exit_code = refused(result)) return *exit_code;
    const auto object = parse_object(std::get<Answer>(result).body);
    const auto handled = object ? number_in(*object, "count") : std::nullopt;
    if (!handled) return complain(kExitUnavailable, kForeign);
    count += *handled;
    next = object->contains("next") ? object->at("next") : json::value(nullptr);
    body["after"] = next;
  } while (!next.is_null());
  if (session.json) return print(json::serialize(json::object{{"count", count}}) + '\n');
  return print(std::to_string(count) + (verb == "replay" ? " queued again\n" : " purged\n"));
}

}  // namespace mactiond::ctl
