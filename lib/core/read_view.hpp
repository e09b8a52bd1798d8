#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

// What operators ask of the store, and what it answers. Each answer is bounded: in rows, in bytes
// and in rows looked at, so that reading a large store never holds up the loop.

/// The place in a listing of actions: newest creation first, then region and id, downwards.
struct ActionCursor {
  WallTime created = WallTime::max();  ///< the epoch where the API names no creation
  std::string region;
  std::string id;
  bool operator==(const ActionCursor&) const = default;
};

/// All that is set must fit; of a list one. Letter case of types and statuses does not matter. The
/// status "vanished" fits what has vanished.
struct ActionFilter {
  bool open_only = false;
  std::vector<std::string> regions;
  std::vector<std::string> types;
  std::vector<std::string> statuses;
  ActionCursor before;  ///< only what comes after it in the listing
  int limit = 100;
};

/// What a filter can name.
enum class ActionField : std::uint8_t { Region, Type, Status };

/// Where an action is known.
struct ActionPlace {
  std::string region;
  ActionId id;
  bool operator==(const ActionPlace&) const = default;
};

struct ActionView {
  std::string region;
  ActionId id;
  bool open = false;
  bool vanished = false;
  std::string document;  ///< JSON
};

struct ActionPage {
  std::vector<ActionView> actions;
  /// Where to continue. May be set although the page is not full, or even empty: then as many
  /// actions were looked at as one answer may.
  std::optional<ActionCursor> next;
};

/// Events with seq > after, in order.
struct EventFilter {
  std::uint64_t after = 0;
  int limit = 100;
  /// Of documents; the first event is always there, however large.
  std::size_t bytes = std::size_t{1} << 20U;
};

/// Dead letters in order of webhook and seq.
struct DeadLetterFilter {
  std::optional<std::string> webhook;  ///< nothing: of all
  std::string after_webhook;           ///< counts only for those of all
  std::uint64_t after_seq = 0;
  int limit = 100;
};

struct DeadLetterView {
  std::string webhook;
  std::uint64_t seq = 0;
  int attempts = 0;
  std::string reason;
  WallTime died{};
  std::optional<EventRecord> event;  ///< nothing where the stored one cannot be understood
};

struct DeadLetterPage {
  std::vector<DeadLetterView> letters;
  bool more = false;  ///< after the last one
};

}  // namespace mactiond::core
