#pragma once

#include <functional>

#include "ctl/pace.hpp"
#include "support/builders.hpp"

namespace mactiond::ctl {

/// Time that passes only where a command pauses.
class FakePace {
 public:
  std::function<void()> on_pause = {};  ///< called before each pause

  [[nodiscard]] Pace pace() {
    return {[this] { return now_; },
            [this](Duration length) {
              if (on_pause) on_pause();
              now_.wall += length;
              now_.mono += length;
            }};
  }
  [[nodiscard]] Duration passed() const { return now_.mono - MonoTime{}; }

 private:
  Now now_{test::kDay, MonoTime{}};
};

}  // namespace mactiond::ctl
