#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "sim/members.hpp"

namespace mactiond::sim {

/// The properties that a filter or an order may name.
enum class Property : std::uint8_t {
  Id,
  Type,
  Title,
  Requestor,
  RequestorComment,
  Status,
  MachineId,
  ComputerDnsName,
  CreationDateTimeUtc,
  LastUpdateDateTimeUtc,
  CancellationRequestor,
  CancellationComment,
  CancellationDateTimeUtc,
  ErrorHResult,
  Scope,
  ExternalId,
  RequestSource,
  // Of machines only; Id and ComputerDnsName are of both.
  LastSeen,
  OsPlatform,
  Version,
  LastIpAddress,
  HealthStatus,
  OnboardingStatus,
  DeviceValue,
  RbacGroupId,
  RiskScore,
  ExposureLevel,
  AadDeviceId,
};

/// Of a machine action, by the name on the wire, letter case ignored.
[[nodiscard]] std::optional<Property> parse_property(std::string_view name);
/// The key on the wire that a $select names, letter case ignored.
[[nodiscard]] std::optional<std::string_view> parse_key(std::string_view name);
[[nodiscard]] bool is_time(Property property);
[[nodiscard]] bool is_number(Property property);
/// Whether a filter may name a value of it without quotes, as an Edm.Guid.
[[nodiscard]] bool takes_guid(Property property);
[[nodiscard]] bool is_guid(std::string_view text);

/// What a property of one entity holds; monostate is null.
using FieldValue = std::variant<std::monostate, std::string_view, WallTime, std::int64_t>;

/// One command of a live response session.
struct LiveCommand {
  std::string type;
  std::vector<std::pair<std::string, std::string>> params;
  std::string status = "Created";
  std::optional<WallTime> started;
  std::optional<WallTime> ended;
};

/// A machine action as the API keeps it: every property of the current wire format.
struct Entity {
  std::string id;
  std::string type;
  std::optional<std::string> title;
  std::string requestor;
  std::string requestor_comment;
  std::string status;
  std::string machine_id;
  std::optional<std::string> computer_dns_name;
  WallTime created{};
  WallTime last_update{};
  std::optional<std::string> cancellation_requestor;
  std::optional<std::string> cancellation_comment;
  std::optional<WallTime> cancelled;
  std::int32_t error_hresult = 0;
  std::optional<std::string> scope;
  std::optional<std::string> external_id;
  std::string request_source;
  std::optional<std::string> sha1;  ///< becomes relatedFileInfo
  std::vector<LiveCommand> commands;
};

[[nodiscard]] FieldValue field(const Entity& entity, Property property);

/// Which of the shapes seen in the field an answer takes.
struct Shape {
  bool minimal = false;         ///< only the keys of the oldest documented examples
  bool omit_nulls = false;      ///< keys without a value are absent instead of null
  bool unknown_keys = false;    ///< keys nobody has heard of, one of them nested
  bool short_spelling = false;  ///< lastUpdateTimeUtc, as some list examples print it
  bool operator==(const Shape&) const = default;
};

/// The entity as a JSON object, keys in the order of real traffic.
[[nodiscard]] std::string render(const Entity& entity, const Shape& shape,
                                 const KeySelection& select = {});

/// What a reader that tolerates every shape makes of render(entity, shape).
[[nodiscard]] MachineAction to_machine_action(const Entity& entity, const Shape& shape);

/// One state of one action, never altered once made. The value a reader would see is made once
/// and kept.
class Version {
 public:
  Version(std::uint32_t action, std::uint32_t number, Entity entity)
      : action_(action), number_(number), entity_(std::move(entity)) {}

  [[nodiscard]] std::uint32_t action() const { return action_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] const Entity& entity() const { return entity_; }
  [[nodiscard]] const MachineAction& value(const Shape& shape) const;

 private:
  std::uint32_t action_;
  std::uint32_t number_;
  Entity entity_;
  mutable Shape value_shape_;
  mutable std::optional<MachineAction> value_;
};

using VersionPtr = std::shared_ptr<const Version>;

}  // namespace mactiond::sim
