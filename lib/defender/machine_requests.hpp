#pragma once

#include <string_view>

#include "action/machine_query.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

// docs/defender-api.md 12.

/// GET /api/machines/{id}
[[nodiscard]] http::Request machine_request(const http::Url& api, std::string_view machine,
                                            const Secret& token);
/// GET /api/machines with the OData options of the query, for at most kMachinesMax.
[[nodiscard]] http::Request machines_request(const http::Url& api, const MachineQuery& query,
                                             const Secret& token);
/// GET /api/alerts/{id}
[[nodiscard]] http::Request alert_request(const http::Url& api, std::string_view alert,
                                          const Secret& token);
/// GET /api/alerts/{id}/machine
[[nodiscard]] http::Request alert_machine_request(const http::Url& api, std::string_view alert,
                                                  const Secret& token);

}  // namespace mactiond::defender
