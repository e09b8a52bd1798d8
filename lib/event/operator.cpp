#include "event/operator.hpp"

namespace mactiond::core {

void add_operator(JsonMembers& fields, const Operator& by) {
  if (!by.name.empty()) fields.add("operator", by.name);
  if (!by.note.empty()) fields.add("operator_note", by.note);
}

std::vector<std::pair<std::string, std::string>> with_operator(
    std::vector<std::pair<std::string, std::string>> fields, const Operator& by) {
  if (!by.name.empty()) fields.emplace_back("operator", by.name);
  if (!by.note.empty()) fields.emplace_back("operator_note", by.note);
  return fields;
}

}  // namespace mactiond::core
