#include "config/option_tables.hpp"

#include <chrono>
#include <cstddef>

#include "base/enum_values.hpp"
#include "config/filter_options.hpp"
#include "config/peer_types.hpp"
#include "config/value_types.hpp"
#include "event/event_type.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSocketPathMax = 107;  // sockaddr_un::sun_path without its NUL

}  // namespace

std::vector<std::string_view> event_types() {
  std::vector<std::string_view> names;
  for (const core::EventType type : kValuesOf<core::EventType>) {
    if (type != core::EventType::WebhookTest) names.push_back(core::to_string(type));
  }
  return names;
}

const std::vector<Option<Daemon>>& daemon_options() {
  static const auto kOptions = [] {
    std::vector<Option<Daemon>> options;
    add(
        options, "instance", kOptional, Name{}, [](auto& d) -> auto& { return d.instance; },
        "names this daemon in events; default: the host name");
    add(
        options, "state_dir", kOptional, AbsolutePath{},
        [](auto& d) -> auto& { return d.state_dir; }, "directory of the store");
    add(
        options, "log_level", kOptional, choice_of<core::LogEntry::Level>(),
        [](auto& d) -> auto& { return d.log_level; },
        "of the daemon's own diagnostics: debug, info, warning or error");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<TransitionLog>>& transition_log_options() {
  static const auto kOptions = [] {
    std::vector<Option<TransitionLog>> options;
    add(
        options, "path", kOptional, AbsolutePath{}, [](auto& l) -> auto& { return l.path; },
        "the file of events, one line each");
    add(
        options, "format", kOptional, choice_of<format::LineFormat>(),
        [](auto& l) -> auto& { return l.format; }, "of a line: json, ecs, ocsf or cef");
    add(
        options, "sync", kOptional, choice_of<core::LogSync>(),
        [](auto& l) -> auto& { return l.sync; },
        "fsync after every line, every batch, or never; with never, a power loss may leave NUL "
        "bytes in the file");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Admin>>& admin_options() {
  static const auto kOptions = [] {
    std::vector<Option<Admin>> options;
    add(
        options, "socket", kOptional, AbsolutePath{kSocketPathMax},
        [](auto& a) -> auto& { return a.socket; }, "Unix socket of mactionctl, mode 0660");
    add(
        options, "listen", kOptional, ListenAddress{}, [](auto& a) -> auto& { return a.listen; },
        "address of /metrics, /livez and /readyz; empty: off");
    add(
        options, "hosts", kOptional, HostNames{}, [](auto& a) -> auto& { return a.hosts; },
        "names under which `listen` is reached, beside IP addresses and localhost");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Config>>& retention_options() {
  static const auto kOptions = [] {
    std::vector<Option<Config>> options;
    add(
        options, "closed_actions", kOptional, DurationRange{1h, 24h * 3650},
        [](auto& c) -> auto& { return c.closed_actions; },
        "how long finished actions and their events stay in the store");
    add(
        options, "queued", kOptional, DurationRange{24h, 24h * 3650},
        [](auto& c) -> auto& { return c.keep_queued; },
        "how long an event waits for a webhook before it becomes a dead letter");
    add(
        options, "dead_letters", kOptional, DurationRange{1h, 24h * 3650},
        [](auto& c) -> auto& { return c.keep_dead_letters; },
        "how long dead letters are kept for a replay");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Enrich>>& enrich_options() {
  static const auto kOptions = [] {
    std::vector<Option<Enrich>> options;
    add(
        options, "machine", kOptional, Boolean{}, [](auto& e) -> auto& { return e.machine; },
        "true: events say the group, tags, platform and health of their machine; needs "
        "Machine.Read.All");
    return options;
  }();
  return kOptions;
}

const std::vector<Option<Syslog>>& syslog_options() {
  static const auto kOptions = [] {
    std::vector<Option<Syslog>> options;
    add(
        options, "name", kRequired, Name{}, [](auto& s) -> auto& { return s.name; },
        "names the receiver in the daemon's log; its position in the log belongs to the name");
    add(
        options, "address", kRequired, HostAndPort{}, [](auto& s) -> auto& { return s; },
        "host and port of the receiver; always over TLS");
    add(
        options, "format", kOptional, choice_of<format::LineFormat>(),
        [](auto& s) -> auto& { return s.style.format; }, "of a message: json, ecs, ocsf or cef");
    add(
        options, "backlog", kOptional, Boolean{}, [](auto& s) -> auto& { return s.filter.backlog; },
        "true: also what happened before a new region was first called");
    add(
        options, "facility", kOptional,
        Choice<int>{{"user", "daemon", "auth", "authpriv", "local0", "local1", "local2", "local3",
                     "local4", "local5", "local6", "local7"},
                    {1, 3, 4, 10, 16, 17, 18, 19, 20, 21, 22, 23},
                    {}},
        [](auto& s) -> auto& { return s.style.facility; },
        "user, daemon, auth, authpriv or local0 to local7");
    add(
        options, "ca_file", kOptional, CertificateFile{},
        [](auto& s) -> auto& { return s.ca_file; }, "PEM certificates trusted beside the system's");
    add_filter(
        options, [](auto& s) -> auto& { return s.filter; });
    return options;
  }();
  return kOptions;
}

}  // namespace mactiond::config
