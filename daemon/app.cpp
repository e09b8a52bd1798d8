#include "app.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access.hpp"
#include "admin/api.hpp"
#include "base/exception_text.hpp"
#include "base/exit_code.hpp"
#include "base/system_clock.hpp"
#include "configuration.hpp"
#include "http/host_check.hpp"
#include "net/http_server.hpp"
#include "operator_backend.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/systemd.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"
#include "signal_handlers.hpp"
#include "signals.hpp"
#include "startup.hpp"
#include "syslog.hpp"

namespace mactiond::daemon {
namespace {

namespace asio = boost::asio;
using Level = core::LogEntry::Level;

constexpr unsigned kSocketMode = 0660;
/// Longer than the driver's grace time; after it the process ends as it is. Nothing is lost: what
/// counts is in the store.
constexpr auto kStopAtMost = std::chrono::seconds(7);
constexpr auto kDrainAtMost = std::chrono::seconds(1);
/// For those who wait for an answer to get it.
constexpr auto kAnswersAtMost = std::chrono::seconds(1);

/// Everything of one run, in the order in which it must go down again.
class App {
 public:
  App(const config::Config& config, std::string config_path, const config::Environment& environment)
      : configuration_(config, std::move(config_path), environment,
                       AccessBuilder(context_.get_executor(), clock_, environment)),
        signals_(context_.get_executor()),
        stop_timer_(context_),
        metrics_(MACTIOND_VERSION, region_names(config), webhook_names(config), config.policies) {}

  /// loaded: where the configuration came from; returns the exit code.
  int run(config::LoadResult loaded);

 private:
  [[nodiscard]] int open(config::LoadResult loaded);
  void open_driver(runtime::Accesses accesses);
  [[nodiscard]] int open_syslog();
  [[nodiscard]] int open_servers();
  void start();
  void request_stop();
  void spawn_server(const char* name, net::HttpServer& server);
  void task_failed(const char* task, const std::exception_ptr& failure);
  void driver_ended(int exit_code);
  void finish_answers();
  void drain();
  /// Logs who sent it, unless it only reads.
  [[nodiscard]] http::Answer answer_operator(const http::Request& request);
  [[nodiscard]] const config::Config& config() const { return configuration_.current(); }

  SystemClock clock_;
  asio::io_context context_{1};
  Configuration configuration_;
  SignalHandlers signals_;
  asio::steady_timer stop_timer_;
  ops::Metrics metrics_;
  Opened opened_;
  std::unique_ptr<runtime::Driver> driver_;
  std::unique_ptr<runtime::CommandRunner> runner_;
  std::vector<std::unique_ptr<runtime::SyslogSender>> syslog_senders_;
  std::unique_ptr<OperatorBackend> backend_;
  std::unique_ptr<net::HttpServer> operator_server_;
  std::unique_ptr<net::HttpServer> monitor_server_;
  int exit_code_ = 0;
};

int App::open(config::LoadResult loaded) {
  const MonoTime started = clock_.now().mono;
  // Before the store is opened: a configuration that cannot be used changes nothing.
  loaded.problems.clear();
  auto accesses = configuration_.accesses(loaded);
  print_problems(loaded.problems);
  if (!accesses) return kExitConfig;
  configuration_.put(std::move(loaded.config));
  auto opened = open_state(config(), clock_);
  if (const auto* refused = std::get_if<NotUsable>(&opened)) return report(*refused);
  opened_ = std::move(std::get<Opened>(opened));
  open_driver(std::move(*accesses));
  if (const int code = open_syslog(); code != 0) return code;
  backend_ = std::make_unique<OperatorBackend>(
      context_.get_executor(),
      OperatorBackend::Parts{clock_, configuration_, *opened_.store, *opened_.engine, *driver_,
                             *runner_, metrics_, syslog_senders_},
      started);
  return open_servers();
}

void App::open_driver(runtime::Accesses accesses) {
  metrics_.follow(config().submit);
  driver_ = std::make_unique<runtime::Driver>(
      context_.get_executor(),
      runtime::Driver::Parts{clock_, *opened_.engine, *opened_.store, *opened_.log, metrics_});
  runner_ = std::make_unique<runtime::CommandRunner>(
      clock_, std::move(accesses), metrics_,
      [this](core::Event event) { driver_->post(std::move(event)); });
  driver_->set_runner(*runner_);
  if (opened_.recovered) driver_->post(*std::exchange(opened_.recovered, std::nullopt));
}

int App::open_syslog() {
  std::vector<std::string> names;
  for (const auto& syslog : config().syslogs) {
    names.push_back(syslog.name);
    auto made = open_syslog_sender(syslog, context_.get_executor(), clock_, *opened_.store,
                                   opened_.first_unsent);
    if (!made) return report({"syslog_not_usable", made.error()});
    syslog_senders_.push_back(std::move(*made));
    driver_->run_beside(syslog_senders_.back()->run());
  }
  driver_->on_events([this] {
    for (const auto& sender : syslog_senders_) sender->notify();
  });
  const auto forgotten = opened_.store->forget_syslog_except(names);
  return forgotten ? 0 : report({"store_not_usable", forgotten.error()});
}

int App::open_servers() {
  auto for_operators = net::HttpServer::listen_unix(
      context_.get_executor(), config().admin.socket, kSocketMode,
      [this](const http::Request& request) { return answer_operator(request); },
      {admin::kLargestBody});
  if (!for_operators) return report({"socket_not_usable", for_operators.error()});
  operator_server_ = std::move(*for_operators);
  driver_->on_events([this] { operator_server_->wake_streams(); });
  const std::string& listen = config().admin.listen;
  if (listen.empty()) return 0;
  auto for_monitors = net::HttpServer::listen_tcp(
      context_.get_executor(), listen, [this](const http::Request& request) {
        const auto& options = config().admin;
        return admin::answer_monitor(request, *backend_,
                                     {http::is_loopback(options.listen), options.hosts});
      });
  if (!for_monitors) return report({"listen_not_usable", for_monitors.error()});
  monitor_server_ = std::move(*for_monitors);
  return 0;
}

http::Answer App::answer_operator(const http::Request& request) {
  auto answer = admin::answer_operator(request, *backend_);
  if (!request.peer) return answer;
  const auto* response = std::get_if<http::Response>(&answer);
  ops::log(Level::Info, "operator_request",
           {{"request", request.method + ' ' + request.url.target},
            {"operator", http::peer_text(request.peer)},
            {"status", response ? std::to_string(response->status) : "later"}});
  return answer;
}

void App::request_stop() {
  ops::log(Level::Info, "stopping", {});
  ops::notify_stopping("finishing what is in flight");
  driver_->stop();
  operator_server_->end_polls();
  stop_timer_.expires_after(kStopAtMost);
  stop_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) context_.stop();
  });
}

