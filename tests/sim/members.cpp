#include "sim/members.hpp"

namespace mactiond::sim {

std::string with_context(const std::string& host, std::string_view kind,
                         const std::string& object) {
  JsonMembers members;
  members.add("@odata.context", "https://" + host + "/api/$metadata#" + std::string(kind));
  const std::string rest = object.substr(1);
  return "{" + members.text() + (rest == "}" ? "" : ",") + rest;
}

std::string listed(const KeySelection& select) {
  std::string out;
  for (const std::string& key : select) out += (out.empty() ? "(" : ",") + key;
  return out.empty() ? out : out + ")";
}

}  // namespace mactiond::sim
