#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/iso_time.hpp"
#include "event/event_record.hpp"

namespace mactiond::test {

/// A failed isolation, with everything in it that an action can have.
inline core::EventRecord failed_isolation() {
  core::EventRecord event;
  event.seq = 17;
  event.id = "ma_5f0c7a52-0000-5000-8000-000000000017";
  event.type = core::EventType::ActionTransition;
  event.time = *parse_iso_time("2026-11-20T10:14:00.1234567Z");
  event.instance = "soc1";
  event.region = "eu";
  event.action = ActionId{"a-1"};
  event.document =
      R"({"id":"a-1","type":"Isolate","title":null,"requestor":"analyst@contoso.com",)"
      R"x("requestorComment":"<beacon> & [c2](http://evil.example)","status":"Failed",)x"
      R"("machineId":"1e5bc9d7","computerDnsName":"srv-db-01.contoso.com",)"
      R"("creationDateTimeUtc":"2026-11-20T08:00:00Z",)"
      R"("lastUpdateDateTimeUtc":"2026-11-20T10:14:00.1234567Z","cancellationRequestor":null,)"
      R"("cancellationComment":null,"cancellationDateTimeUtc":null,"errorHResult":-2145844840,)"
      R"("scope":"Full","externalId":null,"requestSource":"Portal",)"
      R"("relatedFileInfo":{"fileIdentifier":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9",)"
      R"("fileIdentifierType":"Sha1"},"commands":[],"troubleshootInfo":null})";
  event.fields = R"("from":"InProgress","to":"Failed","lag_ms":1240)";
  event.subject = {{}, "Isolate", "InProgress", "Failed"};
  return event;
}

/// The same with what is known of its machine.
inline core::EventRecord enriched_isolation() {
  core::EventRecord event = failed_isolation();
  event.fields += R"(,"machine":{"rbacGroupName":"SOC Europe","machineTags":["prod","a=b"],)"
                  R"("osPlatform":"Windows11","healthStatus":null})";
  event.subject.machine = MachineMarks{"SOC Europe", {"prod", "a=b"}};
  return event;
}

/// A transition of the same action from one status to another.
inline core::EventRecord transition(std::string_view from, std::string_view to) {
  core::EventRecord event = failed_isolation();
  event.fields = "\"from\":\"" + std::string(from) + "\",\"to\":\"" + std::string(to) + "\"";
  event.subject.from = from;
  event.subject.to = to;
  return event;
}

/// An event about the action above, or about none where the type has none: then about the webhook
/// "soc" or the region.
inline core::EventRecord event_of(core::EventType type, std::string fields) {
  core::EventRecord event = failed_isolation();
  event.type = type;
  event.fields = std::move(fields);
  event.subject = {{}, event.subject.type};
  const std::string_view name = core::to_string(type);
  if (!name.starts_with("region.") && !name.starts_with("webhook.")) return event;
  event.action = {};
  event.document.clear();
  event.subject = {};
  if (!name.starts_with("webhook.")) return event;
  event.region.clear();
  event.subject.webhook = "soc";
  return event;
}

}  // namespace mactiond::test
