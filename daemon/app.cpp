#include "app.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "access.hpp"
#include "admin/api.hpp"
#include "base/exception_text.hpp"
#include "base/iso_time.hpp"
#include "base/system_clock.hpp"
#include "core/engine.hpp"
#include "core/recovery.hpp"
#include "explainer.hpp"
#include "http/host_check.hpp"
#include "net/http_server.hpp"
#include "ops/log.hpp"
#include "ops/log_history.hpp"
#include "ops/metrics.hpp"
#include "ops/systemd.hpp"
#include "ops/transition_log.hpp"
#include "restart_needed.hpp"
#include "runtime/command_runner.hpp"
#include "runtime/driver.hpp"
#include "signals.hpp"
#include "store/store.hpp"
#include "syslog.hpp"

namespace mactiond::daemon {
namespace {

namespace asio = boost::asio;
using Level = core::Note::Level;

constexpr int kExitDataError = 65;
constexpr int kExitUnavailable = 69;
constexpr int kExitSoftware = 70;
constexpr int kExitCantCreate = 73;
constexpr int kExitConfig = 78;
constexpr unsigned kSocketMode = 0660;
/// Longer than the driver's grace time; after it the process ends as it is. Nothing is lost: what
/// counts is in the store.
constexpr auto kStopAtMost = std::chrono::seconds(7);
constexpr auto kDrainAtMost = std::chrono::seconds(1);

/// To copy so many facts takes the loop some milliseconds.
constexpr std::size_t kExplainedAtMost = 20'000;

core::Options engine_options(const config::Config& config) {
  core::Options options;
  options.instance = config.daemon.instance;
  options.boot_id = read_boot_id();
  options.closed_actions = config.closed_actions;
  options.policies = config.policies;
  options.cancel = config.cancel;
  for (const auto& region : config.regions) {
    options.regions.emplace_back(region.core).registration = region.registration();
  }
  for (const auto& webhook : config.webhooks) {
    core::WebhookOptions& added = options.webhooks.emplace_back(webhook.core);
    added.keep_queued = config.keep_queued;
    added.keep_dead_letters = config.keep_dead_letters;
  }
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
  // Only a newer program can read it: a restart would not help.
  if (error.code == Errc::StoreTooNew) return kExitDataError;
  return kExitCantCreate;
}

/// 20261130T101500Z
std::string file_stamp(WallTime time) {
  constexpr std::size_t kToSeconds = 19;
  std::string text = format_iso_time(time).substr(0, kToSeconds) + 'Z';
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
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

/// Everything of one run, in the order in which it must go down again.
class App {
 public:
  App(config::LoadResult loaded, std::string config_path, const config::Environment& environment)
      : loaded_(std::move(loaded)),
        config_(std::move(loaded_.config)),
        config_path_(std::move(config_path)),
        environment_(environment),
        options_(engine_options(config_)),
        signals_(context_, SIGTERM, SIGINT),
        reopen_signal_(context_, SIGUSR1),
        reload_signal_(context_, SIGHUP),
        stop_timer_(context_),
        metrics_(MACTIOND_VERSION, region_names(config_), webhook_names(config_), config_.policies),
        access_builder_(context_.get_executor(), clock_, environment_) {}

  int run();

 private:
  [[nodiscard]] int open_accesses();
  [[nodiscard]] int open_parts();
  /// logged: the last event in the log, where the store does not know it better.
  /// Set where a store without events may have been lost, and what was logged cannot be read.
  [[nodiscard]] std::optional<Error> unknown_past(std::uint64_t last_seq) const;
  [[nodiscard]] int open_log(std::uint64_t last_seq, std::uint64_t logged, bool recovered);
  [[nodiscard]] int open_clients();
  [[nodiscard]] int open_syslog();
  [[nodiscard]] int open_servers();
  void wait_for_signals();
  void wait_for_reopen();
  void wait_for_reload();
  /// All that is wrong with the file; empty: it is in force now.
  /// by: nobody after a signal.
  [[nodiscard]] std::vector<std::string> reload(const core::Operator& by);
  [[nodiscard]] std::vector<std::string> take_over(config::LoadResult loaded);
  void request_stop();
  void spawn_server(const char* name, Task<void> serving);
  void task_failed(const char* task, const std::exception_ptr& failure);
  void driver_ended(int exit_code);
  void drain();
  /// Logs who sent it, unless it only reads.
  [[nodiscard]] http::Answer answer_operator(const http::Request& request);
  [[nodiscard]] admin::MonitorHosts monitor_hosts() const;
  [[nodiscard]] admin::Views views();
  [[nodiscard]] admin::Operations operations();
  [[nodiscard]] std::optional<core::Reply> explain_text(
      const std::string& text, const std::string& name,
      std::function<void(const admin::Operations::Explained&)> done);
  [[nodiscard]] std::optional<core::Reply> test_webhook(
      const std::string& webhook, std::function<void(admin::WebhookTested)> done);
  [[nodiscard]] core::EngineStatus status();
  [[nodiscard]] std::string metrics_text();

  config::LoadResult loaded_;  ///< without its config; empty once the start is past what it names
  config::Config config_;
  std::string config_path_;
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
  AccessBuilder access_builder_;
  runtime::Accesses accesses_;  ///< until the runner has them
  std::unique_ptr<core::Engine> engine_;
  std::unique_ptr<runtime::Driver> driver_;
  std::unique_ptr<runtime::CommandRunner> runner_;
  std::vector<std::unique_ptr<runtime::SyslogSender>> syslog_senders_;
  Explainer explainer_{context_.get_executor(), environment_, engine_options};
  std::unique_ptr<net::HttpServer> operator_server_;
  std::unique_ptr<net::HttpServer> monitor_server_;
  std::uint64_t first_unsent_ = 1;  ///< what a syslog receiver that is new gets first
  MonoTime started_{};
  int exit_code_ = 0;
};

int App::open_parts() {
  store::Store::Opening opening;
  opening.stamp = file_stamp(clock_.now().wall);
  opening.logged = [&]() -> std::optional<std::uint64_t> {
    const auto end = ops::read_log_end(config_.transition_log.path);
    return end ? std::optional(end->seq) : std::nullopt;
  };
  auto store = store::Store::open(config_.daemon.state_dir, opening);
  if (!store) return refuse("store_not_usable", store.error());
  store_ = std::make_unique<store::Store>(std::move(*store));
  auto snapshot = store_->load();
  if (!snapshot) return refuse("store_not_usable", snapshot.error());
  const auto found = store_->found();
  if (!found) return refuse("store_not_usable", found.error());
  const auto log_end = ops::read_log_end(config_.transition_log.path);
  const Duration seen_within = core::seen_within(options_);
  if (const auto error = unknown_past(snapshot->last_seq)) {
    return refuse("transition_log_not_usable", *error);
  }
  auto recovered = core::judge_store(*found, log_end, seen_within);
  const std::uint64_t known = recovered ? recovered->after_seq : snapshot->last_seq;
  const std::uint64_t logged = log_end ? log_end->seq : known;
  if (const int code = open_log(snapshot->last_seq, logged, recovered.has_value()); code != 0) {
    return code;
  }
  if (recovered || core::is_fresh(*snapshot, clock_.now().wall)) {
    core::LogHistory history = ops::read_log_history(config_.transition_log.path);
    if (recovered) core::keep_quiet(*recovered, history, seen_within);
    snapshot->logged = std::move(history.ids);
  }

  const std::uint64_t last_seq = snapshot->last_seq;
  engine_ =
      std::make_unique<core::Engine>(options_, std::move(*snapshot), random_seed(), clock_.now());
  driver_ = std::make_unique<runtime::Driver>(
      context_.get_executor(), runtime::Driver::Parts{clock_, *engine_, *store_, *log_, metrics_});
  first_unsent_ = std::max(logged, last_seq) + 1;
  if (recovered) driver_->post(*recovered);
  return 0;
}

std::optional<Error> App::unknown_past(std::uint64_t last_seq) const {
  if (last_seq > 0) return std::nullopt;
  const std::string unread = ops::unread_rotation(config_.transition_log.path);
  if (unread.empty()) return std::nullopt;
  return Error(Errc::PathNotUsable,
               unread + ": the store is new, and no event can be read from this rotated file: " +
                   "unpack it, or move it away to begin again with event 1");
}

int App::open_log(std::uint64_t last_seq, std::uint64_t logged, bool recovered) {
  const auto stored = store_->load_log_position();
  if (!stored) return refuse("store_not_usable", stored.error());
  std::optional<ops::LogFilePosition> position;
  if (*stored && !recovered) {
    position = {(*stored)->device, (*stored)->inode, (*stored)->offset, (*stored)->first_seq};
  }
  auto log =
      ops::TransitionLog::open(config_.transition_log.path, sync_mode(config_.transition_log.sync),
                               position ? &*position : nullptr, std::max(last_seq, logged),
                               config_.transition_log.format, logged + 1, ops::Writers::One);
  if (!log) return refuse("transition_log_not_usable", log.error());
  log_ = std::make_unique<ops::TransitionLog>(std::move(*log));
  return 0;
}

// Before the store is opened: a configuration that cannot be used changes nothing.
int App::open_accesses() {
  auto built = access_builder_.build(config_);
  config::LoadResult refused = std::move(loaded_);
  if (const auto* mistakes = std::get_if<std::vector<AccessMistake>>(&built)) {
    refused.problems.clear();
    add_mistakes(*mistakes, refused);
    print_problems(refused.problems);
    return kExitConfig;
  }
  accesses_ = std::move(std::get<runtime::Accesses>(built));
  return 0;
}

int App::open_clients() {
  runner_ = std::make_unique<runtime::CommandRunner>(
      clock_, std::move(accesses_), metrics_,
      [this](core::Event event) { driver_->post(std::move(event)); });
  driver_->use(*runner_);
  return 0;
}

int App::open_syslog() {
  std::vector<std::string> names;
  for (const auto& syslog : config_.syslogs) {
    names.push_back(syslog.name);
    auto made = open_syslog_sender(syslog, context_.get_executor(), clock_, *store_, first_unsent_);
    if (!made) return refuse("syslog_not_usable", made.error());
    syslog_senders_.push_back(std::move(*made));
    driver_->run_beside(syslog_senders_.back()->run());
  }
  driver_->on_events([this] {
    for (const auto& sender : syslog_senders_) sender->notify();
  });
  const auto forgotten = store_->forget_syslog_except(names);
  return forgotten ? 0 : refuse("store_not_usable", forgotten.error());
}

int App::open_servers() {
  auto for_operators = net::HttpServer::listen_unix(
      context_.get_executor(), config_.admin.socket, kSocketMode,
      [this](const http::Request& request) { return answer_operator(request); },
      {admin::kLargestBody});
  if (!for_operators) return refuse("socket_not_usable", for_operators.error());
  operator_server_ = std::move(*for_operators);
  driver_->on_events([this] { operator_server_->wake_streams(); });
  if (config_.admin.listen.empty()) return 0;
  auto for_monitors = net::HttpServer::listen_tcp(
      context_.get_executor(), config_.admin.listen, [this](const http::Request& request) {
        return admin::answer_monitor(request, views(), monitor_hosts());
      });
  if (!for_monitors) return refuse("listen_not_usable", for_monitors.error());
  monitor_server_ = std::move(*for_monitors);
  return 0;
}

http::Answer App::answer_operator(const http::Request& request) {
  auto answer = admin::answer_operator(request, views(), operations());
  if (!request.peer) return answer;
  const auto* response = std::get_if<http::Response>(&answer);
  ops::log(Level::Info, "operator_request",
           {{"request", request.method + ' ' + request.url.target},
            {"operator", http::peer_text(request.peer)},
            {"status", response ? std::to_string(response->status) : "later"}});
  return answer;
}

core::EngineStatus App::status() {
  core::EngineStatus status = engine_->status(clock_.now());
  status.log_trouble = driver_->trouble();
  return status;
}

std::string App::metrics_text() {
  const Now now = clock_.now();
  const core::EngineStatus status = engine_->status(now);
  metrics_.update(status, now.wall);
  for (const auto& webhook : config_.webhooks) {
    const auto oldest = store_->oldest_queued(webhook.core.name);
    const bool waiting = oldest && *oldest;
    metrics_.webhook_oldest(webhook.core.name, waiting ? now.wall - **oldest : Duration{});
  }
  for (const auto& sender : syslog_senders_) metrics_.update(sender->status(status.last_seq));
  return metrics_.text();
}

admin::MonitorHosts App::monitor_hosts() const {
  return {http::is_loopback(config_.admin.listen), config_.admin.hosts};
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
  auto& store = *store_;
  views.actions = [&store](const core::ActionFilter& filter) { return store.find_actions(filter); };
  views.action = [&store](const std::string& id) { return store.find_action(id); };
  views.places = [&store](const std::string& prefix) { return store.find_places(prefix); };
  views.occurs = [&store](core::ActionField field, const std::string& text) {
    return store.occurs(field, text);
  };
  views.history = [&store](const core::ActionView& action) { return store.load_history(action); };
  views.events = [&store](const core::EventFilter& filter) { return store.find_events(filter); };
  views.dead_letters = [&store](const core::DeadLetterFilter& filter) {
    return store.find_dead_letters(filter);
  };
  views.dead_letter = [&store](const std::string& webhook, std::uint64_t seq) {
    return store.find_dead_letter(webhook, seq);
  };
  views.decisions = [&store](const core::ActionView& action) {
    return store.load_decisions(action.region, action.id);
  };
  return views;
}

admin::Operations App::operations() {
  admin::Operations operations;
  operations.reopen = [this](const core::Operator& by) {
    ops::log(Level::Info, "reopen_requested", core::with_operator({}, by));
    return driver_->reopen_log_now();
  };
  operations.reload = [this](const core::Operator& by) { return reload(by); };
  operations.operate = [this](core::Event request) { return driver_->operate(std::move(request)); };
  operations.test_webhook = [this](const std::string& webhook, auto done) {
    return test_webhook(webhook, std::move(done));
  };
  operations.explain = [this] { return engine_->explain(nullptr, clock_.now()); };
  operations.explain_text = [this](const std::string& text, const std::string& name, auto done) {
    return explain_text(text, name, std::move(done));
  };
  return operations;
}

std::optional<core::Reply> App::explain_text(
    const std::string& text, const std::string& name,
    std::function<void(const admin::Operations::Explained&)> done) {
  if (explainer_.busy()) {
    return core::Reply{core::Reply::Outcome::Refused,
                       "another configuration is being explained; try again in some seconds"};
  }
  auto actions = engine_->open_actions(kExplainedAtMost);
  if (!actions) {
    done(std::vector<std::string>{"there are more than " + std::to_string(kExplainedAtMost) +
                                  " open actions: load the configuration with dry_run = true to "
                                  "see what its policies would do"});
    return std::nullopt;
  }
  explainer_.begin(text, name, *std::move(actions),
                   [this, done = std::move(done)](const Explainer::Outcome& outcome) {
                     if (const auto* errors = std::get_if<std::vector<std::string>>(&outcome)) {
                       return done(*errors);
                     }
                     done(engine_->explain(std::get<0>(outcome).get(), clock_.now()));
                   });
  return std::nullopt;
}

std::optional<core::Reply> App::test_webhook(const std::string& webhook,
                                             std::function<void(admin::WebhookTested)> done) {
  if (const auto refused = driver_->refusal()) {
    return core::Reply{core::Reply::Outcome::Refused, refused->where};
  }
  if (auto refusal = runner_->refuse_test(webhook)) return refusal;
  const auto end = [webhook, done = std::move(done)](runtime::CommandRunner::Tested tested) {
    const bool taken = tested.outcome.ok();
    ops::log(Level::Info, "webhook_tested",
             {{"webhook", webhook}, {"result", taken ? "ok" : describe(tested.outcome)}});
    done({std::move(tested.outcome), tested.took});
  };
  driver_->run_beside(runner_->test_webhook(webhook, config_.daemon.instance, end));
  return std::nullopt;
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

void App::wait_for_reload() {
  reload_signal_.async_wait([this](const boost::system::error_code& ec, int) {
    if (ec) return;
    (void)reload({});
    wait_for_reload();
  });
}

std::vector<std::string> App::reload(const core::Operator& by) {
  ops::notify_reloading();
  auto loaded = config::load_file(config_path_, environment_);
  for (const config::Problem& problem : loaded.problems) {
    if (!problem.warning) continue;
    ops::log(Level::Warning, "configuration_warning", {{"warning", problem.text()}});
  }
  std::vector<std::string> problems = loaded.errors();
  if (problems.empty()) problems = take_over(std::move(loaded));
  for (const std::string& problem : problems) {
    ops::log(Level::Error, "reload_refused", core::with_operator({{"error", problem}}, by));
  }
  if (problems.empty()) {
    ops::log(Level::Info, "reloaded", core::with_operator({{"file", config_path_}}, by));
  }
  metrics_.config_loaded(problems.empty());
  ops::notify_ready(ops::status_line(status()));
  return problems;
}

std::vector<std::string> App::take_over(config::LoadResult loaded) {
  config::Config& next = loaded.config;
  std::vector<std::string> problems = restart_needed(config_, next);
  if (!problems.empty()) return problems;
  auto built = access_builder_.build(next);
  if (const auto* mistakes = std::get_if<std::vector<AccessMistake>>(&built)) {
    add_mistakes(*mistakes, loaded);
    return loaded.errors();
  }
  const auto go_over = [&] { runner_->use(std::move(std::get<runtime::Accesses>(built))); };
  if (const auto changed = driver_->reconfigure(engine_options(next), go_over); !changed) {
    return {changed.error().message()};
  }
  config_ = std::move(next);
  metrics_.follow(region_names(config_), webhook_names(config_), config_.policies);
  return {};
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

void App::spawn_server(const char* name, Task<void> serving) {
  asio::co_spawn(context_, std::move(serving), [this, name](std::exception_ptr failure) {
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
  for (const auto open : {&App::open_accesses, &App::open_parts, &App::open_clients,
                          &App::open_syslog, &App::open_servers}) {
    if (const int code = (this->*open)(); code != 0) return code;
  }
  wait_for_signals();
  wait_for_reopen();
  wait_for_reload();
  release_signals();
  spawn_server("admin.socket", operator_server_->serve());
  if (monitor_server_) spawn_server("admin.listen", monitor_server_->serve());
  asio::co_spawn(context_, driver_->run(), [this](std::exception_ptr failure, int exit_code) {
    if (failure) return task_failed("driver", failure);
    driver_ended(exit_code);
  });
  ops::log(Level::Info, "started",
           {{"version", MACTIOND_VERSION},
            {"instance", config_.daemon.instance},
            {"regions", std::to_string(config_.regions.size())},
            {"webhooks", std::to_string(config_.webhooks.size())}});
  ops::notify_ready(ops::status_line(status()));
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
  App app(std::move(loaded), config_path, environment);
  return app.run();
}

}  // namespace mactiond::daemon
