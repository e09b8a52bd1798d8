#include <fmt/core.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "base/system_clock.hpp"
#include "mactionsim/server.hpp"
#include "mactionsim/settings.hpp"
#include "mactionsim/simulator.hpp"

namespace mactiond::sim {
namespace {

constexpr int kExitUsage = 64;
constexpr int kExitUnavailable = 69;
constexpr int kExitConfig = 78;

struct CommandLine {
  ServerOptions server;
  std::string config;
  std::string tenant_id;
  std::string client_id;
  std::string client_secret;
  double speed = 0;
};

/// The exit code, where the program ends here.
std::optional<int> parse(int argc, char** argv, CommandLine& line) {
  CLI::App app("A stand-in for Entra ID and the Defender for Endpoint API, over HTTPS.");
  app.footer(kSettingsHelp);
  app.add_option("--listen", line.server.listen, "ADDRESS:PORT; port 0 takes a free one")
      ->required();
  app.add_option("--tls-cert", line.server.tls_cert, "certificate chain, PEM")->required();
  app.add_option("--tls-key", line.server.tls_key, "its private key, PEM")->required();
  app.add_option("--config", line.config, "TOML file, see below");
  app.add_option("--tenant", line.tenant_id, "tenant id");
  app.add_option("--client-id", line.client_id, "the application's id");
  app.add_option("--client-secret", line.client_secret, "the application's secret");
  app.add_option("--speed", line.speed,
                 "divides the time-out of offline devices and the durations of actions made "
                 "through the API; planned actions keep their times")
      ->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  return std::nullopt;
}

void apply(const CommandLine& line, Settings& settings) {
  if (!line.tenant_id.empty()) settings.entra.tenant_id = line.tenant_id;
  if (!line.client_id.empty()) settings.entra.client_id = line.client_id;
  if (!line.client_secret.empty()) settings.entra.client_secret = line.client_secret;
  if (line.speed > 0) settings.switches.traits.speed = line.speed;
}

int run(const CommandLine& line, const Settings& settings) {
  const SystemClock clock;
  Simulator simulator(settings, clock);
  boost::asio::io_context context(1);
  const auto server = make_server(context.get_executor(), line.server,
                                  [&simulator](const Call& call) { return simulator.on(call); });
  if (!server) {
    fmt::print(stderr, "mactionsim: {}\n", server.error().message());
    return kExitUnavailable;
  }
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&context](const auto&, int) { context.stop(); });
  boost::asio::co_spawn(context, (*server)->serve(), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  const std::string address = line.server.listen.substr(0, line.server.listen.rfind(':'));
  fmt::print("mactionsim listening on {}:{}\n", address, (*server)->port());
  std::fflush(stdout);
  context.run();
  return 0;
}

}  // namespace
}  // namespace mactiond::sim

int main(int argc, char** argv) {
  using namespace mactiond::sim;  // NOLINT(google-build-using-namespace)
  CommandLine line;
  if (const auto code = parse(argc, argv, line)) return *code;
  Settings settings;
  if (!line.config.empty()) {
    const std::string error = load_settings(line.config, settings);
    if (!error.empty()) {
      fmt::print(stderr, "mactionsim: {}: {}\n", line.config, error);
      return kExitConfig;
    }
  }
  apply(line, settings);
  try {
    return run(line, settings);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mactionsim: {}\n", error.what());
    return 1;
  }
}
