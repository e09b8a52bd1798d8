#include "action/action_request.hpp"

#include <algorithm>
#include <type_traits>

#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace mactiond {
namespace {

using Mistake = std::optional<std::string>;

constexpr std::size_t kSha1Digits = 40;
constexpr std::size_t kSha256Digits = 64;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

Mistake mistake_in(const QuarantineFile& file) {
  const std::string& sha1 = file.sha1;
  if (!std::all_of(sha1.begin(), sha1.end(), is_hex_digit)) {
    return "sha1 has characters that are no hex digits: give the file's SHA-1 as 40 hex digits";
  }
  if (sha1.size() == kSha1Digits) return std::nullopt;
  std::string text = "sha1 has " + std::to_string(sha1.size()) + " digits";
  if (sha1.size() == kSha256Digits) text += ", as a SHA-256 has";
  return text + ": give the file's SHA-1, which has 40";
}

// "commands[1] (RunScript)"
std::string place_of(const LiveResponseCommand& command, std::size_t index) {
  return "commands[" + std::to_string(index) + "] (" + std::string(to_string(command.kind)) + ')';
}

// What is wrong with a text that is sent, as the end of a sentence.
Mistake mistake_in_text(std::string_view key, std::string_view text, std::size_t bytes_max) {
  const std::string name(key);
  if (text.size() > bytes_max) {
    return "has " + std::to_string(text.size()) + " bytes in " + name + ": give at most " +
           std::to_string(bytes_max);
  }
  if (!is_utf8(text)) return "has a " + name + " that is not valid UTF-8: correct it";
  if (has_controls(text)) {
    return "has a control character or a line break in " + name + ": take it out";
  }
  return std::nullopt;
}

Mistake mistake_in(const LiveResponseCommand& command) {
  const std::string_view key = name_key(command.kind);
  if (command.name.empty()) return "has no " + std::string(key) + ": give one";
  if (!command.arguments.empty() && command.kind != LiveResponseCommand::Kind::RunScript) {
    return "takes no " + std::string(kArgumentsKey) + ": only RunScript does";
  }
  if (auto mistake = mistake_in_text(key, command.name, kCommandNameMax)) return mistake;
  return mistake_in_text(kArgumentsKey, command.arguments, kCommandArgumentsMax);
}

Mistake mistake_in(const LiveResponse& response) {
  const auto& commands = response.commands;
  if (commands.empty()) return "commands is empty: give at least one command";
  if (commands.size() > kCommandsMax) {
    return "commands has " + std::to_string(commands.size()) + " members: give at most " +
           std::to_string(kCommandsMax);
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const std::string place = place_of(commands[i], i);
    if (i > 0 && commands[i].kind < commands[i - 1].kind) {
      return place + " comes after a " + std::string(to_string(commands[i - 1].kind)) +
             ": give all PutFile first, then all RunScript, then all GetFile";
    }
    if (const auto mistake = mistake_in(commands[i])) return place + ' ' + *mistake;
  }
  return std::nullopt;
}

}  // namespace

ActionType type_of(const ActionRequest& request) {
  return std::visit(
      [](const auto& kind) { return ActionType(std::decay_t<decltype(kind)>::kType); }, request);
}

std::optional<std::string> mistake_in(const ActionRequest& request) {
  if (const auto* file = std::get_if<QuarantineFile>(&request)) return mistake_in(*file);
  if (const auto* response = std::get_if<LiveResponse>(&request)) return mistake_in(*response);
  return std::nullopt;
}

}  // namespace mactiond
