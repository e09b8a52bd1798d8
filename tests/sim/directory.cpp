#include "sim/directory.hpp"

#include <algorithm>
#include <utility>

#include "action/machine.hpp"
#include "base/text.hpp"

namespace mactiond::sim {
namespace {

/// The machine that an alert nobody added is on.
std::string machine_id_of(std::string_view alert_id) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : alert_id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string id;
  for (; id.size() < 40; hash = hash * 31 + 7) id += "0123456789abcdef"[hash >> 60U];
  return id;
}

bool goes_before(const std::vector<OrderKey>& keys, const Machine& left, const Machine& right) {
  for (const OrderKey& key : keys) {
    const FieldValue a = field(left, key.property);
    const FieldValue b = field(right, key.property);
    if (a != b) return key.descending ? b < a : a < b;
  }
  return left.id < right.id;
}

}  // namespace

void Directory::put(Machine machine) {
  machine.id = to_lower(machine.id);
  removed_.erase(machine.id);
  machines_[machine.id] = std::move(machine);
}

void Directory::put(Alert alert) { alerts_[alert.id] = std::move(alert); }

bool Directory::remove(const std::string& machine_id, WallTime now) {
  if (find(machine_id, now) == nullptr) return false;
  machines_.erase(to_lower(machine_id));
  removed_.insert(to_lower(machine_id));
  return true;
}

void Directory::learn(const std::string& machine_id, const std::string& name, WallTime now) {
  const std::string id = to_lower(machine_id);
  if (name.empty() || removed_.contains(id) || machines_.contains(id)) return;
  Machine machine;
  machine.id = id;
  machine.computer_dns_name = name;
  machine.first_seen = now;
  machine.last_seen = now;
  machines_.emplace(id, std::move(machine));
}

bool Directory::refuse(const std::string& machine_id, std::optional<Refusal> refusal,
                       WallTime now) {
  if (find(machine_id, now) == nullptr) return false;
  machines_.at(to_lower(machine_id)).refusal = std::move(refusal);
  return true;
}

const Machine* Directory::find(const std::string& machine_id, WallTime now) {
  const std::string id = to_lower(machine_id);
  if (!strict_ && is_machine_id(id)) learn(id, default_name(id), now);
  const auto row = machines_.find(id);
  return row == machines_.end() ? nullptr : &row->second;
}

const Machine* Directory::find_name(const std::string& name) const {
  const Machine* found = nullptr;
  for (const auto& [id, machine] : machines_) {
    if (!machine.computer_dns_name || !iequals(*machine.computer_dns_name, name)) continue;
    if (found == nullptr || found->last_seen < machine.last_seen) found = &machine;
  }
  return found;
}

Answer<const Machine*> Directory::get(const std::string& id_or_name, WallTime now) {
  const Machine* machine = find(id_or_name, now);
  if (machine == nullptr) machine = find_name(id_or_name);
  if (machine == nullptr) return not_found("Machine " + id_or_name);
  return machine;
}

MachineSelection Directory::list(const ListOptions& options) const {
  MachineSelection selection;
  for (const auto& [id, machine] : machines_) {
    if (!options.filter || matches(*options.filter, machine)) selection.rows.push_back(&machine);
  }
  std::sort(selection.rows.begin(), selection.rows.end(),
            [&options](const Machine* left, const Machine* right) {
              return goes_before(options.order, *left, *right);
            });
  selection.matched = selection.rows.size();
  const std::size_t begin = std::min(options.skip, selection.matched);
  const std::size_t length = std::min(options.top.value_or(kTopMax), selection.matched - begin);
  const auto first = selection.rows.begin() + static_cast<std::ptrdiff_t>(begin);
  selection.rows.erase(first + static_cast<std::ptrdiff_t>(length), selection.rows.end());
  selection.rows.erase(selection.rows.begin(), first);
  return selection;
}

Answer<Alert> Directory::alert(const std::string& id, WallTime now) const {
  if (const auto row = alerts_.find(id); row != alerts_.end()) return row->second;
  if (strict_ || id.find('_') == std::string::npos) return not_found("Alert " + id);
  Alert alert;
  alert.id = id;
  alert.machine_id = machine_id_of(id);
  alert.created = now;
  return alert;
}

Answer<const Machine*> Directory::machine_of_alert(const std::string& id, WallTime now) {
  const auto found = alert(id, now);
  if (!found) return found.error();
  const Machine* machine = found->machine_id ? find(*found->machine_id, now) : nullptr;
  if (machine == nullptr) return not_found("Machine of alert " + id);
  return machine;
}

std::string render(const Alert& alert, const Machine* machine) {
  const KeySelection all;
  const std::optional<std::string> none;
  Members members(false, all);
  members.text("id", alert.id);
  members.text("severity", alert.severity);
  members.text("status", alert.status);
  members.text("category", alert.category);
  members.text("title", alert.title);
  members.time("alertCreationTime", alert.created);
  members.time("lastUpdateTime", alert.created);
  members.text_or_null("machineId", alert.machine_id);
  members.text_or_null("computerDnsName", machine ? machine->computer_dns_name : none);
  members.text_or_null("rbacGroupName", machine ? machine->rbac_group_name : none);
  return members.object();
}

}  // namespace mactiond::sim
