#include "cli_suggestion.hpp"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "base/suggestion.hpp"

namespace mactiond {
namespace {

std::string with_hint(const std::string& text, std::string_view word,
                      const std::vector<std::string>& known) {
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  const std::string near(nearest(word, candidates));
  return near.empty() ? text : text + ": did you mean \"" + near + "\"?";
}

std::string unknown_command(const std::vector<const CLI::App*>& commands, std::string_view word) {
  std::vector<std::string> names;
  for (const auto* command : commands) names.push_back(command->get_name());
  return with_hint("there is no command \"" + std::string(word) + '"', word, names);
}

// Those of a command are taken behind it, and so are those of what it belongs to.
std::vector<const CLI::Option*> options_of(const CLI::App& command) {
  std::vector<const CLI::Option*> all;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      if (option->nonpositional()) all.push_back(option);
    }
  }
  return all;
}

std::string unknown_option(const CLI::App& here, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options_of(here)) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  std::string of = here.get_name();
  for (const CLI::App* app = here.get_parent(); app != nullptr; app = app->get_parent()) {
    of.insert(0, app->get_name() + ' ');
  }
  return with_hint('"' + std::string(word) + "\" is no option of " + of, word, names);
}

}  // namespace

std::string wrong_word(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* here = &app;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") return {};
    if (word.starts_with("--")) {
      const std::string name(word.substr(0, word.find('=')));
      const CLI::Option* known = nullptr;
      for (const CLI::Option* option : options_of(*here)) {
        if (option->check_name(name)) known = option;
      }
      if (known == nullptr) return unknown_option(*here, name);
      const bool takes_next = known->get_items_expected_max() > 0 && name.size() == word.size();
      if (takes_next) ++i;
      continue;
    }
    if (word.starts_with('-')) continue;
    const auto commands = here->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) continue;
    const auto known = std::find_if(commands.begin(), commands.end(), [&](const CLI::App* command) {
      return command->get_name() == word;
    });
    if (known == commands.end()) return unknown_command(commands, word);
    here = *known;
  }
  return {};
}

}  // namespace mactiond
