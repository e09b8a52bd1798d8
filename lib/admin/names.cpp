#include "admin/names.hpp"

#include <algorithm>
#include <utility>

#include "action/known_values.hpp"
#include "action/machine_action.hpp"
#include "admin/answers.hpp"
#include "base/suggestion.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kVanished = "vanished";

bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Words webhook_names(const core::EngineStatus& status) {
  Words names;
  for (const auto& webhook : status.webhooks) names.push_back(webhook.name);
  return names;
}

/// An unknown word is looked for in all that is stored.
constexpr std::size_t kWordsMax = 32;

// As the store spells them: "Live Response" is LiveResponse.
std::string spelled(core::ActionField field, const std::string& word) {
  if (field == core::ActionField::Type) return std::string(ActionType::parse(word).text());
  if (field == core::ActionField::Status && !iequals(word, kVanished)) {
    return std::string(ActionStatus::parse(word).text());
  }
  return field == core::ActionField::Region ? word : to_lower(word);
}

bool is_final(const std::string& status) {
  return status == kVanished || ActionStatus::parse(status).is_final();
}

}  // namespace

std::string no_such(std::string_view what, std::string_view word, std::string_view label,
                    const Words& words) {
  const std::vector<std::string_view> candidates(words.begin(), words.end());
  std::string text = "there is no " + std::string(what) + " \"" + std::string(word) + '"';
  const std::string_view guess = closest(word, candidates);
  if (!guess.empty()) text += "; did you mean " + std::string(guess) + '?';
  text += (guess.empty() ? "; " : " ") + std::string(label) + ": ";
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : ", ") + words[i];
  return words.empty() ? text + "none" : text;
}

std::vector<std::string> region_names(const core::EngineStatus& status) {
  Words names;
  for (const auto& region : status.regions) names.push_back(region.name);
  return names;
}

std::string no_such_region(const Call& call, std::string_view name) {
  return no_such("region", name, "configured", region_names(call.backend.status()));
}

std::optional<http::Response> refuse_unknown_region(const Call& call, const std::string& name) {
  if (contains(region_names(call.backend.status()), name)) return std::nullopt;
  const auto occurs = call.backend.occurs(core::ActionField::Region, name);
  if (!occurs) return store_failed(occurs.error());
  if (*occurs) return std::nullopt;
  return not_found(no_such_region(call, name));
}

std::optional<http::Response> refuse_unknown_webhook(const Call& call, const std::string& name) {
  const Words names = webhook_names(call.backend.status());
  if (contains(names, name)) return std::nullopt;
  core::DeadLetterFilter filter;
  filter.webhook = name;
  filter.limit = 1;
  const auto left = call.backend.find_dead_letters(filter);
  if (!left) return store_failed(left.error());
  if (!left->letters.empty()) return std::nullopt;
  return not_found(no_such("webhook", name, "configured", names));
}

http::Response answer_webhook(Backend& backend, const std::string& name,
                              const Result<core::Reply>& reply, const JsonMembers& done) {
  return answer_reply(reply, done, [&] {
    return no_such("webhook", name, "configured", webhook_names(backend.status()));
  });
}

std::optional<http::Response> read_list(const Call& call, const WordList& list, Words& found) {
  for (const auto& [name, value] : call.target.query) {
    if (name != list.name) continue;
    std::string_view rest = value;
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      const std::string word(trim(rest.substr(0, comma)));
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
      if (word.empty()) return bad_request(list.name + " is empty: leave it out to mean all");
      if (found.size() == kWordsMax) {
        return bad_request(list.name + ": at most " + std::to_string(kWordsMax) +
                           " in one request");
      }
      std::string text = list.field ? spelled(*list.field, word) : word;
      if (!contains(list.known, text) && !contains(found, text)) {
        const auto occurs =
            list.field ? call.backend.occurs(*list.field, text) : Result<bool>(false);
        if (!occurs) return store_failed(occurs.error());
        if (!*occurs) return bad_request(no_such(list.name, word, list.label, list.known));
      }
      found.push_back(std::move(text));
    }
  }
  return std::nullopt;
}

std::optional<http::Response> read_words(const Call& call, core::ActionFilter& filter) {
  const auto texts = [](const std::vector<std::string_view>& words) {
    return Words(words.begin(), words.end());
  };
  Words statuses = texts(known_action_statuses());
  statuses.emplace_back(kVanished);
  const std::pair<WordList, Words*> lists[] = {
      {{"region", "configured", region_names(call.backend.status()), core::ActionField::Region},
       &filter.regions},
      {{"type", "known", texts(known_action_types()), core::ActionField::Type}, &filter.types},
      {{"status", "known", std::move(statuses), core::ActionField::Status}, &filter.statuses}};
  for (const auto& [list, found] : lists) {
    if (auto refusal = read_list(call, list, *found)) return refusal;
  }
  const bool none_open = !filter.statuses.empty() &&
                         std::all_of(filter.statuses.begin(), filter.statuses.end(), is_final);
  if (filter.open_only && none_open) {
    return bad_request("no open action is " + filter.statuses.front() + ": ask for state all");
  }
  return std::nullopt;
}

}  // namespace mactiond::admin
