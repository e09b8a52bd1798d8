#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>
#include <vector>

#include "store/statement.hpp"

namespace mactiond::store {

/// Removes what has been kept long enough, inside a transaction that the caller holds. A call
/// looks at a bounded number of rows; the next one goes on from there. Throws SQLite::Exception.
class Retention {
 public:
  explicit Retention(SQLite::Database& database);

  /// Finished and vanished actions last seen before cutoff; events from before cutoff, except the
  /// newest, those a delivery or dead letter refers to, and those the transition log or a syslog
  /// receiver may lack.
  void prune(WallTime cutoff);

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
  Event looked_at_;  ///< the last one, in order of time and seq
};

}  // namespace mactiond::store
