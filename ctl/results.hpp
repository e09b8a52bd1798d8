#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "commands.hpp"
#include "progress.hpp"

namespace mactiond::ctl {

struct ResultChoice {
  std::string id;
  std::string region;
  std::optional<std::uint64_t> index;  ///< of the command; none: the only one that has a result
  std::string output;
  bool force = false;  ///< what has the name may be replaced
  bool raw = false;
  bool show = false;
};

/// Saves the package of a CollectInvestigationPackage.
[[nodiscard]] int save_package(const Session& session, const ResultChoice& choice,
                               Progress& progress);
/// Saves, or shows, what a command of a live response brought.
[[nodiscard]] int save_result(const Session& session, const ResultChoice& choice,
                              Progress& progress);

}  // namespace mactiond::ctl
