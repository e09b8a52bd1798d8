#include <algorithm>

#include "base/printable.hpp"
#include "config/loader.hpp"

namespace mactiond::config {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

}  // namespace

std::string Problem::text() const {
  return printable(file) + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) +
         (warning ? ": warning: " : ": ") + message;
}

bool LoadResult::ok() const { return warnings() == problems.size(); }

std::size_t LoadResult::warnings() const {
  return static_cast<std::size_t>(std::count_if(
      problems.begin(), problems.end(), [](const Problem& problem) { return problem.warning; }));
}

std::vector<std::string> LoadResult::errors() const {
  std::vector<std::string> texts;
  for (const Problem& problem : problems) {
    if (!problem.warning) texts.push_back(problem.text());
  }
  return texts;
}

std::string LoadResult::summary() const {
  const auto dry = std::count_if(config.policies.begin(), config.policies.end(),
                                 [](const core::PolicyOptions& policy) { return policy.dry_run; });
  std::string text = counted(config.regions.size(), "region", "regions") + ", " +
                     counted(config.policies.size(), "policy", "policies");
  if (dry > 0) text += " (" + std::to_string(dry) + " dry run)";
  return text + ", " + counted(config.webhooks.size(), "webhook", "webhooks") + ", " +
         counted(warnings(), "warning", "warnings");
}

void LoadResult::add(const std::string& section, std::size_t index, const std::string& key,
                     const std::string& message, bool warning) {
  const Node* list = document.child(section);
  const bool known = list != nullptr && index < list->children.size();
  Place place;
  if (known) {
    const Node& table = list->children[index];
    const Node* value = table.find(key);
    place = value != nullptr ? value->place : table.place;
  }
  const std::string option = key.empty() ? section : section + '.' + key;
  const std::string text = printable(option + ": " + message);
  // What many tables take over from their defaults is one mistake.
  const bool is_known = std::any_of(problems.begin(), problems.end(), [&](const Problem& problem) {
    return problem.place == place && problem.message == text;
  });
  if (is_known) return;
  problems.push_back({files[place.file], place, text, warning});
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
}

}  // namespace mactiond::config
