#include "action/submission_comment.hpp"

#include <algorithm>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mactiond {
namespace {

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

bool is_submission(std::string_view id) {
  return id.size() > kSubmissionIdBegin.size() && id.starts_with(kSubmissionIdBegin) &&
         std::all_of(id.begin(), id.end(), is_id_character);
}

}  // namespace

std::optional<std::string> mistake_in_comment(std::string_view comment,
                                              std::string_view submission) {
  if (trim(comment).empty()) return "the comment is empty: say why";
  if (!is_utf8(comment)) return "the comment is not valid UTF-8: correct it";
  if (has_controls(comment)) {
    return "the comment has a control character or a line break: write it as one line";
  }
  const std::size_t most = kSubmittedCommentMax - tagged_comment("", submission).size();
  const std::size_t characters = count_characters(comment);
  if (characters <= most) return std::nullopt;
  return "the comment has " + std::to_string(characters) + " characters: give at most " +
         std::to_string(most);
}

std::string tagged_comment(std::string_view comment, std::string_view submission) {
  std::string text(comment);
  text.append(" [").append(submission).append("]");
  return text;
}

std::string_view tagged_submission(std::string_view comment) {
  comment = trim(comment);
  if (!comment.ends_with(']')) return {};
  comment.remove_suffix(1);
  const std::size_t begin = comment.rfind('[');
  if (begin == std::string_view::npos) return {};
  if (begin > 0 && comment[begin - 1] != ' ') return {};
  const std::string_view id = comment.substr(begin + 1);
  return is_submission(id) ? id : std::string_view();
}

}  // namespace mactiond
