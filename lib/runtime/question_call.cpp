#include "runtime/question_call.hpp"

#include <string>
#include <utility>
#include <variant>

#include "base/text.hpp"
#include "core/command.hpp"
#include "defender/api.hpp"
#include "defender/codec.hpp"
#include "defender/link_answer.hpp"
#include "defender/link_requests.hpp"
#include "defender/machine_answer.hpp"
#include "defender/machine_requests.hpp"

namespace mactiond::runtime {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

struct CallOf {
  QuestionCall operator()(const core::MachineById&) const { return {"machine", kMiB}; }
  QuestionCall operator()(const core::MachinesNamed&) const { return {"machines", 16 * kMiB}; }
  QuestionCall operator()(const core::MachineOfAlert&) const { return {"alert", 4 * kMiB}; }
  QuestionCall operator()(const core::PackageLink&) const { return {"link", 256 * kKiB}; }
  QuestionCall operator()(const core::ResultLink&) const { return {"link", 256 * kKiB}; }
  QuestionCall operator()(const core::TrialList&) const { return {"list", kMiB}; }
};

struct RequestOf {
  const http::Url& api;
  const Secret& token;

  http::Request operator()(const core::MachineById& asked) const {
    return defender::machine_request(api, asked.id, token);
  }
  http::Request operator()(const core::MachinesNamed& asked) const {
    return defender::machines_request(api, asked.query, token);
  }
  http::Request operator()(const core::MachineOfAlert& asked) const {
    return defender::alert_request(api, asked.alert, token);
  }
  http::Request operator()(const core::PackageLink& asked) const {
    return defender::package_link_request(api, asked.action, token);
  }
  http::Request operator()(const core::ResultLink& asked) const {
    return defender::result_link_request(api, asked.action, asked.command, token);
  }
  http::Request operator()(const core::TrialList&) const {
    core::Query query;
    query.kind = core::Query::Kind::CreatedSince;
    query.top = 1;
    return defender::list_request(api, query, token);
  }
};

Error of_another() { return {Errc::UnexpectedDocument, "it is about another"}; }

Result<core::Answer> read_link(std::string_view body) {
  auto link = defender::parse_link(body);
  if (!link) return link.error();
  return core::Answer(core::Link{*std::move(link)});
}

struct Reader {
  std::string_view body;

  Result<core::Answer> operator()(const core::MachineById& asked) const {
    auto machine = defender::parse_machine(body);
    if (!machine) return machine.error();
    if (!iequals(machine->id, asked.id)) return of_another();
    return core::Answer(*std::move(machine));
  }
  Result<core::Answer> operator()(const core::MachinesNamed& asked) const {
    auto page = defender::parse_machines(body, asked.query);
    if (!page) return page.error();
    return core::Answer(*std::move(page));
  }
  Result<core::Answer> operator()(const core::MachineOfAlert& asked) const {
    auto alert = defender::parse_alert(body);
    if (!alert) return alert.error();
    if (!iequals(alert->id, asked.alert)) return of_another();
    return core::Answer(*std::move(alert));
  }
  Result<core::Answer> operator()(const core::PackageLink&) const { return read_link(body); }
  Result<core::Answer> operator()(const core::ResultLink&) const { return read_link(body); }
  Result<core::Answer> operator()(const core::TrialList&) const {
    const auto page = defender::parse_page(body);
    if (!page) return page.error();
    return core::Answer(core::ListWorks());
  }
};

}  // namespace

QuestionCall call_of(const core::Question& question) { return std::visit(CallOf{}, question); }

http::Request request_of(const core::Question& question, const http::Url& api,
                         const Secret& token) {
  return std::visit(RequestOf{api, token}, question);
}

Result<core::Answer> read_answer(const core::Question& question, std::string_view body) {
  return std::visit(Reader{body}, question);
}

}  // namespace mactiond::runtime
