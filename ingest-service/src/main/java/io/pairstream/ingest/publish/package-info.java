/**
 * The way of pairs and links into Kafka, from this machine or by HTTP, one in a request or many:
 * what a form or a JSON object must hold, and the records that come of it. A batch is read while it
 * comes, and its inputs are answered one by one in order. What a recipe asks of a pair is not
 * judged here.
 */
package io.pairstream.ingest.publish;
