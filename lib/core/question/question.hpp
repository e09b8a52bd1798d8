#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "action/machine.hpp"
#include "action/machine_action.hpp"
#include "action/machine_page.hpp"
#include "action/machine_query.hpp"
#include "action/quota_kind.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace mactiond::core {

// What an operator asks the API for. It is answered later and never stored.

struct MachineById {
  std::string id;  ///< is_machine_id
};

/// Where the query finds no machine of the name, query_after it is asked for too.
struct MachinesNamed {
  MachineQuery query;
};

struct MachineOfAlert {
  std::string alert;  ///< is_alert_id
};

/// Of a finished CollectInvestigationPackage.
struct PackageLink {
  ActionId action;
};

/// Of a finished LiveResponse.
struct ResultLink {
  ActionId action;
  unsigned command = 0;  ///< its `index`, counted from 0
};

/// Whether the list of actions can be read. Of one call, or of two where the first shows that the
/// token is not accepted.
struct TrialList {};

using Question =
    std::variant<MachineById, MachinesNamed, MachineOfAlert, PackageLink, ResultLink, TrialList>;

/// What its calls are counted with.
[[nodiscard]] QuotaKind quota_of(const Question& question);

/// To a file, whatever it is: http::check_link says whether it may be followed. It holds a
/// credential.
struct Link {
  Secret url;
};

/// A list was read.
struct ListWorks {};

/// MachinePage answers MachinesNamed: what the last query found, see choose_machine. A page without
/// machines is an answer too. Nothing stands only beside an outcome that is no success.
using Answer = std::variant<std::monostate, MachinePage, Machine, MachineAlert, Link, ListWorks>;

/// Why a question has no answer.
struct Unanswered {
  enum class Why : std::uint8_t {
    NotFound,     ///< the API has no such machine, alert or action, or no file for it
    Refused,      ///< the API will refuse it again
    Failed,       ///< the API or the way to it failed
    TimeUp,       ///< no call could be made in time
    TooMany,      ///< too many others wait
    NoRegion,     ///< the region is not configured, or not any more
    Unavailable,  ///< the daemon is stopping, or its store is locked or gone
  };
  Why why = Why::Failed;
  std::string words;                      ///< what is wrong and what to do, for an operator
  std::optional<Duration> retry_after{};  ///< where the quota has no call before
};

/// An Answer has a value here.
using QuestionResult = std::variant<Answer, Unanswered>;

/// The end of a question, by its number.
struct AnsweredQuestion {
  std::uint64_t number = 0;
  QuestionResult result;
};

}  // namespace mactiond::core
