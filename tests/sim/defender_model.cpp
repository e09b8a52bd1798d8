#include "sim/defender_model.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace mactiond::sim {
namespace {

Refusal odata_error(std::string message) { return bad_request("ODataError", std::move(message)); }

void shape_bad_query(Refusal& refusal, BadQueryBody body) {
  switch (body) {
    case BadQueryBody::OData:
      break;
    case BadQueryBody::NoCode:
      refusal.code.clear();
      break;
    case BadQueryBody::Other:
      refusal.code = "BadRequest";
      break;
    case BadQueryBody::Gateway:
      refusal.raw_body = "{" + JsonMembers().add("Message", refusal.message).text() + "}";
      refusal.raw_type = "application/json";
      break;
    case BadQueryBody::Html:
      refusal.raw_body = "<html><body><h1>400</h1><p>" + refusal.message + "</p></body></html>";
      break;
    case BadQueryBody::Null:
      refusal.raw_body = "null";
      break;
    case BadQueryBody::Empty:
      refusal.raw_body = "";
      break;
  }
}

std::optional<std::string> if_any(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

DefenderModel::DefenderModel(Traits traits, std::uint64_t seed)
    : traits_(std::move(traits)), minter_(seed) {
  directory_.set_strict(traits_.strict_machines);
}

void DefenderModel::set_traits(Traits traits) {
  traits_ = std::move(traits);
  directory_.set_strict(traits_.strict_machines);
}

ActionId DefenderModel::add(const Spec& spec, WallTime now) {
  advance(now);
  Entity entity = minter_.make_entity(spec, traits_.fraction_digits, now);
  const ActionId id{entity.id};
  MACTIOND_ASSERT(!by_id_.contains(id.value));
  directory_.learn(entity.machine_id, spec.computer_dns_name, now);
  const auto number = static_cast<std::uint32_t>(actions_.size());
  by_id_.emplace(id.value, number);
  Action& action = actions_.emplace_back();
  action.list_from = now + traits_.visibility_list;
  action.get_from = now + traits_.visibility_get;
  if (!ActionStatus::parse(entity.status).is_final()) {
    open_by_machine_[entity.machine_id].insert(number);
  }
  Plan plan = plan_for(spec, entity);
  if (traits_.fill_after > Duration{}) {
    action.later_scope = entity.scope.value_or("");
    action.later_name = entity.computer_dns_name.value_or("");
    entity.scope.reset();
    entity.computer_dns_name.reset();
    schedule(now + traits_.fill_after, {Due::Fill, number, 0, nullptr});
  }
  if (traits_.retention > Duration{}) {
    schedule(now - spec.age + traits_.retention, {Due::Forget, number, 0, nullptr});
  }
  record(number, std::nullopt, entity);
  publish(number, std::move(entity), now);
  replace_plan(number, std::move(plan), now);
  return id;
}

bool DefenderModel::move(const ActionId& id, std::string_view status, WallTime now) {
  advance(now);
  if (find(id) == nullptr) return false;
  const std::uint32_t number = by_id_.at(id.value);
  replace_plan(number, {}, now);
  change_status(number, status, now);
  return true;
}

bool DefenderModel::remove(const ActionId& id, WallTime now) {
  advance(now);
  if (find(id) == nullptr) return false;
  forget(by_id_.at(id.value));
  return true;
}

void DefenderModel::set_offline(const std::string& machine_id, bool offline, WallTime now) {
  advance(now);
  if (offline) {
    offline_.insert(machine_id);
  } else {
    offline_.erase(machine_id);
  }
  const auto open = open_by_machine_.find(machine_id);
  if (open == open_by_machine_.end()) return;
  for (const std::uint32_t number : open->second) {
    const Entity& entity = actions_[number].current->entity();
    Plan plan = plan_for(Spec{}, entity);
    if (offline)
      plan.front().after = std::max(Duration{}, plan.front().after - (now - entity.created));
    replace_plan(number, std::move(plan), now);
  }
}

void DefenderModel::advance(WallTime now) {
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    auto next = schedule_.extract(schedule_.begin());
    happen(next.mapped(), next.key());
  }
}

std::optional<WallTime> DefenderModel::next_change() const {
  if (schedule_.empty()) return std::nullopt;
  return schedule_.begin()->first;
}

Answer<ListAnswer> DefenderModel::list(const ListOptions& options, WallTime now) {
  advance(now);
  if (auto refusal = refuse_query(options)) {
    shape_bad_query(*refusal, traits_.bad_query_body);
    return std::move(*refusal);
  }
  ListOptions obeyed = options;
  if (traits_.ignore_order_by) obeyed.order.clear();
  if (traits_.ignore_skip) obeyed.skip = 0;
  if (traits_.page_cap > 0) {
    obeyed.top = std::min(obeyed.top.value_or(traits_.page_max), traits_.page_cap);
  }
  Selection selection = list_.select(obeyed, traits_.order, traits_.page_max);
  ListAnswer answer;
  answer.matched = selection.matched;
  answer.next_skip = options.skip + selection.rows.size();
  answer.rows = std::move(selection.rows);
  if (traits_.repeat_rows && !answer.rows.empty()) answer.rows.push_back(answer.rows.back());
  const bool claimed = traits_.next_link == NextLink::Claimed;
  answer.has_next_link = claimed || (selection.more && traits_.next_link != NextLink::Never &&
                                     (traits_.next_link != NextLink::Standard || !options.top));
  return answer;
}

Answer<ListAnswer> DefenderModel::list(const core::Query& query, WallTime now) {
  return list(to_list_options(query), now);
}

Answer<const Version*> DefenderModel::get(const ActionId& id, WallTime now) {
  advance(now);
  const Action* action = find(id);
  if (action == nullptr || action->in_get == nullptr) return unknown(id);
  return action->in_get.get();
}

Answer<const Version*> DefenderModel::cancel(const ActionId& id, const std::string& comment,
                                             const std::string& requestor, WallTime now) {
  advance(now);
  Action* action = find(id);
  if (action == nullptr || action->in_get == nullptr) return unknown(id);
  if (ActionStatus::parse(action->current->entity().status).is_final()) {
    return bad_request("BadRequest", "Action is already in a final state");
  }
  if (action->cancel) return bad_request("BadRequest", "Action is already being cancelled");
  const std::uint32_t number = by_id_.at(id.value);
  action->cancel = CancelRequest{requestor, comment};
  if (traits_.cancel == CancelMode::Immediate) {
    apply_cancel(number, now);
    return actions_[number].current.get();
  }
  if (traits_.cancel == CancelMode::Delayed) {
    schedule(now + traits_.cancel_delay, {Due::Cancel, number, 0, nullptr});
  }
  if (traits_.cancel_noted_at_once) note_cancel(number, now);
  return actions_[number].current.get();
}

std::vector<MachineAction> DefenderModel::values(const ListAnswer& answer) const {
  std::vector<MachineAction> out;
  out.reserve(answer.rows.size());
  for (const Version* row : answer.rows) out.push_back(row->value(traits_.shape));
  return out;
}

std::string DefenderModel::list_json(const ListAnswer& answer, const ListOptions& options) const {
  std::string rows = "[";
  for (const Version* row : answer.rows) {
    if (rows.size() > 1) rows += ',';
    rows += render(row->entity(), traits_.shape, options.select);
  }
  JsonMembers members;
  if (options.count) members.add("@odata.count", static_cast<std::int64_t>(answer.matched));
  members.add_raw("value", rows + "]");
  if (answer.has_next_link) members.add("@odata.nextLink", next_link(answer, options));
  return with_context(traits_.host, "MachineActions" + listed(options.select),
                      "{" + members.text() + "}");
}

std::string DefenderModel::entity_json(const Version& version, const KeySelection& select) const {
  return with_context(traits_.host, "MachineActions" + listed(select) + "/$entity",
                      render(version.entity(), traits_.shape, select));
}

std::vector<Transition> DefenderModel::history(const ActionId& id) const {
  std::vector<Transition> out;
  const auto row = by_id_.find(id.value);
  if (row == by_id_.end()) return out;
  for (const std::uint32_t change : actions_[row->second].changes) out.push_back(truth_[change]);
  return out;
}

std::optional<std::string> DefenderModel::status(const ActionId& id) const {
  const Action* action = find(id);
  if (action == nullptr) return std::nullopt;
  return action->current->entity().status;
}

const Version* DefenderModel::current(const ActionId& id) const {
  const Action* action = find(id);
  return action == nullptr ? nullptr : action->current.get();
}

const DefenderModel::Action* DefenderModel::find(const ActionId& id) const {
  const auto row = by_id_.find(id.value);
  if (row == by_id_.end() || actions_[row->second].removed) return nullptr;
  return &actions_[row->second];
}

DefenderModel::Action* DefenderModel::find(const ActionId& id) {
  return const_cast<Action*>(std::as_const(*this).find(id));
}

Plan DefenderModel::plan_for(const Spec& spec, const Entity& entity) const {
  if (spec.plan) return *spec.plan;
  if (ActionStatus::parse(entity.status).is_final()) return {};
  if (spec.offline || offline_.contains(entity.machine_id)) {
    const bool other = entity.type == "LiveResponse" && traits_.live_offline_timeout > Duration{};
    return {{scaled(other ? traits_.live_offline_timeout : traits_.offline_timeout), "TimeOut"}};
  }
  Plan plan = traits_.default_plan;
  for (PlanStep& step : plan) step.after = scaled(step.after);
  return plan;
}

Duration DefenderModel::scaled(Duration duration) const {
  return Duration(static_cast<std::int64_t>(static_cast<double>(duration.count()) / traits_.speed));
}

void DefenderModel::schedule(WallTime at, Scheduled scheduled) {
  schedule_.emplace(at, std::move(scheduled));
}

void DefenderModel::schedule_step(std::uint32_t number, WallTime from) {
  const Action& action = actions_[number];
  if (action.next_step >= action.plan.size()) return;
  schedule(from + action.plan[action.next_step].after + minter_.below_a_millisecond(),
           {Due::Step, number, action.plan_revision, nullptr});
}

void DefenderModel::replace_plan(std::uint32_t number, Plan plan, WallTime from) {
  Action& action = actions_[number];
  action.plan = std::move(plan);
  action.next_step = 0;
  ++action.plan_revision;
  schedule_step(number, from);
}

void DefenderModel::happen(const Scheduled& scheduled, WallTime at) {
  Action& action = actions_[scheduled.action];
  if (action.removed) return;
  switch (scheduled.what) {
    case Due::Step:
      if (scheduled.plan_revision == action.plan_revision) step(scheduled.action, at);
      break;
    case Due::ShowInList:
      list_.put(scheduled.version);
      break;
    case Due::ShowInGet:
      if (action.in_get == nullptr || action.in_get->number() < scheduled.version->number()) {
        action.in_get = scheduled.version;
      }
      break;
    case Due::Fill:
      fill(scheduled.action, at);
      break;
    case Due::Cancel:
      apply_cancel(scheduled.action, at);
      break;
    case Due::Forget:
      forget(scheduled.action);
      break;
  }
}

void DefenderModel::step(std::uint32_t number, WallTime at) {
  const std::string status = actions_[number].plan[actions_[number].next_step++].status;
  change_status(number, status, at);
  schedule_step(number, at);
}

void DefenderModel::fill(std::uint32_t number, WallTime at) {
  Entity entity = actions_[number].current->entity();
  entity.scope = if_any(actions_[number].later_scope);
  entity.computer_dns_name = if_any(actions_[number].later_name);
  publish(number, std::move(entity), at);
}

void DefenderModel::forget(std::uint32_t number) {
  Action& action = actions_[number];
  const std::string machine_id = action.current->entity().machine_id;
  action.removed = true;
  list_.erase(number);
  action.in_get.reset();
  action.current.reset();
  if (const auto open = open_by_machine_.find(machine_id); open != open_by_machine_.end()) {
    open->second.erase(number);
    if (open->second.empty()) open_by_machine_.erase(open);
  }
}

void DefenderModel::apply_cancel(std::uint32_t number, WallTime at) {
  Action& action = actions_[number];
  if (!action.cancel || ActionStatus::parse(action.current->entity().status).is_final()) return;
  replace_plan(number, {}, at);
  const CancelRequest request = *std::exchange(action.cancel, std::nullopt);
  change_status(number, "Cancelled", at, request);
}

void DefenderModel::note_cancel(std::uint32_t number, WallTime at) {
  const Action& action = actions_[number];
  Entity entity = action.current->entity();
  entity.cancellation_requestor = action.cancel->requestor;
  entity.cancellation_comment = action.cancel->comment;
  entity.cancelled = minter_.make_stamp(at, traits_.fraction_digits);
  publish(number, std::move(entity), at);
}

void DefenderModel::change_status(std::uint32_t number, std::string_view status, WallTime at,
                                  const std::optional<CancelRequest>& cancel) {
  Entity entity = actions_[number].current->entity();
  const std::string from = entity.status;
  const Duration least = traits_.fraction_digits == 7 ? Duration(1) : Duration{};
  const WallTime stamp = minter_.make_stamp(at, traits_.fraction_digits);
  set_status(entity, status, std::max(stamp, entity.last_update + least));
  const ActionStatus parsed = ActionStatus::parse(status);
  if (parsed.known() == ActionStatus::Known::Cancelled) {
    entity.cancellation_requestor = cancel ? cancel->requestor : entity.requestor;
    entity.cancellation_comment = cancel ? cancel->comment : "No longer needed";
  }
  auto& open = open_by_machine_[entity.machine_id];
  if (parsed.is_final()) {
    open.erase(number);
    if (open.empty()) open_by_machine_.erase(entity.machine_id);
  } else {
    open.insert(number);
  }
  if (from != entity.status) record(number, from, entity);
  publish(number, std::move(entity), at);
}

void DefenderModel::record(std::uint32_t number, std::optional<std::string> from,
                           const Entity& entity) {
  actions_[number].changes.push_back(static_cast<std::uint32_t>(truth_.size()));
  truth_.push_back(
      {truth_.size() + 1, ActionId{entity.id}, std::move(from), entity.status, entity.last_update});
}

void DefenderModel::publish(std::uint32_t number, Entity entity, WallTime at) {
  Action& action = actions_[number];
  const std::uint32_t version = action.current ? action.current->number() + 1 : 1;
  action.current = std::make_shared<const Version>(number, version, std::move(entity));
  const WallTime in_list = std::max(at + traits_.list_lag, action.list_from);
  const WallTime in_get = std::max(at + traits_.get_lag, action.get_from);
  if (in_list <= at) {
    list_.put(action.current);
  } else {
    schedule(in_list, {Due::ShowInList, number, 0, action.current});
  }
  if (in_get <= at) {
    action.in_get = action.current;
  } else {
    schedule(in_get, {Due::ShowInGet, number, 0, action.current});
  }
}

Refusal DefenderModel::unknown(const ActionId& id) const {
  if (!by_id_.contains(id.value) && !is_guid(id.value)) return no_guid(id.value);
  return not_found("Action " + id.value);
}

std::optional<Refusal> DefenderModel::refuse_query(const ListOptions& options) const {
  if (traits_.top_max > 0 && options.top.value_or(0) > traits_.top_max) {
    return odata_error(
        "The limit of '" + std::to_string(traits_.top_max) +
        "' for Top query has been exceeded. The value from the incoming request is '" +
        std::to_string(*options.top) + "'.");
  }
  if (traits_.reject_order_by && !options.order.empty()) {
    return odata_error("The query option '$orderby' is not allowed.");
  }
  if (!options.filter) return std::nullopt;
  if (traits_.reject_last_update_filter &&
      mentions(*options.filter, Property::LastUpdateDateTimeUtc)) {
    return odata_error(
        "The property 'lastUpdateDateTimeUtc' cannot be used in the $filter query "
        "option.");
  }
  if (traits_.reject_in && mentions(*options.filter, Filter::Kind::In)) {
    return odata_error("The operator 'in' is not supported.");
  }
  return std::nullopt;
}

std::string DefenderModel::next_link(const ListAnswer& answer, const ListOptions& options) const {
  std::string link;
  if (traits_.next_link != NextLink::Relative) {
    const std::string& host = traits_.host;
    link = "https://" + (traits_.next_link == NextLink::Foreign ? "collector.example.net" : host);
  }
  link += "/api/machineactions?";
  for (const auto& [name, value] : options.text) link += name + "=" + percent_encode(value) + "&";
  return link + "$skip=" + std::to_string(answer.next_skip);
}

}  // namespace mactiond::sim
