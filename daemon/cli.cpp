#include "cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "base/exit_code.hpp"
#include "base/printable.hpp"
#include "cli_suggestion.hpp"

namespace mactiond::daemon {
namespace {

void add_probe(CLI::App& app, CommandLine& result) {
  auto* probe = app.add_flag("--probe", result.probe,
                             "look at what the daemon would reach, before it runs, and exit");
  app.add_option("--region", result.probing.wanted.region, "with --probe: this one alone")
      ->type_name("R")
      ->needs(probe);
  app.add_option("--webhook", result.probing.wanted.webhook, "with --probe: this one alone")
      ->type_name("W")
      ->needs(probe);
  app.add_flag("--send", result.probing.wanted.send,
               "with --probe: send a test event to each receiver too")
      ->needs(probe);
  app.add_flag("--json", result.probing.json, "with --probe: report as JSON")->needs(probe);
}

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine result;
  CLI::App app("Follows the machine actions of Microsoft Defender for Endpoint to their end.",
               "mactiond");
  app.set_version_flag("--version", "mactiond " MACTIOND_VERSION);
  app.add_option("--config", result.config, "configuration file")
      ->type_name("FILE")
      ->capture_default_str();
  auto* check = app.add_flag("--check-config", result.check_config,
                             "report everything that is wrong in it and exit: 0 or 78");
  app.add_flag("--strict", result.strict, "with --check-config: warnings count as errors")
      ->needs(check);
  auto* print = app.add_flag("--print-config", result.print_config,
                             "print what is in force as TOML, with its origin, and exit");
  app.add_flag("--changed", result.changed, "with --print-config: leave defaults out")
      ->needs(print);
  add_probe(app, result);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
    std::ostringstream text;
    app.exit(error, text, text);
    const std::string wrong = wrong_word(app, argc, argv);
    if (!wrong.empty())
      text.str("mactiond: " + wrong + "\nRun with --help for more information.\n");
    std::cerr << printable_lines(text.str());
    return kExitUsage;
  }
  return result;
}

}  // namespace mactiond::daemon
