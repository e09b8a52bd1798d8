#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoints.hpp"
#include "base/error.hpp"
#include "base/json_text.hpp"

namespace mactiond::admin {

// Names and words that a caller types. What is unknown is refused with the nearest one: an empty
// answer would look as if there were nothing to see.

/// `there is no status "Pendng"; did you mean Pending? known: Pending, …`
[[nodiscard]] std::string no_such(std::string_view what, std::string_view word,
                                  std::string_view label, const std::vector<std::string>& words);

/// Of the configured regions, in their order.
[[nodiscard]] std::vector<std::string> region_names(const core::EngineStatus& status);

[[nodiscard]] std::string no_such_region(const Call& call, std::string_view name);

/// 404 unless a region of that name is configured, or has left actions.
[[nodiscard]] std::optional<http::Response> refuse_unknown_region(const Call& call,
                                                                  const std::string& name);

/// 404 unless a webhook of that name is configured, or has left dead letters.
[[nodiscard]] std::optional<http::Response> refuse_unknown_webhook(const Call& call,
                                                                   const std::string& name);

/// The answer to an operation on a webhook.
[[nodiscard]] http::Response answer_webhook(Backend& backend, const std::string& name,
                                            const Result<core::Reply>& reply,
                                            const JsonMembers& done);

/// A list of words that a caller may filter by.
struct WordList {
  std::string name;   ///< of the parameter
  std::string label;  ///< of the words that are known
  std::vector<std::string> known;
  std::optional<core::ActionField> field{};  ///< what is stored there is known too
};

/// Reads what the query asks for; each parameter of the name holds one word or several between
/// commas. Or the answer that refuses it.
[[nodiscard]] std::optional<http::Response> read_list(const Call& call, const WordList& list,
                                                      std::vector<std::string>& found);

/// What the query asks for of /v1/actions: regions, types and statuses that are known, or occur.
[[nodiscard]] std::optional<http::Response> read_words(const Call& call,
                                                       core::ActionFilter& filter);

}  // namespace mactiond::admin
