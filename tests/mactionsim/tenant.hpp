#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "mactionsim/call.hpp"
#include "mactionsim/entra.hpp"
#include "mactionsim/fields.hpp"
#include "sim/defender_model.hpp"
#include "sim/faults.hpp"
#include "sim/links.hpp"
#include "sim/quota_judge.hpp"
#include "sim/throttle.hpp"

namespace mactiond::sim {

/// Everything about the service's behaviour that may be changed while it runs.
struct Switches {
  Traits traits;
  ThrottleOptions throttle;
  LinkOptions links;
  Encoding encoding = Encoding::Identity;  ///< of API answers, where the client accepts it
  bool chunked = false;
  Duration latency{};  ///< before every answer but the control API's
  int expires_in_s = 3599;
};

/// The switches' names are listed in README.md.
void read_switches(Fields& fields, Switches& switches);

struct Settings {
  EntraOptions entra;
  Switches switches;
  /// What the judge holds clients to, and what the API enforces by itself.
  int per_minute = 100;
  int per_hour = 1500;
  Duration skew{};  ///< how much the server's clock is ahead
  std::uint64_t seed = 1;
};

/// One tenant behind one token endpoint and one API host.
struct Tenant {
  explicit Tenant(const Settings& settings);

  Switches configured;
  Switches switches;
  Entra entra;
  DefenderModel model;
  CallLedger ledger;
  Throttle throttle;
  FaultPlan faults;
  LinkBook links;

  /// Puts changed switches in force.
  void set(Switches changed);
};

/// The time of one call: the server's own, which may be skewed, and the one calls are metered by.
struct CallTime {
  WallTime server{};
  WallTime steady{};
};

}  // namespace mactiond::sim
