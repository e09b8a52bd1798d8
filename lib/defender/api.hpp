#pragma once

#include <string>

#include "action/machine_action.hpp"
#include "action/query.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// Path and query of a list call, percent-encoded, beginning with /api/machineactions.
[[nodiscard]] std::string list_target(const core::Query& query);
/// Path of a read by id. The id is percent-encoded whatever it holds.
[[nodiscard]] std::string get_target(const ActionId& action);

/// GET /api/machineactions with the OData options of the query. api is the configured base URL.
[[nodiscard]] http::Request list_request(const http::Url& api, const core::Query& query,
                                         const Secret& token);
/// GET /api/machineactions/{id}
[[nodiscard]] http::Request get_request(const http::Url& api, const ActionId& action,
                                        const Secret& token);
/// POST /api/machineactions/{id}/cancel with the comment as JSON.
[[nodiscard]] http::Request cancel_request(const http::Url& api, const ActionId& action,
                                           const std::string& comment, const Secret& token);

}  // namespace mactiond::defender
