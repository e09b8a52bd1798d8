#include "admin/find_action.hpp"

#include <algorithm>
#include <string_view>

#include "admin/answers.hpp"
#include "admin/names.hpp"
#include "base/text.hpp"

namespace mactiond::admin {
namespace {

using Found = std::variant<std::vector<core::ActionView>, http::Response>;

constexpr std::size_t kCandidatesShown = 10;

// One alone too: the beginning of an id in braces has no second.
std::string_view without_braces(std::string_view text) {
  text = trim(text);
  if (text.starts_with('{')) text.remove_prefix(1);
  if (text.ends_with('}')) text.remove_suffix(1);
  return trim(text);
}

http::Response no_such_action(const std::string& id) {
  return not_found("no action \"" + id + "\" is known here; finished ones are forgotten after a " +
                   "time, see retention in the configuration");
}

// Once each, in the order of places.
std::vector<std::string> distinct_ids(const std::vector<core::ActionPlace>& places) {
  std::vector<std::string> ids;
  for (const auto& place : places) {
    const bool known = std::find(ids.begin(), ids.end(), place.id.value) != ids.end();
    if (!known) ids.push_back(place.id.value);
  }
  return ids;
}

http::Response ambiguous(const std::string& id, const std::vector<core::ActionPlace>& places) {
  const auto ids = distinct_ids(places);
  std::string text = "several actions begin with \"" + id + "\": ";
  for (std::size_t i = 0; i < std::min(ids.size(), kCandidatesShown); ++i) {
    const auto first = std::find_if(places.begin(), places.end(),
                                    [&](const auto& place) { return place.id.value == ids[i]; });
    text += (i == 0 ? "" : ", ") + ids[i] + " (" + first->region + ')';
  }
  if (ids.size() > kCandidatesShown) text += " and more";
  return bad_request(text + "; type more of it");
}

Found fetch(const Call& call, const std::string& id) {
  auto found = call.backend.find_action(id);
  if (!found) return store_failed(found.error());
  if (found->empty()) return no_such_action(id);
  return std::move(*found);
}

// By its id as written, once for each region that knows it.
Found find_action(const Call& call, const std::string& written, std::size_t least) {
  const std::string id(without_braces(written));
  if (id.empty()) return bad_request("an action's id is missing");
  auto exact = call.backend.find_action(id);
  if (!exact) return store_failed(exact.error());
  if (!exact->empty()) return std::move(*exact);
  auto places = call.backend.find_places(id);
  if (!places) return store_failed(places.error());
  std::vector<core::ActionPlace> whole;
  for (const auto& place : *places) {
    if (iequals(place.id.value, id)) whole.push_back(place);
  }
  if (!whole.empty()) *places = std::move(whole);
  const auto ids = distinct_ids(*places);
  if (ids.empty()) return no_such_action(id);
  const bool is_whole = iequals(ids.front(), id);
  if (!is_whole && id.size() < least) {
    return bad_request('"' + id + "\" is too short: type at least " + std::to_string(least) +
                       " characters of the id");
  }
  if (ids.size() > 1) return ambiguous(id, *places);
  return fetch(call, ids.front());
}

std::string regions_of(const std::vector<core::ActionView>& found) {
  std::string names;
  for (const auto& action : found) names += (names.empty() ? "" : ", ") + action.region;
  return names;
}

// A region that was removed follows no action any more; what it knew is stored until retention.
void drop_removed_regions(const Call& call, std::vector<core::ActionView>& found) {
  const std::vector<core::RegionStatus> regions = call.backend.status().regions;
  const auto is_removed = [&](const core::ActionView& action) {
    return std::none_of(regions.begin(), regions.end(), [&](const core::RegionStatus& region) {
      return region.name == action.region;
    });
  };
  if (std::all_of(found.begin(), found.end(), is_removed)) return;
  std::erase_if(found, is_removed);
}

}  // namespace

std::variant<core::ActionView, http::Response> find_action_of(
    const Call& call, const std::string& written, std::size_t least,
    const std::optional<std::string>& region) {
  if (region) {
    if (auto refusal = refuse_unknown_region(call, *region)) return *std::move(refusal);
  }
  auto answer = find_action(call, written, least);
  if (auto* refusal = std::get_if<http::Response>(&answer)) return std::move(*refusal);
  auto& found = std::get<std::vector<core::ActionView>>(answer);
  const std::string known = regions_of(found);
  if (region) {
    std::erase_if(found, [&](const core::ActionView& action) { return action.region != *region; });
    if (found.empty()) {
      return not_found("region \"" + *region + "\" does not know this action; known in: " + known);
    }
  }
  if (found.size() > 1) drop_removed_regions(call, found);
  if (found.size() > 1) {
    return bad_request("this action is known in several regions (" + regions_of(found) +
                       "): name one as region");
  }
  return std::move(found.front());
}

}  // namespace mactiond::admin
