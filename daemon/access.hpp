#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "config/config.hpp"
#include "config/loader.hpp"
#include "http/client.hpp"
#include "key_pairs.hpp"
#include "net/https_client.hpp"
#include "runtime/command_runner.hpp"

namespace mactiond::daemon {

/// Why a region, a webhook or a syslog receiver cannot be reached as configured.
struct AccessMistake {
  std::string section;
  std::size_t index = 0;  ///< among the tables of the section
  std::string key;        ///< of the section; empty where none is to blame alone
  Error error;
};

/// Makes the accesses by which the runner reaches regions and webhooks.
///
/// Accesses with the same trust and the same proxy share one client, over reloads too: each trust
/// store costs more than a megabyte. A client lives as long as an access uses it.
class AccessBuilder {
 public:
  /// clock and environment outlive what is built.
  AccessBuilder(boost::asio::any_io_executor executor, const Clock& clock,
                const config::Environment& environment)
      : executor_(std::move(executor)),
        clock_(clock),
        environment_(environment),
        key_pairs_(environment) {}

  /// Or everything that is wrong. Nothing is changed by a failure. Touches no network.
  [[nodiscard]] std::variant<runtime::Accesses, std::vector<AccessMistake>> build(
      const config::Config& config);

  /// Sets when each certificate ends: of the pair that signs, which may be a former one.
  void take_certificate_ends(config::Config& config);
  /// Warns of certificates that are not valid now: they let a region degrade and no start fail.
  void warn_of_certificates(config::LoadResult& loaded);

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

  void try_syslogs(const config::Config& config, std::vector<AccessMistake>& mistakes);

  boost::asio::any_io_executor executor_;
  const Clock& clock_;
  const config::Environment& environment_;
  std::map<Key, std::weak_ptr<http::Client>> clients_;
  KeyPairs key_pairs_;
};

/// Adds the mistakes to the problems of the configuration.
void add_mistakes(const std::vector<AccessMistake>& mistakes, config::LoadResult& loaded);

/// Everything of a start that reads files and variables and touches neither network nor state.
void try_access(config::LoadResult& loaded, const config::Environment& environment);

}  // namespace mactiond::daemon
