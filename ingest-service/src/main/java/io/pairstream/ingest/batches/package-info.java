/**
 * Many pairs in one request: read while they come, answered one by one in order, and asked after as
 * a batch. Each input is taken as {@code POST /v1/pairs} takes it.
 */
package io.pairstream.ingest.batches;
