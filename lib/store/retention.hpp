#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/statement.hpp"

namespace mactiond::store {

/// Removes what has been kept long enough, a few rows at a time, so that no turn of the loop is
/// held.
class Retention {
 public:
  explicit Retention(SQLite::Database& database);

  /// From now on, step by step: finished and vanished actions last seen before cutoff; events from
  /// before cutoff, except the newest, those a delivery or dead letter refers to, and those the
  /// transition log or a syslog receiver may lack.
  void begin(WallTime cutoff);
  [[nodiscard]] bool under_way() const { return cutoff_.has_value(); }
  /// The next rows, inside a transaction that the caller holds. Throws SQLite::Exception; the same
  /// rows are looked at again then. Call committed() once they are gone.
  void step();
  /// True if that was the last of them.
  bool committed();
  /// Until the next begin().
  void give_up() { cutoff_.reset(); }

 private:
  struct Event {
    std::int64_t time = 0;
    std::uint64_t seq = 0;
  };
  [[nodiscard]] std::vector<Event> read_candidates(WallTime cutoff);
  [[nodiscard]] std::vector<std::string> read_webhooks();
  [[nodiscard]] std::uint64_t read_first_kept();
  [[nodiscard]] bool referred_to(std::uint64_t seq, const std::vector<std::string>& webhooks);

  Statement delete_actions_;
  Statement select_candidates_;
  Statement select_webhooks_;
  Statement select_first_kept_;
  Statement select_reference_;
  Statement delete_event_;
  std::optional<WallTime> cutoff_;
  Event looked_at_;           ///< the last one, in order of time and seq
  Event next_;                ///< the same once the step is committed
  bool with_actions_ = true;  ///< there may be actions to remove yet
  bool at_end_ = false;
};

}  // namespace mactiond::store
