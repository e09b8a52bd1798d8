#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "core/options.hpp"

namespace mactiond::core {

/// What a poll asks for: what changed by its last update, or documented properties only.
enum class Strategy : std::uint8_t { Changes, Documented };

/// As operators see it.
[[nodiscard]] constexpr std::string_view to_string(Strategy strategy) {
  switch (strategy) {
    case Strategy::Changes:
      return "changes";
    case Strategy::Documented:
      return "documented";
  }
  return "";
}

/// Which of the two queries a tenant's polls ask.
///
/// A tenant that refuses one query is asked the other one in the same round. A refusal of the
/// last-update query is remembered for a day, but only once the documented one was taken: what
/// refuses both says nothing about a filter.
class QueryChoice {
 public:
  void restore(std::optional<WallTime> changes_refused_until) {
    changes_refused_until_ = changes_refused_until;
  }

  /// By what is remembered.
  [[nodiscard]] Strategy strategy(Filters filters, WallTime server_now) const;
  /// For the round that begins; the other one if this round's was refused.
  [[nodiscard]] Strategy next(Filters filters, WallTime server_now) const {
    return instead_.value_or(strategy(filters, server_now));
  }

  /// The tenant refused the round's query. Nothing if the other query is asked instead; else the
  /// reasons of all that were refused, and the next round begins with no refusal.
  [[nodiscard]] std::optional<std::string> refused(Strategy asked, const std::string& reason,
                                                   Filters filters);
  /// The tenant took the round's query. Why the last-update query was refused, if that is
  /// remembered from now on.
  [[nodiscard]] std::optional<std::string> taken(WallTime server_now);
  void round_ended() { instead_.reset(); }
  /// What the round in progress has shown counts for nothing.
  void round_given_up();

  [[nodiscard]] std::optional<WallTime> changes_refused_until() const {
    return changes_refused_until_;
  }

 private:
  [[nodiscard]] std::optional<std::string>& refusal_of(Strategy strategy) {
    return refusals_[static_cast<std::size_t>(strategy)];
  }

  std::optional<WallTime> changes_refused_until_;
  std::array<std::optional<std::string>, 2> refusals_;  ///< of this round, by strategy
  std::optional<Strategy> instead_;                     ///< of the other one, which was refused
};

}  // namespace mactiond::core
