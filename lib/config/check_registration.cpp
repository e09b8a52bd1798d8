#include "config/check_registration.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/guid.hpp"
#include "base/text.hpp"
#include "config/value_types.hpp"

namespace mactiond::config {
namespace {

// The one form of an id: a GUID may be written with or without hyphens and braces.
std::string plain_id(const std::string& id) { return guid_digits(id).value_or(to_lower(id)); }

// Of the machine's own identity there is one, without an id that is known here.
std::string client_of(const Region& region) {
  const bool is_machine = region.application().empty() && !region.tenant_id.empty() &&
                          region.auth.kind == AuthKind::ManagedIdentity;
  return is_machine ? "the machine's own" : plain_id(region.application());
}

/// A region's ids in their one form; empty where one is missing.
struct Registration {
  explicit Registration(const Region& region)
      : tenant(plain_id(region.tenant_id)),
        client(client_of(region)),
        tenant_is_guid(guid_digits(tenant).has_value()) {}

  std::string tenant;
  std::string client;
  bool tenant_is_guid;
};

using Tables = std::vector<const Node*>;
using Registrations = std::vector<Registration>;

/// The regions so far of one client: the first, the first of another tenant than that, and the
/// first whose tenant is written as a domain.
struct OfClient {
  std::optional<std::size_t> first;
  std::optional<std::size_t> other;
  std::optional<std::size_t> domain;

  /// The first whose tenant is written otherwise and may be the same.
  [[nodiscard]] std::optional<std::size_t> maybe_same(const Registration& own,
                                                      const Registrations& all) const {
    if (own.tenant_is_guid) return domain;
    return first && all[*first].tenant == own.tenant ? other : first;
  }
  void add(std::size_t index, const Registrations& all) {
    if (!first) first = index;
    if (!other && all[index].tenant != all[*first].tenant) other = index;
    if (!domain && !all[index].tenant_is_guid) domain = index;
  }
};

// A domain may be that of a tenant written as a GUID, or another domain of it.
void check_spellings(const Tables& tables, const Registrations& all, const Config& config,
                     Reader& reader) {
  std::map<std::string, OfClient> clients;
  reader.enter("region");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (all[i].tenant.empty() || all[i].client.empty()) continue;
    OfClient& of_client = clients[all[i].client];
    if (const auto other = of_client.maybe_same(all[i], all)) {
      reader.warn(tables[i]->place,
                  "same client as region " + shown(config.regions[*other].core.name) +
                      ", and its tenant may be the same, written in another form: each action "
                      "would be recorded twice, and each would spend the other's quota; write the "
                      "tenant_id of both as GUIDs");
    }
    of_client.add(i, all);
  }
}

// Ids have no letter case; a URL does not make two of one registration.
void check_pairs(const Tables& tables, const Registrations& all, const Config& config,
                 Reader& reader) {
  std::map<std::string, std::size_t> of_tenant;
  std::map<std::pair<std::string, std::string>, std::size_t> of_both;
  reader.enter("region");
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& [tenant, client, is_guid] = all[i];
    if (tenant.empty()) continue;
    const auto [first, new_tenant] = of_tenant.emplace(tenant, i);
    if (client.empty()) continue;
    const auto [same, new_pair] = of_both.emplace(std::pair(tenant, client), i);
    if (!new_pair) {
      reader.fail(tables[i]->place,
                  "same tenant and client as region " +
                      shown(config.regions[same->second].core.name) +
                      ": each action would be recorded twice, and each would spend the other's "
                      "quota; remove one");
    } else if (!new_tenant) {
      reader.warn(tables[i]->place, "same tenant as region " +
                                        shown(config.regions[first->second].core.name) +
                                        ": each action is recorded twice, once for each region");
    }
  }
}

}  // namespace

void check_registrations(const std::vector<const Node*>& tables, const Config& config,
                         Reader& reader) {
  const Registrations all(config.regions.begin(), config.regions.end());
  check_pairs(tables, all, config, reader);
  check_spellings(tables, all, config, reader);
}

}  // namespace mactiond::config
