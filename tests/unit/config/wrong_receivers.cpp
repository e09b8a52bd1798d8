#include "unit/config/wrong_configs.hpp"

#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

// Lines 8 to 10 are the webhook's own, line 11 is tested.
std::string in_webhook(const std::string& line) {
  return region_text() + "[[webhook]]\nname = \"soc\"\nurl = \"https://hooks.example/\"\n" + line +
         '\n';
}

std::string at_end(const std::string& lines) { return region_text() + lines; }

}  // namespace

std::vector<WrongConfig> wrong_syslogs() {
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

std::vector<WrongConfig> wrong_formats() {
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

std::vector<WrongConfig> wrong_webhooks() {
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
      {"LinkLocalUrlWithDot", at_end("[[webhook]]\nname='a'\nurl='https://169.254.169.254./x'\n"),
       "10:5", "link-local"},
      {"MetadataUrl", at_end("[[webhook]]\nname='a'\nurl='https://[fd00:ec2::254]/x'\n"), "10:5",
       "cloud metadata"},
      {"MetadataUrlOfAzure", at_end("[[webhook]]\nname='a'\nurl='https://168.63.129.16/x'\n"),
       "10:5", "cloud metadata"},
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
      {"WebhookProxyAuthWithoutColon", in_webhook("proxy_auth='env:MACTIOND_TEST_SECRET'"), "11:12",
       "user:password"},
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

}  // namespace mactiond::config
