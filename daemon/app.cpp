#include "app.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "admin/api.hpp"
#include "base/system_clock.hpp"
#include "config/secret_source.hpp"
#include "core/engine.hpp"
#include "net/http_server.hpp"
#include "net/https_client.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/systemd.hpp"
#include "ops/transition_log.hpp"
#include "proxy.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"
#include "store/store.hpp"

namespace mactiond::daemon {
namespace {

namespace asio = boost::asio;
using Level = core::Note::Level;

constexpr int kExitUnavailable = 69;
constexpr int kExitSoftware = 70;
constexpr int kExitCantCreate = 73;
constexpr int kExitConfig = 78;
constexpr unsigned kSocketMode = 0660;
constexpr int kIdleConnections = 8;
/// Longer than the driver's grace time; after it the process ends as it is. Nothing is lost: what
/// counts is in the store.
constexpr auto kStopAtMost = std::chrono::seconds(7);
constexpr auto kDrainAtMost = std::chrono::seconds(1);

core::Options engine_options(const config::Config& config) {
  core::Options options;
  options.instance = config.daemon.instance;
  options.boot_id = read_boot_id();
  options.closed_actions = config.closed_actions;
  for (const auto& region : config.regions) options.regions.push_back(region.core);
  for (const auto& webhook : config.webhooks) options.webhooks.push_back(webhook.core);
  return options;
}

ops::Sync sync_mode(const std::string& text) {
  if (text == "every") return ops::Sync::Every;
  return text == "never" ? ops::Sync::Never : ops::Sync::Batch;
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

int exit_code_of(const Error& error) {
  if (error.code == Errc::StoreInUse || error.code == Errc::AddressInUse) return kExitUnavailable;
  return kExitCantCreate;
}

int refuse(const char* what, const Error& error) {
  ops::log(Level::Error, what, {{"error", error.message()}});
  return exit_code_of(error);
}

std::vector<std::string> region_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& region : config.regions) names.push_back(region.core.name);
  return names;
}

std::vector<std::string> webhook_names(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& webhook : config.webhooks) names.push_back(webhook.core.name);
  return names;
}

/// What makes two clients alike.
using ClientKey = std::tuple<std::string, std::string, bool>;

/// Everything of one run, in the order in which it must go down again.
class App {
 public:
  App(const config::Config& config, const config::Environment& environment)
      : config_(config),
        environment_(environment),
        options_(engine_options(config)),
        signals_(context_, SIGTERM, SIGINT),
        reopen_signal_(context_, SIGUSR1),
        reload_signal_(context_, SIGHUP),
        stop_timer_(context_),
        metrics_(MACTIOND_VERSION, region_names(config), webhook_names(config)) {}

  int run();

 private:
  [[nodiscard]] int open_parts();
  [[nodiscard]] int open_clients();
  [[nodiscard]] int open_servers();
  [[nodiscard]] Result<http::Client*> make_client(const net::ClientOptions& options);
  void wait_for_signals();
  void wait_for_reopen();
  void wait_for_reload();
  void request_stop();
  void driver_ended(int exit_code);
  void drain();
  [[nodiscard]] admin::Views views();
  [[nodiscard]] core::EngineStatus status();
  [[nodiscard]] std::string metrics_text();

  const config::Config& config_;
  const config::Environment& environment_;
  SystemClock clock_;
  core::Options options_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  asio::signal_set reopen_signal_;
  asio::signal_set reload_signal_;
  asio::steady_timer stop_timer_;
  ops::Metrics metrics_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ops::TransitionLog> log_;
  std::map<ClientKey, std::unique_ptr<http::Client>> clients_;
  std::unique_ptr<core::Engine> engine_;
  std::unique_ptr<runtime::Driver> driver_;
  std::unique_ptr<runtime::CommandRunner> runner_;
  std::unique_ptr<net::HttpServer> operator_server_;
  std::unique_ptr<net::HttpServer> monitor_server_;
  MonoTime started_{};
  int exit_code_ = 0;
};

