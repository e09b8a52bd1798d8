#include "unit/config/wrong_configs.hpp"

#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

// A region of its own for each row: what is tested stands in line 2.
std::string in_region(const std::string& line) {
  return "[[region]]\n" + line +
         "\nname = \"eu\"\ntenant_id = \"t\"\nclient_id = \"c\"\n"
         "auth.client_secret = \"env:MACTIOND_TEST_SECRET\"\n";
}

std::string at_end(const std::string& lines) { return region_text() + lines; }

}  // namespace

std::vector<WrongConfig> wrong_sections() {
  return {
      {"SyntaxError", "[daemon\n", "1:8", "expected ']'"},
      {"UnclosedText", "[daemon]\ninstance = \"a\n", "2:14", "is the quote closed"},
      {"DuplicateKey", at_end("[daemon]\ninstance='a'\ninstance='b'\n"), "10:10",
       "it is further up already"},
      {"SecondTable", "[daemon]\n[daemon]\n", "2:1", "it is further up already"},
      {"TableAfterList", at_end("[region]\n"), "8:1", "write [[…]] for one more"},
      {"TextWithoutQuotes", "[daemon]\ninstance = soc\n", "2:12", "text needs quotes"},
      {"DurationWithoutQuotes", at_end("[retention]\nclosed_actions = 30d\n"), "9:20",
       "durations need quotes"},
      {"KeyWithoutValue", "[daemon]\ninstance\n", "2:9", "key = value"},
      {"KeyWithColon", "[daemon]\ninstance: 'a'\n", "2:9", "key = value"},
      {"ValueMissing", "[daemon]\ninstance =\n", "2:11", "expected value"},
      {"TrueInCapitals", "[daemon]\ninstance = True\n", "2:12", "expected 'true'"},
      {"NumberBeyondAll", "[daemon]\ninstance = 123456789012345678901234\n", "2:36",
       "beyond 64 bits"},
      {"ListNotClosed", "a = [1,\n", "1:9", "end-of-file"},
      {"NoRegion", "[daemon]\n", "1:1", "at least one [[region]]"},
      {"EmptyRegionList", "region = []\n", "1:1", "at least one [[region]]"},
      {"RegionAsTable", "[region]\nname='eu'\n", "1:1", "write [[region]]"},
      {"RegionAsText", "region = 'eu'\n", "1:10", "write [[region]]"},
      {"RegionOfTexts", "region = ['eu']\n", "1:11", "write [[region]]"},
      {"WebhookAsTable", at_end("[webhook]\nname='a'\n"), "8:1", "write [[webhook]]"},
      {"SectionAsText", "daemon = 'x'\n" + region_text(), "1:10", "write [daemon]"},
      {"UnknownSection", at_end("[dameon]\n"), "8:2", "did you mean daemon?"},
      {"UnknownSectionFarFromAll", at_end("[elephant]\n"), "8:2", "there are daemon, "},
      {"PluralSection", at_end("[[webhooks]]\nname='a'\n"), "8:3", "did you mean webhook?"},
      {"TopLevelOption", "instance = 'a'\n" + region_text(), "1:1",
       "did you mean daemon.instance?"},
      {"UnknownKey", at_end("[daemon]\nstate_dri='/x'\n"), "9:1", "did you mean state_dir?"},
      {"InstanceWithBlank", at_end("[daemon]\ninstance='a b'\n"), "9:10", "letters"},
      {"InstanceEmpty", at_end("[daemon]\ninstance=''\n"), "9:10", "letters"},
      {"InstanceNumber", at_end("[daemon]\ninstance=1\n"), "9:10", "not a whole number"},
      {"RelativeStateDir", at_end("[daemon]\nstate_dir='var'\n"), "9:11", "absolute path"},
      {"UnknownLogLevel", at_end("[daemon]\nlog_level='warn'\n"), "9:11", "debug, info"},
      {"UnknownLogFormat", at_end("[transition_log]\nformat='jsn'\n"), "9:8", "did you mean json?"},
      {"UnknownSync", at_end("[transition_log]\nsync='always'\n"), "9:6", "every, batch, never"},
      {"LongSocketPath", at_end("[admin]\nsocket='/" + std::string(107, 'x') + "'\n"), "9:8",
       "at most 107"},
      {"ListenWithoutPort", at_end("[admin]\nlisten='127.0.0.1'\n"), "9:8", "must be an address"},
      {"ListenOnName", at_end("[admin]\nlisten='localhost:1'\n"), "9:8", "must be an address"},
      {"ListenOnBigPort", at_end("[admin]\nlisten='[::1]:70000'\n"), "9:8", "must be an address"},
      {"RetentionWithoutUnit", at_end("[retention]\nclosed_actions='30'\n"), "9:16", "a duration"},
      {"RetentionAsNumber", at_end("[retention]\nclosed_actions=30\n"), "9:16", "a duration"},
      {"RetentionBelowLookback", at_end("[retention]\nclosed_actions='3d'\n"), "9:16",
       "at least lookback (3d < 4d)"},
  };
}

