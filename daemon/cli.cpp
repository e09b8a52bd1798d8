#include "cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace mactiond::daemon {
namespace {

constexpr int kExitUsage = 64;

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine result;
  CLI::App app("Follows the machine actions of Microsoft Defender for Endpoint to their end.",
               "mactiond");
  app.set_version_flag("--version", "mactiond " MACTIOND_VERSION);
  app.add_option("--config", result.config, "configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--check-config", result.check_config,
               "report everything that is wrong in it and exit: 0 or 78");
  app.add_flag("--print-config", result.print_config,
               "print what is in force as TOML, secrets as ***, and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return code == 0 ? 0 : kExitUsage;
  }
  return result;
}

}  // namespace mactiond::daemon
