#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "store/cancel_tables.hpp"
#include "store/machine_table.hpp"
#include "store/statement.hpp"
#include "store/submission_table.hpp"

namespace mactiond::store {

/// Removes what has been kept long enough, a few rows at a time, so that no turn of the loop is
/// held.
class Retention {
 public:
  Retention(SQLite::Database& database, CancelTables& cancels, SubmissionTable& submissions,
            MachineTable& machines);

  /// From now on, step by step: finished and vanished actions last seen before cutoff; events from
  /// before cutoff, except the newest, those a delivery or dead letter refers to, and those the
  /// transition log or a syslog receiver may lack; submissions that ended before cutoff; facts of
  /// machines from before it; then what was decided and reported about actions that are gone.
  void begin(WallTime cutoff);
  [[nodiscard]] bool under_way() const { return cutoff_.has_value(); }
  /// The next rows, inside a transaction that the caller holds. Throws SQLite::Exception. The same
  /// rows are looked at again until committed() is called.
  void step();
  void committed();
  /// Until the next begin().
  void give_up() { cutoff_.reset(); }

 private:
  struct Event {
    std::int64_t time = std::numeric_limits<std::int64_t>::min();
    std::uint64_t seq = 0;
  };
  enum class Part : std::uint8_t { Actions, Events, Submissions, Machines, Cancels, End };
  /// Everything before it is done.
  struct Place {
    Part part = Part::Actions;
    Event event;  ///< the last one looked at, in order of time and seq
    CancelTables::Place cancels;
  };
  /// True if that part is done.
  [[nodiscard]] bool remove_actions();
  [[nodiscard]] bool remove_events(Event& looked_at);
  [[nodiscard]] std::vector<Event> read_candidates(const Event& after);
  [[nodiscard]] std::vector<std::string> read_webhooks();
  [[nodiscard]] std::uint64_t read_first_kept();
  [[nodiscard]] bool referred_to(std::uint64_t seq, const std::vector<std::string>& webhooks);

  CancelTables& cancels_;
  SubmissionTable& submissions_;
  MachineTable& machines_;
  Statement delete_actions_;
  Statement select_candidates_;
  Statement select_webhooks_;
  Statement select_first_kept_;
  Statement select_reference_;
  Statement delete_event_;
  std::optional<WallTime> cutoff_;
  Place place_;
  Place next_;  ///< the place once the step is committed
};

}  // namespace mactiond::store
