#pragma once

#include <string>
#include <string_view>

#include "action/action_request.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// POST /api/machines/{id}/… that starts the action (docs/defender-api.md 10). There is no mistake
/// in the request; machine is an id; the comment has its tag already.
[[nodiscard]] http::Request start_request(const http::Url& api, std::string_view machine,
                                          const ActionRequest& action, std::string_view comment,
                                          const Secret& token);

}  // namespace mactiond::defender
