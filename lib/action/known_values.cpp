#include "action/known_values.hpp"

#include "action/machine_action.hpp"

namespace mactiond {
namespace {

// Of a class with an enumeration of what is known, in the order of that.
template <class Value>
std::vector<std::string_view> texts(typename Value::Known first, typename Value::Known last) {
  std::vector<std::string_view> found;
  for (auto known = first; known <= last;
       known = static_cast<typename Value::Known>(static_cast<int>(known) + 1)) {
    found.push_back(Value(known).text());
  }
  return found;
}

}  // namespace

std::vector<std::string_view> known_action_types() {
  using Known = ActionType::Known;
  return texts<ActionType>(Known::RunAntiVirusScan, Known::RequestSample);
}

std::vector<std::string_view> known_action_statuses() {
  using Known = ActionStatus::Known;
  return texts<ActionStatus>(Known::Pending, Known::Cancelled);
}

}  // namespace mactiond
