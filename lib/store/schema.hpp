#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

#include "base/error.hpp"

namespace mactiond::store {

/// The schema from which events know their Subject.
inline constexpr int kSubjectsVersion = 16;

/// Fills the columns of Subject from the text of events that were stored without them. Only of
/// events that are still sent somewhere: nobody asks for the subject of others, and a large store
/// is not rewritten.
inline constexpr const char* kReadSubjects = R"(
UPDATE event SET (webhook, action_type, from_status, to_status, backlog) = (
  SELECT coalesce(own ->> '$.webhook', ''), coalesce(action ->> '$.type', ''),
         coalesce(own ->> '$.from', ''), coalesce(own ->> '$.to', ''),
         coalesce(json_type(own, '$.backlog') = 'true', 0)
  FROM (SELECT iif(json_valid('{' || fields || '}'), '{' || fields || '}', '{}') AS own,
               iif(json_valid(document), document, '{}') AS action))
WHERE seq IN (SELECT seq FROM delivery UNION SELECT seq FROM dead_letter)
   OR seq >= (SELECT min(next_seq) FROM syslog))";

/// Step n brings a store from version n to version n + 1 (`user_version`). Released steps never
/// change; a new version is one more of them.
[[nodiscard]] std::span<const char* const> migrations();

/// Brings the store to the newest version, each step in a transaction of its own. Errc::StoreTooNew
/// if it is beyond that already, StoreCorrupt if the file is someone else's database. `where` holds
/// the cause. May throw SQLite::Exception.
[[nodiscard]] Result<void> migrate(SQLite::Database& database,
                                   std::span<const char* const> steps = migrations());

}  // namespace mactiond::store
