#include "store/machine_names.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "store/submission_query.hpp"

namespace mactiond::store {
namespace {

constexpr std::size_t kMachinesMax = 20;
/// How many pairs of a name and a machine are looked at.
constexpr int kLookedAtMax = 500;

/// After every id of a machine.
constexpr std::string_view kAfterAll = "\xf4\x8f\xbf\xbf";

void add(std::vector<core::KnownMachine>& found, core::KnownMachine machine) {
  if (machine.id.empty()) return;
  const auto same = std::find_if(found.begin(), found.end(),
                                 [&](const auto& other) { return other.id == machine.id; });
  if (same == found.end()) {
    found.push_back(std::move(machine));
  } else if (same->newest < machine.newest) {
    *same = std::move(machine);
  }
}

}  // namespace

MachineNames::MachineNames(SQLite::Database& database)
    : select_machine_(database, kSelectMachineOfName),
      select_name_(database, kSelectNameBefore),
      select_id_(database, kSelectMachine) {}

std::vector<core::KnownMachine> MachineNames::find(const std::string& region,
                                                   const std::string& name) {
  std::vector<core::KnownMachine> found;
  int left = kLookedAtMax;
  add_machines(region, name, found, left);
  if (name.find('.') == std::string::npos) {
    const std::string first = name + '.';
    // What follows a dot.
    auto next = name_before(region, first, name + '/');
    for (; next && left > 0; next = name_before(region, first, *next)) {
      add_machines(region, *next, found, left);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& one, const auto& other) {
    return std::pair(other.newest, one.id) < std::pair(one.newest, other.id);
  });
  if (found.size() > kMachinesMax) found.resize(kMachinesMax);
  return found;
}

std::optional<core::KnownMachine> MachineNames::find_id(const std::string& region,
                                                        const std::string& id) {
  Rows row = select_id_.query(region, id);
  if (!row.next()) return std::nullopt;
  return core::KnownMachine{row.text(1), row.text(0), row.time(2)};
}

void MachineNames::add_machines(const std::string& region, const std::string& name,
                                std::vector<core::KnownMachine>& found, int& left) {
  for (std::string before(kAfterAll); left > 0; --left) {
    Rows row = select_machine_.query(region, name, before);
    if (!row.next()) return;
    core::KnownMachine machine{row.text(1), row.text(0), row.time(2)};
    before = machine.id;
    add(found, std::move(machine));
  }
}

std::optional<std::string> MachineNames::name_before(const std::string& region,
                                                     const std::string& first,
                                                     const std::string& name) {
  Rows row = select_name_.query(region, first, name);
  return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

}  // namespace mactiond::store
