/**
 * Many pairs in one request: read while they come, and answered one by one in order. Each input is
 * taken as {@code POST /v1/pairs} takes it.
 */
package io.pairstream.ingest.batches;
