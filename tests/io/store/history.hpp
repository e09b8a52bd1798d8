#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "core/batch.hpp"
#include "core/snapshot.hpp"
#include "store/store.hpp"

namespace mactiond::store {

/// A made-up life of a daemon: the same batches in the same order for the same seed.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  /// Batch number step() of this history, counted from 1. Its quota row says which it is.
  core::Batch next();
  [[nodiscard]] std::uint64_t step() const { return step_; }

  /// The newest of the times before which batches so far removed what is old.
  [[nodiscard]] std::optional<WallTime> pruned_before() const { return pruned_before_; }

  /// How many batches of a history a store holds.
  static std::uint64_t steps_in(const core::Snapshot& snapshot);

 private:
  void add_event(core::Batch& batch);
  void add_submission(core::Batch& batch);
  void end_or_retry(core::Batch& batch);

  Random random_;
  std::uint64_t step_ = 0;
  std::uint64_t last_seq_ = 0;
  std::optional<WallTime> pruned_before_;
  std::vector<std::pair<std::string, std::uint64_t>> open_;  ///< webhook and seq
};

/// Removes what is from before then, to the end.
void prune(Store& store, std::optional<WallTime> before);

/// Everything a store answers, as text to compare.
std::string describe(Store& store);

}  // namespace mactiond::store
