#include "sim/start_spec.hpp"

#include <variant>

#include "base/text.hpp"

namespace mactiond::sim {
namespace {

LiveCommand to_live_command(const LiveResponseCommand& command) {
  LiveCommand live;
  live.type = std::string(to_string(command.kind));
  live.params.emplace_back(name_key(command.kind), command.name);
  if (!command.arguments.empty()) live.params.emplace_back(kArgumentsKey, command.arguments);
  return live;
}

/// Adds what the kind has beside the comment.
class OwnMembers {
 public:
  explicit OwnMembers(Spec& spec) : spec_(spec) {}

  void operator()(const Isolate& action) const { spec_.scope = to_string(action.scope); }
  void operator()(const RunScan& action) const { spec_.scope = to_string(action.scope); }
  void operator()(const QuarantineFile& action) const { spec_.sha1 = action.sha1; }
  void operator()(const LiveResponse& action) const {
    for (const LiveResponseCommand& command : action.commands) {
      spec_.commands.push_back(to_live_command(command));
    }
  }
  template <class Other>
  void operator()(const Other& /*action*/) const {}

 private:
  Spec& spec_;
};

}  // namespace

Spec to_spec(const ActionRequest& request, const std::string& machine_id,
             const std::string& comment) {
  Spec spec;
  spec.type = type_of(request).text();
  spec.machine_id = to_lower(machine_id);
  spec.comment = comment;
  spec.requestor = "mactiond";
  spec.request_source = "PublicApi";
  std::visit(OwnMembers(spec), request);
  return spec;
}

}  // namespace mactiond::sim
