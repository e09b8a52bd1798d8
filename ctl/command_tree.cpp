#include "command_tree.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace mactiond::ctl {

CLI::App* add_command(CLI::App& above, Chosen& chosen, const char* name, const char* what,
                      std::function<int()> run) {
  CLI::App* command = above.add_subcommand(name, what);
  command->fallthrough();
  command->callback([&chosen, run = std::move(run)] { chosen.run = run; });
  return command;
}

CLI::App* add_group(CLI::App& above, const char* name, const char* what) {
  CLI::App* group = above.add_subcommand(name, what);
  group->require_subcommand(1);
  group->fallthrough();
  return group;
}

void add_list(CLI::App& command, const char* name, std::vector<std::string>& words,
              const char* what, const char* type_name) {
  command.add_option(name, words, what)->type_name(type_name)->allow_extra_args(false);
}

}  // namespace mactiond::ctl
