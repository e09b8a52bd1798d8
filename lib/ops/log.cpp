#include "ops/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "base/json_text.hpp"
#include "base/printable.hpp"
#include "ops/message_id.hpp"
#include "ops/repetitions.hpp"

namespace mactiond::ops {
namespace {

using Level = core::LogEntry::Level;

constexpr std::size_t kValueMax = 2000;

struct Log {
  spdlog::logger logger{"mactiond", std::make_shared<spdlog::sinks::stderr_sink_st>()};
  std::optional<Journal> journal;
  std::optional<Repetitions> repetitions;
  MonoTime now{};
};

Log& instance() {
  static Log log;
  return log;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// syslog(3)
char priority(Level level) {
  switch (level) {
    case Level::Debug:
      return '7';
    case Level::Info:
      return '6';
    case Level::Warning:
      return '4';
    case Level::Error:
      return '3';
  }
  return '3';
}

// The variable is inherited: it holds only while stderr still is the journal's stream.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == stream;
}

bool is_plain(char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '='; }

void append_value(std::string& out, std::string_view value) {
  const bool cut = value.size() > kValueMax;
  value = value.substr(0, kValueMax);
  if (!cut && !value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    out += value;
    return;
  }
  // Also repairs broken UTF-8, because of which the journal would hide the whole line.
  std::string quoted;
  append_json_string(quoted, cut ? std::string(value) + "…" : std::string(value));
  out += printable(quoted);
}

std::string journal_entry(const core::LogEntry& log_entry) {
  std::string entry;
  append_journal_field(entry, "MESSAGE", format_fields(log_entry.event, log_entry.fields));
  append_journal_field(entry, "PRIORITY", std::string(1, priority(log_entry.level)));
  append_journal_field(entry, "SYSLOG_IDENTIFIER", "mactiond");
  append_journal_field(entry, "MACTIOND_EVENT", log_entry.event);
  const std::string_view id = message_id(log_entry.event);
  if (!id.empty()) append_journal_field(entry, "MESSAGE_ID", id);
  for (const auto& [key, value] : log_entry.fields) {
    append_journal_field(entry, "MACTIOND_" + key,
                         printable_lines(std::string_view(value).substr(0, kValueMax)));
  }
  return entry;
}

void write(Log& log, const core::LogEntry& log_entry) {
  if (log.journal && log.journal->send(journal_entry(log_entry))) return;
  std::string line;
  if (log.journal) line = {'<', priority(log_entry.level), '>'};
  line += "level=";
  line += to_string(log_entry.level);
  line += ' ';
  line += format_fields(log_entry.event, log_entry.fields);
  log.logger.log(to_spdlog(log_entry.level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

std::string format_fields(std::string_view event, const Fields& fields) {
  std::string line = "event=";
  append_value(line, event);
  for (const auto& [key, value] : fields) {
    line += ' ';
    line += key;
    line += '=';
    append_value(line, value);
  }
  return line;
}

void start_log(Level level, const std::string& journal_socket) {
  Log& log = instance();
  log.logger.set_pattern("%v");
  log.logger.set_level(to_spdlog(level));
  log.logger.flush_on(spdlog::level::trace);
  log.journal.reset();
  if (stderr_is_journal()) log.journal.emplace(journal_socket);
  log.repetitions.reset();
  if (level != Level::Debug) log.repetitions.emplace();
}

void log(const core::LogEntry& log_entry) {
  Log& log = instance();
  if (!log.logger.should_log(to_spdlog(log_entry.level))) return;
  if (log.repetitions && !log.repetitions->admit(log_entry, log.now)) return;
  write(log, log_entry);
}

void log(Level level, std::string_view event, const Fields& fields) {
  log(core::LogEntry{level, std::string(event), fields});
}

void flush_repetitions(MonoTime now) {
  Log& log = instance();
  log.now = now;
  if (!log.repetitions) return;
  for (const core::LogEntry& log_entry : log.repetitions->due(now)) write(log, log_entry);
}

void finish_log() {
  Log& log = instance();
  if (!log.repetitions) return;
  for (const core::LogEntry& log_entry : log.repetitions->rest()) write(log, log_entry);
}

}  // namespace mactiond::ops
