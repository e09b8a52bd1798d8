#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

// api is the configured base URL; target begins with /api/ and is percent-encoded.

[[nodiscard]] http::Request api_get(const http::Url& api, std::string_view target,
                                    const Secret& token);
/// body is JSON.
[[nodiscard]] http::Request api_post(const http::Url& api, std::string_view target,
                                     std::string body, const Secret& token);

}  // namespace mactiond::defender
