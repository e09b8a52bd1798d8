#include "action/known_values.hpp"

#include <type_traits>
#include <variant>

#include "action/action_request.hpp"
#include "base/enum_values.hpp"

namespace mactiond {
namespace {

template <class Known>
std::vector<std::string_view> all_texts() {
  std::vector<std::string_view> texts;
  for (const Known known : kValuesOf<Known>) {
    if (known != Known::Unknown) texts.push_back(to_string(known));
  }
  return texts;
}

template <class... Kinds>
std::vector<std::string_view> types_of(std::type_identity<std::variant<Kinds...>> /*requests*/) {
  return {to_string(Kinds::kType)...};
}

}  // namespace

std::vector<std::string_view> known_action_types() { return all_texts<ActionType::Known>(); }

std::vector<std::string_view> known_action_statuses() { return all_texts<ActionStatus::Known>(); }

std::vector<std::string_view> startable_action_types() {
  return types_of(std::type_identity<ActionRequest>());
}

}  // namespace mactiond
