#pragma once

namespace mactiond::store {

// The queries of submissions, and of the machines that actions name; apart so that a test can ask
// SQLite for the plan. The columns of a submission are in the order of the table: what is not
// looked at is not read.

inline constexpr const char* kSelectSubmissions = "SELECT * FROM submission ORDER BY number";

/// ?1 id.
inline constexpr const char* kSelectSubmission = "SELECT * FROM submission WHERE id = ?1";

/// ?1 number of the cursor, ?2 limit.
inline constexpr const char* kSelectSubmissionPage = R"(
SELECT * FROM submission WHERE number < ?1 ORDER BY number DESC LIMIT ?2)";

/// The same of those that have not ended. The index is named, for the primary key would do too, by
/// reading those that have.
inline constexpr const char* kSelectOpenSubmissionPage = R"(
SELECT * FROM submission INDEXED BY submission_open
WHERE ended IS NULL AND number < ?1 ORDER BY number DESC LIMIT ?2)";

/// ?1 cutoff, ?2 limit. Repeats the condition of its partial index.
inline constexpr const char* kDeleteEndedSubmissions = R"(
DELETE FROM submission WHERE number IN (
  SELECT number FROM submission WHERE ended IS NOT NULL AND ended < ?1 ORDER BY ended LIMIT ?2))";

/// ?1 region, ?2 name in any letter case, ?3 machine: the one before it under that name, by its
/// newest action.
inline constexpr const char* kSelectMachineOfName = R"(
SELECT computer_dns_name, machine_id, opened FROM action
WHERE region = ?1 AND computer_dns_name = ?2 COLLATE NOCASE AND machine_id < ?3
ORDER BY machine_id DESC, opened DESC LIMIT 1)";

/// ?1 region, ?2 first name, ?3 name: the one before it.
inline constexpr const char* kSelectNameBefore = R"(
SELECT computer_dns_name FROM action
WHERE region = ?1 AND computer_dns_name >= ?2 COLLATE NOCASE
  AND computer_dns_name < ?3 COLLATE NOCASE
ORDER BY computer_dns_name COLLATE NOCASE DESC LIMIT 1)";

/// ?1 region, ?2 machine: as its newest action names it.
inline constexpr const char* kSelectMachine = R"(
SELECT computer_dns_name, machine_id, opened FROM action
WHERE region = ?1 AND machine_id = ?2 ORDER BY opened DESC LIMIT 1)";

}  // namespace mactiond::store
