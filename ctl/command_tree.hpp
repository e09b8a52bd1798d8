#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands.hpp"

namespace CLI {
class App;
}

namespace mactiond::ctl {

// How the commands of the command line are put together.

/// What was chosen on the command line: the command to run, and what every command needs.
struct Chosen {
  Session session;
  std::function<int()> run;
};

/// A command that runs; options may follow it too.
CLI::App* add_command(CLI::App& above, Chosen& chosen, const char* name, const char* what,
                      std::function<int()> run);

/// What has commands below it and does nothing itself.
CLI::App* add_group(CLI::App& above, const char* name, const char* what);

/// Words between commas; the option may be repeated.
void add_list(CLI::App& command, const char* name, std::vector<std::string>& words,
              const char* what, const char* type_name);

}  // namespace mactiond::ctl
