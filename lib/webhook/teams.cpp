#include "webhook/teams.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

#include "format/summary.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;

/// What the message needs around the elements, and the note of a cut.
constexpr std::size_t kFrameBytes = 1'000;

std::string_view color_of(format::Severity severity) {
  switch (severity) {
    case format::Severity::Good:
      return "Good";
    case format::Severity::Info:
      return "Accent";
    case format::Severity::Warning:
      return "Warning";
    case format::Severity::Error:
      return "Attention";
  }
  return "Default";
}

json::object run(std::string_view text) { return {{"type", "TextRun"}, {"text", text}}; }

json::object paragraph(json::array runs, std::string_view spacing) {
  return {{"type", "RichTextBlock"}, {"spacing", spacing}, {"inlines", std::move(runs)}};
}

json::object title_of(const format::Summary& summary) {
  json::object text = run(summary.title);
  text["size"] = "Medium";
  text["weight"] = "Bolder";
  text["color"] = color_of(summary.severity);
  return paragraph({std::move(text)}, "Default");
}

json::object line_of(const format::Line& line) {
  json::object label = run(line.label + ": ");
  label["weight"] = "Bolder";
  return paragraph({std::move(label), run(line.value)}, "Small");
}

json::object note_of_cut(const core::EventRecord& event) {
  json::object text = run(fmt::format(
      "Cut: this event is larger than Teams takes. The whole is event {} in the transition log.",
      event.seq));
  text["isSubtle"] = true;
  return paragraph({std::move(text)}, "Small");
}

json::array elements_of(const core::EventRecord& event) {
  const format::Summary summary = format::summarize(event, format::Facts(event));
  json::array elements{title_of(summary)};
  std::size_t size = json::serialize(elements).size();
  for (const format::Line& line : summary.lines) {
    json::object element = line_of(line);
    const std::size_t more = json::serialize(element).size() + 1;
    if (size + more + kFrameBytes > kTeamsBytes) {
      elements.push_back(note_of_cut(event));
      break;
    }
    size += more;
    elements.push_back(std::move(element));
  }
  return elements;
}

}  // namespace

std::string teams_body(const core::EventRecord& event) {
  json::object card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                    {"type", "AdaptiveCard"},
                    {"version", "1.4"},
                    {"msteams", json::object{{"width", "Full"}}},
                    {"body", elements_of(event)}};
  json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                          {"contentUrl", nullptr},
                          {"content", std::move(card)}};
  json::array attachments{std::move(attachment)};
  return json::serialize(
      json::object{{"type", "message"}, {"attachments", std::move(attachments)}});
}

}  // namespace mactiond::webhook
