// A real OAuth server (npm oidc-provider): it judges client assertions by signature, audience,
// dates and replay. Its one argument: {"port", "origin", "tenant", "client", "scope",
// "certificates"}, the last as PEM. Prints a line when it listens.
import {X509Certificate, generateKeyPairSync} from 'node:crypto';
import {createServer} from 'node:http';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);
const use = {alg: 'PS256', use: 'sig'};
const keys = settings.certificates.map(
    (pem) => ({...new X509Certificate(pem).publicKey.export({format: 'jwk'}), ...use}));
const own = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({format: 'jwk'});

const provider = new Provider(settings.origin, {
  clientAuthMethods: ['private_key_jwt'],
  enabledJWA: {clientAuthSigningAlgValues: ['PS256']},
  clients: [{
    client_id: settings.client,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: settings.scope,
    jwks: {keys},
  }],
  scopes: [settings.scope],
  features: {clientCredentials: {enabled: true}, devInteractions: {enabled: false}},
  routes: {token: `/${settings.tenant}/oauth2/v2.0/token`},
  jwks: {keys: [own]},
});
// What stands before it speaks TLS, and says so.
provider.proxy = true;
createServer(provider.callback()).listen(
    settings.port, '127.0.0.1', () => console.log('listening'));
