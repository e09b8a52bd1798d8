#pragma once

#include <string>
#include <string_view>

#include "mactionsim/call.hpp"
#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// A new link to the artifact. Unless the options say otherwise it leads to the host that the call
/// was sent to.
[[nodiscard]] std::string make_link(Tenant& tenant, const Call& call, const Artifact& artifact,
                                    WallTime now);

/// Serves what the links lead to.
class Downloads {
 public:
  explicit Downloads(Tenant& tenant) : tenant_(tenant) {}

  [[nodiscard]] static bool is_link_path(std::string_view path);
  [[nodiscard]] Reply on(const Call& call, std::string_view query, CallTime time);

 private:
  [[nodiscard]] Reply serve(const Call& call, std::string_view query, WallTime now);

  Tenant& tenant_;
};

}  // namespace mactiond::sim
