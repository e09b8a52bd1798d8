#include "config/check.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "config/check_enrich.hpp"
#include "config/check_policy.hpp"
#include "config/check_region.hpp"
#include "config/check_webhook.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

void check_unique(const std::vector<const Node*>& tables, const std::string& section,
                  Reader& reader) {
  std::map<std::string_view, const Node*> seen;
  reader.enter(section + ".name");
  for (const Node* table : tables) {
    const Node* name = table->find("name");
    if (name == nullptr || !reader.is_good(name)) continue;
    const auto [first, is_new] = seen.emplace(name->text, name);
    if (is_new) continue;
    reader.fail(*name, shown(name->text) + " is the name of the " + section + " in " +
                           reader.text_of(first->second->place, name->place) + " already");
  }
}

}  // namespace

void check(const Node& root, const std::vector<const Node*>& regions,
           const std::vector<const Node*>& policies, const std::vector<const Node*>& webhooks,
           const std::vector<const Node*>& syslogs, const Config& config, Reader& reader) {
  const Node* list = root.child("region");
  const bool none = list == nullptr || (list->kind == Node::Kind::List && list->children.empty());
  if (none) {
    reader.enter("region");
    reader.fail(Place{}, "at least one [[region]] is needed");
  }
  check_unique(regions, "region", reader);
  check_unique(policies, "policy", reader);
  check_unique(webhooks, "webhook", reader);
  check_unique(syslogs, "syslog", reader);
  check_regions(root, regions, config, reader);
  check_policies(policies, config, reader);
  check_machine_keys(root, policies, "policy", "match", config, reader);
  check_machine_keys(root, webhooks, "webhook", "filter", config, reader);
  check_machine_keys(root, syslogs, "syslog", "filter", config, reader);
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    check_webhook(*webhooks[i], config.webhooks[i], config, reader);
  }
}

}  // namespace mactiond::config