int App::open_parts() {
  auto store = store::Store::open(config_.daemon.state_dir);
  if (!store) return refuse("store_not_usable", store.error());
  store_ = std::make_unique<store::Store>(std::move(*store));
  auto snapshot = store_->load();
  if (!snapshot) return refuse("store_not_usable", snapshot.error());
  const auto stored = store_->load_log_position();
  if (!stored) return refuse("store_not_usable", stored.error());

  std::optional<ops::LogFilePosition> position;
  if (*stored) {
    position = {(*stored)->device, (*stored)->inode, (*stored)->offset, (*stored)->first_seq};
  }
  auto log =
      ops::TransitionLog::open(config_.transition_log.path, sync_mode(config_.transition_log.sync),
                               position ? &*position : nullptr, snapshot->last_seq);
  if (!log) return refuse("transition_log_not_usable", log.error());
  log_ = std::make_unique<ops::TransitionLog>(std::move(*log));

  engine_ =
      std::make_unique<core::Engine>(options_, std::move(*snapshot), random_seed(), clock_.now());
  driver_ = std::make_unique<runtime::Driver>(
      context_.get_executor(), runtime::Driver::Parts{clock_, *engine_, *store_, *log_, metrics_});
  return 0;
}

// Whoever trusts the same and goes out the same way shares one client: a trust store of its own
// costs each more than a megabyte.
Result<http::Client*> App::make_client(const net::ClientOptions& options) {
  const ClientKey key{options.ca_file, options.proxy, options.refuse_link_local};
  if (const auto found = clients_.find(key); found != clients_.end()) return found->second.get();
  auto client = net::make_client(context_.get_executor(), options);
  if (!client) return client.error();
  return clients_.emplace(key, std::move(*client)).first->second.get();
}

int App::open_clients() {
  std::map<std::string, runtime::RegionAccess> regions;
  for (const auto& region : config_.regions) {
    net::ClientOptions options;
    options.ca_file = region.ca_file;
    options.proxy = choose_proxy(region.proxy, region.api.host);
    options.idle_connections = static_cast<int>(config_.regions.size()) + kIdleConnections;
    const auto client = make_client(options);
    if (!client) {
      refuse("region_not_usable", client.error());
      return kExitConfig;
    }
    runtime::RegionAccess access;
    access.client = *client;
    access.api = region.api;
    access.credential = {region.authority, region.tenant_id, region.client_id, region.audience, {}};
    access.read_secret = [this, source = region.client_secret.source] {
      return config::read_secret(source, environment_);
    };
    regions.emplace(region.core.name, std::move(access));
  }
  std::map<std::string, runtime::WebhookAccess> webhooks;
  int idle_for_webhooks = 0;
  for (const auto& webhook : config_.webhooks) idle_for_webhooks += webhook.core.max_in_flight;
  for (const auto& webhook : config_.webhooks) {
    net::ClientOptions options;
    options.ca_file = webhook.ca_file;
    options.proxy = webhook.url.is_tls() ? choose_proxy({}, webhook.url.host) : std::string();
    options.refuse_link_local = true;
    options.idle_connections = idle_for_webhooks;
    const auto client = make_client(options);
    if (!client) {
      refuse("webhook_not_usable", client.error());
      return kExitConfig;
    }
    webhook::Target target{webhook.url, webhook.format, webhook.keys, webhook.bearer.value};
    webhooks.emplace(webhook.core.name, runtime::WebhookAccess{*client, std::move(target)});
  }
  runner_ = std::make_unique<runtime::CommandRunner>(
      clock_, std::move(regions), std::move(webhooks), metrics_,
      [this](core::Event event) { driver_->post(std::move(event)); });
  driver_->use(*runner_);
  return 0;
}

int App::open_servers() {
  auto for_operators = net::HttpServer::listen_unix(
      context_.get_executor(), config_.admin.socket, kSocketMode,
      [this](const http::Request& request) { return admin::answer_operator(request, views()); });
  if (!for_operators) return refuse("socket_not_usable", for_operators.error());
  operator_server_ = std::move(*for_operators);
  if (config_.admin.listen.empty()) return 0;
  auto for_monitors = net::HttpServer::listen_tcp(
      context_.get_executor(), config_.admin.listen,
      [this](const http::Request& request) { return admin::answer_monitor(request, views()); });
  if (!for_monitors) return refuse("listen_not_usable", for_monitors.error());
  monitor_server_ = std::move(*for_monitors);
  return 0;
}

