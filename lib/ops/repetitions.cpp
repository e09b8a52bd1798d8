#include "ops/repetitions.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace mactiond::ops {
namespace {

constexpr std::array<std::string_view, 4> kIdentity = {"region", "webhook", "policy", "reason"};

}  // namespace

// What has no reason, or is an error, is a change of state: each counts.
bool Repetitions::is_trouble(const core::LogEntry& entry) {
  return entry.level == core::LogEntry::Level::Warning &&
         std::any_of(entry.fields.begin(), entry.fields.end(),
                     [](const auto& field) { return field.first == "reason"; });
}

std::string Repetitions::key_of(const core::LogEntry& entry) {
  std::string key = entry.event;
  for (const auto& [name, value] : entry.fields) {
    if (std::find(kIdentity.begin(), kIdentity.end(), name) == kIdentity.end()) continue;
    key.append(1, '\0').append(name).append(1, '=').append(value);
  }
  return key;
}

core::LogEntry Repetitions::summary(Trouble& trouble) {
  core::LogEntry entry = std::move(trouble.latest);
  entry.fields.emplace_back("repeated", std::to_string(trouble.repeated));
  trouble.latest = {};
  trouble.repeated = 0;
  return entry;
}

bool Repetitions::admit(const core::LogEntry& entry, MonoTime now) {
  if (!is_trouble(entry)) return true;
  const std::string key = key_of(entry);
  const auto found = troubles_.find(key);
  if (found == troubles_.end()) {
    if (troubles_.size() < kMax) troubles_.emplace(key, Trouble{now, 0, {}});
    return true;
  }
  found->second.repeated += 1;
  found->second.latest = entry;
  return false;
}

std::vector<core::LogEntry> Repetitions::due(MonoTime now) {
  std::vector<core::LogEntry> entries;
  for (auto at = troubles_.begin(); at != troubles_.end();) {
    Trouble& trouble = at->second;
    if (now - trouble.since < kPeriod) {
      ++at;
    } else if (trouble.repeated == 0) {
      at = troubles_.erase(at);
    } else {
      entries.push_back(summary(trouble));
      trouble.since = now;
      ++at;
    }
  }
  return entries;
}

std::vector<core::LogEntry> Repetitions::rest() {
  std::vector<core::LogEntry> entries;
  for (auto& [key, trouble] : troubles_) {
    if (trouble.repeated > 0) entries.push_back(summary(trouble));
  }
  troubles_.clear();
  return entries;
}

}  // namespace mactiond::ops
