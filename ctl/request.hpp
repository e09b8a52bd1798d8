#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/exit_code.hpp"
#include "client.hpp"
#include "commands.hpp"
#include "text.hpp"

namespace mactiond::ctl {

// What commands have in common: what they ask of the daemon, and how its answer is shown.

/// One message on stderr; returns exit_code.
int complain(int exit_code, const std::string& message);
/// On stdout; the exit code if that cannot be written.
[[nodiscard]] int print(std::string_view text);

/// Reports an answer that is not 200, or that there is none, and returns the exit code of it.
[[nodiscard]] std::optional<int> refused(const std::variant<Answer, Failure>& result);

void append_parameter(std::string& target, const char* name, const std::string& value);
/// Nothing for an empty value.
void add_parameter(std::string& target, const char* name, const std::string& value);
/// The operator's name from the environment: of who became root by sudo, the socket's peer is only
/// root. Empty where there is none that the daemon would take.
[[nodiscard]] std::string operator_name();
/// A POST that changes something. It has the operator's name from the environment beside it, which
/// the daemon records as not verified.
[[nodiscard]] Question change(const std::string& target, boost::json::object body = {});

using Format = std::function<std::string(const boost::json::object&)>;

/// Asks and shows the answer. look sees it before it is printed, in whatever form.
[[nodiscard]] int show(const Session& session, const Question& question, const Format& format,
                       const std::function<void(const boost::json::object&)>& look = {});

/// A list that the daemon gives page by page.
struct List {
  std::string target;
  const char* key;                ///< of the list in an answer
  const char* cursor = "cursor";  ///< the parameter that takes the "next" of an answer
};

/// Page after page, until there is no next one or limit of them were read. Else the exit code.
[[nodiscard]] std::variant<boost::json::object, int> collect(const Session& session,
                                                             const List& list, int limit);
/// Shows what was collected.
[[nodiscard]] int show_list(const Session& session,
                            const std::variant<boost::json::object, int>& collected,
                            const Format& format);

}  // namespace mactiond::ctl
