#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "http/link_check.hpp"

namespace mactiond::config {

/// Where links of the region may lead: to what [submit] link_hosts names; where that is empty, to
/// the service of the region's cloud with its storage, and to the server of `api`.
[[nodiscard]] http::LinkHosts link_hosts(const Region& region,
                                         const std::vector<std::string>& named);

}  // namespace mactiond::config
