#pragma once

#include <string>
#include <string_view>

#include "mactionsim/call.hpp"
#include "sim/defender_model.hpp"

namespace mactiond::sim {

/// What a POST to a machine makes, by the last segment of its path (letter case ignored).
struct Verb {
  std::string_view path;
  std::string_view type;
  std::string_view role;
};
/// Null for a path that is none.
[[nodiscard]] const Verb* find_verb(std::string_view path);
/// The role that a cancel of this type of action needs.
[[nodiscard]] std::string_view role_of_type(std::string_view type);

/// The comment of a POST body, which must be there.
[[nodiscard]] Answer<std::string> read_comment(const Call& call);

/// The action a POST body asks for. Keys are case-sensitive.
[[nodiscard]] Answer<Spec> read_post(const Call& call, const Verb& verb);

}  // namespace mactiond::sim
