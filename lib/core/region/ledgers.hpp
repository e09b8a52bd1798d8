#pragma once

#include "core/cancel/cancel_ledger.hpp"
#include "core/options.hpp"
#include "core/submit/submit_ledger.hpp"

namespace mactiond::core {

/// What all regions share; it outlives them.
struct Ledgers {
  CancelLedger& cancels;
  SubmitLedger& submissions;
  const Options& options;
};

}  // namespace mactiond::core