std::vector<WrongConfig> wrong_regions() {
  return {
      {"NameMissing",
       "[[region]]\ntenant_id='t'\nclient_id='c'\n"
       "auth.client_secret='env:MACTIOND_TEST_SECRET'\n",
       "1:1", "region.name: missing"},
      {"TenantMissing",
       "\n[[region]]\nname='eu'\nclient_id='c'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n",
       "2:1", "region.tenant_id: missing"},
      {"SecretMissing", "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n", "1:1",
       "region.auth.client_secret: missing"},
      {"NameTaken",
       at_end("[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
              "auth.client_secret='env:MACTIOND_TEST_SECRET'\n"),
       "9:6", "the region in line 2 already"},
      {"UnknownKeyOfRegion", in_region("teant_id='t'"), "2:1", "did you mean tenant_id?"},
      {"KeyOfAnotherTable", in_region("per_minute=1"), "2:1", "did you mean quota.per_minute?"},
      {"UnknownKeyOfQuota", in_region("quota.per_hours=1"), "2:7", "did you mean per_hour?"},
      {"KeyWithQuotedDot", in_region("'quota.per_hour'=1"), "2:1", "leave the quotes out"},
      {"QuotaAsNumber", in_region("quota=5"), "2:7", "write [region.quota]"},
      {"KeyBehindATable",
       in_region("cloud='gcc'") + "[region.quota]\nproxy='http://proxy.example:3128'\n", "8:1",
       "region.quota.proxy: belongs to region: put it above [region.quota]"},
      {"KeyBehindTheWrongTable", in_region("cloud='gcc'") + "[region.poll]\nper_minute=5\n", "8:1",
       "region.poll.per_minute: belongs to region.quota: put it below [region.quota]"},
      {"RequiredKeyBehindATable",
       "[[region]]\nname='eu'\ntenant_id='t'\n[region.auth]\n"
       "client_secret='env:MACTIOND_TEST_SECRET'\nclient_id='c'\n",
       "6:1", "region.auth.client_id: belongs to region: put it above [region.auth]"},
      {"KeyOfAnotherSection", in_region("cloud='gcc'") + "[region.poll]\nlog_level='info'\n", "8:1",
       "region.poll.log_level: belongs to daemon: put it below [daemon]"},
      {"UnknownCloud", in_region("cloud='gcc-hihg'"), "2:7", "did you mean gcc-high?"},
      {"PlainApi", in_region("api='http://127.0.0.1:80'"), "2:5", "must be https"},
      {"PlainAuthority", in_region("authority='http://login.example'"), "2:11", "must be https"},
      {"ApiWithoutScheme", in_region("api='api.example'"), "2:5", "not a usable https URL"},
      {"ApiWithQuery", in_region("api='https://api.example/?a=1'"), "2:5", "query"},
      {"AudienceWithBlank", in_region("audience='a b'"), "2:10", "without blanks"},
      {"AudienceEmpty", in_region("audience=''"), "2:10", "empty"},
      {"CaFileMissing", in_region("ca_file='/nonexistent/ca.pem'"), "2:9", "No such file"},
      {"CaFileWithoutCertificate", in_region("ca_file='" MACTIOND_FIXTURES "/page_empty.json'"),
       "2:9", "no PEM certificate"},
      {"CaFileThatIsNoFile", in_region("ca_file='/dev/zero'"), "2:9", "not a regular file"},
      {"ProxyWithTls", in_region("proxy='https://proxy.example'"), "2:7", "https:// proxies"},
      {"ProxySocks", in_region("proxy='socks5://proxy.example:1080'"), "2:7", "socks5:// proxies"},
      {"ProxySocksWithUser", in_region("proxy='socks5h://u:p@proxy.example:1080'"), "2:7",
       "socks5h:// proxies"},
      {"ProxyWithPath", in_region("proxy='http://proxy.example/x'"), "2:7", "must be a proxy"},
      {"UnknownAuthKind", in_region("auth.kind='secret'"), "2:11", "one of client_secret"},
  };
}

