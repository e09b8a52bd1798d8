#include "store/event_row.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace mactiond::store {

core::EventRecord to_event(const Rows& row) {
  core::EventRecord event;
  event.seq = row.number(0);
  event.id = row.text(1);
  const std::string type = row.text(2);
  const auto known = core::parse_event_type(type);
  if (!known) throw SQLite::Exception("unknown event type " + type, SQLITE_CORRUPT);
  event.type = *known;
  event.time = row.time(3);
  event.instance = row.text(4);
  event.region = row.text(5);
  event.action.value = row.text(6);
  event.fields = row.text(7);
  event.document = row.text(8);
  return event;
}

}  // namespace mactiond::store
