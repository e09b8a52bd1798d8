#include "mactionsim/machine_api.hpp"

#include "base/json_text.hpp"
#include "mactionsim/document.hpp"

namespace mactiond::sim {

Reply MachineApi::list(std::string_view query) {
  const auto options = parse_list_options(query, kMachineWords);
  if (!options) return refusal_reply(bad_request("ODataError", options.error().message));
  const MachineSelection selection = tenant_.model.directory().list(*options);
  if (selection.rows.empty() && tenant_.switches.traits.no_machines_404) {
    return refusal_reply(not_found("Machine"));
  }
  std::string rows = "[";
  for (const Machine* row : selection.rows) {
    if (rows.size() > 1) rows += ',';
    rows += render(*row, options->select);
  }
  JsonMembers members;
  if (options->count) members.add("@odata.count", static_cast<std::int64_t>(selection.matched));
  members.add_raw("value", rows + "]");
  return document_reply(
      200, with_context(tenant_.switches.traits.host, "Machines" + listed(options->select),
                        "{" + members.text() + "}"));
}

Reply MachineApi::machine(const std::string& id_or_name, std::string_view query, WallTime now) {
  const auto options = parse_list_options(query, kMachineWords);
  if (!options) return refusal_reply(bad_request("ODataError", options.error().message));
  const auto found = tenant_.model.directory().get(id_or_name, now);
  if (!found) return refusal_reply(found.error());
  return entity_reply(**found, options->select);
}

Reply MachineApi::alert(const std::string& id, WallTime now) {
  Directory& directory = tenant_.model.directory();
  const auto found = directory.alert(id, now);
  if (!found) return refusal_reply(found.error());
  const Machine* machine = found->machine_id ? directory.find(*found->machine_id, now) : nullptr;
  return document_reply(
      200, with_context(tenant_.switches.traits.host, "Alerts/$entity", render(*found, machine)));
}

Reply MachineApi::machine_of_alert(const std::string& id, WallTime now) {
  const auto found = tenant_.model.directory().machine_of_alert(id, now);
  if (!found) return refusal_reply(found.error());
  return entity_reply(**found, {});
}

Reply MachineApi::entity_reply(const Machine& machine, const KeySelection& select) const {
  return document_reply(
      200, with_context(tenant_.switches.traits.host, "Machines" + listed(select) + "/$entity",
                        render(machine, select)));
}

}  // namespace mactiond::sim
