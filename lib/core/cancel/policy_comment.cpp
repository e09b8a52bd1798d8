#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/utf8.hpp"
#include "core/cancel/policy.hpp"

namespace mactiond::core {
namespace {

constexpr std::string_view kFallback = "Cancelled by mactiond";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::array<std::string_view, 6> kPlaceholders = {"policy", "status",   "age",
                                                           "type",   "computer", "action_id"};

// One piece of a template: text as it is, or a placeholder without its braces.
struct Piece {
  std::string_view text;
  bool placeholder = false;
};

// The piece that rest begins with, which is then cut off. A brace without its partner is text.
Piece take_piece(std::string_view& rest) {
  if (rest.front() == '{') {
    if (const std::size_t end = rest.find('}'); end != std::string_view::npos) {
      const Piece piece{rest.substr(1, end - 1), true};
      rest.remove_prefix(end + 1);
      return piece;
    }
  }
  const std::size_t end = rest.find('{', 1);
  const Piece piece{rest.substr(0, end), false};
  rest.remove_prefix(piece.text.size());
  return piece;
}

bool is_placeholder(std::string_view name) {
  for (const std::string_view known : kPlaceholders) {
    if (name == known) return true;
  }
  return false;
}

std::string value_of(std::string_view name, const PolicyOptions& policy, const ActionId& id,
                     const ActionFacts& facts, Duration age) {
  if (name == "policy") return policy.name;
  if (name == "status") return std::string(facts.status.text());
  if (name == "age") return age_text(age);
  if (name == "type") return std::string(facts.type.text());
  if (name == "action_id") return id.value;
  if (name != "computer") return '{' + std::string(name) + '}';
  if (!facts.computer_dns_name.empty()) return facts.computer_dns_name;
  return facts.machine_id.empty() ? std::string("an unnamed computer") : facts.machine_id;
}

// What ends a line or moves the cursor somewhere: C0, DEL, C1, U+2028, U+2029.
bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7f;
  if (character.size() == 2) return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  return character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";
}

// One line of valid UTF-8 without blanks at its ends, cut before the character that would be too
// much.
std::string one_line(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool ascii = static_cast<unsigned char>(text[0]) < 0x80;
    const std::size_t length = ascii ? 1 : utf8_length(text);
    std::string_view character = length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (is_control(character)) character = " ";
    if (character == " " && (out.empty() || out.back() == ' ')) continue;
    if (out.size() + character.size() > kCommentMax) break;
    out += character;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

std::string render_comment(const PolicyOptions& policy, const ActionId& id,
                           const ActionFacts& facts, Duration age) {
  std::string filled;
  for (std::string_view rest = policy.comment; !rest.empty();) {
    const Piece piece = take_piece(rest);
    filled +=
        piece.placeholder ? value_of(piece.text, policy, id, facts, age) : std::string(piece.text);
  }
  std::string line = one_line(filled);
  return line.empty() ? std::string(kFallback) : line;
}

std::optional<std::string> comment_mistake(std::string_view comment) {
  if (one_line(comment).empty()) return "must not be empty: the API asks for a comment";
  while (!comment.empty()) {
    const Piece piece = take_piece(comment);
    if (piece.placeholder && !is_placeholder(piece.text)) {
      std::string message = "unknown placeholder {" + std::string(piece.text) + "}; there are";
      for (const std::string_view known : kPlaceholders) message += " {" + std::string(known) + '}';
      return message;
    }
    if (!piece.placeholder && piece.text.find('{') != std::string_view::npos) {
      return "a { without its }";
    }
  }
  return std::nullopt;
}

std::string age_text(Duration age) {
  struct Unit {
    char letter;
    std::int64_t seconds;
  };
  static constexpr std::array<Unit, 4> kUnits = {{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  std::int64_t seconds = std::max<std::int64_t>(to_seconds(age), 0);
  std::string text;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (seconds < kUnits[i].seconds) continue;
    text = std::to_string(seconds / kUnits[i].seconds) + kUnits[i].letter;
    seconds %= kUnits[i].seconds;
    const bool seconds_next = i + 1 < kUnits.size() && kUnits[i + 1].letter == 's';
    if (i + 1 < kUnits.size() && !seconds_next && seconds >= kUnits[i + 1].seconds) {
      text += ' ' + std::to_string(seconds / kUnits[i + 1].seconds) + kUnits[i + 1].letter;
    }
    return text;
  }
  return "0s";
}

}  // namespace mactiond::core
