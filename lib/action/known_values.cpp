#include "action/known_values.hpp"

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

}  // namespace

std::vector<std::string_view> known_action_types() { return all_texts<ActionType::Known>(); }

std::vector<std::string_view> known_action_statuses() { return all_texts<ActionStatus::Known>(); }

}  // namespace mactiond
