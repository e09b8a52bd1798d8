#include "config/link_hosts.hpp"

namespace mactiond::config {
namespace {

constexpr const char* kStorage = "*.blob.core.windows.net";
constexpr const char* kGovernmentService = "*.securitycenter.microsoft.us";
constexpr const char* kGovernmentStorage = "*.blob.core.usgovcloudapi.net";

std::vector<std::string> hosts_of_cloud(const std::string& cloud) {
  if (cloud == "commercial") {
    return {"*.security.microsoft.com", "*.securitycenter.microsoft.com",
            "*.securitycenter.windows.com", kStorage};
  }
  if (cloud == "gcc") return {kGovernmentService, kGovernmentStorage, kStorage};
  return {kGovernmentService, kGovernmentStorage};
}

}  // namespace

http::LinkHosts link_hosts(const Region& region, const std::vector<std::string>& named) {
  if (!named.empty()) return {named};
  return {hosts_of_cloud(region.cloud), region.api};
}

}  // namespace mactiond::config
