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

using Level = core::Note::Level;

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

std::string_view level_text(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warning:
      return "warning";
    case Level::Error:
      return "error";
  }
  return "error";
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

Level parse_level(std::string_view text) {
  for (const Level level : {Level::Debug, Level::Info, Level::Warning}) {
    if (text == level_text(level)) return level;
  }
  return Level::Error;
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
  // Also mends broken UTF-8, for which the journal would hide the whole line.
  std::string quoted;
  append_json_string(quoted, cut ? std::string(value) + "…" : std::string(value));
  out += printable(quoted);
}

std::string journal_entry(const core::Note& note) {
  std::string entry;
  append_journal_field(entry, "MESSAGE", format_fields(note.event, note.fields));
  append_journal_field(entry, "PRIORITY", std::string(1, priority(note.level)));
  append_journal_field(entry, "SYSLOG_IDENTIFIER", "mactiond");
  append_journal_field(entry, "MACTIOND_EVENT", note.event);
  const std::string_view id = message_id(note.event);
  if (!id.empty()) append_journal_field(entry, "MESSAGE_ID", id);
  for (const auto& [key, value] : note.fields) {
    append_journal_field(entry, "MACTIOND_" + key,
                         printable_lines(std::string_view(value).substr(0, kValueMax)));
  }
  return entry;
}

void write(Log& log, const core::Note& note) {
  if (log.journal && log.journal->send(journal_entry(note))) return;
  std::string line;
  if (log.journal) line = {'<', priority(note.level), '>'};
  line += "level=";
  line += level_text(note.level);
  line += ' ';
  line += format_fields(note.event, note.fields);
  log.logger.log(to_spdlog(note.level), spdlog::string_view_t(line.data(), line.size()));
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

void start_log(std::string_view level, const std::string& journal_socket) {
  Log& log = instance();
  log.logger.set_pattern("%v");
  log.logger.set_level(to_spdlog(parse_level(level)));
  log.logger.flush_on(spdlog::level::trace);
  log.journal.reset();
  if (stderr_is_journal()) log.journal.emplace(journal_socket);
  log.repetitions.reset();
  if (parse_level(level) != Level::Debug) log.repetitions.emplace();
}

void log(const core::Note& note) {
  Log& log = instance();
  if (!log.logger.should_log(to_spdlog(note.level))) return;
  if (log.repetitions && !log.repetitions->admit(note, log.now)) return;
  write(log, note);
}

void log(Level level, std::string_view event, const Fields& fields) {
  log(core::Note{level, std::string(event), fields});
}

void settle_log(MonoTime now) {
  Log& log = instance();
  log.now = now;
  if (!log.repetitions) return;
  for (const core::Note& note : log.repetitions->due(now)) write(log, note);
}

void finish_log() {
  Log& log = instance();
  if (!log.repetitions) return;
  for (const core::Note& note : log.repetitions->rest()) write(log, note);
}

}  // namespace mactiond::ops
