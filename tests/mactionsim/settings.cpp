#include "mactionsim/settings.hpp"

#include <toml++/toml.h>

#include <sstream>

namespace mactiond::sim {
namespace {

/// One table of the file, read by the same rules as a JSON object.
template <class Read>
std::string read_table(const boost::json::value* value, const std::string& name, Read read) {
  if (value == nullptr) return "";
  if (!value->is_object()) return "[" + name + "] is not a table";
  Fields fields(value->get_object());
  read(fields);
  const std::string error = fields.error();
  return error.empty() ? "" : "[" + name + "]: " + error;
}

}  // namespace

const char* const kSettingsHelp =
    "The configuration file (TOML) may set:\n"
    "  tenant_id, client_id, client_secret   the one application that gets tokens\n"
    "  any_client                            true: every client id is known, with that secret\n"
    "  any_tenant                            true: every tenant id is known, with the same data\n"
    "  audiences, roles                      lists of strings: what a token is for and may do\n"
    "  seed                                  of everything random\n"
    "  skew_ms                               how far the server's clock is ahead\n"
    "  [quota] per_minute, per_hour          the API's limits, 100 and 1500 by default\n"
    "  [switches]                            any switch of POST /_sim/faults, see README.md\n"
    "Times at the end of a key's name are in that unit (_ms, _s).";

std::string load_settings(const std::string& path, Settings& settings) {
  std::ostringstream text;
  try {
    const toml::table table = toml::parse_file(path);
    text << toml::json_formatter(table);
  } catch (const toml::parse_error& error) {
    text << error;
    return text.str();
  }
  const auto object = parse_object(text.str());
  if (!object) return "the file holds values that are not plain";
  Fields fields(*object);
  fields.read("tenant_id", settings.entra.tenant_id);
  fields.read("client_id", settings.entra.client_id);
  fields.read("client_secret", settings.entra.client_secret);
  fields.read("any_client", settings.entra.any_client);
  fields.read("any_tenant", settings.entra.any_tenant);
  fields.read("audiences", settings.entra.audiences);
  fields.read("roles", settings.entra.roles);
  fields.read("seed", settings.seed);
  fields.read_ms("skew_ms", settings.skew);
  std::string error = read_table(fields.take("quota"), "quota", [&settings](Fields& quota) {
    quota.read("per_minute", settings.per_minute);
    quota.read("per_hour", settings.per_hour);
  });
  if (!error.empty()) return error;
  error = read_table(fields.take("switches"), "switches",
                     [&settings](Fields& switches) { read_switches(switches, settings.switches); });
  return error.empty() ? fields.error() : error;
}

}  // namespace mactiond::sim
