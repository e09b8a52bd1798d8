#pragma once

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "http/passage.hpp"

namespace mactiond::net {

/// What the verification that found a fault was looking at, and which fault it is.
void note_fault(X509_STORE_CTX* verification, http::Passage& passage);
/// The certificate of a server that was accepted.
void note_certificate(SSL* session, http::Passage& passage);

}  // namespace mactiond::net
