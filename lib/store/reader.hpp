#pragma once

#include <SQLiteCpp/Database.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/read_view.hpp"
#include "store/complaints.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// What operators read. Each call reads a bounded part of the store, whatever it holds. Throws
/// SQLite::Exception.
class Reader {
 public:
  Reader(SQLite::Database& database, Complaints& complaints);

  [[nodiscard]] core::ActionPage actions(const core::ActionFilter& filter);
  /// The action under this id, once for each region that knows it.
  [[nodiscard]] std::vector<core::ActionView> action(const std::string& id);
  /// Where an id is known that begins with this, in any letter case; whole ones first. Bounded.
  [[nodiscard]] std::vector<core::ActionPlace> places(const std::string& prefix);
  /// Whether an action has this there, in any letter case of a type or status.
  [[nodiscard]] bool occurs(core::ActionField field, const std::string& text);
  /// The oldest events about an action, as many as one answer may hold.
  [[nodiscard]] std::vector<core::EventRecord> history(const core::ActionView& action);
  [[nodiscard]] std::vector<core::EventRecord> events(const core::EventFilter& filter);
  [[nodiscard]] core::DeadLetterPage dead_letters(const core::DeadLetterFilter& filter);
  [[nodiscard]] std::optional<core::DeadLetterView> dead_letter(const std::string& webhook,
                                                                std::uint64_t seq);

 private:
  [[nodiscard]] std::optional<core::EventRecord> read_event(const Rows& row);
  [[nodiscard]] std::vector<core::EventRecord> read_events(Rows rows, std::size_t bytes_max,
                                                           std::uint64_t& last);
  [[nodiscard]] core::DeadLetterView read_dead_letter(const Rows& row);

  Complaints& complaints_;
  Statement select_actions_;
  Statement select_last_looked_at_;
  Statement select_open_actions_;
  Statement select_last_open_looked_at_;
  Statement select_action_;
  Statement select_ids_;
  Statement select_has_region_;
  Statement select_has_type_;
  Statement select_has_status_;
  Statement select_history_;
  Statement select_events_;
  Statement select_dead_letters_;
  Statement select_dead_letter_;
};

}  // namespace mactiond::store
