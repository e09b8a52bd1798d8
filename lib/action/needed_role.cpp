#include "action/needed_role.hpp"

#include <algorithm>

namespace mactiond {

bool serves(std::string_view role, const NeededRole& needed) {
  return role == needed.role || (!needed.instead.empty() && role == needed.instead);
}

bool has_role(const std::vector<std::string>& roles, const NeededRole& needed) {
  return std::any_of(roles.begin(), roles.end(),
                     [&needed](const std::string& role) { return serves(role, needed); });
}

std::string how_to_grant(const std::string& roles, bool managed_identity) {
  if (managed_identity) {
    return "assign " + roles +
           " of WindowsDefenderATP to the managed identity as app role; Azure caches the tokens of "
           "an identity for about 24 hours, and a new role may take as long to show";
  }
  return "add " + roles +
         " of WindowsDefenderATP to the application's API permissions, as application permission, "
         "and give admin consent";
}

}  // namespace mactiond
