#include "core/question/question.hpp"

#include "action/api_method.hpp"

namespace mactiond::core {
namespace {

struct MethodOf {
  ApiMethod operator()(const MachineById&) const { return ApiMethod::GetMachine; }
  ApiMethod operator()(const MachinesNamed&) const { return ApiMethod::FindMachines; }
  ApiMethod operator()(const MachineOfAlert&) const { return ApiMethod::GetAlert; }
  ApiMethod operator()(const PackageLink&) const { return ApiMethod::PackageLink; }
  ApiMethod operator()(const ResultLink&) const { return ApiMethod::ResultLink; }
  ApiMethod operator()(const TrialList&) const { return ApiMethod::List; }
};

}  // namespace

QuotaKind quota_of(const Question& question) {
  return mactiond::quota_of(std::visit(MethodOf{}, question));
}

}  // namespace mactiond::core
