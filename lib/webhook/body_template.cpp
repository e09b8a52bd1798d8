#include "webhook/body_template.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <optional>
#include <utility>

#include "format/summary.hpp"
#include "json/object.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kTextMax = std::size_t{64} * 1024;
constexpr std::string_view kOpen = "${";

constexpr std::array<std::string_view, 31> kNames{
    "event",        "title",      "severity", "age_s",         "seq",
    "id",           "time",       "type",     "instance",      "region",
    "action",       "from",       "to",       "lag_ms",        "policy",
    "would_cancel", "correction", "operator", "reason",        "decision_id",
    "status",       "limit",      "webhook",  "which",         "completed_commands",
    "backlog",      "open",       "finished", "oldest_open_s", "waiting",
    "machine"};

bool is_known(std::string_view path) {
  const std::size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  if (dot != std::string_view::npos && name != "action" && name != "machine") return false;
  if (path.ends_with('.') || path.find("..") != std::string_view::npos) return false;
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

std::string known_names() {
  std::string text;
  for (const std::string_view name : kNames)
    text += std::string(text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// The next placeholder at or after from.
struct Found {
  std::size_t begin = 0;
  std::size_t end = 0;  ///< npos: it is not closed
  std::string_view path{};
  bool escaped = false;
};

std::optional<Found> find_placeholder(std::string_view text, std::size_t from) {
  const std::size_t open = text.find(kOpen, from);
  if (open == std::string_view::npos) return std::nullopt;
  if (open > from && text[open - 1] == '$') {
    return Found{open - 1, open + kOpen.size(), {}, true};
  }
  const std::size_t close = text.find('}', open);
  if (close == std::string_view::npos) return Found{open, close, {}, false};
  const std::size_t begin = open + kOpen.size();
  return Found{open, close + 1, text.substr(begin, close - begin), false};
}

/// Why the placeholders of text are wrong and where; nothing if they are not.
std::optional<std::pair<std::size_t, std::string>> wrong_placeholder(std::string_view text) {
  std::size_t at = 0;
  while (const auto found = find_placeholder(text, at)) {
    if (found->end == std::string_view::npos) {
      return std::pair(found->begin, std::string("${ is not closed by }"));
    }
    at = found->end;
    if (found->escaped || is_known(found->path)) continue;
    return std::pair(found->begin, "no event has a \"" + std::string(found->path.substr(0, 64)) +
                                       "\"; names are " + known_names() +
                                       ", action.KEY and machine.KEY");
  }
  return std::nullopt;
}

TemplateMistake mistake_at(std::string_view text, std::size_t offset, std::string message) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<unsigned>(line), static_cast<unsigned>(before.size() - start + 1),
          std::move(message)};
}

/// The document, or what is wrong with it as JSON.
std::variant<json::value, TemplateMistake> parse_json(std::string_view text) {
  json::parser parser;
  boost::system::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (error) return mistake_at(text, read, "is not JSON: " + error.message());
  const std::size_t rest = text.find_first_not_of(" \t\r\n", read);
  if (rest != std::string_view::npos) return mistake_at(text, rest, "text after the end");
  return parser.release();
}

/// What only the decoded texts show: a placeholder in a key, or one written with escapes.
std::optional<std::string> wrong_value(const json::value& value) {
  if (value.is_string()) {
    const json::string& text = value.get_string();
    if (auto wrong = wrong_placeholder({text.data(), text.size()})) return wrong->second;
  } else if (value.is_array()) {
    for (const json::value& item : value.get_array()) {
      if (auto wrong = wrong_value(item)) return wrong;
    }
  } else if (value.is_object()) {
    for (const auto& [key, item] : value.get_object()) {
      if (key.find(kOpen) != json::string_view::npos) {
        return "a placeholder belongs in a value, not in a key";
      }
      if (auto wrong = wrong_value(item)) return wrong;
    }
  }
  return std::nullopt;
}

std::string_view word_of(format::Severity severity) {
  switch (severity) {
    case format::Severity::Good:
      return "good";
    case format::Severity::Info:
      return "info";
    case format::Severity::Warning:
      return "warning";
    case format::Severity::Error:
      return "error";
  }
  return "info";
}

/// All that names stand for.
json::object values_of(const core::EventRecord& event) {
  json::object line = object_or_empty(core::log_line(event));
  json::object values = line;
  const format::Facts facts(event);
  const format::Summary summary = format::summarize(event, facts);
  values["title"] = summary.title;
  values["severity"] = word_of(summary.severity);
  const auto age = format::age_of(event, facts);
  if (age && !values.contains("age_s")) values["age_s"] = to_seconds(*age);
  values["event"] = std::move(line);
  return values;
}

/// Nothing where the event has no such value.
const json::value* look_up(const json::object& values, std::string_view path) {
  const json::object* object = &values;
  while (true) {
    const std::size_t dot = path.find('.');
    const json::value* value = object->if_contains(path.substr(0, dot));
    if (value == nullptr || dot == std::string_view::npos) return value;
    if (!value->is_object()) return nullptr;
    object = &value->get_object();
    path.remove_prefix(dot + 1);
  }
}

json::value fill_text(std::string_view text, const json::object& values) {
  std::string filled;
  std::size_t at = 0;
  while (const auto found = find_placeholder(text, at)) {
    const json::value* value = found->escaped ? nullptr : look_up(values, found->path);
    const bool alone = found->begin == 0 && found->end == text.size();
    if (alone && !found->escaped) return value == nullptr ? json::value() : *value;
    filled += text.substr(at, found->begin - at);
    at = found->end;
    if (found->escaped) {
      filled += kOpen;
    } else if (value != nullptr && value->is_string()) {
      filled.append(value->get_string().data(), value->get_string().size());
    } else if (value != nullptr && !value->is_null()) {
      filled += json::serialize(*value);
    }
  }
  filled += text.substr(at);
  return json::value(filled);
}

void fill(json::value& value, const json::object& values) {
  if (value.is_string()) {
    const json::string text = value.get_string();
    value = fill_text({text.data(), text.size()}, values);
  } else if (value.is_array()) {
    for (json::value& item : value.get_array()) fill(item, values);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) fill(member.value(), values);
  }
}

}  // namespace

std::variant<BodyTemplate, TemplateMistake> BodyTemplate::parse(std::string_view text) {
  if (text.size() > kTextMax) return TemplateMistake{1, 1, "is larger than 64 KiB"};
  auto document = parse_json(text);
  if (auto* mistake = std::get_if<TemplateMistake>(&document)) return std::move(*mistake);
  json::value& body = std::get<json::value>(document);
  if (!body.is_object() && !body.is_array()) {
    return TemplateMistake{1, 1, "must be a JSON object or array"};
  }
  if (auto wrong = wrong_placeholder(text)) {
    return mistake_at(text, wrong->first, std::move(wrong->second));
  }
  if (auto wrong = wrong_value(body)) {
    const std::size_t at = text.find(kOpen);
    return mistake_at(text, at == std::string_view::npos ? 0 : at, std::move(*wrong));
  }
  return BodyTemplate(std::move(body));
}

std::string BodyTemplate::render(const core::EventRecord& event) const {
  json::value body = body_;
  fill(body, values_of(event));
  return json::serialize(body);
}

}  // namespace mactiond::webhook
