/**
 * Status of a pair: uploads and receipts of all producers, joined by id. Knows nothing of HTTP's
 * bytes; a route asks and answers.
 */
package io.pairstream.ingest.status;
