#include "defender/entity_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mactiond::defender {
namespace {

constexpr std::size_t kIdMax = 128;
constexpr std::string_view kLastUpdateKey = R"("lastUpdateDateTimeUtc")";
constexpr std::string_view kLastUpdateAliasKey = R"("lastUpdateTimeUtc")";

// "@odata.context" and "commands@odata.context" alike.
bool is_annotation(std::string_view key) { return key.find("@odata.") != std::string_view::npos; }

// An id becomes a key of the store and a segment of a path.
bool is_usable(std::string_view id) {
  return !id.empty() && id.size() <= kIdMax && id != "." && id != ".." &&
         std::none_of(id.begin(), id.end(), is_control);
}

}  // namespace

void EntityReader::begin() {
  action_ = {};
  last_update_alias_.reset();
  frames_.clear();
  members_.clear();
  field_ = Field::Other;
  skip_next_ = false;
  skip_depth_ = 0;
  action_.document.reserve(document_size_ + 64);
  action_.document += '{';
  frames_.push_back({0, true, false});
}

bool EntityReader::open(char bracket) {
  if (skip_depth_ > 0 || skip_next_) {
    skip_next_ = false;
    ++skip_depth_;
    return true;
  }
  if (!has_room(1)) return false;
  start_value();
  capture(std::nullopt);
  action_.document += bracket;
  frames_.push_back({members_.size(), bracket == '{', false});
  return true;
}

bool EntityReader::close(char bracket) {
  if (skip_depth_ > 0) {
    --skip_depth_;
    return true;
  }
  if (frames_.size() == 1) close_entity();
  action_.document += bracket;
  members_.resize(frames_.back().first_member);
  frames_.pop_back();
  return true;
}

bool EntityReader::key(std::string_view name) {
  if (skip_depth_ > 0) return true;
  if (is_annotation(name)) {
    skip_next_ = true;
    return true;
  }
  const Frame& frame = frames_.back();
  const std::size_t count = members_.size() - frame.first_member;
  if (count >= kMembersMax || !has_room(name.size())) return false;
  std::string& document = action_.document;
  if (count > 0) document += ',';
  const std::size_t begin = document.size();
  append_json_string(document, name);
  members_.push_back({begin, document.size() - begin});
  document += ':';
  drop_earlier(frame);
  field_ = frames_.size() == 1 ? find_field(name) : Field::Other;
  return true;
}

bool EntityReader::text(std::string_view value) {
  if (skips_value()) return true;
  // Two broken ids may be the same after the repair: such a row has no id at all.
  const bool is_id = field_ == Field::Id;
  if (is_id && !is_utf8(value)) value = {};
  std::string repaired;
  if (!is_utf8(value)) value = repaired = repair_utf8(value);
  if (!has_room(value.size())) return false;
  start_value();
  const Field field = field_;
  capture(value);
  if (field == Field::Status) value = action_.status.text();
  if (field == Field::Type) value = action_.type.text();
  append_json_string(action_.document, value);
  return true;
}

bool EntityReader::literal(std::string_view value) {
  if (skips_value()) return true;
  if (!has_room(value.size())) return false;
  start_value();
  capture(std::nullopt);
  action_.document += value;
  return true;
}

std::optional<MachineAction> EntityReader::take() {
  if (!is_usable(action_.id.value)) return std::nullopt;
  document_size_ = action_.document.size();
  return std::move(action_);
}

EntityReader::Field EntityReader::find_field(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Field>, 14> kFields{{
      {"id", Field::Id},
      {"type", Field::Type},
      {"status", Field::Status},
      {"machineId", Field::MachineId},
      {"computerDnsName", Field::ComputerDnsName},
      {"requestor", Field::Requestor},
      {"requestorComment", Field::RequestorComment},
      {"requestSource", Field::RequestSource},
      {"creationDateTimeUtc", Field::Created},
      {"lastUpdateDateTimeUtc", Field::LastUpdate},
      {"lastUpdateTimeUtc", Field::LastUpdateAlias},
      {"cancellationRequestor", Field::CancellationNote},
      {"cancellationComment", Field::CancellationComment},
      {"cancellationDateTimeUtc", Field::CancellationNote},
  }};
  for (const auto& [key, field] : kFields) {
    if (key == name) return field;
  }
  return Field::Other;
}

bool EntityReader::skips_value() {
  if (skip_depth_ > 0) return true;
  return std::exchange(skip_next_, false);
}

bool EntityReader::has_room(std::size_t size) const {
  return action_.document.size() + size <= kDocumentMax;
}

void EntityReader::start_value() {
  Frame& frame = frames_.back();
  if (!frame.is_object && std::exchange(frame.has_items, true)) action_.document += ',';
}

// value is nothing for all that is not text.
void EntityReader::capture(std::optional<std::string_view> value) {
  const Field field = std::exchange(field_, Field::Other);
  const std::string_view shown = value.value_or("");
  switch (field) {
    case Field::Other:
      return;
    case Field::Type:
      action_.type = ActionType::parse(shown);
      return;
    case Field::Status:
      action_.status = ActionStatus::parse(shown);
      return;
    case Field::Created:
      action_.created = parse_iso_time(shown);
      return;
    case Field::LastUpdate:
      action_.last_update = parse_iso_time(shown);
      return;
    case Field::LastUpdateAlias:
      last_update_alias_ = parse_iso_time(shown);
      return;
    case Field::CancellationNote:
      action_.cancellation_noted |= !shown.empty();
      return;
    default:
      *plain_field(field) = shown;
      return;
  }
}

std::string* EntityReader::plain_field(Field field) {
  switch (field) {
    case Field::MachineId:
      return &action_.machine_id;
    case Field::ComputerDnsName:
      return &action_.computer_dns_name;
    case Field::Requestor:
      return &action_.requestor;
    case Field::RequestorComment:
      return &action_.requestor_comment;
    case Field::RequestSource:
      return &action_.request_source;
    case Field::CancellationComment:
      return &action_.cancellation_comment;
    default:
      return &action_.id.value;
  }
}

std::string_view EntityReader::member_key(const Member& member) const {
  return {action_.document.data() + member.begin, member.key_size};
}

// The last member has just been named; an earlier one of the same name in the frame goes.
void EntityReader::drop_earlier(const Frame& frame) {
  const std::string_view name = member_key(members_.back());
  for (std::size_t i = frame.first_member; i + 1 < members_.size(); ++i) {
    if (members_[i].key_size != name.size() || member_key(members_[i]) != name) continue;
    const std::size_t size = members_[i + 1].begin - members_[i].begin;
    action_.document.erase(members_[i].begin, size);
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
    for (; i < members_.size(); ++i) members_[i].begin -= size;
    return;
  }
}

void EntityReader::close_entity() {
  if (!action_.last_update) action_.last_update = last_update_alias_;
  const auto find = [this](std::string_view key) {
    return std::find_if(members_.begin(), members_.end(), [&](const Member& member) {
      return member.key_size == key.size() && member_key(member) == key;
    });
  };
  const auto alias = find(kLastUpdateAliasKey);
  if (alias == members_.end() || find(kLastUpdateKey) != members_.end()) return;
  action_.document.replace(alias->begin, alias->key_size, kLastUpdateKey);
}

}  // namespace mactiond::defender
