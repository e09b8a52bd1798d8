#include "sim/minter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "action/machine_action.hpp"
#include "sim/machine.hpp"

namespace mactiond::sim {
namespace {

constexpr std::int64_t kTicksPerMillisecond = 10'000;

std::int32_t error_of(ActionStatus::Known status) {
  switch (status) {
    case ActionStatus::Known::TimeOut:
      return -2145844840;
    case ActionStatus::Known::Cancelled:
      return -2147467260;
    case ActionStatus::Known::Failed:
      return -2147024891;
    case ActionStatus::Known::Unknown:
    case ActionStatus::Known::Pending:
    case ActionStatus::Known::InProgress:
    case ActionStatus::Known::Succeeded:
      break;
  }
  return 0;
}

void finish_commands(Entity& entity, ActionStatus::Known status, WallTime at) {
  const bool succeeded = status == ActionStatus::Known::Succeeded;
  if (!succeeded && status != ActionStatus::Known::Failed) return;
  for (LiveCommand& command : entity.commands) {
    command.status = succeeded ? "Completed" : "Failed";
    command.started = entity.created;
    command.ended = at;
    if (!succeeded) return;
  }
}

std::optional<std::string> if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

Entity Minter::make_entity(const Spec& spec, std::optional<int> digits, WallTime now) {
  Entity entity;
  entity.id = spec.id.empty() ? make_guid() : spec.id;
  entity.type = spec.type;
  entity.title = if_any(spec.title);
  entity.requestor = spec.requestor;
  entity.requestor_comment = spec.comment;
  entity.status = spec.status;
  entity.machine_id = spec.machine_id.empty() ? make_hex(40) : spec.machine_id;
  entity.computer_dns_name =
      spec.computer_dns_name.empty() ? default_name(entity.machine_id) : spec.computer_dns_name;
  entity.created = make_stamp(now - spec.age - below_a_millisecond(), digits);
  entity.last_update = entity.created;
  if (digits == 7) {
    entity.last_update += Duration(static_cast<std::int64_t>(random_.below(3)));
  }
  entity.error_hresult = error_of(ActionStatus::parse(spec.status).known());
  entity.scope = if_any(spec.scope);
  entity.external_id = if_any(spec.external_id);
  entity.request_source = spec.request_source;
  entity.sha1 = if_any(spec.sha1);
  entity.commands = spec.commands;
  return entity;
}

std::string Minter::make_hex(std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  while (out.size() < digits) out += kDigits[random_.below(16)];
  return out;
}

std::string Minter::make_guid() {
  std::string guid = make_hex(8);
  for (const std::size_t digits : std::array<std::size_t, 4>{4, 4, 4, 12}) {
    guid += "-" + make_hex(digits);
  }
  return guid;
}

WallTime Minter::make_stamp(WallTime at, std::optional<int> fixed_digits) {
  const int digits = fixed_digits.value_or(static_cast<int>(random_.below(8)));
  std::int64_t unit = 1;
  for (int digit = std::clamp(digits, 0, 7); digit < 7; ++digit) unit *= 10;
  const std::int64_t ticks = at.time_since_epoch().count();
  return WallTime(Duration(ticks - ticks % unit));
}

Duration Minter::below_a_millisecond() {
  return Duration(static_cast<std::int64_t>(random_.below(kTicksPerMillisecond)));
}

void set_status(Entity& entity, std::string_view status, WallTime stamp) {
  const auto known = ActionStatus::parse(status).known();
  entity.status = std::string(status);
  entity.last_update = stamp;
  entity.error_hresult = error_of(known);
  finish_commands(entity, known, stamp);
  if (known == ActionStatus::Known::Cancelled) entity.cancelled = stamp - Duration(1);
}

}  // namespace mactiond::sim
