#include "store/event_row.hpp"

#include <boost/json/parse.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "base/enum_values.hpp"
#include "store/tags_text.hpp"

namespace mactiond::store {
namespace {

bool has_sound_fields(const core::EventRecord& event) { return is_json('{' + event.fields + '}'); }

bool has_sound_document(const core::EventRecord& event) {
  return event.document.empty() || is_json(event.document);
}

std::optional<core::EventRecord> read_event(const Rows& row) {
  const auto type = value_named<core::EventType>(row.text(2));
  if (!type) return std::nullopt;
  core::EventRecord event;
  event.seq = row.number(0);
  event.id = row.text(1);
  event.type = *type;
  event.time = row.time(3);
  event.instance = row.text(4);
  event.region = row.text(5);
  event.action.value = row.text(6);
  event.fields = row.text(7);
  event.document = row.text(8);
  event.subject = {row.text(9), row.text(10), row.text(11), row.text(12), row.integer(13) != 0, {}};
  if (auto group = row.maybe_text(14)) {
    event.subject.machine = MachineMarks{*std::move(group), read_tags(row.text(15))};
  }
  return event;
}

}  // namespace

bool is_json(const std::string& text) {
  boost::system::error_code failure;
  const boost::json::value value = boost::json::parse(text, failure);
  return !failure;
}

std::optional<core::EventRecord> to_event(const Rows& row) {
  auto event = read_event(row);
  if (event && !(has_sound_fields(*event) && has_sound_document(*event))) event.reset();
  return event;
}

std::optional<core::EventRecord> to_logged_event(const Rows& row) {
  auto event = read_event(row);
  if (event && !has_sound_fields(*event)) event->fields.clear();
  if (event && !has_sound_document(*event)) event->document.clear();
  return event;
}

std::string wrong_with_event(const Rows& row) {
  const std::string type = row.text(2);
  if (!value_named<core::EventType>(type)) return "the stored event is of an unknown type: " + type;
  return "the stored event is damaged: its text is no JSON";
}

}  // namespace mactiond::store
