#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "event/event_record.hpp"

namespace mactiond::webhook {

/// Where a template is wrong; line and column are counted from 1 in the template's own text.
struct TemplateMistake {
  unsigned line = 1;
  unsigned column = 1;
  std::string message;
};

/// A body as the configuration writes it: a JSON object or array in whose strings `${name}` stands
/// for a value of the event. A string that is one placeholder and nothing else becomes the value
/// itself, whatever its type, null where the event has none; in a longer string the value is put
/// in as text, and nothing is where there is none. Since values go into the parsed document, no
/// text of an event can change its structure. `$${` is a plain `${`.
///
/// Names: those of the transition log's line (`${action.computerDnsName}`, `${to}`), `event` for
/// all of it, `title`, `severity` (good, info, warning, error) and `age_s` (of the action).
class BodyTemplate {
 public:
  [[nodiscard]] static std::variant<BodyTemplate, TemplateMistake> parse(std::string_view text);

  [[nodiscard]] std::string render(const core::EventRecord& event) const;

 private:
  explicit BodyTemplate(boost::json::value body) : body_(std::move(body)) {}

  boost::json::value body_;
};

}  // namespace mactiond::webhook
