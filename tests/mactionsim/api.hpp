#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mactionsim/call.hpp"
#include "mactionsim/machine_api.hpp"
#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// Path segments below /api or /api/v1.0 (whatever the letter case), percent-decoded; nothing if
/// the path is another one.
[[nodiscard]] std::optional<std::vector<std::string>> api_segments(std::string_view path);

/// The methods of the Defender API over a tenant.
class Api {
 public:
  explicit Api(Tenant& tenant) : tenant_(tenant), machines_(tenant) {}

  [[nodiscard]] Reply on(const Call& call, const std::vector<std::string>& segments,
                         std::string_view query, CallTime time);

 private:
  [[nodiscard]] Reply list(std::string_view query, WallTime now);
  [[nodiscard]] Reply get(const ActionId& id, std::string_view query, WallTime now);
  [[nodiscard]] Reply cancel(const ActionId& id, const Call& call,
                             const std::vector<std::string>& roles, WallTime now);
  [[nodiscard]] Reply create(const std::string& machine_id, const std::string& verb,
                             const Call& call, const std::vector<std::string>& roles, WallTime now);
  [[nodiscard]] Reply package_uri(const ActionId& id, const Call& call, WallTime now);
  /// segment: the last of the path, with the index in it.
  [[nodiscard]] Reply live_result(const ActionId& id, std::string_view segment, const Call& call,
                                  WallTime now);
  [[nodiscard]] Reply serve(Operation operation, const std::vector<std::string>& segments,
                            const Call& call, std::string_view query,
                            const std::vector<std::string>& roles, WallTime now);
  [[nodiscard]] Reply link_reply(const std::string& link) const;

  Tenant& tenant_;
  MachineApi machines_;
};

}  // namespace mactiond::sim