std::vector<WrongConfig> wrong_region_numbers() {
  return {
      {"MinuteZero", in_region("quota.per_minute=0"), "2:18", "must be 1 to"},
      {"MinuteNegative", in_region("quota.per_minute=-5"), "2:18", "not -5"},
      {"MinuteFraction", in_region("quota.per_minute=1.5"), "2:18", "number with a fraction"},
      {"MinuteText", in_region("quota.per_minute='9'"), "2:18", "not text"},
      {"HourHuge", in_region("quota.per_hour=9223372036854775807"), "2:16", "must be 1 to"},
      {"HourBelowMinute", in_region("quota={per_minute=100, per_hour=60}"), "2:33",
       "region.quota.per_hour: must be at least per_minute (60 < 100)"},
      {"MinuteAboveHour", in_region("quota.per_minute=2000"), "2:18",
       "must be at most per_hour (2000 > 1500)"},
      {"ShareZero", in_region("quota.share=0"), "2:13", "above 0"},
      {"ShareAboveOne", in_region("quota.share=1.01"), "2:13", "at most 1"},
      {"ShareNotANumber", in_region("quota.share=nan"), "2:13", "above 0"},
      {"ShareText", in_region("quota.share='1'"), "2:13", "must be a number"},
      {"IntervalTooShort", in_region("poll.min_interval='1ms'"), "2:19", "must be 100ms to"},
      {"IntervalTooLong", in_region("poll.min_interval='2h'"), "2:19", "to 1h"},
      {"IntervalWithWrongUnit", in_region("poll.min_interval='2sec'"), "2:19", "a duration"},
      {"IntervalNegative", in_region("poll.min_interval='-2s'"), "2:19", "a duration"},
      {"IntervalFraction", in_region("poll.min_interval='1.5s'"), "2:19", "a duration"},
      {"IntervalEmpty", in_region("poll.min_interval=''"), "2:19", "a duration"},
      {"IntervalAsTime", in_region("poll.min_interval=00:00:02"), "2:19", "date or time"},
      {"IdleBelowMinimum", in_region("poll.idle_interval='500ms'"), "2:20",
       "at least min_interval (500ms < 1s)"},
      {"OverlapAboveLookback", in_region("poll={overlap='2h',lookback='1h'}"), "2:29",
       "at least overlap (1h < 2h)"},
      {"LookbackAboveRetention", in_region("poll.lookback='31d'"), "2:15",
       "at most closed_actions (31d > 30d)"},
      {"PageTooLarge", in_region("poll.page_size=10001"), "2:16", "1 to 10000"},
      {"UnknownFilters", in_region("poll.filters='autom'"), "2:14", "did you mean auto?"},
  };
}

}  // namespace mactiond::config
