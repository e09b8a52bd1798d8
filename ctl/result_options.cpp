#include "result_options.hpp"

#include <CLI/CLI.hpp>
#include <string>

#include "progress.hpp"

namespace mactiond::ctl {
namespace {

CLI::Option* add_file_options(CLI::App& command, ResultChoice& choice) {
  command.add_option("ACTION_ID", choice.id, "whole, or at least its first 4 characters")
      ->required();
  CLI::Option* output = command.add_option("--output", choice.output,
                                           "the file, which appears only when it is whole");
  output->type_name("FILE");
  output->check([](const std::string& name) {
    return std::string(name.empty() ? "it is empty: name a file" : "");
  });
  command.add_flag("--force", choice.force, "replace a file that has the name")->needs(output);
  command.add_option("--region", choice.region, "where several regions know the id")
      ->type_name("R");
  return output;
}

}  // namespace

void add_result_commands(CLI::App& app, Chosen& chosen, ResultChoice& choice) {
  CLI::App* package =
      add_command(app, chosen, "package", "save an investigation package", [&chosen, &choice] {
        auto progress = progress_on_stderr(chosen.session.json);
        return save_package(chosen.session, choice, progress);
      });
  add_file_options(*package, choice)->required();
  CLI::App* result = add_command(app, chosen, "result", "save or show what a live response brought",
                                 [&chosen, &choice] {
                                   auto progress = progress_on_stderr(chosen.session.json);
                                   return save_result(chosen.session, choice, progress);
                                 });
  add_file_options(*result, choice);
  result->add_option("--index", choice.index, "of the command, counted from 0")->type_name("N");
  result->add_flag("--show", choice.show, "print the output of a script");
  result->add_flag("--raw", choice.raw, "save a fetched file packed, as it came");
}

}  // namespace mactiond::ctl
