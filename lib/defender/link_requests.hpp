#pragma once

#include "action/machine_action.hpp"
#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

// The answers hold a link: link_answer.hpp. docs/defender-api.md 11.

/// GET …/getPackageUri, of a finished CollectInvestigationPackage.
[[nodiscard]] http::Request package_link_request(const http::Url& api, const ActionId& action,
                                                 const Secret& token);
/// GET …/GetLiveResponseResultDownloadLink. command: its `index`, counted from 0.
[[nodiscard]] http::Request result_link_request(const http::Url& api, const ActionId& action,
                                                unsigned command, const Secret& token);

}  // namespace mactiond::defender
