#include "event/event_record.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "base/error.hpp"
#include "base/iso_time.hpp"
#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

// e7af296c-b9ab-4b7c-bc37-249b07a58655: the name space of our ids. Receivers recognise an event by
// its id, so this never changes.
constexpr boost::uuids::uuid kEventNamespace{{0xe7, 0xaf, 0x29, 0x6c, 0xb9, 0xab, 0x4b, 0x7c, 0xbc,
                                              0x37, 0x24, 0x9b, 0x07, 0xa5, 0x86, 0x55}};

std::string id_of(const std::string& name) {
  const boost::uuids::name_generator_sha1 generate(kEventNamespace);
  return "ma_" + boost::uuids::to_string(generate(name));
}

std::string action_json(const EventRecord& event) {
  if (!event.document.empty()) return event.document;
  return '{' + JsonMembers().add("id", event.action.value).text() + '}';
}

void append_members(std::string& out, std::string_view members) {
  if (members.empty()) return;
  if (!out.empty()) out += ',';
  out += members;
}

}  // namespace

std::string make_event_id(EventType type, std::string_view subject, std::string_view detail) {
  std::string name(to_string(type));
  name += '|';
  name += subject;
  name += '|';
  name += detail;
  return id_of(name);
}

std::string make_message_id(std::span<const EventRecord> events) {
  MACTIOND_ASSERT(!events.empty());
  if (events.size() == 1) return events.front().id;
  std::string name = "digest";
  for (const EventRecord& event : events) name += '|' + event.id;
  return id_of(name);
}

std::string event_members(const EventRecord& event) {
  JsonMembers members;
  if (!event.instance.empty()) members.add("instance", event.instance);
  if (!event.region.empty()) members.add("region", event.region);
  if (!event.document.empty() || !event.action.value.empty()) {
    members.add_raw("action", action_json(event));
  }
  std::string text = members.text();
  append_members(text, event.fields);
  return text;
}

std::string log_line(const EventRecord& event) {
  JsonMembers head;
  if (event.seq != 0) head.add_raw("seq", std::to_string(event.seq));
  head.add("id", event.id)
      .add("time", format_iso_time(event.time))
      .add("type", to_string(event.type));
  std::string line = '{' + head.text();
  append_members(line, event_members(event));
  line += "}\n";
  return line;
}

}  // namespace mactiond::core
