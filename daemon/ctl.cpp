#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <variant>

#include "ctl_client.hpp"
#include "ctl_text.hpp"

namespace {

namespace ctl = mactiond::ctl;

constexpr int kExitRefused = 1;
constexpr int kExitUsage = 64;
constexpr int kExitUnavailable = 69;
constexpr int kExitSoftware = 70;

struct CommandLine {
  std::string socket = "/run/mactiond/admin.sock";
  bool json = false;
};

int complain(int exit_code, const std::string& message) {
  std::fprintf(stderr, "mactionctl: %s\n", message.c_str());
  return exit_code;
}

int show_status(const CommandLine& command_line) {
  const auto result = ctl::get(command_line.socket, "/v1/status");
  if (const auto* failure = std::get_if<ctl::Failure>(&result)) {
    return complain(kExitUnavailable, failure->message);
  }
  const auto& answer = std::get<ctl::Answer>(result);
  if (answer.status != 200) {
    return complain(kExitRefused, ctl::format_problem(answer.status, answer.body));
  }
  const auto text = ctl::format_status(answer.body);
  if (!text) {
    return complain(kExitUnavailable, "what listens there does not answer like mactiond");
  }
  std::fputs(command_line.json ? answer.body.c_str() : text->c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : kExitSoftware;
}

int run(int argc, char** argv) {
  CommandLine command_line;
  CLI::App app("Asks a running mactiond.", "mactionctl");
  app.set_version_flag("--version", "mactionctl " MACTIOND_VERSION);
  app.add_option("--socket", command_line.socket, "the daemon's Unix socket")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_flag("--json", command_line.json, "print the daemon's answer as it is");
  app.require_subcommand(1);
  // Options may stand behind the command too.
  app.add_subcommand("status", "regions, quota and webhooks at a glance")->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : kExitUsage;
  }
  return show_status(command_line);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return complain(kExitSoftware, error.what());
  }
}
