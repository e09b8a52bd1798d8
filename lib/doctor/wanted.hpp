#pragma once

#include <string>

namespace mactiond::doctor {

/// What is to be looked at. Without names everything is.
struct Wanted {
  std::string region{};
  std::string webhook{};
  bool send = false;  ///< a test event to each receiver

  [[nodiscard]] bool everything() const { return region.empty() && webhook.empty(); }
  [[nodiscard]] bool has_region(const std::string& name) const {
    return everything() || region == name;
  }
  [[nodiscard]] bool has_webhook(const std::string& name) const {
    return everything() || webhook == name;
  }
};

}  // namespace mactiond::doctor
