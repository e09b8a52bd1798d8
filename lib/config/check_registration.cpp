#include "config/check_registration.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include "base/text.hpp"
#include "config/guid.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

// The one form of an id: a GUID may be written with or without hyphens and braces.
std::string plain_id(const std::string& id) { return guid_digits(id).value_or(to_lower(id)); }

// A domain may be that of a tenant written as a GUID, or another domain of it.
void check_spellings(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  reader.enter("region");
  for (std::size_t i = 1; i < tables.size(); ++i) {
    const Region& region = config.regions[i];
    if (region.tenant_id.empty() || region.client_id.empty()) continue;
    const std::string tenant = plain_id(region.tenant_id);
    const auto end = config.regions.begin() + static_cast<std::ptrdiff_t>(i);
    const auto other = std::find_if(config.regions.begin(), end, [&](const Region& before) {
      const std::string its = plain_id(before.tenant_id);
      return !its.empty() && its != tenant && !(guid_digits(its) && guid_digits(tenant)) &&
             plain_id(before.client_id) == plain_id(region.client_id);
    });
    if (other == end) continue;
    reader.warn(tables[i]->place,
                "same client as region " + shown(other->core.name) +
                    ", and its tenant may be the same, written in another form: each action would "
                    "be recorded twice, and each would spend the other's quota; write the "
                    "tenant_id of both as GUIDs");
  }
}

// Ids have no letter case; a URL does not make two of one registration.
void check_pairs(const std::vector<const Node*>& tables, const Config& config, Reader& reader) {
  std::map<std::string, std::vector<std::size_t>> of_tenant;
  reader.enter("region");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Region& region = config.regions[i];
    if (region.tenant_id.empty()) continue;
    auto& others = of_tenant[plain_id(region.tenant_id)];
    const auto same = std::find_if(others.begin(), others.end(), [&](std::size_t other) {
      const std::string& client = config.regions[other].client_id;
      return !client.empty() && plain_id(client) == plain_id(region.client_id);
    });
    if (same != others.end()) {
      reader.fail(tables[i]->place,
                  "same tenant and client as region " + shown(config.regions[*same].core.name) +
                      ": each action would be recorded twice, and each would spend the other's "
                      "quota; remove one");
    } else if (!others.empty() && !region.client_id.empty()) {
      reader.warn(tables[i]->place, "same tenant as region " +
                                        shown(config.regions[others.front()].core.name) +
                                        ": each action is recorded twice, once for each region");
    }
    others.push_back(i);
  }
}

}  // namespace

void check_registrations(const std::vector<const Node*>& tables, const Config& config,
                         Reader& reader) {
  check_pairs(tables, config, reader);
  check_spellings(tables, config, reader);
}

}  // namespace mactiond::config
