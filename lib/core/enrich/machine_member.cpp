#include "core/enrich/machine_member.hpp"

#include <optional>
#include <string>

#include "base/json_texts.hpp"

namespace mactiond::core {
namespace {

// What the API did not send is null there.
std::optional<std::string> said(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

void add_machine(EventRecord& event, const MachineFacts& facts) {
  const JsonMembers members = JsonMembers()
                                  .add("rbacGroupName", said(facts.marks.group))
                                  .add_raw("machineTags", json_texts(facts.marks.tags))
                                  .add("osPlatform", said(facts.os_platform))
                                  .add("healthStatus", said(facts.health_status));
  if (!event.fields.empty()) event.fields += ',';
  event.fields += JsonMembers().add_raw("machine", '{' + members.text() + '}').text();
  event.subject.machine = facts.marks;
}

}  // namespace mactiond::core