void App::spawn_server(const char* name, net::HttpServer& server) {
  asio::co_spawn(context_, server.serve(), [this, name](std::exception_ptr failure) {
    if (failure) task_failed(name, failure);
  });
}

void App::task_failed(const char* task, const std::exception_ptr& failure) {
  ops::log(Level::Error, "task_failed", {{"task", task}, {"error", exception_text(failure)}});
  driver_ended(kExitSoftware);
}

void App::driver_ended(int exit_code) {
  exit_code_ = exit_code;
  context_.stop();
}

void App::finish_answers() {
  operator_server_->end_polls();
  context_.restart();
  const MonoTime last = clock_.now().mono + kAnswersAtMost;
  while (operator_server_->is_answering() && clock_.now().mono < last) {
    if (context_.run_one_for(kAnswersAtMost) == 0) return;
  }
}

void App::drain() {
  finish_answers();
  operator_server_->stop();
  if (monitor_server_) monitor_server_->stop();
  signals_.cancel();
  stop_timer_.cancel();
  context_.restart();
  context_.run_for(kDrainAtMost);
  if (context_.stopped()) return;
  // Something does not end. Its frames refer to objects that would be destroyed before them.
  ops::log(Level::Warning, "stop_forced", {{"exit_code", std::to_string(exit_code_)}});
  std::_Exit(exit_code_);
}

void App::start() {
  signals_.start([this] { request_stop(); }, [this] { driver_->reopen_log(); },
                 [this] { (void)backend_->reload({}); });
  release_signals();
  spawn_server("admin.socket", *operator_server_);
  if (monitor_server_) spawn_server("admin.listen", *monitor_server_);
  asio::co_spawn(context_, driver_->run(), [this](std::exception_ptr failure, int exit_code) {
    if (failure) return task_failed("driver", failure);
    driver_ended(exit_code);
  });
  ops::log(Level::Info, "started",
           {{"version", MACTIOND_VERSION},
            {"instance", config().daemon.instance},
            {"regions", std::to_string(config().regions.size())},
            {"webhooks", std::to_string(config().webhooks.size())}});
  ops::notify_ready(ops::status_line(driver_->status()));
}

int App::run(config::LoadResult loaded) {
  if (const int code = open(std::move(loaded)); code != 0) return code;
  start();
  context_.run();
  drain();
  ops::finish_log();
  ops::log(Level::Info, "stopped", {{"exit_code", std::to_string(exit_code_)}});
  return exit_code_;
}

}  // namespace

void print_problems(const std::vector<config::Problem>& problems) {
  for (const config::Problem& problem : problems) {
    std::fprintf(stderr, "%s\n", problem.text().c_str());
  }
}

int run(config::LoadResult loaded, const std::string& config_path,
        const config::Environment& environment) {
  ops::start_log(loaded.config.daemon.log_level);
  // A peer that goes away while we write is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow further is an error code too, as a full disk is.
  std::signal(SIGXFSZ, SIG_IGN);
  App app(loaded.config, config_path, environment);
  return app.run(std::move(loaded));
}

}  // namespace mactiond::daemon
