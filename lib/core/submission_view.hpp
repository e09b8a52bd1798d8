#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/submission.hpp"
#include "core/submission_state.hpp"

namespace mactiond::core {

// What operators ask of the stored submissions, and of the machines that stored actions name. Each
// answer is bounded, as those of read_view.hpp.

/// All that is set must fit; of a list one.
struct SubmissionFilter {
  bool open_only = false;
  std::vector<SubmissionState> states;
  std::vector<std::string> regions;
  std::optional<std::int64_t> before;  ///< SubmissionPage::next of the page before
  int limit = 100;
};

/// Newest first.
struct SubmissionPage {
  std::vector<Submission> submissions;
  /// Where to continue. May be set although the page is not full, or even empty: then as many
  /// submissions were looked at as one answer may.
  std::optional<std::int64_t> next;
};

/// A machine that stored actions name.
struct KnownMachine {
  std::string id;
  std::string computer;  ///< its full DNS name
  WallTime newest{};     ///< creation of its newest action; the epoch where the API names none
  bool operator==(const KnownMachine&) const = default;
};

}  // namespace mactiond::core
