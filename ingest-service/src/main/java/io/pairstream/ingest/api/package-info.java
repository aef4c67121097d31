/**
 * The ingest service as a whole: which servers there are, who may use them, and whether they are
 * open.
 */
package io.pairstream.ingest.api;
