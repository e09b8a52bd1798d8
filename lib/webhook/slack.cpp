#include "webhook/slack.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <string_view>
#include <utility>

#include "format/summary.hpp"
#include "format/text.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;

// Slack's own limits, in characters; bytes are never fewer.
constexpr std::size_t kHeaderMax = 150;
constexpr std::size_t kFieldsMax = 10;
constexpr std::size_t kFieldMax = 2000;
constexpr std::size_t kContextBytes = 600;

std::string_view sign_of(format::Severity severity) {
  switch (severity) {
    case format::Severity::Good:
      return ":white_check_mark:";
    case format::Severity::Info:
      return ":information_source:";
    case format::Severity::Warning:
      return ":warning:";
    case format::Severity::Error:
      return ":rotating_light:";
  }
  return {};
}

// Slack asks for just these three to be escaped.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// The same in at most `most` bytes, never cut within an escape.
std::string escape_within(std::string_view text, std::size_t most) {
  constexpr std::size_t kLongest = 5;
  std::string out = escape(text);
  for (std::size_t bytes = text.size(); out.size() > most;) {
    bytes -= std::min(bytes, (out.size() - most) / kLongest + 1);
    out = escape(format::clip(text, bytes));
  }
  return out;
}

json::object marked(std::string text) {
  return {{"type", "mrkdwn"}, {"text", std::move(text)}, {"verbatim", true}};
}

json::object field(const format::Line& line) {
  std::string text = '*' + line.label + "*\n";
  text += escape_within(line.value, kFieldMax - text.size());
  return marked(std::move(text));
}

json::object plain(std::string_view text) {
  return {{"type", "plain_text"}, {"text", text}, {"emoji", false}};
}

}  // namespace

std::string slack_body(const core::EventRecord& event) {
  const format::Summary summary = format::summarize(event, format::Facts(event));
  json::array fields;
  std::string context;
  for (const format::Line& line : summary.lines) {
    if (fields.size() < kFieldsMax) {
      fields.push_back(field(line));
    } else {
      if (!context.empty()) context += "  |  ";
      context += line.label + ": " + line.value;
    }
  }
  json::array blocks;
  blocks.push_back(json::object{{"type", "header"},
                                {"text", plain(format::clip_line(summary.title, kHeaderMax))}});
  blocks.push_back(json::object{{"type", "section"}, {"fields", std::move(fields)}});
  if (!context.empty()) {
    json::array elements{plain(format::clip_line(context, kContextBytes))};
    blocks.push_back(json::object{{"type", "context"}, {"elements", std::move(elements)}});
  }
  const std::string text = std::string(sign_of(summary.severity)) + ' ' + escape(summary.title);
  return json::serialize(json::object{{"text", text}, {"blocks", std::move(blocks)}});
}

}  // namespace mactiond::webhook
