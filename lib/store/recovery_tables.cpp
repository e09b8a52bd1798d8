#include "store/recovery_tables.hpp"

#include <cstdint>
#include <string>

namespace mactiond::store {

std::int64_t count_kept(SQLite::Database& database) {
  constexpr const char* kCount = R"(
SELECT (SELECT count(*) FROM delivery) + (SELECT count(*) FROM dead_letter)
     + (SELECT count(*) FROM decision) + (SELECT count(*) FROM submission)
     + (SELECT count(*) FROM event))";
  return database.execAndGet(kCount).getInt64();
}

RecoveryTables::RecoveryTables(SQLite::Database& database)
    : upsert_recovery_(database, "INSERT OR REPLACE INTO recovery VALUES (1, ?1, ?2, ?3, ?4)"),
      delete_regions_(database, "DELETE FROM recovering"),
      insert_region_(database, "INSERT OR REPLACE INTO recovering VALUES (?1, ?2)"),
      delete_region_(database, "DELETE FROM recovering WHERE region = ?1"),
      delete_carried_(database, "DELETE FROM carried_over"),
      select_carried_(database,
                      "SELECT damage, set_aside, kept, lost, switch_known FROM carried_over"),
      select_recovery_(database, "SELECT after_seq, at, boot_id, mono FROM recovery"),
      select_regions_(database, "SELECT region, quiet_before FROM recovering") {}

void RecoveryTables::write(const core::Batch& batch) {
  if (const auto& row = batch.recovery) {
    upsert_recovery_.run(row->after_seq, row->at, row->boot_id,
                         std::int64_t{row->mono.time_since_epoch().count()});
    delete_regions_.run();
    delete_carried_.run();
  }
  for (const auto& [region, before] : batch.recovering) insert_region_.run(region, before);
  for (const std::string& region : batch.reread) delete_region_.run(region);
}

void RecoveryTables::load(core::StoreFound& found) {
  Rows row = select_carried_.query();
  if (!row.next()) return;
  found.damaged = true;
  found.damage = row.text(0);
  found.set_aside = row.text(1);
  found.kept = row.integer(2);
  found.lost = row.integer(3);
  found.switch_known = row.integer(4) != 0;
}

void RecoveryTables::load(core::Snapshot& snapshot) {
  for (Rows row = select_recovery_.query(); row.next();) {
    snapshot.recovery = {row.number(0), row.time(1), row.text(2), row.instant(3)};
  }
  for (Rows row = select_regions_.query(); row.next();) {
    snapshot.recovering.push_back({row.text(0), row.time(1)});
  }
}

}  // namespace mactiond::store
