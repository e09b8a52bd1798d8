#pragma once

#include "action/start_answer.hpp"
#include "core/command.hpp"
#include "mactionsim/call.hpp"
#include "sim/refusal.hpp"
#include "sim/traits.hpp"

namespace mactiond::sim {

// The way of a POST that starts an action, over the daemon's own request and reader.

/// The request as it arrives.
[[nodiscard]] Call start_call(const core::StartAction& command);
/// The action that it asks for.
[[nodiscard]] Answer<Spec> read_start(const Call& call);
/// What the daemon makes of the answer, or of what became of it on its way.
[[nodiscard]] StartAnswer read_reply(const Reply& reply, WallTime now);
/// The same where no connection could be made.
[[nodiscard]] StartAnswer not_connected();

}  // namespace mactiond::sim
