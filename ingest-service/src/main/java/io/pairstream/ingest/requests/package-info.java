/**
 * Requests that are repeated: one that carries an idempotency key is worked on once, and answered
 * alike each time, by whichever instance. Knows HTTP's requests and answers, and nothing of what is
 * asked.
 */
package io.pairstream.ingest.requests;
