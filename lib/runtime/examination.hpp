#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "doctor/check.hpp"
#include "doctor/region_checks.hpp"
#include "http/client.hpp"
#include "http/url.hpp"
#include "net/try_route.hpp"
#include "runtime/api_calls.hpp"
#include "runtime/deliveries.hpp"

namespace mactiond::runtime {

struct ExaminedRegion {
  std::string name;
  net::RouteOptions options;
  http::Url api;
  std::optional<http::Url> authority{};  ///< nothing for a managed identity
  std::string tenant_id{};
  std::string audience{};
  std::optional<WallTime> credential_end{};  ///< as configured, or of the certificate in use
  std::vector<NeededRole> needed{};
  std::shared_ptr<RegionAccess> access{};
};

struct ExaminedWebhook {
  std::string name;
  net::RouteOptions options;
  http::Url url;
  bool secret_url = false;
};

struct ExaminedSyslog {
  std::string name;
  net::RouteOptions options;
  http::Url url;
  /// Sends a test event.
  std::function<Task<Result<void>>()> send_test{};
};

using Examined = std::variant<ExaminedRegion, ExaminedWebhook, ExaminedSyslog>;

/// What an attempt to read a list came to.
struct ListTrial {
  std::optional<doctor::ListFailure> failure{};
  std::optional<Duration> skew{};  ///< the server's clock minus ours
};

/// Looks at what the configuration reaches, some at a time. A check that is not ok ends those that
/// depend on it: the cause stands in the report once.
class Examination : public std::enable_shared_from_this<Examination> {
 public:
  struct Parts {
    boost::asio::any_io_executor executor;
    const Clock& clock;
    Deliveries& deliveries;
    std::string instance;
    /// At most two calls of the API, counted as all calls are.
    std::function<Task<ListTrial>(std::string region, Secret token)> try_list;
    bool send = false;  ///< a test event to each receiver
  };
  using Done = std::function<void(doctor::Checks)>;
  /// What parts refer to outlives the tasks that start() spawns.
  Examination(Parts parts, std::vector<Examined> targets);

  /// done is called once, when all tasks have ended: within two minutes or so, or soon after they
  /// were cancelled.
  void start(const std::function<void(Task<void>)>& spawn, Done done);

 private:
  [[nodiscard]] Task<void> work(std::shared_ptr<Examination> self);
  [[nodiscard]] Task<doctor::Checks> examine(const Examined& target);
  [[nodiscard]] Task<doctor::Checks> examine_one(const ExaminedRegion& region);
  [[nodiscard]] Task<doctor::Checks> examine_one(const ExaminedWebhook& webhook);
  [[nodiscard]] Task<doctor::Checks> examine_one(const ExaminedSyslog& syslog);

  struct Way {
    doctor::Target target;
    std::string prefix;
    std::string setting;
    bool secret = false;
  };
  [[nodiscard]] Task<doctor::Checks> look_at(Way way, net::RouteOptions options, http::Url url);
  [[nodiscard]] Task<std::optional<Duration>> read_clock(const ExaminedRegion& region);
  [[nodiscard]] Task<doctor::Checks> log_in(const ExaminedRegion& region, Secret& token);
  [[nodiscard]] Task<doctor::Check> test(const ExaminedWebhook& webhook);

  Parts parts_;
  std::vector<Examined> targets_;
  std::vector<doctor::Checks> found_;  ///< by target
  std::size_t next_ = 0;
  std::size_t working_ = 0;
  MonoTime until_{};
  Done done_;
};

}  // namespace mactiond::runtime
