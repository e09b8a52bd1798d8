#include "ops/repetitions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace mactiond::ops {
namespace {

constexpr std::array<std::string_view, 4> kIdentity = {"region", "webhook", "policy", "reason"};

}  // namespace

// What has no reason, or is an error, is a change of state: each counts.
bool Repetitions::is_trouble(const core::Note& note) {
  return note.level == core::Note::Level::Warning &&
         std::any_of(note.fields.begin(), note.fields.end(),
                     [](const auto& field) { return field.first == "reason"; });
}

std::string Repetitions::key_of(const core::Note& note) {
  std::string key = note.event;
  for (const auto& [name, value] : note.fields) {
    if (std::find(kIdentity.begin(), kIdentity.end(), name) == kIdentity.end()) continue;
    key.append(1, '\0').append(name).append(1, '=').append(value);
  }
  return key;
}

core::Note Repetitions::summary(Trouble& trouble) {
  core::Note note = std::move(trouble.latest);
  note.fields.emplace_back("repeated", std::to_string(trouble.repeated));
  trouble.latest = {};
  trouble.repeated = 0;
  return note;
}

bool Repetitions::admit(const core::Note& note, MonoTime now) {
  if (!is_trouble(note)) return true;
  const std::string key = key_of(note);
  const auto found = troubles_.find(key);
  if (found == troubles_.end()) {
    if (troubles_.size() < kMax) troubles_.emplace(key, Trouble{now, 0, {}});
    return true;
  }
  found->second.repeated += 1;
  found->second.latest = note;
  return false;
}

std::vector<core::Note> Repetitions::due(MonoTime now) {
  std::vector<core::Note> notes;
  for (auto entry = troubles_.begin(); entry != troubles_.end();) {
    Trouble& trouble = entry->second;
    if (now - trouble.since < kPeriod) {
      ++entry;
    } else if (trouble.repeated == 0) {
      entry = troubles_.erase(entry);
    } else {
      notes.push_back(summary(trouble));
      trouble.since = now;
      ++entry;
    }
  }
  return notes;
}

std::vector<core::Note> Repetitions::rest() {
  std::vector<core::Note> notes;
  for (auto& [key, trouble] : troubles_) {
    if (trouble.repeated > 0) notes.push_back(summary(trouble));
  }
  troubles_.clear();
  return notes;
}

}  // namespace mactiond::ops
