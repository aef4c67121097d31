/**
 * An HTTP server: routes, limits on what a client may send and how slowly, problems in the form of
 * RFC 9457. Knows nothing of pairs.
 */
package io.pairstream.service.http;
