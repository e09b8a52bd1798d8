#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mactiond {

/// An application permission that the configuration needs of a region.
struct NeededRole {
  std::string_view role;
  std::string_view instead{};        ///< is enough too; empty: nothing else is
  std::vector<std::string> lacks{};  ///< what does not work without it, one sentence each
};

[[nodiscard]] bool serves(std::string_view role, const NeededRole& needed);
[[nodiscard]] bool has_role(const std::vector<std::string>& roles, const NeededRole& needed);

/// What to do so that a token has them. roles: one, or a list of them.
[[nodiscard]] std::string how_to_grant(const std::string& roles, bool managed_identity);

}  // namespace mactiond
