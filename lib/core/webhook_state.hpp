#pragma once

#include <cstdint>
#include <string_view>

namespace mactiond::core {

enum class WebhookState : std::uint8_t {
  Ok,
  Paused,    ///< by itself or by an operator: WebhookRow::by_operator
  Disabled,  ///< the receiver answered 410
};

/// As it is stored and shown.
[[nodiscard]] constexpr std::string_view to_string(WebhookState state) {
  switch (state) {
    case WebhookState::Ok:
      return "ok";
    case WebhookState::Paused:
      return "paused";
    case WebhookState::Disabled:
      return "disabled";
  }
  return "";
}

}  // namespace mactiond::core
