#include "webhook/teams.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "format/summary.hpp"
#include "format/text.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;

/// What the message needs around the elements, and the note of a cut.
constexpr std::size_t kFrameBytes = 1'000;
constexpr std::string_view kNoteOfShortening =
    "Shortened: the whole of each event is in the transition log.";

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

json::object subtle(std::string_view words) {
  json::object text = run(words);
  text["isSubtle"] = true;
  return paragraph({std::move(text)}, "Small");
}

json::object note_of_cut(const core::EventRecord& event) {
  return subtle(fmt::format(
      "Cut: this event is larger than Teams takes. The whole is event {} in the transition log.",
      event.seq));
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

/// All that is known of an event, on one line.
std::string facts_of(const core::EventRecord& event, const format::Summary& summary) {
  std::string facts = fmt::format("Event {}", event.seq);
  for (const format::Line& line : summary.lines) {
    // What the heading and the title say already.
    if (line.label == "Event" || line.label == "Machine") continue;
    facts += fmt::format(" \xC2\xB7 {}: {}", line.label, line.value);
  }
  return format::clip_line(facts, facts.size());
}

/// At most bytes long as JSON; a title fits in any part.
void append_entry(const core::EventRecord& event, std::size_t bytes, json::array& elements,
                  bool& cut) {
  const format::Summary summary = format::summarize(event, format::Facts(event));
  json::object title = title_of(summary);
  std::string facts = facts_of(event, summary);
  json::object details = subtle(facts);
  const std::size_t used = json::serialize(title).size() + 2;
  const std::size_t wanted = json::serialize(details).size();
  if (used + wanted > bytes) {
    cut = true;
    // JSON may write a byte of text as two.
    const std::size_t frame = json::serialize(subtle("")).size();
    MACTIOND_ASSERT(used + frame < bytes);
    facts = format::clip_line(facts, (bytes - used - frame) / 2);
    details = subtle(facts);
  }
  elements.push_back(std::move(title));
  elements.push_back(std::move(details));
}

std::string message_of(json::array elements) {
  json::object card{{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                    {"type", "AdaptiveCard"},
                    {"version", "1.4"},
                    {"msteams", json::object{{"width", "Full"}}},
                    {"body", std::move(elements)}};
  json::object attachment{{"contentType", "application/vnd.microsoft.card.adaptive"},
                          {"contentUrl", nullptr},
                          {"content", std::move(card)}};
  json::array attachments{std::move(attachment)};
  return json::serialize(
      json::object{{"type", "message"}, {"attachments", std::move(attachments)}});
}

}  // namespace

std::string teams_body(const core::EventRecord& event) { return message_of(elements_of(event)); }

std::string teams_digest(std::span<const core::EventRecord> events) {
  MACTIOND_ASSERT(events.size() > 1 && events.size() <= kTeamsDigestMax);
  json::object heading =
      run(fmt::format("{} events from {}", events.size(), events.front().instance));
  heading["weight"] = "Bolder";
  json::array elements{paragraph({std::move(heading)}, "Default")};
  const std::size_t part = (kTeamsBytes - kFrameBytes) / events.size();
  bool cut = false;
  for (const core::EventRecord& event : events) append_entry(event, part, elements, cut);
  if (cut) elements.push_back(subtle(kNoteOfShortening));
  return message_of(std::move(elements));
}

}  // namespace mactiond::webhook
