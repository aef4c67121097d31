/**
 * People log in at an OpenID Connect provider, by the authorization code flow with PKCE. Knows
 * nothing of sessions and pages.
 */
package io.pairstream.operate.oidc;
