/**
 * All pairs that were judged, on this instance's disk: where each stands, and where its bytes lie.
 * Holds no pictures; they stay on their topics. Knows nothing of HTTP.
 */
package io.pairstream.operate.catalogue;
