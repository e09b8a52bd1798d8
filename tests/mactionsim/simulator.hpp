#pragma once

#include "base/time.hpp"
#include "mactionsim/api.hpp"
#include "mactionsim/call.hpp"
#include "mactionsim/control.hpp"
#include "mactionsim/downloads.hpp"
#include "mactionsim/tenant.hpp"

namespace mactiond::sim {

/// Answers every request of the stand-in server: Entra ID, the Defender API, the links that it
/// gives out, and /_sim/.
class Simulator {
 public:
  /// The server's time begins with clock's wall time and runs by its monotonic time.
  Simulator(const Settings& settings, const Clock& clock);

  [[nodiscard]] Reply on(const Call& call);

 private:
  [[nodiscard]] CallTime read_time() const;
  [[nodiscard]] Reply token(const Call& call, std::string_view path, CallTime time);

  const Clock& clock_;
  Now start_;
  Duration skew_;
  Tenant tenant_;
  Api api_;
  Downloads downloads_;
  Control control_;
};

}  // namespace mactiond::sim
