/**
 * One pair by HTTP: what a form or a JSON object must hold, and the way of a pair into Kafka. What
 * a recipe asks of a pair is not judged here.
 */
package io.pairstream.ingest.pairs;
