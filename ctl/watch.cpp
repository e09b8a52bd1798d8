#include <poll.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/printable.hpp"
#include "client.hpp"
#include "commands.hpp"
#include "json/object.hpp"
#include "outage.hpp"
#include "request.hpp"
#include "views.hpp"

namespace mactiond::ctl {
namespace {

// False if the reader of the output has gone away.
bool wait_for_reconnect() {
  constexpr int kWaitMs = 1000;
  pollfd reader{STDOUT_FILENO, 0, 0};
  return poll(&reader, 1, kWaitMs) <= 0;
}

}  // namespace

int watch(const Session& session, const std::string& after) {
  Feed feed{"/v1/events"};
  add_parameter(feed.target, "after", after);
  Outage outage([](const std::string& message) { complain(kExitDone, message); });
  feed.on_open = [&] { outage.end("continuing after event " + feed.last_id); };
  int exit_code = 0;
  for (;;) {
    const auto result = follow(session.socket, feed, [&](std::string_view data) {
      const auto event = parse_object(data);
      if (!event) return true;
      exit_code = print(session.json ? printable_json(data) + '\n' : format_event(*event));
      return exit_code == 0;
    });
    if (exit_code != 0) return exit_code;
    const auto* answer = std::get_if<Answer>(&result);
    const bool was_there = !feed.last_id.empty();
    // A daemon that starts or stops may say 503.
    if (!was_there || (answer != nullptr && answer->status < 500)) {
      if (const auto refusal = refused(result)) return *refusal;
      return complain(kExitUnavailable, kForeign);
    }
    outage.begin(answer == nullptr ? std::get<Failure>(result).message
                                   : format_problem(answer->status, answer->body));
    if (!wait_for_reconnect()) return 0;
  }
}

}  // namespace mactiond::ctl
