#include "store/slow_check.hpp"

#include <array>

#include "store/statement.hpp"

namespace mactiond::store {
namespace {

// Each gives the key of a row and something that makes SQLite read all of it.
// ?1 and ?2: the key after which; ?3: limit.
constexpr std::array kReads{
    "SELECT '', seq, length(id) + length(type) + length(instance) + length(region)"
    " + length(action_id) + length(fields) + length(document) + length(webhook)"
    " + length(action_type) + length(from_status) + length(to_status)"
    " FROM event WHERE ?1 = '' AND seq > ?2 ORDER BY seq LIMIT ?3",
    "SELECT '', rowid, length(id) + length(requestor_comment) + length(document)"
    " FROM action WHERE ?1 = '' AND rowid > ?2 ORDER BY rowid LIMIT ?3",
    "SELECT webhook, seq, length(order_key) + length(last_reason) + queued + due"
    " FROM delivery WHERE (webhook, seq) > (?1, ?2) ORDER BY webhook, seq LIMIT ?3",
    "SELECT webhook, seq, length(reason) + died"
    " FROM dead_letter WHERE (webhook, seq) > (?1, ?2) ORDER BY webhook, seq LIMIT ?3",
    "SELECT id, 0, length(comment) + length(answer) + length(outcome)"
    " FROM decision WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
};
/// Nearly every row has some KiB at most.
constexpr int kRows = 50;

}  // namespace

bool SlowCheck::step() {
  if (table_ == kReads.size()) return true;
  Statement select(database_, kReads[table_]);
  Rows rows = select.query(name_, number_, kRows);
  int read = 0;
  for (; rows.next(); ++read) {
    name_ = rows.text(0);
    number_ = rows.integer(1);
    (void)rows.integer(2);
  }
  if (read == kRows) return false;
  ++table_;
  name_.clear();
  number_ = 0;
  return table_ == kReads.size();
}

}  // namespace mactiond::store
