#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/loader.hpp"
#include "http/client.hpp"
#include "net/https_client.hpp"
#include "runtime/command_runner.hpp"

namespace mactiond::daemon {

/// Makes what the runner reaches regions and webhooks by.
///
/// Whoever trusts the same and goes out the same way shares one client, over reloads too: a trust
/// store of its own costs each more than a megabyte. A client lives as long as somebody uses it.
class AccessBuilder {
 public:
  /// clock and environment outlive what is built.
  AccessBuilder(boost::asio::any_io_executor executor, const Clock& clock,
                const config::Environment& environment)
      : executor_(std::move(executor)), clock_(clock), environment_(environment) {}

  /// Nothing is changed by a failure; it names the region or webhook.
  [[nodiscard]] Result<runtime::Accesses> build(const config::Config& config);

 private:
  /// ca_file by its content too: a file that was replaced is another trust.
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string, bool,
                         std::string, std::string>;

  [[nodiscard]] Result<std::shared_ptr<http::Client>> client(const net::ClientOptions& options);
  [[nodiscard]] Result<void> point(runtime::WebhookAccess& access, const config::Webhook& webhook,
                                   int idle_connections);
  [[nodiscard]] Result<std::shared_ptr<runtime::RegionAccess>> build(const config::Region& region,
                                                                     int idle_connections);
  [[nodiscard]] Result<std::shared_ptr<runtime::WebhookAccess>> build(
      const config::Webhook& webhook, int idle_connections);

  boost::asio::any_io_executor executor_;
  const Clock& clock_;
  const config::Environment& environment_;
  std::map<Key, std::weak_ptr<http::Client>> clients_;
};

}  // namespace mactiond::daemon
