#include "submit_options.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/enum_values.hpp"
#include "base/text.hpp"

namespace mactiond::ctl {
namespace {

using Kind = LiveResponseCommand::Kind;

// The kind of request, with its defaults, that an option belongs to.
template <class Request>
Request& request_in(SubmitChoice& choice) {
  if (!std::holds_alternative<Request>(choice.request)) choice.request = Request{};
  return std::get<Request>(choice.request);
}

template <class Scope>
Scope scope_named(const std::string& word) {
  std::string known;
  for (const Scope scope : kValuesOf<Scope>) {
    if (iequals(to_string(scope), word)) return scope;
    known += known.empty() ? "" : ", ";
    known += to_string(scope);
  }
  throw CLI::ValidationError("--scope", '"' + word + "\" is none of " + known);
}

template <class Request>
void add_scope(CLI::App& command, SubmitChoice& choice, const char* what) {
  using Scope = decltype(Request::scope);
  command
      .add_option_function<std::string>(
          "--scope",
          [&choice](const std::string& word) {
            request_in<Request>(choice).scope = scope_named<Scope>(word);
          },
          what)
      ->type_name("SCOPE");
}

void add_sha1(CLI::App& command, SubmitChoice& choice) {
  command
      .add_option_function<std::string>(
          "--sha1",
          [&choice](const std::string& sha1) { request_in<QuarantineFile>(choice).sha1 = sha1; },
          "of the file, 40 hex digits")
      ->type_name("HEX");
}

// Called for each as it stands in the line, so that the order is kept.
void add_step(CLI::App& command, SubmitChoice& choice, const char* name, Kind kind,
              const char* type_name, const char* what) {
  command
      .add_option_function<std::string>(
          name,
          [&choice, kind](const std::string& value) {
            request_in<LiveResponse>(choice).commands.push_back({kind, value, {}});
          },
          what)
      ->type_name(type_name)
      ->trigger_on_parse();
}

void take_arguments(SubmitChoice& choice, const std::string& text) {
  auto& commands = request_in<LiveResponse>(choice).commands;
  const bool fits = !commands.empty() && commands.back().kind == Kind::RunScript &&
                    commands.back().arguments.empty();
  if (!fits) throw CLI::ValidationError("--args", "give it once, right behind its --run");
  commands.back().arguments = text;
}

void add_steps(CLI::App& command, SubmitChoice& choice) {
  add_step(command, choice, "--put", Kind::PutFile, "FILE", "a file of the library; these first");
  add_step(command, choice, "--run", Kind::RunScript, "SCRIPT", "a script of the library");
  command
      .add_option_function<std::string>(
          "--args", [&choice](const std::string& text) { take_arguments(choice, text); },
          "the arguments of the script before it")
      ->type_name("TEXT")
      ->trigger_on_parse();
  add_step(command, choice, "--get", Kind::GetFile, "PATH", "a file of the machine; these last");
}

void add_common(CLI::App& command, SubmitChoice& choice) {
  command.add_option("MACHINE", choice.machine, "the name or id of the machine");
  command.add_option("--alert", choice.alert, "the machine of this alert")->type_name("ID");
  command
      .add_option("--machines", choice.machines_file,
                  "the machines in FILE, one per line; - is stdin")
      ->type_name("FILE");
  command.add_option("--comment", choice.comment, "the reason; required")->type_name("TEXT");
  command.add_option("--region", choice.region, "the region; required if several fit")
      ->type_name("R");
  add_time_flag(command, choice.wait, "wait until the action has ended, or for this long");
  add_time_flag(command, choice.after_blocker, "wait for an action that is in the way");
  command.add_flag("--cancel-blocker", choice.cancel_blocker,
                   "cancel an action that is in the way");
  command
      .add_option("--idempotency-key", choice.key,
                  "repeat the command with the same KEY to make no second submission")
      ->type_name("KEY");
}

}  // namespace

void add_submit_commands(CLI::App& app, Chosen& chosen, SubmitChoice& choice,
                         const std::function<int()>& submit) {
  // A command's request is there even where no option speaks of it.
  const auto add = [&]<class Request>(const char* name, const char* what, Request /*kind*/) {
    CLI::App* command = add_command(app, chosen, name, what, [&choice, submit] {
      request_in<Request>(choice);
      return submit();
    });
    add_common(*command, choice);
    return command;
  };
  add_scope<Isolate>(*add("isolate", "cut a machine off from the network", Isolate{}), choice,
                     "Full (default), Selective or UnManagedDevice");
  add("unisolate", "connect a machine to the network again", Unisolate{});
  add("restrict", "let a machine run only files that Microsoft signed", RestrictCodeExecution{});
  add("unrestrict", "end the restriction of a machine", UnrestrictCodeExecution{});
  add_scope<RunScan>(*add("scan", "run an antivirus scan", RunScan{}), choice,
                     "Quick (default) or Full");
  add("offboard", "take a machine out of Defender for Endpoint", Offboard{})
      ->add_flag("--yes", choice.yes, "confirm; nothing is done without it");
  add_sha1(*add("quarantine", "stop a file and quarantine it", QuarantineFile{}), choice);
  add("collect", "collect an investigation package", CollectPackage{});
  add_steps(*add("live-response", "run commands, in the order given", LiveResponse{}), choice);
}

}  // namespace mactiond::ctl
