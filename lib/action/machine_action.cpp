#include "action/machine_action.hpp"

#include "action/known_values.hpp"
#include "base/enum_values.hpp"
#include "base/text.hpp"

namespace mactiond {
namespace {

/// Nothing for a value that is not named, and for "Unknown".
template <class Known>
std::optional<Known> known_by(std::string_view text) {
  for (const Known known : kValuesOf<Known>) {
    if (known != Known::Unknown && iequals(to_string(known), text)) return known;
  }
  return std::nullopt;
}

}  // namespace

ActionType ActionType::parse(std::string_view text) {
  std::string packed(text);
  std::erase(packed, ' ');
  if (const auto known = known_by<Known>(packed)) return *known;
  ActionType type;
  if (!iequals(text, "Unknown")) type.other_ = text;
  return type;
}

std::string_view ActionType::text() const { return other_.empty() ? to_string(known_) : other_; }

ActionStatus ActionStatus::parse(std::string_view text) {
  if (iequals(text, "Canceled")) return Known::Cancelled;
  if (const auto known = known_by<Known>(text)) return *known;
  ActionStatus status;
  if (!iequals(text, "Unknown")) status.other_ = text;
  return status;
}

std::string_view ActionStatus::text() const { return other_.empty() ? to_string(known_) : other_; }

int ActionStatus::rank() const {
  if (is_final()) return 2;
  return known_ == Known::Pending ? 0 : 1;
}

WallTime MachineAction::stamp() const {
  if (last_update) return *last_update;
  return created.value_or(WallTime{});
}

int completed_commands(const MachineAction& action) {
  if (action.type.known() != ActionType::Known::LiveResponse) return 0;
  // The document has no spaces outside of strings, and inside of them quotes are escaped.
  constexpr std::string_view kMark = R"("commandStatus":"Completed")";
  int count = 0;
  std::size_t at = action.document.find(kMark);
  while (at != std::string::npos) {
    ++count;
    at = action.document.find(kMark, at + kMark.size());
  }
  return count;
}

std::uint64_t fingerprint(std::string_view document) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : document) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace mactiond
