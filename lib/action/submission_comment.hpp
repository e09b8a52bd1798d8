#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mactiond {

// The comment of an action that we start ends with a tag, " [sub_…]": by it the action is found
// again after a lost answer.

/// Of a submission's id.
inline constexpr std::string_view kSubmissionIdBegin = "sub_";

/// Characters, the tag included.
inline constexpr std::size_t kSubmittedCommentMax = 1000;

/// What is wrong with the comment of this submission, in a sentence that says what to do; nothing
/// if it may be sent.
[[nodiscard]] std::optional<std::string> mistake_in_comment(std::string_view comment,
                                                            std::string_view submission);

/// The comment with the submission's tag, as the API gets it.
[[nodiscard]] std::string tagged_comment(std::string_view comment, std::string_view submission);

/// The submission whose tag the comment ends with; empty where it ends with none.
[[nodiscard]] std::string_view tagged_submission(std::string_view comment);

}  // namespace mactiond
