#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "cancel_command.hpp"
#include "command_tree.hpp"
#include "commands.hpp"
#include "daemon/cli_suggestion.hpp"
#include "doctor_command.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "result_options.hpp"
#include "submissions_commands.hpp"
#include "submit.hpp"
#include "submit_options.hpp"
#include "time_flag.hpp"

namespace {

namespace ctl = mactiond::ctl;
using ctl::add_command;
using ctl::add_group;
using ctl::add_list;
using mactiond::kExitSoftware;
using mactiond::kExitUsage;

// What was chosen on the command line.
struct Choice : ctl::Chosen {
  ctl::ListChoice list;
  std::string id;
  std::string region;
  ctl::CancelChoice cancel;
  ctl::SubmitChoice submit;
  ctl::SubmissionsChoice submissions;
  ctl::ResultChoice result;
  std::string after;
  std::string config;
  std::string webhook;
  std::string seq;
  ctl::LetterChoice letters;
  ctl::DoctorChoice doctor;
};

ctl::Style style_of_terminal() {
  ctl::Style style;
  if (isatty(STDOUT_FILENO) == 0) return style;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  style.colour = !dumb && (no_colour == nullptr || *no_colour == '\0');
  return style;
}

void add_action_commands(CLI::App& app, Choice& choice) {
  const ctl::Session& session = choice.session;
  add_command(app, choice, "status", "regions, quota and webhooks at a glance",
              [&] { return ctl::show_status(session); });
  CLI::App* list = add_command(app, choice, "list", "the open actions, newest first",
                               [&] { return ctl::list_actions(session, choice.list); });
  auto* open = list->add_flag("--open", choice.list.open, "the open ones (default)");
  list->add_flag("--all", choice.list.all, "finished ones too")->excludes(open);
  add_list(*list, "--region", choice.list.regions, "of these regions", "R,...");
  add_list(*list, "--type", choice.list.types, "of these types, e.g. Isolate", "T,...");
  add_list(*list, "--status", choice.list.statuses,
           "in these statuses; one that is final finds finished actions too", "S,...");
  list->add_option("--limit", choice.list.limit, "how many at most")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  CLI::App* show = add_command(app, choice, "show", "one action with its history and cancels",
                               [&] { return ctl::show_action(session, choice.id, choice.region); });
  show->add_option("ACTION_ID", choice.id, "whole, or at least its first 4 characters")->required();
  show->add_option("--region", choice.region, "where several regions know the id")->type_name("R");
  CLI::App* watch = add_command(app, choice, "watch", "events as they happen",
                                [&] { return ctl::watch(session, choice.after); });
  watch->add_option("--after", choice.after, "begin behind this event")->type_name("SEQ");
}

void add_cancel_command(CLI::App& app, Choice& choice) {
  CLI::App* cancel = add_command(app, choice, "cancel", "cancel one action", [&] {
    auto progress = ctl::progress_on_stderr(choice.session.json);
    return ctl::cancel(choice.session, choice.cancel, ctl::real_pace(), progress);
  });
  cancel->add_option("ACTION_ID", choice.cancel.id, "whole, or at least its first 8 characters")
      ->required();
  cancel->add_option("--comment", choice.cancel.comment, "why")->type_name("TEXT")->required();
  cancel->add_option("--region", choice.cancel.region, "where several regions know the id")
      ->type_name("R");
  ctl::add_time_flag(*cancel, choice.cancel.wait, "until it is confirmed, or for this long");
}

void add_starting_commands(CLI::App& app, Choice& choice) {
  ctl::add_submit_commands(app, choice, choice.submit, [&] {
    auto progress = ctl::progress_on_stderr(choice.session.json);
    return ctl::submit(choice.session, choice.submit, ctl::real_pace(), progress);
  });
  ctl::SubmissionsChoice& chosen = choice.submissions;
  CLI::App* submissions =
      add_command(app, choice, "submissions", "what was asked to be started, newest first", [&] {
        auto progress = ctl::progress_on_stderr(choice.session.json);
        return ctl::show_submissions(choice.session, chosen, ctl::real_pace(), progress);
      });
  submissions->add_option("ID", chosen.id, "this one alone, with all that is known");
  submissions->add_flag("--open", chosen.open, "those that have not ended");
  add_list(*submissions, "--state", chosen.states, "in these states, e.g. queued", "S,...");
  add_list(*submissions, "--region", chosen.regions, "of these regions", "R,...");
  submissions->add_option("--limit", chosen.limit, "how many at most")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  ctl::add_time_flag(*submissions, chosen.wait, "until ID has ended, or for this long");
  CLI::App* alert = add_command(app, choice, "alert", "the machine of an alert", [&] {
    return ctl::show_alert(choice.session, choice.id, choice.region);
  });
  alert->add_option("ALERT_ID", choice.id)->required();
  alert->add_option("--region", choice.region, "where there are several")->type_name("R");
}

void add_policy_commands(CLI::App& app, Choice& choice) {
  const ctl::Session& session = choice.session;
  CLI::App* policy = add_group(app, "policy", "what is cancelled by rule");
  CLI::App* explain =
      add_command(*policy, choice, "explain", "what each policy would do now, and why",
                  [&] { return ctl::explain(session, choice.config); });
  explain->add_option("--config", choice.config, "by this file, not by what is in force")
      ->type_name("FILE");
  add_command(*policy, choice, "suspend", "stop all cancelling, also over a restart", [&] {
    return ctl::perform(session, "/v1/policies/suspend", "cancelling is suspended");
  });
  add_command(*policy, choice, "resume", "resume cancelling", [&] {
    return ctl::perform(session, "/v1/policies/resume", "cancelling is resumed");
  });
}

void add_webhook_commands(CLI::App& app, Choice& choice) {
  const ctl::Session& session = choice.session;
  CLI::App* webhook = add_group(app, "webhook", "where events are delivered to");
  add_command(*webhook, choice, "list", "state and queue of each",
              [&] { return ctl::list_webhooks(session); });
  add_command(*webhook, choice, "test", "send one test event now and print the receiver's answer",
              [&] { return ctl::test_webhook(session, choice.webhook); })
      ->add_option("NAME", choice.webhook)
      ->required();
  for (const char* verb : {"pause", "resume"}) {
    const std::string name = verb;
    const char* what = name == "pause" ? "deliver nothing, keep the queue" : "deliver again";
    CLI::App* command = add_command(*webhook, choice, verb, what, [&choice, &session, name] {
      return ctl::perform(
          session, "/v1/webhooks/" + mactiond::percent_encode(choice.webhook) + '/' + name, "done");
    });
    command->add_option("NAME", choice.webhook)->required();
  }
  CLI::App* dlq = add_group(app, "dlq", "dead letters: events given up on");
  CLI::App* list = add_command(*dlq, choice, "list", "all, or those of one webhook",
                               [&] { return ctl::list_dead_letters(session, choice.webhook); });
  list->add_option("--webhook", choice.webhook, "of this webhook")->type_name("NAME");
  CLI::App* show = add_command(*dlq, choice, "show", "one with its event", [&] {
    return ctl::show_dead_letter(session, choice.webhook, choice.seq);
  });
  show->add_option("WEBHOOK", choice.webhook)->required();
  show->add_option("SEQ", choice.seq)->required();
  for (const char* verb : {"replay", "purge"}) {
    const std::string name = verb;
    CLI::App* command = add_command(
        *dlq, choice, verb, name == "replay" ? "queue them again" : "forget them for good",
        [&, name] { return ctl::handle_dead_letters(session, name, choice.letters); });
    command->add_option("WEBHOOK", choice.letters.webhook)->required();
    command->add_option("SEQ", choice.letters.seqs, "these alone");
    command->add_option("--from", choice.letters.from, "died at or after")->type_name("TIME");
    command->add_option("--until", choice.letters.until, "died before")->type_name("TIME");
  }
}

void add_region_commands(CLI::App& app, Choice& choice) {
  const ctl::Session& session = choice.session;
  CLI::App* region = add_group(app, "region", "where actions are followed");
  add_command(*region, choice, "retry", "fetch a new token and poll now",
              [&] { return ctl::retry_region(session, choice.region); })
      ->add_option("NAME", choice.region)
      ->required();
}

void add_daemon_commands(CLI::App& app, Choice& choice) {
  const ctl::Session& session = choice.session;
  CLI::App* doctor =
      add_command(app, choice, "doctor", "look at what is reached, with a remedy for each fault",
                  [&] { return ctl::examine(session, choice.doctor); });
  doctor->add_option("--region", choice.doctor.region, "this one alone")->type_name("R");
  doctor->add_option("--webhook", choice.doctor.webhook, "this one alone")->type_name("W");
  doctor->add_flag("--send", choice.doctor.send, "send a test event to each receiver too");
  add_command(app, choice, "reload", "read the configuration again",
              [&] { return ctl::perform(session, "/v1/reload", "reloaded"); });
  add_command(app, choice, "reopen", "open the transition log again, after a rotation",
              [&] { return ctl::perform(session, "/v1/reopen", "reopened"); });
}

int run(int argc, char** argv) {
  Choice choice;
  choice.session.style = style_of_terminal();
  CLI::App app("Asks a running mactiond.", "mactionctl");
  app.set_version_flag("--version", "mactionctl " MACTIOND_VERSION);
  app.add_option("--socket", choice.session.socket, "the daemon's Unix socket")
      ->type_name("PATH")
      ->envname("MACTIONCTL_SOCKET")
      ->capture_default_str();
  app.add_flag("--json", choice.session.json, "print the daemon's answer as it is");
  app.require_subcommand(1);
  add_action_commands(app, choice);
  add_cancel_command(app, choice);
  add_starting_commands(app, choice);
  ctl::add_result_commands(app, choice, choice.result);
  add_policy_commands(app, choice);
  add_region_commands(app, choice);
  add_webhook_commands(app, choice);
  add_daemon_commands(app, choice);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, std::cout, std::cerr);
    const std::string wrong = mactiond::wrong_word(app, argc, argv);
    std::ostringstream text;
    app.exit(error, text, text);
    if (!wrong.empty())
      text.str("mactionctl: " + wrong + "\nRun with --help for more information.\n");
    std::fputs(mactiond::printable_lines(text.str()).c_str(), stderr);
    return kExitUsage;
  }
  return choice.run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mactionctl: %s\n", mactiond::printable(error.what()).c_str());
    return kExitSoftware;
  }
}
