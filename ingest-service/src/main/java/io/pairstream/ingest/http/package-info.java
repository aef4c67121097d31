/**
 * The HTTP server of the front doors: routes, limits on what a client may send and how slowly,
 * problems in the form of RFC 9457. Knows nothing of pairs.
 */
package io.pairstream.ingest.http;
