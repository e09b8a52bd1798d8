#pragma once

#include <string_view>
#include <vector>

namespace mactiond::fuzz {

/// Takes any bytes; ends the process by an assertion where what it is about goes wrong.
struct Entry {
  std::string_view name;  ///< also of its corpus's folder
  void (*run)(std::string_view bytes);
};

void page(std::string_view bytes);            ///< a list's or an action's answer
void config(std::string_view bytes);          ///< a configuration file
void url(std::string_view bytes);             ///< any configured URL
void http_date(std::string_view bytes);       ///< Date, Retry-After and the API's own times
void answer(std::string_view bytes);          ///< an error's body: API, token endpoint, receivers
void transition_log(std::string_view bytes);  ///< a log as it is found at start
void body_template(std::string_view bytes);   ///< webhook.template
void http_answer(std::string_view bytes);     ///< what a peer of ours sends
void odd_answer(std::string_view bytes);      ///< the same, in forms that are corrected first
void http_request(std::string_view bytes);    ///< what a client of ours sends
void no_proxy(std::string_view bytes);        ///< a proxy and a list of exceptions
void lookup(std::string_view bytes);          ///< a link, machines or an alert
void token_answer(std::string_view bytes);    ///< of Entra ID or an identity service
void jwt(std::string_view bytes);             ///< a token, or what it says of itself
void challenge(std::string_view bytes);       ///< WWW-Authenticate of Azure Arc's agent
void key_pair(std::string_view bytes);        ///< a key and its certificate: PEM, PKCS#12

[[nodiscard]] const std::vector<Entry>& entries();

}  // namespace mactiond::fuzz
