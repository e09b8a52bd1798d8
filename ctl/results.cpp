#include "results.hpp"

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>

#include "base/exit_code.hpp"
#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "client.hpp"
#include "http/message.hpp"
#include "output_file.hpp"
#include "received_file.hpp"
#include "request.hpp"
#include "script_output.hpp"

namespace mactiond::ctl {
namespace {

/// The daemon ends every download itself: it resumes what broke off, in silence meanwhile.
constexpr std::chrono::minutes kPatience{15};

using File = std::unique_ptr<OutputFile>;

std::string target_of(const ResultChoice& choice, const char* kind) {
  std::string target = "/v1/actions/" + percent_encode(choice.id) + '/' + kind;
  add_parameter(target, "region", choice.region);
  if (choice.index) add_parameter(target, "index", std::to_string(*choice.index));
  return target;
}

int print_saved(const Session& session, const ResultChoice& choice, const ReceivedFile& received) {
  if (session.json) {
    JsonMembers members;
    members.add("file", choice.output)
        .add("bytes", static_cast<std::int64_t>(received.bytes()))
        .add("unpacked", received.was_unpacked());
    return print(printable_json('{' + members.text() + '}') + '\n');
  }
  return print("saved " + printable(choice.output) + ", " + format_bytes(received.bytes()) +
               (received.was_unpacked() ? ", unpacked\n" : "\n"));
}

int print_shown(const Session& session, const std::string& document) {
  const auto output = parse_script_output(document);
  if (!output) {
    return complain(kExitRefused,
                    "the result is no script output: --output FILE without --show saves it");
  }
  return print(session.json ? printable_json(serialize_script_output(*output)) + '\n'
                            : format_script_output(*output));
}

/// Receives the whole, into the file where there is one. The exit code where that failed.
std::optional<int> receive_whole(const Session& session, const std::string& target,
                                 ReceivedFile& received, Progress& progress) {
  Question question{.target = target, .patience = kPatience};
  question.each_second = [&] { received.show_waiting(); };
  Intake intake;
  intake.begin = [&](const http::Response& head) { return received.begin(head); };
  intake.take = [&](std::string_view piece) { return received.take(piece); };
  const auto result = receive(session.socket, question, intake);
  progress.clear();
  if (const auto& trouble = received.trouble()) return complain(trouble->exit_code, trouble->words);
  const auto* failure = std::get_if<Failure>(&result);
  if (failure != nullptr && received.has_begun()) {
    return complain(kExitRefused, "the download broke off, and nothing was saved: " +
                                      failure->message + "; the daemon's log says why");
  }
  if (const auto exit_code = refused(result)) return exit_code;
  if (received.finish()) return std::nullopt;
  return complain(received.trouble()->exit_code, received.trouble()->words);
}

int save(const Session& session, const ResultChoice& choice, const std::string& target,
         Progress& progress) {
  File file;
  if (!choice.output.empty()) {
    auto created = OutputFile::create(choice.output, choice.force);
    if (const auto* trouble = std::get_if<FileTrouble>(&created)) {
      return complain(kExitUsage, trouble->message);
    }
    file = std::get<File>(std::move(created));
  }
  ReceivedFile received({file.get(), choice.raw, choice.show}, progress);
  if (const auto exit_code = receive_whole(session, target, received, progress)) return *exit_code;
  if (choice.show) {
    if (const int exit_code = print_shown(session, received.text()); exit_code != 0) {
      return exit_code;
    }
  }
  if (!file) return 0;
  if (const auto trouble = file->finish()) return complain(kExitIo, trouble->message);
  return choice.show ? 0 : print_saved(session, choice, received);
}

}  // namespace

int save_package(const Session& session, const ResultChoice& choice, Progress& progress) {
  return save(session, choice, target_of(choice, "package"), progress);
}

int save_result(const Session& session, const ResultChoice& choice, Progress& progress) {
  if (choice.output.empty() && !choice.show) {
    return complain(kExitUsage,
                    "what to do with the result? --output FILE saves it, --show prints "
                    "the output of a script");
  }
  return save(session, choice, target_of(choice, "result"), progress);
}

}  // namespace mactiond::ctl
