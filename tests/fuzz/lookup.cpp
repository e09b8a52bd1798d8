#include <algorithm>
#include <string>
#include <variant>

#include "action/machine_choice.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "defender/link_answer.hpp"
#include "defender/machine_answer.hpp"
#include "fuzz/entries.hpp"
#include "http/link_check.hpp"

namespace mactiond::fuzz {
namespace {

// Whatever the machines are, a name never means one that has another name or is merged.
void expect_sound_choice(const MachinePage& page, const MachineQuery& query) {
  const MachineChoice choice = choose_machine(query, page.machines, page.complete);
  if (const auto* refusal = std::get_if<MachineRefusal>(&choice)) {
    MACTIOND_ASSERT(!sentence(*refusal, query).empty());
    MACTIOND_ASSERT(refusal->candidates.size() <= page.machines.size());
    return;
  }
  const auto& chosen = std::get<Machine>(choice);
  MACTIOND_ASSERT(page.complete && chosen.merged_into.empty());
  MACTIOND_ASSERT(to_lower(chosen.computer_dns_name).starts_with(query.name));
  MACTIOND_ASSERT(std::find(page.machines.begin(), page.machines.end(), chosen) !=
                  page.machines.end());
}

}  // namespace

void lookup(std::string_view bytes) {
  if (const auto link = defender::parse_link(bytes)) {
    const http::LinkHosts hosts{{"files.example", "*.blob.example"}};
    const auto checked = http::check_link(*link, hosts);
    const auto* url = std::get_if<http::Url>(&checked);
    MACTIOND_ASSERT(url == nullptr || (url->is_tls() && url->host.ends_with(".example")));
  }
  if (const auto machine = defender::parse_machine(bytes)) {
    MACTIOND_ASSERT(is_machine_id(machine->id));
  }
  if (const auto alert = defender::parse_alert(bytes)) {
    MACTIOND_ASSERT(is_alert_id(alert->id));
    MACTIOND_ASSERT(alert->machine_id.empty() || is_machine_id(alert->machine_id));
  }
  const auto page = defender::parse_machines(bytes, {});
  if (!page) return;
  for (const Machine& machine : page->machines) {
    const auto query = first_query(machine.computer_dns_name);
    if (!query) continue;
    expect_sound_choice(*page, *query);
    expect_sound_choice(*page, {MachineQuery::Kind::FirstLabel, query->name});
  }
}

}  // namespace mactiond::fuzz
