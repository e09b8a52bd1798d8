#include "doctor_command.hpp"

#include <boost/json/object.hpp>
#include <chrono>
#include <variant>

#include "base/printable.hpp"
#include "doctor/check.hpp"
#include "json/object.hpp"
#include "request.hpp"

namespace mactiond::ctl {

namespace json = boost::json;

int examine(const Session& session, const DoctorChoice& choice) {
  // Longer than an examination takes, whatever hangs.
  constexpr std::chrono::seconds kPatience{600};
  json::object body;
  if (!choice.region.empty()) body["region"] = choice.region;
  if (!choice.webhook.empty()) body["webhook"] = choice.webhook;
  if (choice.send) body["send"] = true;
  Question question = change("/v1/doctor", std::move(body));
  question.patience = kPatience;
  const auto result = ask(session.socket, question);
  if (const auto exit_code = refused(result)) return *exit_code;
  const std::string& text = std::get<Answer>(result).body;
  const auto report = parse_object(text);
  if (!report || list_in(*report, "checks") == nullptr) return complain(kExitUnavailable, kForeign);
  const doctor::Checks checks = doctor::from_json(*report);
  const int exit_code =
      print(session.json ? printable_json(text) : doctor::format(checks, session.style.colour));
  if (exit_code != kExitDone) return exit_code;
  return doctor::all_ok(checks) ? kExitDone : kExitRefused;
}

}  // namespace mactiond::ctl
