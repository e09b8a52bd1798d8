#pragma once

#include <string_view>
#include <vector>

#include "action/known_values.hpp"
#include "config/option.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {

/// The event types that a filter may name.
[[nodiscard]] std::vector<std::string_view> event_types();

/// The filter of a receiver; access names it in the section.
template <class Section, class Access>
void add_filter(std::vector<Option<Section>>& options, Access access) {
  add(
      options, "filter.event", kOptional,
      Globs{event_types(), true}, [access](auto& s) -> auto& { return access(s).event; },
      "event types; empty: all");
  add(
      options, "filter.region", kOptional,
      Globs{}, [access](auto& s) -> auto& { return access(s).region; }, "region names; empty: all");
  add(
      options, "filter.type", kOptional,
      Globs{known_action_types(), false}, [access](auto& s) -> auto& { return access(s).type; },
      "action types; empty: all");
  add(
      options, "filter.to", kOptional,
      Globs{known_action_statuses(), false}, [access](auto& s) -> auto& { return access(s).to; },
      "new statuses; empty: all");
  add(
      options, "filter.machine_group", kOptional,
      Globs{}, [access](auto& s) -> auto& { return access(s).machine_group; },
      "device groups of machines; empty: all; needs [enrich]");
  add(
      options, "filter.machine_tag", kOptional,
      Globs{}, [access](auto& s) -> auto& { return access(s).machine_tag; },
      "tags of machines, one of which has to fit; empty: all; needs [enrich]");
}

}  // namespace mactiond::config
