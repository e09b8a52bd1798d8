#include "store/machine_table.hpp"

#include <utility>

#include "core/enrich/machine_book.hpp"
#include "store/machine_schema.hpp"
#include "store/tags_text.hpp"

namespace mactiond::store {
namespace {

constexpr int kRowsPerStep = 10;

}  // namespace

MachineTable::MachineTable(SQLite::Database& database)
    : upsert_(database, "INSERT OR REPLACE INTO machine VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      delete_old_(database, kDeleteOldMachines),
      select_all_(database, kSelectMachines) {}

void MachineTable::write(const core::Batch& batch) {
  for (const core::MachineRow& row : batch.machines) {
    const MachineFacts& facts = row.facts;
    upsert_.run(row.region, row.machine, row.read, facts.marks.group, facts.os_platform,
                facts.health_status, tags_text(facts.marks.tags));
    (void)prune(row.read - core::kFactsFor);
  }
}

bool MachineTable::prune(WallTime cutoff) {
  return delete_old_.run(cutoff, kRowsPerStep) < kRowsPerStep;
}

void MachineTable::load(core::Snapshot& snapshot) {
  for (Rows rows = select_all_.query(); rows.next();) {
    core::MachineRow row;
    row.region = rows.text(0);
    row.machine = rows.text(1);
    row.read = rows.time(2);
    row.facts.marks = {rows.text(3), read_tags(rows.text(6))};
    row.facts.os_platform = rows.text(4);
    row.facts.health_status = rows.text(5);
    snapshot.machines.push_back(std::move(row));
  }
}

}  // namespace mactiond::store
