#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/entity.hpp"
#include "sim/list_view.hpp"
#include "sim/odata.hpp"

namespace mactiond::sim {

/// One step of a life cycle: this long after the step before it, the action has this status.
struct PlanStep {
  Duration after{};
  std::string status;
};
using Plan = std::vector<PlanStep>;

enum class NextLink : std::uint8_t {
  Standard,  ///< without $top, when more rows follow
  Always,    ///< also with $top, when more rows follow
  Never,
  Foreign,   ///< as Always, naming a host that is not the API's
  Relative,  ///< as Always, without scheme and host
  Claimed,   ///< on every answer, whether rows follow or not
};

/// What the 400 to a query that the API does not take looks like.
enum class BadQueryBody : std::uint8_t {
  OData,    ///< the documented error with code ODataError
  NoCode,   ///< the same with an empty code
  Other,    ///< the same with code BadRequest
  Gateway,  ///< {"Message":"…"}
  Html,
  Null,  ///< the JSON value null
  Empty,
};

enum class CancelMode : std::uint8_t {
  Immediate,  ///< 200 with status Cancelled
  Delayed,    ///< 200 still open, Cancelled after cancel_delay unless it ended before
  Never,      ///< 200 and nothing happens, however often it is asked
};

/// What a second action of the same type on one machine meets while the first is open.
enum class Duplicate : std::uint8_t { Refuse, ReturnFirst, Allow };

/// How this API behaves for every call. May be changed at any time between calls.
struct Traits {
  std::string host = "api.security.microsoft.com";
  Shape shape;
  /// 0 to 7 fraction digits of stamps; nothing: it varies from stamp to stamp.
  std::optional<int> fraction_digits = 7;
  Duration fill_after{};       ///< scope and computerDnsName are null until then
  Duration visibility_list{};  ///< how long a new action is missing from lists
  Duration visibility_get{};   ///< how long a new action is 404
  Duration list_lag{};         ///< how much later lists show a change
  Duration get_lag{};          ///< how much later reads by id show a change
  bool reject_last_update_filter = false;
  bool reject_order_by = false;
  bool reject_in = false;
  BadQueryBody bad_query_body = BadQueryBody::OData;
  std::size_t top_max = 0;       ///< a larger $top is refused with 400; 0: none is
  std::size_t page_cap = 0;      ///< rows of any answer, with no word about it; 0: no cap
  bool ignore_order_by = false;  ///< rows come in the order of a request without $orderby
  bool ignore_skip = false;      ///< the first page comes again and again
  NextLink next_link = NextLink::Standard;
  RowOrder order = RowOrder::NewestFirst;
  bool repeat_rows = false;        ///< the last row of a page stands there twice
  std::size_t page_max = kTopMax;  ///< rows of an answer to a request without $top
  CancelMode cancel = CancelMode::Immediate;
  Duration cancel_delay{};
  bool cancel_noted_at_once = false;  ///< an accepted cancel shows who asked before its effect
  Duration offline_timeout = std::chrono::hours(72) + std::chrono::minutes(14);
  Duration live_offline_timeout{};  ///< the same for a live response; 0: no other than the rest
  Duplicate duplicate = Duplicate::Refuse;
  bool name_blocker = false;     ///< the refusal names the action in the way
  int created_status = 201;      ///< of the answer to a POST that makes an action
  bool strict_machines = false;  ///< only machines and alerts that somebody named are known
  bool no_machines_404 = false;  ///< a list of machines without a row is a 404
  int live_sessions = 50;        ///< live responses of all machines at one time; 0: no limit
  Plan default_plan{{std::chrono::seconds(2), "InProgress"},
                    {std::chrono::seconds(20), "Succeeded"}};
  /// Divides the time-outs of offline devices and the delays of default_plan.
  double speed = 1.0;
  Duration retention{};  ///< how long after creation actions are forgotten; 0: never
};

/// An action to be. Empty texts get believable defaults.
struct Spec {
  std::string id;
  std::string type = "RunAntiVirusScan";
  std::string title;
  std::string machine_id;
  std::string computer_dns_name;
  std::string requestor = "soc.analyst@contoso.com";
  std::string comment = "Requested by the SOC";
  std::string request_source = "Portal";
  std::string scope;
  std::string external_id;
  std::string sha1;
  std::vector<LiveCommand> commands;
  std::string status = "Pending";
  Duration age{};            ///< how long before now it was created
  bool offline = false;      ///< the device never answers: TimeOut after offline_timeout
  std::optional<Plan> plan;  ///< nothing: by the device's state and default_plan
};

}  // namespace mactiond::sim
