#include "sim/refusal.hpp"

#include <boost/throw_exception.hpp>
#include <stdexcept>

#include "base/json_text.hpp"

namespace mactiond::sim {

void throw_exception_from_error(const Refusal& error, const boost::source_location& location) {
  boost::throw_exception(std::runtime_error(error.code + ": " + error.message), location);
}

std::string error_body(const Refusal& refusal) {
  if (refusal.raw_body) return *refusal.raw_body;
  JsonMembers error;
  error.add("code", refusal.code)
      .add("message", refusal.message)
      .add("target", "5f3c1d62-9b1e-4a70-8f0e-2f6a4c7d9e10");
  return R"({"error":{)" + error.text() + "}}";
}

Refusal bad_request(std::string code, std::string message) {
  return {400, std::move(code), std::move(message), std::nullopt, std::nullopt};
}

Refusal not_found(std::string_view what) {
  return {404, "ResourceNotFound", std::string(what) + " was not found", std::nullopt,
          std::nullopt};
}

Refusal no_guid(std::string_view key) {
  return bad_request("BadRequest", "The key value (" + std::string(key) +
                                       ") from request is not valid. The key value should be "
                                       "format of type 'Edm.Guid'.");
}

Refusal active_request(const std::string& blocker) {
  std::string text = "Action is already in progress";
  if (!blocker.empty()) text += ": " + blocker;
  return bad_request("ActiveRequestAlreadyExists", std::move(text));
}

Refusal too_many_sessions() {
  return {429, "TooManyRequests",
          "Response represents reaching quota limit either by number of requests or by CPU.",
          std::nullopt, std::nullopt};
}

Refusal unauthorized() {
  return {401, "Unauthorized", "Invalid Authorization payload.", std::nullopt, std::nullopt};
}

Refusal missing_roles(std::string_view roles) {
  return {403, "Forbidden",
          "Missing application roles. API required roles: " + std::string(roles) +
              ", application roles: None.",
          std::nullopt, std::nullopt};
}

}  // namespace mactiond::sim