core::EngineStatus App::status() { return engine_->status(clock_.now()); }

std::string App::metrics_text() {
  const Now now = clock_.now();
  metrics_.update(engine_->status(now), now.wall);
  for (const auto& webhook : config_.webhooks) {
    const auto oldest = store_->oldest_queued(webhook.core.name);
    const bool waiting = oldest && *oldest;
    metrics_.webhook_oldest(webhook.core.name, waiting ? now.wall - **oldest : Duration{});
  }
  return metrics_.text();
}

admin::Views App::views() {
  admin::Views views;
  views.info = [this] {
    return admin::DaemonInfo{MACTIOND_VERSION, config_.daemon.instance,
                             clock_.now().mono - started_};
  };
  views.status = [this] { return status(); };
  views.metrics = [this] { return metrics_text(); };
  views.live = [this] { return driver_->live(); };
  return views;
}

void App::wait_for_signals() {
  signals_.async_wait([this](const boost::system::error_code& ec, int) {
    if (!ec) request_stop();
  });
}

void App::wait_for_reopen() {
  reopen_signal_.async_wait([this](const boost::system::error_code& ec, int) {
    if (ec) return;
    driver_->reopen_log();
    wait_for_reopen();
  });
}

// A daemon that ends by SIGHUP surprises everybody who knows daemons.
void App::wait_for_reload() {
  reload_signal_.async_wait([this](const boost::system::error_code& ec, int) {
    if (ec) return;
    ops::log(Level::Warning, "reload_not_supported",
             {{"hint", "this version reads its configuration at start only: restart it"}});
    wait_for_reload();
  });
}

void App::request_stop() {
  ops::log(Level::Info, "stopping", {});
  ops::notify_stopping("finishing what is in flight");
  driver_->stop();
  stop_timer_.expires_after(kStopAtMost);
  stop_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) context_.stop();
  });
}

void App::driver_ended(int exit_code) {
  exit_code_ = exit_code;
  context_.stop();
}

void App::drain() {
  operator_server_->stop();
  if (monitor_server_) monitor_server_->stop();
  signals_.cancel();
  reopen_signal_.cancel();
  reload_signal_.cancel();
  stop_timer_.cancel();
  context_.restart();
  context_.run_for(kDrainAtMost);
  if (context_.stopped()) return;
  // Something does not end. Its frames refer to objects that would be destroyed before them.
  ops::log(Level::Warning, "stop_forced", {{"exit_code", std::to_string(exit_code_)}});
  std::_Exit(exit_code_);
}

int App::run() {
  started_ = clock_.now().mono;
  for (const auto open : {&App::open_parts, &App::open_clients, &App::open_servers}) {
    if (const int code = (this->*open)(); code != 0) return code;
  }
  wait_for_signals();
  wait_for_reopen();
  wait_for_reload();
  const auto failed = [this](std::exception_ptr failure) {
    if (failure) driver_ended(kExitSoftware);
  };
  asio::co_spawn(context_, operator_server_->serve(), failed);
  if (monitor_server_) asio::co_spawn(context_, monitor_server_->serve(), failed);
  asio::co_spawn(context_, driver_->run(), [this](std::exception_ptr failure, int exit_code) {
    driver_ended(failure ? kExitSoftware : exit_code);
  });
  ops::log(Level::Info, "started",
           {{"version", MACTIOND_VERSION},
            {"instance", config_.daemon.instance},
            {"regions", std::to_string(config_.regions.size())},
            {"webhooks", std::to_string(config_.webhooks.size())}});
  ops::notify_ready(ops::status_line(status()));
  context_.run();
  drain();
  ops::log(Level::Info, "stopped", {{"exit_code", std::to_string(exit_code_)}});
  return exit_code_;
}

}  // namespace

int run(const config::Config& config, const config::Environment& environment) {
  ops::start_log(config.daemon.log_level);
  // A peer that goes away while we write is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow further is an error code too, as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  App app(config, environment);
  return app.run();
}

}  // namespace mactiond::daemon
