#pragma once

#include <string>

namespace mactiond::http {

/// Whether host, as it stands in a URL, is this machine or its own link: `localhost`, a loopback
/// address (127.0.0.0/8, ::1) or a link-local one (169.254.0.0/16, fe80::/10). Nothing that is sent
/// there leaves the machine and its host.
[[nodiscard]] bool is_local_host(const std::string& host);

}  // namespace mactiond::http
