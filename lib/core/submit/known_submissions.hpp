#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What is remembered of a submission as long as its row is kept: its Idempotency-Key, and the
/// action that it became.
class KnownSubmissions {
 public:
  struct Found {
    std::string id;         ///< the submission of the key; empty: the key is new, or there is none
    bool same_body = true;  ///< false: the key came with another body
  };
  [[nodiscard]] Found find(const SubmissionOrder& order) const;
  /// The submission that the action is of; empty where it is of none.
  [[nodiscard]] std::string owner_of(const std::string& region, const ActionId& action) const;

  void remember(const Submission& submission);
  /// Those that ended before then; their ids.
  std::vector<std::string> forget_before(WallTime cutoff);

 private:
  struct Row {
    std::string key;
    std::uint64_t body_hash = 0;
    std::pair<std::string, ActionId> action;  ///< with its region
    std::optional<WallTime> ended;
  };
  std::map<std::string, Row> rows_;
  std::map<std::string, std::string> by_key_;
  std::map<std::pair<std::string, ActionId>, std::string> by_action_;
};

}  // namespace mactiond::core
