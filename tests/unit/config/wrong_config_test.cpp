#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

/// One mistake in a text that is right otherwise.
struct Row {
  std::string name;
  std::string text;
  std::string place;  ///< of the one problem
  std::string words;  ///< in its message
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

// A region of its own for each row: what is tested stands in line 2.
std::string in_region(const std::string& line) {
  return "[[region]]\n" + line +
         "\nname = \"eu\"\ntenant_id = \"t\"\nclient_id = \"c\"\n"
         "auth.client_secret = \"env:MACTIOND_TEST_SECRET\"\n";
}

// Lines 8 to 10 are the webhook's own, line 11 is tested.
std::string in_webhook(const std::string& line) {
  return region_text() + "[[webhook]]\nname = \"soc\"\nurl = \"https://hooks.example/\"\n" + line +
         '\n';
}

std::string at_end(const std::string& lines) { return region_text() + lines; }

std::vector<Row> section_rows() {
  return {
      {"SyntaxError", "[daemon\n", "1:8", "expected"},
      {"UnclosedText", "[daemon]\ninstance = \"a\n", "2:14", "string"},
      {"DuplicateKey", at_end("[daemon]\ninstance='a'\ninstance='b'\n"), "10:10",
       "redefine existing"},
      {"NoRegion", "[daemon]\n", "1:1", "at least one [[region]]"},
      {"EmptyRegionList", "region = []\n", "1:1", "at least one [[region]]"},
      {"RegionAsTable", "[region]\nname='eu'\n", "1:1", "write [[region]]"},
      {"RegionAsText", "region = 'eu'\n", "1:10", "write [[region]]"},
      {"RegionOfTexts", "region = ['eu']\n", "1:11", "write [[region]]"},
      {"WebhookAsTable", at_end("[webhook]\nname='a'\n"), "8:1", "write [[webhook]]"},
      {"SectionAsText", "daemon = 'x'\n" + region_text(), "1:10", "write [daemon]"},
      {"UnknownSection", at_end("[dameon]\n"), "8:2", "did you mean daemon?"},
      {"UnknownSectionFarFromAll", at_end("[elephant]\n"), "8:2", "elephant: unknown key"},
      {"PluralSection", at_end("[[webhooks]]\nname='a'\n"), "8:3", "did you mean webhook?"},
      {"TopLevelOption", "instance = 'a'\n" + region_text(), "1:1", "instance: unknown key"},
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

std::vector<Row> region_rows() {
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
      {"KeyWithQuotedDot", in_region("'quota.per_hour'=1"), "2:1", "unknown key"},
      {"QuotaAsNumber", in_region("quota=5"), "2:7", "write [region.quota]"},
      {"UnknownCloud", in_region("cloud='gcc-hihg'"), "2:7", "did you mean gcc-high?"},
      {"PlainApi", in_region("api='http://127.0.0.1:80'"), "2:5", "must be https"},
      {"PlainAuthority", in_region("authority='http://login.example'"), "2:11", "must be https"},
      {"ApiWithoutScheme", in_region("api='api.example'"), "2:5", "not a usable https URL"},
      {"ApiWithQuery", in_region("api='https://api.example/?a=1'"), "2:5", "query"},
      {"AudienceWithBlank", in_region("audience='a b'"), "2:10", "without blanks"},
      {"AudienceEmpty", in_region("audience=''"), "2:10", "empty"},
      {"CaFileMissing", in_region("ca_file='/nonexistent/ca.pem'"), "2:9", "No such file"},
      {"CaFileWithoutCertificate", in_region("ca_file='/dev/null'"), "2:9", "no PEM certificate"},
      {"ProxyWithTls", in_region("proxy='https://proxy.example'"), "2:7", "must be a proxy"},
      {"ProxyWithPath", in_region("proxy='http://proxy.example/x'"), "2:7", "must be a proxy"},
      {"AuthKindOfLater", in_region("auth.kind='certificate'"), "2:11", "not supported"},
      {"UnknownAuthKind", in_region("auth.kind='secret'"), "2:11", "one of client_secret"},
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
      {"IdleBelowMinimum", in_region("poll.idle_interval='1s'"), "2:20",
       "at least min_interval (1s < 2s)"},
      {"OverlapAboveLookback", in_region("poll={overlap='2h',lookback='1h'}"), "2:29",
       "at least overlap (1h < 2h)"},
      {"LookbackAboveRetention", in_region("poll.lookback='31d'"), "2:15",
       "at most closed_actions (31d > 30d)"},
      {"PageTooLarge", in_region("poll.page_size=10001"), "2:16", "1 to 10000"},
      {"UnknownFilters", in_region("poll.filters='autom'"), "2:14", "did you mean auto?"},
  };
}

std::vector<Row> syslog_rows() {
  const std::string head = "[[syslog]]\nname='siem'\n";
  return {
      {"SyslogWithoutAddress", at_end(head), "8:1", "missing: host and port"},
      {"SyslogWithoutPort", at_end(head + "address='siem.example'\n"), "10:9", "siem.example:6514"},
      {"SyslogWithPath", at_end(head + "address='siem.example:6514/x'\n"), "10:9", "must be host"},
      {"SyslogAsUrl", at_end(head + "address='https://siem.example:6514'\n"), "10:9", "must be"},
      {"SyslogFacility", at_end(head + "address='a:1'\nfacility='local8'\n"), "11:10", "local7"},
      {"SyslogNameTaken", at_end(head + "address='a:1'\n" + head + "address='b:1'\n"), "12:6",
       "the syslog in line 9 already"},
  };
}

std::vector<Row> format_rows() {
  return {
      {"PagerDutyWithoutToken", in_webhook("format='pagerduty'"), "11:8", "needs a token"},
      {"SplunkWithEmptyToken", in_webhook("format='splunk_hec'\ntoken=''"), "12:7",
       "needs a token"},
      {"TemplateMissing", in_webhook("format='template'"), "11:8", "needs a template"},
      {"TemplateNobodyUses", in_webhook("template='{}'"), "11:10", "for the format template only"},
      {"TemplateThatIsNoJson", in_webhook("format='template'\ntemplate='''{\n  \"a\": tru\n}'''"),
       "12:10", "line 2, column 8 of the template: is not JSON"},
      {"TemplateWithUnknownName",
       in_webhook("format='template'\ntemplate='{\"a\": \"${acton.id}\"}'"), "12:10",
       "line 1, column 8 of the template: no event has a \"acton.id\""},
      {"TokenNobodyUses", in_webhook("token='env:MACTIOND_TEST_HOOK'"), "11:7",
       "for the formats pagerduty and splunk_hec only"},
  };
}

std::vector<Row> webhook_rows() {
  return {
      {"WebhookWithoutName", at_end("[[webhook]]\nurl='https://hooks.example/'\n"), "8:1",
       "webhook.name: missing"},
      {"WebhookWithoutUrl", at_end("[[webhook]]\nname='a'\n"), "8:1", "webhook.url: missing"},
      {"WebhookNameTaken", in_webhook("[[webhook]]\nname='soc'\nurl='https://b.example'"), "12:6",
       "the webhook in line 9 already"},
      {"PlainUrl", at_end("[[webhook]]\nname='a'\nurl='http://hooks.example/'\n"), "10:5",
       "allow_http = true"},
      {"FileUrl", at_end("[[webhook]]\nname='a'\nurl='ftp://hooks.example/'\n"), "10:5",
       "not a usable http"},
      {"LinkLocalUrl", at_end("[[webhook]]\nname='a'\nurl='https://169.254.169.254/x'\n"), "10:5",
       "link-local"},
      {"LinkLocalUrlOfSix", at_end("[[webhook]]\nname='a'\nurl='https://[fe80::1]/x'\n"), "10:5",
       "link-local"},
      {"LinkLocalUrlMapped", at_end("[[webhook]]\nname='a'\nurl='https://[::ffff:169.254.1.1]/'\n"),
       "10:5", "link-local"},
      {"LinkLocalUrlAsNumber", at_end("[[webhook]]\nname='a'\nurl='https://2852039166/'\n"), "10:5",
       "link-local"},
      {"LinkLocalUrlNat64", at_end("[[webhook]]\nname='a'\nurl='https://[64:ff9b::a9fe:1]/'\n"),
       "10:5", "link-local"},
      {"UrlOfUnsetVariable", at_end("[[webhook]]\nname='a'\nurl='env:MACTIOND_TEST_UNSET'\n"),
       "10:5", "not set"},
      {"UrlAsList", at_end("[[webhook]]\nname='a'\nurl=['https://hooks.example']\n"), "10:5",
       "not a list"},
      {"HeaderReserved", in_webhook("headers={Host='x'}"), "11:10", "set by mactiond itself"},
      {"HeaderOfSignature", in_webhook("headers={'Webhook-Id'='x'}"), "11:10", "set by mactiond"},
      {"HeaderAuthorization", in_webhook("headers={authorization='x'}"), "11:10",
       "bearer and basic"},
      {"HeaderBadName", in_webhook("headers={'X Y'='x'}"), "11:10", "no name of a header"},
      {"HeaderBadValue", in_webhook("headers={X-A=' x'}"), "11:14", "printable ASCII"},
      {"HeaderUnsetSecret", in_webhook("headers={X-A='env:MACTIOND_TEST_UNSET'}"), "11:14",
       "not set"},
      {"HeadersAsText", in_webhook("headers='X-A: b'"), "11:9", "a table of headers"},
      {"BasicWithoutColon", in_webhook("basic='env:MACTIOND_TEST_SECRET'"), "11:7",
       "user:password"},
      {"CertWithoutKey", in_webhook("client_key='/nonexistent/key'"), "11:12", "No such file"},
      {"WebhookProxyTls", in_webhook("proxy='https://p.example'"), "11:7", "must be a proxy"},
      {"MaxQueueTooSmall", in_webhook("max_queue=10"), "11:11", "1000"},
      {"UnknownFormat", in_webhook("format='cloudevent'"), "11:8", "did you mean cloudevents?"},
      {"SecretInline", in_webhook("secret='whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'"), "11:8",
       "not written here"},
      {"SecretWithoutPrefix", in_webhook("secret='env:MACTIOND_TEST_SECRET'"), "11:8", "whsec_"},
      {"SecondSecretWrong",
       in_webhook("secret=['env:MACTIOND_TEST_HOOK', 'env:MACTIOND_TEST_UNSET']"), "11:35",
       "not set"},
      {"SecretAsNumber", in_webhook("secret=1"), "11:8", "reference or a list"},
      {"TimeoutTooLong", in_webhook("timeout='6m'"), "11:9", "to 5m"},
      {"AllowHttpAsText", in_webhook("allow_http='yes'"), "11:12", "true or false, not text"},
      {"InFlightZero", in_webhook("max_in_flight=0"), "11:15", "1 to 256"},
      {"BearerEmptyVariable", in_webhook("bearer='env:MACTIOND_TEST_EMPTY'"), "11:8", "empty"},
      {"FilterAsList", in_webhook("filter=['action.*']"), "11:8", "write [webhook.filter]"},
      {"FilterAsText", in_webhook("filter.event='action.*'"), "11:14", "a list of texts"},
      {"FilterOfNumbers", in_webhook("filter.event=[1]"), "11:15", "must be text"},
      {"FilterEmptyText", in_webhook("filter.region=['']"), "11:16", "1 to 256"},
      {"FilterUnknownEvent", in_webhook("filter.event=['action.transitoin']"), "11:15",
       "did you mean action.transition?"},
      {"FilterUnknownKey", in_webhook("filter.types=['Isolate']"), "11:8", "did you mean type?"},
  };
}

class WrongConfig : public testing::TestWithParam<Row> {};

TEST_P(WrongConfig, IsToldAtItsPlace) {
  const Row& row = GetParam();
  const auto result = load(row.text);
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  const Problem& problem = result.problems[0];
  EXPECT_EQ(std::to_string(problem.line) + ':' + std::to_string(problem.column), row.place)
      << problem.text();
  EXPECT_THAT(problem.message, HasSubstr(row.words));
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Sections, WrongConfig, testing::ValuesIn(section_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Regions, WrongConfig, testing::ValuesIn(region_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Webhooks, WrongConfig, testing::ValuesIn(webhook_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Syslog, WrongConfig, testing::ValuesIn(syslog_rows()), name_of);
INSTANTIATE_TEST_SUITE_P(Formats, WrongConfig, testing::ValuesIn(format_rows()), name_of);

}  // namespace
}  // namespace mactiond::config
